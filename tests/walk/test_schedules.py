"""Exactly once, over histories that move in every way that is known of."""

from itertools import count

import attrs
import pytest
import trio
from trio.testing import MockClock

from tests.walk.schedules import MovingHistory, Schedule, find_fault, run, walk

BATCHES = [range(start, start + 20) for start in range(0, 200, 20)]


@pytest.mark.anyio
@pytest.mark.parametrize("seeds", BATCHES, ids=str)
async def test_what_stayed_comes_exactly_once(anyio_backend: str, seeds: range) -> None:
    """Nothing that stayed is missed, nothing comes twice, and all of it is in order."""
    share = seeds if anyio_backend == "asyncio" else seeds[::5]
    outcomes = [await run(seed) for seed in share]
    assert [] == [(fault, schedule) for schedule, fault, _ in outcomes if fault is not None]


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
    history.sandbox.quirks.reads_late = True
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
