"""How fast are many short conversations read at once?"""

import math
from functools import partial

from benchmarks.figures import alternate
from benchmarks.plan import Plan, bench
from benchmarks.report import Answer, Bound, Table
from benchmarks.server import Served

_PHONES = 200
_LATENCY = 0.05
_PAGES = 3
_SIMULTANEOUS = (8, 32, 64)


def ask(plan: Plan) -> Answer:
    """Measure two hundred phones of three pages each."""
    with bench(Served(pages=_PAGES, page_size=100, latency=_LATENCY)) as place:
        ways = {str(most): partial(place.run, f"ours.many_at_{most}") for most in _SIMULTANEOUS}
        found = alternate(ways, min(3, plan.rounds))
    ratios = {most: found[str(most)]["wall"].median / _ideal(most) for most in _SIMULTANEOUS}
    table = Table(
        title=f"{_PHONES} phones of {_PAGES} pages at {_LATENCY * 1000:.0f} ms",
        note="By `stream_conversations`; the ideal is the latency alone.",
        head=("phones at once", "wall, ms", "CPU, ms", "wall, ideal = 1"),
        rows=[
            [
                str(most),
                found[str(most)]["wall"].show(1000),
                found[str(most)]["cpu"].show(1000),
                f"{ratio:.2f}",
            ]
            for most, ratio in ratios.items()
        ],
    )
    bounds = [
        Bound(words="8. 200 phones, 32 at once, against the ideal", found=ratios[32], limit=1.3),
        Bound(
            words="8. The same, 64 at once, against 32",
            found=found["64"]["wall"].median / found["32"]["wall"].median,
            limit=1.1,
        ),
    ]
    return Answer(tables=[table], bounds=bounds)


def _ideal(most: int) -> float:
    return math.ceil(_PHONES / most) * _PAGES * _LATENCY
