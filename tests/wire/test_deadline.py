"""One attempt takes its time and no longer, however slowly the server drips.

The clock is virtual.
"""

import itertools

import anyio
import httpx
import pytest
import trio

from smstools_async import (
    AuthenticationError,
    RequestTimeoutError,
    ServerError,
    SmstoolsError,
    UnexpectedResponseError,
)
from tests.wire.asking import PHONE, Scripted, client_of, run_virtually, sandbox_of
from tests.wire.rows import body_of, row

ENDLESS = [piece for _ in range(10_000) for piece in (b" ", 0.5)]
FOREVER = float("inf")


def outcome_of(
    server: httpx.AsyncBaseTransport, timeout: float | httpx.Timeout
) -> tuple[type[SmstoolsError] | None, float]:
    """Ask once; return the class of the error, and how long it took in seconds."""

    async def ask() -> tuple[type[SmstoolsError] | None, float]:
        begin, error = trio.current_time(), None
        async with client_of(server, timeout=timeout) as client:
            try:
                await client.conversation(PHONE).page()
            except SmstoolsError as caught:
                error = type(caught)
        return error, round(trio.current_time() - begin, 3)

    return run_virtually(ask)


class Silent(httpx.AsyncBaseTransport):
    """A server that never answers, and a transport that keeps no time-outs."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait indefinitely."""
        await anyio.sleep_forever()
        raise AssertionError(request)


@pytest.mark.parametrize(
    "timeout", [5, 0.25, httpx.Timeout(1.25), httpx.Timeout(3, pool=1, read=0.5, write=0.5)]
)
def test_silence_ends_at_the_deadline(timeout: float | httpx.Timeout) -> None:
    """Of an `httpx.Timeout`, it is the sum of the phases."""
    expected = 0.25 if timeout == 0.25 else 5
    assert (RequestTimeoutError, expected) == outcome_of(Silent(), timeout)


@pytest.mark.parametrize("status", [200, 204])
def test_slow_drip_ends_at_the_deadline(status: int) -> None:
    """Although some bytes come before each read time-out."""
    server = Scripted(*ENDLESS, status=status)
    assert (RequestTimeoutError, 30) == outcome_of(server, 30)
    assert server.bodies[0].is_closed


def test_slow_answer_in_time_is_taken() -> None:
    """To its last byte."""
    pieces = [bytes([byte]) for byte in body_of(row())]
    slowly = [piece for byte in pieces for piece in (byte, 0.0625)]
    assert (None, len(pieces) * 0.0625) == outcome_of(Scripted(*slowly), 60)


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, AuthenticationError), (503, ServerError), (302, UnexpectedResponseError)],
)
@pytest.mark.parametrize("pieces", [ENDLESS, [FOREVER]], ids=["drip", "silence"])
def test_no_stands_though_its_body_never_ends(
    status: int, error: type[SmstoolsError], pieces: list[bytes | float]
) -> None:
    """A refused login is not taken for a time-out, which would be tried again."""
    assert (error, 5) == outcome_of(Scripted(*pieces, status=status), 5)


def test_without_a_timeout_patience_is_endless() -> None:
    """`httpx.Timeout(None)` says so for every phase; a day is nothing."""
    server = Scripted(86_400, body_of(row()))
    assert (None, 86_400) == outcome_of(server, httpx.Timeout(None))


def test_wait_for_a_turn_does_not_count() -> None:
    """A request that waits for the others has not begun."""
    sandbox = sandbox_of()
    sandbox.latency = 4

    async def ask_one_by_one() -> float:
        begin = trio.current_time()
        gate_for_one = client_of(sandbox, timeout=5, max_connections=1)
        async with gate_for_one as client, trio.open_nursery() as tasks:
            for _ in range(10):
                tasks.start_soon(client.conversation(PHONE).page)
        return trio.current_time() - begin

    assert 40 == pytest.approx(run_virtually(ask_one_by_one))


def test_error_tells_the_deadline_and_the_remedy() -> None:
    """How long was waited, and which argument changes it."""

    async def ask() -> None:
        async with client_of(Silent(), timeout=2.5) as client:
            with pytest.raises(RequestTimeoutError, match=r"within 2\.5 seconds.*longer `timeout`"):
                await client.conversation(PHONE).page()

    run_virtually(ask)


def test_each_attempt_has_its_own_deadline() -> None:
    """The next one may be the quick one."""
    sandbox = sandbox_of()
    latencies = itertools.chain([100], itertools.repeat(1))
    sandbox.latency = lambda _: next(latencies)

    async def ask_twice() -> float:
        begin = trio.current_time()
        async with client_of(sandbox, timeout=5) as client:
            with pytest.raises(RequestTimeoutError):
                await client.conversation(PHONE).page()
            await client.conversation(PHONE).page()
        return trio.current_time() - begin

    assert 6 == pytest.approx(run_virtually(ask_twice))


@pytest.mark.asyncio
async def test_deadline_holds_on_asyncio() -> None:
    """As on trio; a hundredth of a second of the real clock."""
    async with client_of(Silent(), timeout=0.01) as client:
        with anyio.fail_after(5), pytest.raises(RequestTimeoutError):
            await client.conversation(PHONE).page()
