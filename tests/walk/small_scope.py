"""All small lists, all small movements: whole, told, or silent.

The walk is driven by `plan` and `take` alone. Run in full by hand:
`python -m tests.walk.small_scope`, or with `--slice K N` for the Kth of N slices.
"""

import argparse
import random
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple, cast

import attrs

from smstools_async._errors import PaginationError
from smstools_async._walk import Goal, Order, Window, is_passed, is_reached, plan, start, take
from smstools_async._walk.layout import Habits, Layout
from smstools_async._walk.trends import Trend

SECONDS = (1, 2, 3)


class Row(NamedTuple):
    """A row of a small list. Rows with one `name` and one second are twins."""

    name: int
    second: int


List = tuple[Row, ...]
Move = Callable[[List], List]
Script = Mapping[int, Sequence[Move]]
"""Before which request the list moves, and how."""


@attrs.frozen
class SmallPage:
    """A page of a small list."""

    rows: Sequence[Row]
    total: int | None
    limit: int | None = None
    has_times: bool = True

    @property
    def seconds(self) -> Sequence[int | None]:
        """The time of each row."""
        return [row.second if self.has_times else None for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def identity(self, index: int, /) -> bytes:
        """Return what makes a row the same as another."""
        return repr(tuple(self.rows[index])).encode()


@attrs.frozen(kw_only=True)
class Way:
    """How a list is served and walked."""

    page_size: int
    order: Order
    is_turned: bool = False
    ahead: int = 1
    surplus: int | None = 0
    has_times: bool = True
    pages: Trend | None = None
    """Which way the pages run, as the client has learned from another list; `None`: its first."""


@attrs.define
class Server:
    """Serves a small list that moves as a script says."""

    rows: List
    way: Way
    script: Script
    requests: int = 0
    most_requests: int = 400
    """No walk may take more."""
    stayed: Counter[Row] = attrs.field(init=False)
    ever: Counter[Row] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Remember what was there at first."""
        self.stayed, self.ever = Counter(self.rows), Counter(self.rows)

    def respond(self, window: Window) -> SmallPage:
        """Move, then serve a window."""
        for move in self.script.get(self.requests, ()):
            self.rows = move(self.rows)
            self.ever |= Counter(self.rows)
            self.stayed &= Counter(self.rows)
        self.requests += 1
        rows = self.rows[window.start : window.stop]
        if self.way.is_turned:
            rows = rows[::-1]
        return SmallPage(rows, len(self.rows), window.limit, self.way.has_times)


@attrs.frozen(kw_only=True)
class Outcome:
    """How a walk ended."""

    rows: Sequence[Row]
    is_told: bool
    requests: int


def learned_by(way: Way) -> Habits:
    """Return what a client knows of the lists before it walks."""
    if way.pages is None:
        return Habits()
    return Habits(layout=Layout(pages=way.pages, is_turned=way.is_turned))


def walk(server: Server) -> Outcome:
    """Walk to the end as a reader does: windows ahead, and responses that are set aside."""
    way = server.way
    goal = Goal(order=way.order, page_size=way.page_size, surplus=way.surplus)
    state = start(goal, learned_by(way))
    came: list[Row] = []
    aside: deque[tuple[Window, SmallPage]] = deque()
    was_accepted = True
    while not state.is_finished:
        if server.requests > server.most_requests:
            raise AssertionError(("endless", server.way))
        while aside and is_passed(state, aside[0][0]):
            aside.popleft()
        is_stale = bool(aside) and was_accepted and is_reached(state, aside[0][0])
        if is_stale:
            landed = deque([aside.popleft()])
        else:
            ahead = way.ahead if was_accepted else 1
            landed = deque((w, server.respond(w)) for w in plan(state, ahead))
        was_accepted = True
        while landed and was_accepted and not state.is_finished:
            window, page = landed.popleft()
            try:
                step = take(state, window, page, is_stale=is_stale)
            except PaginationError:
                return Outcome(rows=came, is_told=True, requests=server.requests)
            state, was_accepted = step.state, step.is_accepted or is_stale
            came += [cast("SmallPage", n.view.page).rows[i] for n in step.news for i in n.indexes]
            if not was_accepted:
                aside.extendleft([*reversed(landed), (window, page)])
    is_told = bool(state.doubts or state.missing)
    return Outcome(rows=came, is_told=is_told, requests=server.requests)


def verdict(rows: List, way: Way, script: Script) -> tuple[str, Server, Outcome]:
    """Walk, and say whether all came exactly once, or it was told, or neither."""
    server = Server(rows, way, script)
    outcome = walk(server)
    got = Counter(outcome.rows)
    is_whole = not (server.stayed - got) and not (got - server.ever)
    word = "whole" if is_whole else "told" if outcome.is_told else "SILENT"
    return word, server, outcome


def lists(size: int) -> Iterator[List]:
    """Return the lists of that many rows: seconds in any order, twins included."""
    for seconds in product(SECONDS, repeat=size):
        yield tuple(Row(number, second) for number, second in enumerate(seconds))
        if len(set(seconds)) < size:
            yield tuple(Row(0, second) for second in seconds)


def is_sorted(rows: List) -> bool:
    """Whether times run one way."""
    seconds = [row.second for row in rows]
    return seconds in (sorted(seconds), sorted(seconds, reverse=True))


def _delete(at: int) -> Move:
    return lambda rows: rows[:at] + rows[at + 1 :]


def _insert(at: int, row: Row) -> Move:
    return lambda rows: (*rows[:at], row, *rows[at:])


def _swap(at: int) -> Move:
    def swap(rows: List) -> List:
        pair = rows[at : at + 2]
        is_tie = len(pair) == 2 and pair[0].second == pair[1].second
        return rows[:at] + pair[::-1] + rows[at + 2 :] if is_tie and is_sorted(rows) else rows

    return swap


def moves(size: int, name: int) -> list[Move]:
    """Return all movements of a list of about `size` rows."""
    return [
        *map(_delete, range(size)),
        *(_insert(at, Row(name, second)) for at in range(size + 1) for second in SECONDS),
        *map(_swap, range(size - 1)),
    ]


def scripts(size: int) -> Iterator[tuple[str, Script]]:
    """Return no movement, one up to five rows, and two up to three."""
    yield "quiet", {}
    if size <= 5:
        for at, move in product((1, 2, 3), moves(size, 100)):
            yield "one movement", {at: (move,)}
    if size <= 3:
        for first, second in product(moves(size, 100), moves(size + 1, 200)):
            for at in (1, 2, 3):
                yield "two in one gap", {at: (first, second)}
            for early, late in ((1, 2), (1, 3), (2, 3)):
                yield "two in two gaps", {early: (first,), late: (second,)}


FIRST: Sequence[Trend | None] = (None,)
LEARNED: Sequence[Trend | None] = ("falling", "rising", "none")


def ways(learned: Sequence[Trend | None] = FIRST) -> Iterator[Way]:
    """Return all ways to serve and walk."""
    orders: tuple[Order, Order] = ("newest", "oldest")
    all_ways = product((1, 2, 3), orders, (False, True), (1, 3), learned)
    for size, order, turned, ahead, pages in all_ways:
        yield Way(page_size=size, order=order, is_turned=turned, ahead=ahead, pages=pages)


def cases(
    most: int = 6, learned: Sequence[Trend | None] = FIRST
) -> Iterator[tuple[str, List, Way, Script]]:
    """Return every case of the small scope."""
    for size in range(most + 1):
        for rows in lists(size):
            for kind, script in scripts(size):
                for way in ways(learned):
                    yield kind, rows, way, script


def draw_cases(seed: int, number: int) -> Iterator[tuple[str, List, Way, Script]]:
    """Return random cases of the small scope."""
    draw = random.Random(seed)
    all_ways = list(ways((*FIRST, *LEARNED)))
    for _ in range(number):
        rows = tuple(Row(name, draw.choice(SECONDS)) for name in range(draw.randrange(6)))
        if draw.random() < 0.2:
            rows = tuple(Row(0, row.second) for row in rows)
        if draw.random() < 0.4:
            rows = tuple(sorted(rows, key=lambda row: row.second, reverse=draw.random() < 0.5))
        kind, script = _draw_script(draw, len(rows))
        yield kind, rows, draw.choice(all_ways), script


def _draw_script(draw: random.Random, size: int) -> tuple[str, Script]:
    number = draw.randrange(3 if size <= 3 else 2)
    if number == 0:
        return "quiet", {}
    first = draw.choice(moves(size, 100))
    at = draw.choice((1, 2, 3))
    if number == 1:
        return "one movement", {at: (first,)}
    second = draw.choice(moves(size + 1, 200))
    later = draw.choice((1, 2, 3))
    if later == at:
        return "two in one gap", {at: (first, second)}
    return "two in two gaps", {min(at, later): (first,), max(at, later): (second,)}


def check(all_cases: Iterable[tuple[str, List, Way, Script]]) -> tuple[Counter[str], list[object]]:
    """Count the verdicts, and keep the first silent cases."""
    counts: Counter[str] = Counter()
    silent: list[object] = []
    for kind, rows, way, script in all_cases:
        word, server, outcome = verdict(rows, way, script)
        counts[f"{kind}: {word}"] += 1
        if word == "SILENT" or (kind == "quiet" and word != "whole"):
            silent.append((kind, rows, way, list(script), server.rows, outcome))
    return counts, silent


def main(arguments: Sequence[str] | None = None) -> int:
    """Check all cases, or a slice of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=6)
    parser.add_argument("--learned", action="store_true", help="walks of a client that had others")
    parser.add_argument("--slice", type=int, nargs=2, default=(0, 1))
    chosen = parser.parse_args(arguments)
    part, parts = chosen.slice
    counts, silent = check(
        case
        for number, case in enumerate(cases(chosen.rows, LEARNED if chosen.learned else FIRST))
        if number % parts == part
    )
    for name in sorted(counts):
        print(f"{name:28} {counts[name]:>12,}")  # noqa: T201 - it speaks to a person
    for case in silent[:8]:
        print(case)  # noqa: T201 - it speaks to a person
    return bool(silent)


if __name__ == "__main__":
    sys.exit(main())
