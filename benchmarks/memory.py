"""How much memory does a long history take, if nothing of it is kept?"""

from functools import partial

from benchmarks.figures import Measured, alternate
from benchmarks.plan import Plan, bench
from benchmarks.report import Answer, Bound, Table
from benchmarks.server import Served

_PAGE_SIZE = 2000
_MOST_GROWTH = 20
_WAYS = {"ours, prefetch=7": "ours.iteration_ahead", "ours, stream": "ours.stream"}


def ask(plan: Plan) -> Answer:
    """Measure how the peak rises, by the length of the history."""
    found = {count: _measure(plan, count) for count in plan.histories}
    shortest, longest = found[min(found)], found[max(found)]
    bounds = [
        Bound(
            words=f"6. Memory that {max(found):,} messages take more than {min(found):,}: {name}",
            found=longest[name]["peak"].median - shortest[name]["peak"].median,
            limit=_MOST_GROWTH,
            unit="MiB",
        )
        for name in _WAYS
    ]
    table = Table(
        title="Peak of memory",
        note="MiB over what the process took before it read, warmed up by 200 messages.",
        head=("", *(f"{count:,} messages" for count in found)),
        rows=[
            [name, *(each[name]["peak"].show(1, 1) for each in found.values())] for name in _WAYS
        ],
    )
    return Answer(tables=[table], bounds=bounds)


def _measure(plan: Plan, count: int) -> dict[str, Measured]:
    with bench(Served(pages=count // _PAGE_SIZE, page_size=_PAGE_SIZE)) as place:
        ways = {name: partial(place.run, way, "memory") for name, way in _WAYS.items()}
        return alternate(ways, min(3, plan.rounds))
