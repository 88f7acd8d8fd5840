"""Retries of a client are paid for, so that they do not keep a server down."""

import math
from typing import Any

import pytest

from smstools_async import Retry, ServerError, TransportError
from smstools_async._http.retry import Backoff, Budget
from smstools_async.sandbox import Response
from tests.wire.asking import PHONE, client_of, sandbox_of

BUSY = Response(status=503)


@pytest.mark.anyio
async def test_an_outage_is_not_made_worse_for_long() -> None:
    """After so many retries in vain, each request is made once."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY, times=None)
    retry = Retry(backoff_initial=0, budget=5)
    async with client_of(sandbox, retry=retry) as client:
        for _ in range(10):
            with pytest.raises(ServerError):
                await client.conversation(PHONE).page()
    assert 10 + 5 == len(sandbox.requests)


@pytest.mark.anyio
async def test_retries_that_end_well_cost_nothing() -> None:
    """A server with hiccups is worth them."""
    sandbox = sandbox_of()
    async with client_of(sandbox, retry=Retry(backoff_initial=0, budget=3)) as client:
        for _ in range(10):
            sandbox.fail(BUSY, times=3)
            await client.conversation(PHONE).page()
    assert 40 == len(sandbox.requests)


def test_requests_that_need_no_retry_earn_a_part_of_one() -> None:
    """Fourteen of them a whole one."""
    budget = Budget(1)
    assert [True, False] == [budget.spend(), budget.spend()]
    for _ in range(13):
        budget.earn(0)
    assert not budget.spend()
    budget.earn(0)
    budget.earn(0)
    assert budget.spend()


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_success_pays_back_what_its_own_retries_cost(retries: int) -> None:
    """What others spent in vain stays spent."""
    budget = Budget(9)
    assert all(budget.spend() for _ in range(5))
    backoff = Backoff(Retry(), budget, lambda: 0)
    backoff.begin_attempt()
    for _ in range(retries):
        backoff.next_wait(TransportError("The connection broke"))
        backoff.begin_attempt()
    backoff.succeed()
    assert [True, True, True, True, False] == [budget.spend() for _ in range(5)]


def test_nothing_is_saved_beyond_the_budget() -> None:
    """A week of quiet does not pay for a storm."""
    budget = Budget(2)
    for _ in range(1000):
        budget.earn(0)
    assert [True, True, False] == [budget.spend() for _ in range(3)]


@pytest.mark.parametrize(
    ("budget", "error"), [(-1, ValueError), (math.nan, ValueError), ("2", TypeError)]
)
def test_budget_that_is_none_is_refused(budget: Any, error: type[Exception]) -> None:
    """By name."""
    with pytest.raises(error, match="budget"):
        Retry(budget=budget)
