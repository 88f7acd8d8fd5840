"""Long lists in many orders, with untrue numbers, quiet and moving: whole, told, or silent.

The walk is driven by `plan` and `take` alone. Run by hand, each with a number of tries:
`python -m tests.walk.large_scope orders 100`, `numbers 100` or `moving 100`.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

import attrs

from smstools_async._walk import Order, Window
from tests.walk.small_scope import Outcome, Row, Server, SmallPage, Way, walk

SIZES = (0, 1, 2, 3, 7, 20, 50, 107, 233, 700, 1210)
PAGE_SIZES = (3, 10, 20, 100)
START = 1_749_000_000

Numbers = Callable[["LongServer", Window, SmallPage], SmallPage]
"""Makes the numbers of a page untrue, or its rows."""


def _in_steps(count: int) -> list[Row]:
    return [Row(number, START + 10 * number) for number in range(count)]


def _displaced(rows: list[Row], places: Iterable[int], by: int) -> list[Row]:
    moved = set(places)
    return [Row(r.name, r.second - by if n in moved else r.second) for n, r in enumerate(rows)]


def _by_hash(row: Row) -> int:
    return row.name * 2_654_435_761 % 1_000_003


ORDERS: dict[str, Callable[[int], list[Row]]] = {
    "newest first": lambda n: _in_steps(n)[::-1],
    "oldest first": _in_steps,
    "a day early at a page's edge": lambda n: _displaced(
        _in_steps(n)[::-1], (0, 19, 20, 99, 100, n - 1), 86_400
    ),
    "a day early, oldest first": lambda n: _displaced(
        _in_steps(n), (0, 19, 20, 99, 100, n - 1), 86_400
    ),
    "40 s early": lambda n: _displaced(_in_steps(n)[::-1], range(0, n, 7), 40),
    "in the future": lambda n: _displaced(_in_steps(n)[::-1], (n // 2,), -2_000_000_000),
    "outbound before inbound": lambda n: [
        row for odd in (0, 1) for row in _in_steps(n)[::-1] if row.name % 2 == odd
    ],
    "two blocks, oldest first": lambda n: [
        row for odd in (0, 1) for row in _in_steps(n) if row.name % 2 == odd
    ],
    "by number modulo 7": lambda n: sorted(_in_steps(n), key=lambda row: (row.name % 7, row.name)),
    "by hash": lambda n: sorted(_in_steps(n), key=_by_hash),
    "one second": lambda n: [Row(number, START) for number in range(n)],
    "twins of one second": lambda n: [Row(number // 3, START) for number in range(n)],
    "ties of 5": lambda n: [Row(k, START - k // 5) for k in range(n)],
    "ties of 60": lambda n: [Row(k, START - k // 60) for k in range(n)],
    "ties of 60, oldest first": lambda n: [Row(k, START + k // 60) for k in range(n)],
    "pairs swapped": lambda n: [Row(k ^ 1, START + 10 * (k ^ 1)) for k in range(n - n % 2)],
    "second half first": lambda n: _in_steps(n)[n // 2 :] + _in_steps(n)[: n // 2],
    "zigzag": lambda n: [Row(k, START + (k if k % 2 else -k)) for k in range(n)],
    "sawtooth of 50": lambda n: [Row(k, START + k % 50) for k in range(n)],
    "newest in the middle": lambda n: [Row(k, START - abs(k - n // 2)) for k in range(n)],
    "late rows at the end": lambda n: _in_steps(n)[::-1][3:] + _in_steps(n)[::-1][:3],
    "as entered with late times": lambda n: _displaced(
        _in_steps(n), (k for k in range(n) if _by_hash(Row(k, 0)) % 20 == 0), 3_000
    ),
}


@attrs.define
class LongServer(Server):
    """Serves a long list, with numbers that may be untrue."""

    most_requests: int = 3000
    numbers: Numbers | None = None
    move: Callable[["LongServer"], None] | None = None

    def respond(self, window: Window) -> SmallPage:
        """Move, then serve a window."""
        if self.move is not None and self.requests:
            self.move(self)
        if self.numbers is None:
            return super().respond(window)
        page = super().respond(window)
        return self.numbers(self, window, page)

    def cut(self, window: Window, rows: Sequence[Row] | None = None) -> Sequence[Row]:
        """Return the rows of a window."""
        listed = (self.rows if rows is None else rows)[window.start : window.stop]
        return listed[::-1] if self.way.is_turned else listed


def _total(of: Callable[[LongServer, Window, SmallPage], int | None]) -> Numbers:
    return lambda server, window, page: attrs.evolve(page, total=of(server, window, page))


def _clamped(most: int, *, honest: bool, total: Numbers | None = None) -> Numbers:
    def numbers(server: LongServer, window: Window, _: SmallPage) -> SmallPage:
        real = Window(window.page, min(window.limit, most))
        page = SmallPage(server.cut(real), len(server.rows), real.limit if honest else window.limit)
        return page if total is None else total(server, window, page)

    return numbers


def _never_sent(which: Callable[[int, int], bool], *, holes: bool = False) -> Numbers:
    def numbers(server: LongServer, window: Window, page: SmallPage) -> SmallPage:
        count = len(server.rows)
        kept = [row for row in server.rows if not which(row.name, count)]
        server.stayed &= Counter(kept)
        if holes:
            rows = [row for row in server.cut(window) if not which(row.name, count)]
        else:
            rows = list(server.cut(window, kept))
        return attrs.evolve(page, rows=rows)

    return numbers


def _fixed(size: int) -> Numbers:
    return lambda server, window, page: SmallPage(
        server.cut(Window(window.page, size)), page.total, window.limit
    )


def _beyond(page_instead: int) -> Numbers:
    def numbers(server: LongServer, window: Window, page: SmallPage) -> SmallPage:
        if len(page) or not server.rows:
            return page
        last = -(-len(server.rows) // window.limit) if page_instead == 0 else page_instead
        return attrs.evolve(page, rows=server.cut(Window(last, window.limit)))

    return numbers


def _sometimes_empty(every: int) -> Numbers:
    return lambda server, _, page: (
        attrs.evolve(page, rows=()) if server.requests % every == 0 else page
    )


def _sometimes_short(every: int) -> Numbers:
    return lambda server, _, page: (
        attrs.evolve(page, rows=page.rows[: len(page) // 2])
        if server.requests % every == 0
        else page
    )


SHOWN = _total(lambda _s, _w, page: len(page))

NUMBERS: dict[str, Numbers] = {
    "total is what is shown": SHOWN,
    "total one too low": _total(lambda server, _w, _p: max(0, len(server.rows) - 1)),
    "total one too high": _total(lambda server, _w, _p: len(server.rows) + 1),
    "total far too high": _total(lambda server, _w, _p: len(server.rows) + 10_000),
    "total 0": _total(lambda _s, _w, _p: 0),
    "total 10": _total(lambda _s, _w, _p: 10),
    "total missing": _total(lambda _s, _w, _p: None),
    "total alternates": _total(lambda server, _w, _p: len(server.rows) * (server.requests % 2)),
    "total missing now and then": _total(
        lambda server, _w, _p: len(server.rows) if server.requests % 2 else None
    ),
    "total grows": _total(lambda server, _w, _p: len(server.rows) + 100 * server.requests),
    "total shrinks": _total(lambda server, _w, _p: max(0, len(server.rows) - server.requests)),
    "total up to here": _total(lambda _s, window, page: window.start + len(page)),
    "total is the limit": _total(lambda _s, window, _p: window.limit),
    "total on page 1 alone": _total(
        lambda server, window, _p: len(server.rows) if window.page == 1 else None
    ),
    "one row never sent": _never_sent(lambda name, n: name == n // 2),
    "first row never sent": _never_sent(lambda name, _: name == 0),
    "last row never sent": _never_sent(lambda name, n: name == n - 1),
    "rows beyond 50 never sent": _never_sent(lambda name, n: name < n - 50),
    "filtered after paging": _never_sent(lambda name, _: name % 10 == 0, holes=True),
    "one filtered after paging": _never_sent(lambda name, n: name == n // 2, holes=True),
    "limit lowered to 2": _clamped(2, honest=True),
    "limit lowered to 5": _clamped(5, honest=True),
    "limit lowered to 37": _clamped(37, honest=True),
    "limit lowered to 37, silently": _clamped(37, honest=False),
    "limit lowered to 5, silently": _clamped(5, honest=False),
    "limit lowered and total is what is shown": _clamped(37, honest=False, total=SHOWN),
    "limit ignored, 10 rows": _fixed(10),
    "limit ignored, 100 rows": _fixed(100),
    "limit ignored and total is what is shown": lambda s, w, p: SHOWN(s, w, _fixed(10)(s, w, p)),
    "the last page again and again": _beyond(0),
    "page 1 beyond the end": _beyond(1),
    "page ignored": lambda server, window, page: attrs.evolve(
        page, rows=server.cut(Window(1, window.limit))
    ),
    "A B A B": lambda server, window, page: attrs.evolve(
        page, rows=server.cut(Window(1 + server.requests % 2, window.limit))
    ),
    "every third page empty": _sometimes_empty(3),
    "every third page short": _sometimes_short(3),
    "every second page empty": _sometimes_empty(2),
    "echoed limit untrue": lambda _s, _w, page: attrs.evolve(page, limit=1000),
    "echoed limit too small": lambda _s, window, page: attrs.evolve(
        page, limit=max(1, window.limit // 2)
    ),
}


def judge(server: LongServer) -> tuple[str, Outcome]:
    """Walk, and say whether all came exactly once, or it was told, or neither."""
    outcome = walk(server)
    got = Counter(outcome.rows)
    is_whole = not (server.stayed - got) and not (got - server.ever)
    word = "whole" if is_whole else "told" if outcome.is_told else "SILENT"
    return word, outcome


def in_order(server: LongServer, outcome: Outcome) -> bool:
    """Whether rows of a sorted list came in the order asked for."""
    seconds = [row.second for row in outcome.rows]
    return seconds == sorted(seconds, reverse=server.way.order == "newest")


Check = Iterator[tuple[str, str, LongServer, Outcome]]


def check_orders(tries: int, only: str = "") -> Check:
    """Walk quiet lists in every order, with honest numbers."""
    for name, make in ORDERS.items():
        draw = random.Random(name)
        for _ in range(tries if only in name else 0):
            server = LongServer(tuple(make(draw.choice(SIZES))), _draw_way(draw), {})
            word, outcome = judge(server)
            if word == "whole" and name in ("newest first", "oldest first"):
                word = "whole" if in_order(server, outcome) else "OUT OF ORDER"
            yield name, word, server, outcome


def check_numbers(tries: int, only: str = "") -> Check:
    """Walk quiet lists with untrue numbers."""
    for name, numbers in NUMBERS.items():
        draw = random.Random(name)
        for _ in range(tries if only in name else 0):
            rows = ORDERS[draw.choice(("newest first", "oldest first", "by hash", "ties of 5"))]
            way = _draw_way(draw)
            server = LongServer(tuple(rows(draw.choice(SIZES))), way, {}, numbers=numbers)
            word, outcome = judge(server)
            yield name, word, server, outcome


def _draw_way(draw: random.Random) -> Way:
    orders: tuple[Order, Order] = ("newest", "oldest")
    return Way(
        page_size=draw.choice(PAGE_SIZES),
        order=draw.choice(orders),
        is_turned=draw.random() < 0.3,
        ahead=draw.choice((1, 3, 8)),
        surplus=None,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what is named, and print the counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("orders", "numbers", "moving"))
    parser.add_argument("tries", type=int, help="for each name")
    parser.add_argument("--only", default="", help="names that hold this")
    chosen = parser.parse_args(arguments)
    checks = {"orders": check_orders, "numbers": check_numbers, "moving": check_moving}
    counts: dict[str, Counter[str]] = {}
    requests: Counter[str] = Counter()
    bad: list[object] = []
    for name, word, server, outcome in checks[chosen.what](chosen.tries, chosen.only):
        counts.setdefault(name, Counter())[word] += 1
        ideal = max(1, -(-len(server.rows) // server.way.page_size))
        requests[name] += outcome.requests - ideal
        if word not in ("whole", "told", "whole, told") or (
            chosen.what == "orders" and word != "whole"
        ):
            bad.append(
                (name, word, len(server.rows), server.way, outcome.is_told, outcome.requests)
            )
    for name, verdicts in counts.items():
        extra = requests[name] / verdicts.total()
        print(f"{name:45} {dict(verdicts)} {extra:+.2f} requests")  # noqa: T201 - it speaks to a person
    for case in bad[:12]:
        print(case)  # noqa: T201 - it speaks to a person
    return bool(bad)


def check_moving(tries: int, only: str = "") -> Check:
    """Walk lists that move at random, in stable orders."""
    rates = ((0.5, 0.3), (1, 1), (5, 3), (50, 30))
    for name, (arrivals, deletions) in product(MOVING, rates):
        draw = random.Random(f"{name} {arrivals}")
        for _ in range(tries if only in name else 0):
            size, page_size = draw.choice(((233, 20), (1210, 100), (50, 3)))
            way = attrs.evolve(_draw_way(draw), page_size=page_size)
            rows = [_arriving(draw, number, 0.05) for number in range(size)]
            move = _mover(draw, arrivals, deletions, name, rows)
            server = LongServer(MOVING[name](rows), way, {}, move=move)
            word, outcome = judge(server)
            if word == "whole" and outcome.is_told:
                word = "whole, told"
            yield f"{name} {arrivals}/{deletions}", word, server, outcome


def _arriving(draw: random.Random, number: int, late: float) -> Row:
    second = START + 20 * number + draw.randint(0, 10)
    return Row(number, second - (draw.randint(1, 4000) if draw.random() < late else 0))


MOVING: dict[str, Callable[[list[Row]], tuple[Row, ...]]] = {
    "as entered, newest first": lambda rows: tuple(rows[::-1]),
    "as entered, oldest first": tuple,
    "by time, newest first": lambda rows: tuple(sorted(rows, key=lambda row: -row.second)),
    "by time, oldest first": lambda rows: tuple(sorted(rows, key=lambda row: row.second)),
    "by number modulo 7": lambda rows: tuple(
        sorted(rows, key=lambda row: (row.name % 7, row.name))
    ),
    "by hash": lambda rows: tuple(sorted(rows, key=_by_hash)),
}


def _mover(
    draw: random.Random, arrivals: float, deletions: float, name: str, rows: list[Row]
) -> Callable[[LongServer], None]:
    numbers = iter(range(len(rows), 10**9))

    def count(rate: float) -> int:
        return int(rate) + (draw.random() < rate % 1)

    def move(server: LongServer) -> None:
        if server.requests > 150:
            return
        rows.extend(_arriving(draw, next(numbers), 0.05) for _ in range(count(arrivals)))
        for _ in range(count(deletions)):
            if rows:
                rows.pop(draw.randrange(len(rows)))
        server.rows = MOVING[name](rows)
        server.ever |= Counter(server.rows)
        server.stayed &= Counter(server.rows)

    return move


if __name__ == "__main__":
    sys.exit(main())
