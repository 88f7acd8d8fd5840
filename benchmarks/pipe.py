"""How fast does a whole history come in?"""

from collections.abc import Sequence
from functools import partial
from itertools import product

from benchmarks.figures import Measured, alternate
from benchmarks.plan import Plan, bench
from benchmarks.report import Answer, Bound, Table
from benchmarks.server import Served

_PAGE_SIZE = 2000
_EXISTING = "the existing client"
_NAIVE = "httpx, cattrs as it comes"
_BARE = "httpx, our decoding, no walk"
_EXPERT = "aiohttp, msgspec, one by one"
_EXPERT_AHEAD = "aiohttp, msgspec, 8 ahead"
_DEFAULT = "ours, as it comes"
_AHEAD = "ours, prefetch=7"
_STREAM = "ours, stream"
_STREAM_AHEAD = "ours, stream, prefetch=7"
_WAYS = {
    _EXISTING: "peer.reading",
    _NAIVE: "contenders.httpx_and_cattrs",
    _BARE: "ours.bare_loop",
    _EXPERT: "contenders.aiohttp_and_msgspec",
    _EXPERT_AHEAD: "contenders.aiohttp_and_msgspec_ahead",
    _DEFAULT: "ours.iteration",
    _AHEAD: "ours.iteration_ahead",
    _STREAM: "ours.stream",
    _STREAM_AHEAD: "ours.stream_ahead",
}

Speeds = dict[str, Measured]


def ask(plan: Plan) -> tuple[Answer, Sequence[tuple[str, Sequence[tuple[str, float]]]]]:
    """Measure every way at every latency, with and without TLS; also return what to draw."""
    found = {
        (is_secure, latency): _measure(plan, latency, is_secure=is_secure)
        for is_secure, latency in product((False, True), plan.latencies)
    }
    tables = [_table(plan, *key, speeds) for key, speeds in found.items()]
    bounds = [
        bound
        for (is_secure, latency), speeds in found.items()
        if not is_secure
        for bound in _bounds(plan, latency, speeds)
    ]
    pictures = [
        (f"{_describe(*key)}: speed, aiohttp one by one = 1", _relative(speeds))
        for key, speeds in found.items()
        if not key[0]
    ]
    return Answer(tables=tables, bounds=bounds), pictures


def _measure(plan: Plan, latency: float, *, is_secure: bool) -> Speeds:
    certificate, authority = plan.certificate() if is_secure else ("", "")
    served = Served(
        pages=plan.pages, page_size=_PAGE_SIZE, latency=latency, certificate=certificate
    )
    with bench(served, authority) as place:
        ways = {name: partial(place.run, way) for name, way in _WAYS.items()}
        # Where nothing but the CPU counts, so does whatever else the machine does.
        return alternate(ways, plan.rounds if latency else 3 * plan.rounds)


def _describe(is_secure: bool, latency: float) -> str:  # noqa: FBT001 - the key of a table
    return f"{latency * 1000:.0f} ms{', TLS' if is_secure else ''}"


def _table(plan: Plan, is_secure: bool, latency: float, speeds: Speeds) -> Table:  # noqa: FBT001 - likewise
    count = plan.pages * _PAGE_SIZE
    rows = [
        [
            name,
            f"{count / found['wall'].median / 1000:,.0f}",
            found["wall"].show(1000),
            found["cpu"].show(1e6 / count, 2),
            f"{speeds[_EXPERT]['wall'].median / found['wall'].median:.2f}",
        ]
        for name, found in speeds.items()
    ]
    return Table(
        title=f"Whole history, {_describe(is_secure, latency)}",
        note=f"{plan.pages} pages of {_PAGE_SIZE:,} messages.",
        head=("", "1,000 messages/s", "wall, ms", "CPU, µs a message", "speed, expert = 1"),
        rows=rows,
    )


def _relative(speeds: Speeds) -> list[tuple[str, float]]:
    return [(name, _speed(speeds, name, _EXPERT)) for name in speeds]


def _speed(speeds: Speeds, name: str, other: str) -> float:
    return speeds[other]["wall"].median / speeds[name]["wall"].median


def _bounds(plan: Plan, latency: float, speeds: Speeds) -> list[Bound]:
    faster = partial(_speed, speeds)
    if latency == 0:
        return [
            _at_least(
                "2. 0 ms: speed of ours against the expert's loop", faster(_DEFAULT, _EXPERT), 0.6
            ),
            _at_least("2. 0 ms: against the existing client", faster(_DEFAULT, _EXISTING), 10),
        ]
    if latency < 0.1:
        return [
            _at_least(
                "3. 20 ms: prefetch=7 against the expert's loop", faster(_AHEAD, _EXPERT), 3.5
            ),
            _at_least("3. 20 ms: as it comes, against the same", faster(_DEFAULT, _EXPERT), 2),
        ]
    ideal = latency * windows(plan.pages, 8)
    took = speeds[_AHEAD]["wall"].median
    return [
        Bound(
            words="4. 100 ms: prefetch=7 against its windows alone", found=took / ideal, limit=1.2
        )
    ]


def _at_least(words: str, found: float, limit: float) -> Bound:
    return Bound(words=words, found=found, limit=limit, is_least=True)


def windows(pages: int, most: int) -> int:
    """Count the windows of 1, 2, 4 … up to `most` pages that hold so many."""
    count, size = 0, 1
    while pages > 0:
        pages -= size
        size = min(2 * size, most)
        count += 1
    return count
