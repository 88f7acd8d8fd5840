"""Exactly once, over histories that move in every way that is known of."""

from collections import Counter
from collections.abc import Hashable
from functools import partial
from itertools import count

import attrs
import pytest
import trio
from trio.testing import MockClock

from smstools_async._walk import Order
from smstools_async.sandbox import Quirks, Sandbox
from tests.walk.schedules import (
    PHONE,
    MovingHistory,
    Schedule,
    find_fault,
    identity,
    open_client,
    run,
    walk,
)

BATCHES = [range(start, start + 20) for start in range(0, 200, 20)]


@pytest.mark.anyio
@pytest.mark.parametrize("seeds", BATCHES, ids=str)
async def test_what_stayed_comes_exactly_once(anyio_backend: str, seeds: range) -> None:
    """Nothing that stayed is missed, nothing comes twice, and all of it is in order."""
    share = seeds if anyio_backend == "asyncio" else seeds[::5]
    outcomes = [await run(seed) for seed in share]
    assert [] == [(fault, schedule) for schedule, fault, _ in outcomes if fault is not None]


@pytest.mark.anyio
@pytest.mark.parametrize("seed", [582, 2863, 2875, 4565, 6973, 7993])
async def test_what_once_failed_comes_exactly_once(seed: int) -> None:
    """Short windows that stalled, layouts that were misjudged, and walks that started over."""
    _, fault, _ = await run(seed)
    assert fault is None


async def _keep_moving(history: MovingHistory, quiet_requests: int) -> None:
    """Move the history in its own time, once some answers are out."""
    sandbox = history.sandbox
    while len(sandbox.requests) - sandbox.in_flight <= quiet_requests:  # noqa: ASYNC110 - virtual time
        await trio.sleep(0.001)
    for step in count(2):
        await trio.sleep(0.03)
        history.move(step)


async def _walk_out_of_order(seed: int) -> str | None:
    """Run a schedule whose requests are answered in any order, long after they were made."""
    schedule = Schedule.from_seed(seed)
    history = MovingHistory(
        attrs.evolve(schedule, prefetch=max(2, schedule.prefetch), is_steady=seed % 2 == 0)
    )
    history.sandbox.before_each_request = None
    history.sandbox.quirks |= Quirks(reads_late=True)
    history.sandbox.latency = lambda request: (0.01, 0.05, 0.2)[request * 7919 % 3]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_keep_moving, history, seed % 7)
        with trio.fail_after(600):
            messages = await walk(history)
        nursery.cancel_scope.cancel()
    return find_fault(history, messages)


@pytest.mark.parametrize("seeds", [range(start, start + 10) for start in range(0, 40, 10)], ids=str)
def test_requests_may_be_answered_in_any_order(seeds: range) -> None:
    """What is fetched together and served in disorder, while rows move, is handed out right."""
    faults = [
        (seed, trio.run(_walk_out_of_order, seed, clock=MockClock(autojump_threshold=0)))
        for seed in seeds
    ]
    assert [] == [(seed, fault) for seed, fault in faults if fault is not None]


async def _walk_with_a_late_answer(server_order: Order, late: int) -> Counter[Hashable]:
    """Move the history once, while one request is on its way; return what was missed."""
    sandbox = Sandbox()
    for number in range(100):
        sandbox.receive(PHONE, f"Pedido {number}", unix_time=1_700_000_000 + number)
    sandbox.quirks = Quirks(page_order=server_order, reads_late=True)
    sandbox.latency = lambda request: 1 if request == late else 0.1
    first = sandbox.messages(PHONE)

    async def move_meanwhile() -> None:
        while len(sandbox.requests) < late:  # noqa: ASYNC110 - virtual time
            await trio.sleep(0.01)
        await trio.sleep(0.5)
        sandbox.expire(PHONE, 5)
        for number in range(5):
            sandbox.receive(PHONE, f"Novo {number}")

    async with open_client(sandbox) as client, trio.open_nursery() as nursery:
        nursery.start_soon(move_meanwhile)
        walk = client.iter_conversation(PHONE, page_size=10, prefetch=2)
        handed = Counter([identity(message) async for message in walk])
    stayed = Counter(map(identity, first)) & Counter(map(identity, sandbox.messages(PHONE)))
    return stayed - handed


@pytest.mark.parametrize("server_order", ["newest", "oldest"])
@pytest.mark.parametrize("late", range(2, 7))
def test_a_late_answer_hides_nothing(server_order: Order, late: int) -> None:
    """Nor when as many messages arrive as expire, so that `total` does not tell of it."""
    call = partial(_walk_with_a_late_answer, server_order, late)
    assert Counter() == trio.run(call, clock=MockClock(autojump_threshold=0))
