"""What is gained where the caller works on each page, as long as a database would?"""

import asyncio
from functools import partial

from benchmarks.figures import alternate
from benchmarks.meters import Meter
from benchmarks.ours import opened
from benchmarks.plan import Plan, bench
from benchmarks.report import Answer, Table
from benchmarks.server import Served
from benchmarks.source import Source

WORK = 0.02
"""Seconds of the caller's own for each page."""
_ALONE = "in turns: prefetch=0"
_WAYS = {
    _ALONE: "slow.iteration_alone",
    "as it comes: prefetch=2": "slow.iteration",
    "prefetch=7": "slow.iteration_ahead",
    "stream, as it comes": "slow.stream",
    "stream, prefetch=7": "slow.stream_ahead",
}


async def _work(count: int, page_size: int) -> None:
    if count % page_size == 0:
        await asyncio.sleep(WORK)


async def iteration(source: Source, meter: Meter, prefetch: int = 2) -> int:
    """Work on each page of `iter_conversation`."""
    count = 0
    async with opened(source) as client, meter:
        messages = client.iter_conversation(
            source.phone, page_size=source.page_size, prefetch=prefetch
        )
        async for _ in messages:
            count += 1
            await _work(count, source.page_size)
    return count


async def iteration_alone(source: Source, meter: Meter) -> int:
    """Fetch and work in turns."""
    return await iteration(source, meter, prefetch=0)


async def iteration_ahead(source: Source, meter: Meter) -> int:
    """Fetch up to eight pages together."""
    return await iteration(source, meter, prefetch=7)


async def stream(source: Source, meter: Meter, prefetch: int = 2) -> int:
    """Fetch in the background."""
    count = 0
    async with (
        opened(source) as client,
        client.conversation(source.phone, page_size=source.page_size).stream(
            prefetch=prefetch
        ) as messages,
        meter,
    ):
        async for _ in messages:
            count += 1
            await _work(count, source.page_size)
    return count


async def stream_ahead(source: Source, meter: Meter) -> int:
    """Fetch in the background, with room for seven pages."""
    return await stream(source, meter, prefetch=7)


def ask(plan: Plan) -> Answer:
    """Measure 40 pages of 50 ms each, and 20 ms of the caller's own."""
    with bench(Served(pages=plan.pages, page_size=500, latency=0.05)) as place:
        ways = {name: partial(place.run, way) for name, way in _WAYS.items()}
        found = alternate(ways, min(3, plan.rounds))
    alone = found[_ALONE]["wall"].median
    table = Table(
        title="A caller who works 20 ms on each page of 50 ms",
        head=("", "wall, ms", "speed, in turns = 1"),
        rows=[
            [name, figures["wall"].show(1000), f"{alone / figures['wall'].median:.2f}"]
            for name, figures in found.items()
        ],
    )
    return Answer(tables=[table])
