"""How long do other tasks wait for their turn, while a caller never lets go?"""

from functools import partial

from benchmarks.figures import alternate
from benchmarks.plan import Plan, bench
from benchmarks.report import Answer, Bound, Table
from benchmarks.server import Served

_PAGE_SIZE = 2000
_LONGEST = 2.5
_OURS = {
    "ours, iter_conversation": "ours.iteration",
    "ours, prefetch=7": "ours.iteration_ahead",
    "ours, pages": "ours.pages",
    "ours, stream": "ours.stream",
}
_OTHERS = {
    "httpx, cattrs as it comes": "contenders.httpx_and_cattrs",
    "aiohttp, msgspec, one by one": "contenders.aiohttp_and_msgspec",
}


def ask(plan: Plan) -> Answer:
    """Measure the longest gap in each reading of 100,000 messages."""
    with bench(Served(pages=50, page_size=_PAGE_SIZE)) as place:
        ways = {name: partial(place.run, way, "gap") for name, way in (_OURS | _OTHERS).items()}
        found = alternate(ways, plan.rounds)
    bounds = [
        Bound(
            words=f"5. Longest gap of the loop: {name}",
            found=found[name]["gap"].median * 1000,
            limit=_LONGEST,
            unit="ms",
        )
        for name in _OURS
    ]
    table = Table(
        title="Longest gap of the event loop",
        note="Milliseconds of CPU while 100,000 messages are read in pages of 2,000 and not kept.",
        head=("", "ms"),
        rows=[[name, figures["gap"].show(1000, 2)] for name, figures in found.items()],
    )
    return Answer(tables=[table], bounds=bounds)
