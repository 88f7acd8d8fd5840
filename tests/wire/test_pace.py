"""Requests begin no faster than they may."""

from collections.abc import Callable, Sequence
from typing import Any

import anyio
import pytest
import trio

from smstools_async import Client, RateLimitError, Retry
from smstools_async._http.limiter import Pace
from smstools_async.sandbox import Response, Sandbox
from tests.wire.asking import PHONE, client_of, run_virtually, sandbox_of


def moments_of(sandbox: Sandbox, calls: int, **options: Any) -> list[float]:
    """Make some calls at once; return when their requests came, in seconds from the first."""
    moments = list[float]()
    sandbox.before_each_request = lambda _: moments.append(trio.current_time())

    async def ask(client: Client) -> None:
        await client.conversation(PHONE).page()

    async def ask_all() -> None:
        async with client_of(sandbox, **options) as client, anyio.create_task_group() as tasks:
            for _ in range(calls):
                tasks.start_soon(ask, client)

    run_virtually(ask_all)
    return [round(moment - moments[0], 6) for moment in moments]


def test_requests_are_spread_evenly() -> None:
    """Of all calls of a client together."""
    assert [0, 0.25, 0.5, 0.75, 1] == moments_of(sandbox_of(), 5, requests_per_second=4)


def test_requests_come_at_once_by_default() -> None:
    """Only the gate bounds them."""
    assert [0] * 5 == moments_of(sandbox_of(), 5)


def test_slow_answers_do_not_add_up() -> None:
    """It is beginnings that are spread."""
    sandbox = sandbox_of()
    sandbox.latency = 1.0
    assert [0, 0.5, 1, 1.5] == moments_of(sandbox, 4, requests_per_second=2)


def test_a_server_that_asks_for_a_pause_gets_one_from_all() -> None:
    """Not only from the request it said so to."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=429, headers={"Retry-After": "7"}))
    moments = moments_of(sandbox, 4, max_connections=1, retry=Retry())
    assert [0, 7, 7, 7, 7] == moments


@pytest.mark.anyio
async def test_nobody_waits_for_a_pause_that_is_not_waited_for() -> None:
    """One that is too long is left to the caller, and the next call is made."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=429, headers={"Retry-After": "3600"}))
    async with client_of(sandbox) as client:
        with pytest.raises(RateLimitError):
            await client.conversation(PHONE).page()
        assert 3 == len(await client.conversation(PHONE).page())


@pytest.mark.parametrize(
    ("steps", "waits"),
    [
        ([0, 0, 0.5, 0.75], [0, 0.5, 0, 0.25]),
        ([0, 5, 5], [0, 0, 0.5]),
        ([3], [0]),
    ],
)
def test_turns_that_were_not_taken_are_not_saved_up(
    steps: Sequence[float], waits: Sequence[float]
) -> None:
    """After a quiet time there is no burst."""
    pace = Pace(2)
    assert waits == [pace.take_turn(now) for now in steps]


def test_calls_that_are_cancelled_leave_no_gap() -> None:
    """Who waits behind them comes as soon as without them."""
    sandbox = sandbox_of()
    moments = list[float]()
    sandbox.before_each_request = lambda _: moments.append(trio.current_time())

    async def ask() -> None:
        async with client_of(sandbox, requests_per_second=1) as client:
            await client.conversation(PHONE).page()
            with anyio.move_on_after(0.5):
                async with anyio.create_task_group() as tasks:
                    for _ in range(6):
                        tasks.start_soon(client.conversation(PHONE).page)
            await client.conversation(PHONE).page()

    run_virtually(ask)
    assert 1 == round(moments[1] - moments[0], 6)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    """Answers that were on their way together ask for different ones."""
    pace = Pace(None)
    pace.pause(0, 9)
    pace.pause(1, 2)
    assert [7, 7] == [pace.take_turn(2), pace.take_turn(2)]


@pytest.mark.parametrize(
    ("rate", "error"),
    [
        (0, ValueError),
        (-1, ValueError),
        (float("inf"), ValueError),
        ("2", TypeError),
        (True, TypeError),
    ],
)
def test_rate_that_is_none_is_refused(rate: Any, error: type[Exception]) -> None:
    """Before any request."""
    make: Callable[..., Client] = Client
    with pytest.raises(error, match="requests_per_second"):
        make("x", "x", requests_per_second=rate)
