"""What may pass is retried, as `Retry` says.

What may pass, and how long a server can ask to wait, is tested in `tests/faults`.
"""

import math
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import anyio
import httpx
import pytest
import trio

from smstools_async import (
    APIError,
    AuthenticationError,
    Client,
    RateLimitError,
    Retry,
    ServerError,
    TransportError,
)
from smstools_async._http.credentials import Credentials
from smstools_async._http.lifetime import Lifetime
from smstools_async._http.retry import Backoff, Budget
from smstools_async._http.session import Session
from smstools_async.sandbox import (
    Outcome,
    Response,
    Sandbox,
)
from tests.wire.asking import (
    AT_ONCE,
    PHONE,
    client_of,
    run_virtually,
    sandbox_of,
)

BUSY = Response(status=503)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [401, 403])
async def test_refused_login_is_never_tried_again(status: int) -> None:
    """Not even where the caller asks for it: too many of them lock the account."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=status), times=None)
    retry = Retry(statuses=[status], backoff_initial=0)
    async with client_of(sandbox, retry=retry) as client:
        with pytest.raises(AuthenticationError):
            await client.conversation(PHONE).page()
    assert 1 == len(sandbox.requests)


@pytest.mark.asyncio
async def test_error_of_the_first_attempt_speaks_of_no_other() -> None:
    """It has no note, only the count."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY)
    async with client_of(sandbox) as client:
        with pytest.raises(ServerError) as caught:
            await client.conversation(PHONE).page()
    assert (1, []) == (caught.value.attempts, getattr(caught.value, "__notes__", []))


@pytest.mark.asyncio
async def test_statuses_can_be_chosen() -> None:
    """Those given replace the ones by default."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=404))
    sandbox.fail(BUSY)
    async with client_of(sandbox, retry=Retry(statuses=[404], backoff_initial=0)) as client:
        with pytest.raises(ServerError):
            await client.conversation(PHONE).page()
    assert 2 == len(sandbox.requests)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("retry", "requests"),
    [(None, 1), (Retry(attempts=2, backoff_initial=0), 2), (AT_ONCE, 4)],
    ids=["none", "twice", "default"],
)
async def test_attempts_are_bounded(retry: Retry, requests: int) -> None:
    """The last one's error is raised, a plain one."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY, times=requests - 1)
    sandbox.fail(Response.error(105, "The last", status=500), times=None)
    async with client_of(sandbox, retry=retry) as client:
        with pytest.raises(ServerError, match="The last") as caught:
            await client.conversation(PHONE).page()
    assert requests == len(sandbox.requests)
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


class Times:
    """When the requests of a sandbox came, in seconds from the first one."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._moments: list[float] = []
        sandbox.before_each_request = lambda _: self._moments.append(trio.current_time())

    def __iter__(self) -> Iterator[float]:
        return (round(moment - self._moments[0], 6) for moment in self._moments)


def times_of_attempts(outcome: Outcome, *, latency: float = 0, **retry: Any) -> list[float]:
    """Let every attempt fail; return when each began."""
    sandbox = sandbox_of()
    sandbox.fail(outcome, times=None)
    sandbox.latency = latency
    times = Times(sandbox)

    async def fail() -> None:
        async with client_of(sandbox, retry=Retry(**retry)) as client:
            with pytest.raises((APIError, TransportError)):
                await client.conversation(PHONE).page()

    run_virtually(fail)
    return list(times)


@pytest.fixture
def longest_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every random wait be as long as it may."""

    def draw_the_longest(_: float, longest: float) -> float:
        return longest

    monkeypatch.setattr(random, "uniform", draw_the_longest)


@pytest.mark.usefixtures("longest_jitter")
def test_waits_double_up_to_a_limit() -> None:
    """From `backoff_initial` to `backoff_max`."""
    times = times_of_attempts(BUSY, attempts=6, backoff_initial=1, backoff_max=5)
    assert [0, 1, 3, 7, 12, 17] == times


def test_waits_are_random() -> None:
    """From nothing to the limit, so that many clients do not come back together."""
    times = times_of_attempts(BUSY, attempts=40, backoff_initial=2, backoff_max=2, budget=99)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert 39 == len(waits)
    assert 0 <= min(waits) < 0.5
    assert 1.5 < max(waits) <= 2


@pytest.mark.parametrize(
    ("asked", "retry"),
    [("6", {"retry_after_max": 5}), ("6", {"total_time": 5})],
    ids=["cap", "total"],
)
def test_too_long_a_wait_is_left_to_the_caller(asked: str, retry: dict[str, float]) -> None:
    """The error comes at once, and tells how long it would have been."""
    asking = Response(status=429, headers={"Retry-After": asked})
    assert [0] == times_of_attempts(asking, **retry)


@pytest.mark.parametrize("retry", [{"retry_after_max": 5}, {"total_time": 5}], ids=["cap", "total"])
def test_longest_wait_is_still_waited_for(retry: dict[str, float]) -> None:
    """Both bounds are themselves allowed."""
    asking = Response(status=429, headers={"Retry-After": "5"})
    assert [0, 5] == times_of_attempts(asking, attempts=2, **retry)


@pytest.mark.asyncio
async def test_error_tells_the_wait_that_was_too_long() -> None:
    """In seconds, so that a worker can put the job off."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=429, headers={"Retry-After": "3600"}))
    async with client_of(sandbox, retry=Retry()) as client:
        with pytest.raises(RateLimitError, match="Wait 3600 seconds") as caught:
            await client.conversation(PHONE).page()
    assert 3600 == caught.value.retry_after


@pytest.mark.usefixtures("longest_jitter")
def test_no_attempt_begins_after_the_total_time() -> None:
    """The time that attempts take counts as well."""
    times = times_of_attempts(
        BUSY, latency=3, attempts=100, backoff_initial=1, backoff_max=1, total_time=10
    )
    assert [0, 4, 8] == times


def test_time_in_the_queue_does_not_count() -> None:
    """The total time begins with the first attempt, however long a request has waited for it."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY, times=3, from_request=4)
    pages = list[int]()

    async def ask(client: Client) -> None:
        pages.append(len(await client.conversation(PHONE).page()))

    async def ask_all() -> None:
        retry = Retry(total_time=2.5, backoff_initial=0)
        async with (
            client_of(sandbox, retry=retry, requests_per_second=1) as client,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(6):
                tasks.start_soon(ask, client)

    run_virtually(ask_all)
    assert [3] * 6 == pages


def test_no_time_for_a_second_attempt() -> None:
    """`total_time=0` leaves one."""
    assert [0] == times_of_attempts(BUSY, latency=1, total_time=0)


def test_patience_may_last_very_long() -> None:
    """Doubling does not overflow after a thousand attempts."""
    retry = Retry(attempts=2000, total_time=10**6)
    backoff = Backoff(retry, Budget(math.inf), lambda: 0)
    waits = list[float | None]()
    for _ in range(1100):
        backoff.begin_attempt()
        waits.append(backoff.next_wait(TransportError("The connection broke")))
    assert 1100 == len(waits)
    assert 0 < max(wait or 0 for wait in waits) <= 20


def session_of(sandbox: Sandbox, http_client: httpx.AsyncClient, retry: Retry) -> Session:
    """Make a session, the room below a client."""
    return Session(
        Credentials(sandbox.client_id, sandbox.client_secret),
        "https://sandbox.example/v1",
        timeout=30,
        retry=retry,
        max_connections=8,
        http_client=http_client,
        user_agent="test",
        lifetime=Lifetime(),
    )


@pytest.mark.usefixtures("longest_jitter")
def test_waits_are_reported() -> None:
    """How long each takes, and 0 when it is over."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY, times=2)
    told: list[float] = []

    async def wait_twice() -> bytes:
        async with httpx.AsyncClient(transport=sandbox.transport()) as http_client:
            session = session_of(sandbox, http_client, Retry())
            return await session.get(["conversation", PHONE], {}, bytes, told.append)

    assert run_virtually(wait_twice).startswith(b"{")
    assert [0.5, 0, 1, 0] == told


@pytest.mark.usefixtures("longest_jitter")
def test_no_wait_is_reported_after_the_last_attempt() -> None:
    """There is none."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY, times=None)
    told: list[float] = []

    async def give_up() -> None:
        async with httpx.AsyncClient(transport=sandbox.transport()) as http_client:
            session = session_of(sandbox, http_client, Retry(attempts=2))
            with pytest.raises(ServerError):
                await session.get(["conversation", PHONE], {}, bytes, told.append)

    run_virtually(give_up)
    assert [0.5, 0] == told


@pytest.mark.usefixtures("longest_jitter")
def test_end_of_a_wait_is_reported_when_it_is_cancelled() -> None:
    """Nobody is shown a wait that is not there."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY, times=None)
    told: list[float] = []

    async def lose_patience() -> None:
        async with httpx.AsyncClient(transport=sandbox.transport()) as http_client:
            session = session_of(sandbox, http_client, Retry())
            with anyio.move_on_after(0.1):
                await session.get(["conversation", PHONE], {}, bytes, told.append)

    run_virtually(lose_patience)
    assert [0.5, 0] == told
