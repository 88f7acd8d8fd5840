"""Tell which page comes next, and what on it is new.

Pure: no I/O, no clock, no await. A `Walk` plans windows (a page number and a limit), takes the
answers in the order of its plan, and tells which rows of each are to be handed out.

The list moves while it is read. What does not move are times, so a walk remembers its *frontier*:
the last second handed out, and which rows of that second were. A row before the frontier is passed,
a row of the frontier's second is new unless it was counted, a row beyond is new. What remains to be
known is that no new row hides before the window. That is proven if

- the window begins at the end of the list where the walk began, or
- its first row is passed (older rows cannot stand before newer ones in a sorted list), or
- the walk goes from new to old, and of the rows known already just as many turn up in the window
  as it shares with what was read, and `total` grew by since it was planned. Each arrival moves one
  known row into it; had any deletion above moved a new one out, fewer would be there than `total`
  accounts for. What was known when it was planned is its *ground*: nobody knows in which order
  windows in flight together are answered, but each of them is answered after that.

The third proof needs no overlap, so a quiet history costs nothing. Once the history is seen to
move, windows overlap. A window without proof is set aside, and an earlier one asked for; behind
that one it may well be of use.

*Position* is the index in the server's list at which the next new row is expected. It is a guess
that makes walks fast; only the proofs make them right.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from operator import neg, pos
from typing import NamedTuple, Protocol, TypeVar

from smstools_async._cursor import Frontier, Order, Position, digest
from smstools_async._errors import PaginationStalledError
from smstools_async._models import Message

LARGEST_LIMIT = 2000
"""The most rows the API gives at once (error 135 beyond)."""
_MOST_IDLE_ANSWERS = 64
"""A gallop and a bisection over four billion rows: beyond it nothing more will come."""
_MOST_EMPTY_PAGES = 3
"""More empty pages in a row, where rows were seen before, are no hiccup."""
_MOST_FRUITLESS = 4
"""Windows read on, each twice as long, after one without news; then single rows are looked at."""
_LONGEST_LIST = 10**8
"""Messages with one phone that nobody has; only a server that ignores `page` seems to."""
_NEAR = 256
"""Rows that cost less to read than further requests cost to search."""
_TELLING_LIMIT = 64
"""Rows asked for when those of a first page are all of one second."""


Identify = Callable[[Message], bytes]
RowT = TypeVar("RowT")
_Row = tuple[int, bytes]


class Answer(Protocol):
    """A page as the walk sees it; the numbers are the server's claims."""

    total: int | None
    page: int | None
    limit: int | None

    @property
    def seconds(self) -> Sequence[int]:
        """The time of each row."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Message: ...


class Window(NamedTuple):
    """A piece of the list that one request can ask for."""

    page: int
    limit: int

    @property
    def start(self) -> int:
        """The index of its first row."""
        return (self.page - 1) * self.limit

    @property
    def stop(self) -> int:
        """The index after its last row."""
        return self.page * self.limit


class Ground(NamedTuple):
    """Where the known rows ended in an answer that came before a window was planned."""

    edge: int
    total: int | None
    found: int
    """How many rows had been found up to it."""


class Question(NamedTuple):
    """A window to ask for, and the ground on which its answer can be judged."""

    window: Window
    ground: Ground


def window_from(index: int, largest: int) -> Window:
    """Return the window at or before `index`, of at most `largest` rows, that reaches farthest."""
    if index % largest == 0:
        return Window(index // largest + 1, largest)
    limits = range(largest, largest // 2, -1)
    limit = max(limits, key=lambda limit: limit - index % limit)
    return Window(index // limit + 1, limit)


def window_to(index: int, largest: int) -> Window:
    """Return the window that holds all up to `index`, of at most `largest` rows, and most of it."""
    limits = range(largest, largest // 2, -1)
    limit = max(limits, key=lambda limit: (index - 1) % limit)
    return Window((index - 1) // limit + 1, limit)


def _served_limit(window: Window, answer: Answer) -> int:
    """Return the limit the rows were counted off by: the echoed one, unless the rows belie it."""
    if answer.limit and len(answer) <= answer.limit:
        return answer.limit
    return window.limit


def _leave_out(rows: Mapping[int, RowT], known: Counter[RowT]) -> list[int]:
    """Return the indexes of the rows that are not known; of equal ones as many as are new."""
    left = known.copy()
    news: list[int] = []
    for index, row in rows.items():
        if left[row] > 0:
            left[row] -= 1
        else:
            news.append(index)
    return news


class _View:
    """An answer in the direction of the walk: keys grow, whichever way times do."""

    def __init__(
        self, question: Question, answer: Answer, *, forward: bool, descending: bool
    ) -> None:
        window = question.window
        limit = _served_limit(window, answer)
        self.ground: Ground = question.ground
        self.answer: Answer = answer
        self.forward: bool = forward
        self.descending: bool = descending
        self.start: int = ((answer.page or window.page) - 1) * limit
        self.stop: int = self.start + len(answer)
        self.is_short: bool = len(answer) < limit
        self.indexes: range = range(len(answer)) if forward else range(len(answer) - 1, -1, -1)
        self.seconds: Sequence[int] = answer.seconds
        self._times: list[int] = list(self.seconds if forward else reversed(self.seconds))
        self._times_fall: bool = forward == descending
        self._key_of: Callable[[int], int] = neg if self._times_fall else pos

    def __len__(self) -> int:
        return len(self._times)

    @property
    def is_sorted(self) -> bool:
        """Whether times only ever go on in the direction of the walk."""
        return self._times == sorted(self._times, reverse=self._times_fall)

    @property
    def first_key(self) -> int:
        """The key of the first row."""
        return self._key_of(self._times[0])

    @property
    def last_key(self) -> int:
        """The key of the last row."""
        return self._key_of(self._times[-1])

    def count_before(self, key: float) -> int:
        """Return how many rows come before `key`."""
        return bisect_left(self._times, key, key=self._key_of)

    def count_up_to(self, key: float) -> int:
        """Return how many rows do not come after `key`."""
        return bisect_right(self._times, key, key=self._key_of)


class _Search:
    """Finds the index of a border in a long list by looking at single rows.

    It gallops from the near side, so that a near border is found soon, then bisects.
    """

    def __init__(self, low: int, high: int | None, step: int, *, upwards: bool) -> None:
        self.low = low
        self.high = high
        self._step = step
        self._upwards = upwards or high is None

    @property
    def guess(self) -> int:
        """The index to look at next."""
        if self.high is None:
            return self.low + self._step
        middle = (self.low + self.high) // 2
        if self._upwards:
            return min(self.low + self._step, middle)
        return max(self.high - self._step, middle)

    def look(self, index: int, *, border_is_beyond: bool) -> None:
        """Take what the row at `index` told."""
        if border_is_beyond:
            self.low = index + 1
        else:
            self.high = index
        self._step *= 2


class _Compared(NamedTuple):
    """How the rows of an answer stand to the frontier."""

    passed: int
    new_ties: Sequence[int]
    beyond: int
    """Behind how many rows those begin that are later than the frontier's second."""

    @property
    def known(self) -> int:
        """How many of the rows are not new."""
        return self.beyond - len(self.new_ties)


class Taken:
    """The rows of one answer that are to be handed out, and where the walk stands between them."""

    def __init__(
        self, view: _View, rows: Sequence[int], before: Frontier | None, identify: Identify
    ) -> None:
        self.view: _View = view
        self.rows: Sequence[int] = rows
        self._before = before
        self._identify = identify

    def frontier_after(self, handed_out: int) -> Frontier | None:
        """Return the frontier after so many of the rows."""
        if not handed_out:
            return self._before
        seconds = self.view.seconds
        second = seconds[self.rows[handed_out - 1]]
        latest = reversed(self.rows[:handed_out])
        ties = takewhile(lambda index: seconds[index] == second, latest)
        same = self._before
        if same is None or same.second != second:
            same = Frontier(second, Counter())
        digests = (self._identify(self.view.answer[index])[: same.width] for index in ties)
        return same._replace(seen=same.seen + Counter(digests))

    def position_after(self, handed_out: int) -> Position | None:
        """Return what a cursor has to hold after so many of the rows; `None`: nothing yet."""
        frontier = self.frontier_after(handed_out)
        return frontier and Position(frontier, self._older_rows(handed_out))

    def _older_rows(self, handed_out: int) -> int | None:
        view = self.view
        last = self.rows[handed_out - 1] if handed_out else 0
        edge = view.start + last + (view.forward and handed_out > 0)
        if not view.descending:
            return edge
        return None if view.answer.total is None else max(0, view.answer.total - edge)


class _Ending:
    """How sure it is that the list ends where the last row was seen, when `total` does not say so.

    A short page alone proves nothing, since servers are known to clamp limits, and an empty one may
    be a hiccup. So the end is looked at again, beginning with rows seen before: if these come, and
    nothing behind them, one more look is taken one page further.
    """

    def __init__(self) -> None:
        self.look_again = False
        """Whether the next window is to begin with rows seen before."""
        self.look_further = False
        """Whether the next window is to lie one page further."""
        self.short_page = 0
        """How many rows the short page had that is in doubt."""
        self.empty_pages = 0
        """How many pages in a row had not even the rows seen before."""

    def note(self, *, rows: int, is_short: bool, has_news: bool) -> None:
        """Take an answer that `total` does not explain."""
        self.look_again = is_short and (has_news or not rows)
        self.look_further = is_short and rows > 0 and not has_news
        self.empty_pages = 0 if rows else self.empty_pages + 1
        if has_news or not is_short:
            self.short_page = rows if is_short else 0


class _Drift:
    """How the list moves, by what was seen of it: so far must the next windows overlap."""

    def __init__(self, *, assume: bool) -> None:
        self.is_suspected = False
        """Whether the last window had no proof, and what it lacked was not read yet."""
        self._is_certain = assume
        self.slack = 0
        """How many rows more windows overlap by, since shorter overlaps did not suffice."""
        self._rise = 0
        self._fall = 0

    @property
    def is_seen(self) -> bool:
        """Whether windows have to overlap. A list that moved once is not trusted again."""
        return self._is_certain or self.is_suspected

    def assume(self) -> None:
        """Take it as moving from now on."""
        self._is_certain = True

    def notice(self, change: int) -> None:
        """Take how `total` changed since the last answer."""
        self._rise = max(change, self._rise - self._rise // 8)
        self._fall = max(-change, self._fall - self._fall // 8)
        self._is_certain |= change != 0

    def doubt(self, shift: int) -> None:
        """Learn that an overlap was too short, or that there was none."""
        self.is_suspected = True
        self.slack = max(4, 2 * self.slack, abs(shift))

    @property
    def is_lost(self) -> bool:
        """Whether doubts have made overlaps so long that a search costs less."""
        return self.slack > 4 * _NEAR

    def forget_doubts(self) -> None:
        """Begin with short overlaps again, at another place."""
        self.slack = 0

    def settle(self, *, moved: bool) -> None:
        """Learn that an overlap sufficed, and whether it showed that rows had moved."""
        self.slack = self.slack * 3 // 4
        self._is_certain |= moved
        self.is_suspected = False

    def away(self, *, forward: bool) -> int:
        """Return how many rows the list may move away from the next window, leaving a gap."""
        return self.slack + (self._fall if forward else self._rise)

    def towards(self, *, forward: bool) -> int:
        """Return how many rows it may move towards the next window, filling it with known ones."""
        return self._rise if forward else self._fall


class Walk:
    """One way through the history of one phone.

    Args:
        first: the first second wanted, in the direction of the walk.
        last: the last one wanted.
        resume: where an earlier walk stood.
    """

    def __init__(
        self,
        *,
        phone: str,
        order: Order,
        page_size: int,
        max_messages: int | None = None,
        first: int | None = None,
        last: int | None = None,
        resume: Position | None = None,
    ) -> None:
        self.finished: bool = max_messages == 0
        self.degraded: bool = False
        """Whether the server contradicted itself, or sorts neither way."""
        self.on_course: bool = True
        """Whether the last answer could be used; if not, those planned with it cannot either."""
        self.total: int | None = None
        """How many messages the server says there are."""
        self.arrived: int = 0
        """How many more they became since the first answer."""
        self.taken: Taken | None = None
        """What the last answer of use brought."""

        self._identify: Identify = lambda message: digest(message, phone)
        self._newest = order == "newest"
        self._sign = -1 if self._newest else 1
        self._page_size = page_size
        self._largest = LARGEST_LIMIT
        self._room: int | None = max_messages
        self._first_key = -math.inf if first is None else self._sign * first
        self._last_key = math.inf if last is None else self._sign * last
        self._frontier: Frontier | None = self._farther(
            None if resume is None else resume.frontier, first
        )
        self._older_rows = resume.older_rows if resume and self._frontier else None

        self._begun = False
        self._begin_limit = page_size
        self._latest_at_first = 0
        self._empty_beginnings = 0
        self._doubted_page = 0
        self._descending = True
        self._forward = True
        self._search: _Search | None = None
        self._ending = _Ending()
        self._far_end: int | None = None
        self._position = 0
        self._position_total: int | None = None
        self._found = 0
        self._ground = Ground(0, None, 0)
        self._unsure = False
        self._span = 0
        self._drift = _Drift(assume=not self._newest)
        self._most_ties = 1
        self._fruitless = _MOST_FRUITLESS
        self._idle_answers = 0
        self._sequence: Counter[_Row] | None = None

    def _farther(self, resumed: Frontier | None, first: int | None) -> Frontier | None:
        """Return the frontier to begin at: where an earlier walk stood, or the first second."""
        if resumed is not None and resumed.second == 0:
            resumed = None  # the beginning of time
        if first is None or (resumed and self._sign * resumed.second >= self._sign * first):
            return resumed
        return Frontier(first, Counter())

    @property
    def _key(self) -> float:
        return -math.inf if self._frontier is None else self._sign * self._frontier.second

    @property
    def has_order(self) -> bool:
        """Whether times tell where the walk stands; without, there is no cursor."""
        return self._sequence is None

    @property
    def beginning(self) -> Position | None:
        """What a cursor has to hold before the first row; `None` where nothing can be said yet.

        From old to new that is the beginning of time, so that even an empty conversation has a
        cursor, behind which all that comes is new.
        """
        if self._frontier is None:
            return None if self._newest else Position(Frontier(0, Counter()), 0)
        return Position(self._frontier, self._older_rows)

    # What to ask for

    def plan(self, most: int) -> list[Question]:
        """Return the windows to ask for next, nearest first, `most` at the most."""
        return [Question(window, self._ground) for window in self._plan_windows(most)]

    def _plan_windows(self, most: int) -> list[Window]:
        if self._doubted_page:
            return [Window(2, self._doubted_page)]
        if not self._begun:
            return [Window(1, self._begin_limit)]
        if self._search is not None:
            return [Window(self._search.guess + 1, 1)]
        if self._ending.look_further:
            page_size = self._ending.short_page or self._page_size
            return [window_from(self._position + page_size, page_size)]
        return self._plan_reading(most)

    def _plan_reading(self, most: int) -> list[Window]:
        windows = [self._window_at(self._position, self._overlap)]
        overlap = self._most_ties + 1 + self._away if self._drift.is_seen else 0
        while len(windows) < most and not (self._unsure or self._ending.look_again):
            edge = windows[-1].stop if self._forward else windows[-1].start
            if self._needs_nothing_beyond(edge):
                break
            windows.append(self._window_at(edge, overlap))
        return windows

    def _needs_nothing_beyond(self, edge: int) -> bool:
        is_end = edge >= (self.total or 0) if self._forward else edge <= 0
        return is_end or (self._room is not None and abs(edge - self._position) >= self._room)

    @property
    def _overlap(self) -> int:
        """How many rows the next window has to share with the last, to be likely proven."""
        if not (self._drift.is_seen or self._unsure or self._ending.look_again):
            return 0
        counted = 0 if self._frontier is None else self._frontier.seen.total()
        return counted + 1 + self._away

    @property
    def _away(self) -> int:
        page_size = self._ending.short_page or self._page_size
        return self._drift.away(forward=self._forward) + page_size // 32

    def _window_at(self, position: int, overlap: int) -> Window:
        """Return a window that reaches beyond `position`, larger than a page if need be."""
        largest = min(self._largest, self._reach(overlap))
        while True:
            if self._forward:
                window = window_from(max(0, position - overlap), largest)
            else:
                window = window_to(position + overlap, largest)
            reaches = window.stop > position if self._forward else window.start < position
            if reaches or largest == self._largest:
                return window
            largest = min(self._largest, 2 * largest)

    def _reach(self, overlap: int) -> int:
        """How many rows to ask for: a page, and more where less would bring less than a page."""
        if not overlap:
            return self._page_size
        if self._ending.short_page:
            return max(self._ending.short_page, overlap)  # all the server gives, perhaps
        reach = (
            max(self._page_size, self._span) + overlap + self._drift.towards(forward=self._forward)
        )
        reach += reach // 16 + 1  # leaves some limits to choose from, one of which fits well
        if self._drift.is_suspected:
            reach *= 2  # to get past where the answers set aside lack rows
        return reach << self._fruitless if self._fruitless < _MOST_FRUITLESS else reach

    # What to make of an answer

    def take(self, question: Question, answer: Answer) -> Sequence[int]:
        """Return the indexes of the rows to hand out now, in their order.

        Answers are taken in the order of the plan. When `on_course` is false after one, it and the
        others of that plan are of no use before what they leave out was read; see `take_again`.

        Raises:
            PaginationStalledError: the server keeps answering and nothing new comes.
        """
        self._notice_total(answer.total)
        self._clamp(_served_limit(question.window, answer), asked=question.window.limit)
        self.on_course = True
        rows = self._take(question, answer)
        self._idle_answers = 0 if rows else self._idle_answers + 1
        if self._idle_answers > _MOST_IDLE_ANSWERS and not self.finished:
            raise PaginationStalledError(
                f"The last {self._idle_answers} answers brought nothing new, and no end"
            )
        return rows

    def _take(self, question: Question, answer: Answer) -> Sequence[int]:
        if self._doubted_page:
            self._settle_doubt(answer)
            return ()
        if not self._begun and not self._find_direction(question.window, answer):
            return ()
        view = self._view(question, answer)
        if self._search is not None:
            self._narrow(self._search, question.window.start, view)
            return ()
        if self._ending.look_further:
            self._conclude(view)
            return ()
        if self._sequence is not None or not view.is_sorted:
            return self._read_in_sequence(view)
        return self._read(view)

    def take_again(self, question: Question, answer: Answer) -> Sequence[int] | None:
        """Return what an answer holds that was set aside; `None` if there is still no proof.

        It is older than what was taken since, so it tells nothing of how the list moves now.
        """
        view = self._view(question, answer)
        if not (self._is_reading and view.is_sorted):
            return None
        compared = self._compare(view)
        if compared.known == len(view):
            return ()
        return self._hand_out_news(view, compared) if self._is_proven(view, compared) else None

    def _view(self, question: Question, answer: Answer) -> _View:
        return _View(question, answer, forward=self._forward, descending=self._descending)

    @property
    def _is_reading(self) -> bool:
        """Whether the walk goes on from row to row, and neither looks for a place nor an end."""
        is_looking = self._search is not None or self._ending.look_further or self._unsure
        return not (is_looking or self._doubted_page or self._sequence is not None)

    def _notice_total(self, total: int | None) -> None:
        change = 0 if self.total is None or total is None else total - self.total
        self._drift.notice(change)
        if total is None or self.degraded:
            self._drift.assume()
        self.arrived += max(0, change)
        self.total = total

    def _clamp(self, limit: int, asked: int = LARGEST_LIMIT) -> None:
        """Ask for no more rows at once than the server gives, if it gave less than asked for."""
        if limit < asked:
            self._largest = min(self._largest, limit)
            self._page_size = min(self._page_size, limit)

    def _find_direction(self, window: Window, answer: Answer) -> bool:
        """Learn from page 1 which way the server sorts, or else have a longer one asked for.

        All rows in one second tell nothing; and with such a page handed out, what arrives in that
        very second could not be told from what was there.
        """
        seconds = list(answer.seconds)
        if not seconds and answer.total != 0:
            self._bear_with(answer)
            return False
        descending = seconds == sorted(seconds, reverse=True)
        ascending = seconds == sorted(seconds)
        is_whole = not seconds or len(seconds) == answer.total
        longer = min(self._largest, max(_TELLING_LIMIT, 2 * window.limit))
        if descending and ascending and not is_whole and longer > window.limit:
            self._begin_limit = longer
            self._latest_at_first = self._latest_at_first or seconds[0]
            return False
        self._begun = True
        self._descending = descending or not ascending
        is_ordered = seconds and (descending or ascending)
        self._forward = self._newest == self._descending or not is_ordered
        if self._newest and not ascending and self._latest_at_first and self._frontier is None:
            self._frontier = Frontier(self._latest_at_first, Counter())  # what is newer arrived
        return True

    def _bear_with(self, answer: Answer) -> None:
        """Take a first page that lacks its rows: a hiccup, perhaps, so it is asked for again."""
        self._empty_beginnings += 1
        if self._empty_beginnings > _MOST_EMPTY_PAGES:
            raise PaginationStalledError(
                f"Page 1 came empty {self._empty_beginnings} times, beside total={answer.total}"
            )

    # Reading a sorted list

    def _read(self, view: _View) -> Sequence[int]:
        compared = self._compare(view)
        if not self._is_proven(view, compared):
            self._find_way_back(view)
            return ()
        self._drift.settle(moved=self._has_moved(view, compared.known))
        return self._hand_out_news(view, compared)

    def _compare(self, view: _View) -> _Compared:
        passed = view.count_before(self._key)
        beyond = view.count_up_to(self._key)
        return _Compared(passed, self._not_counted(view, view.indexes[passed:beyond]), beyond)

    def _is_proven(self, view: _View, compared: _Compared) -> bool:
        """Whether no new row hides before this window."""
        return (
            compared.passed > 0 or self._is_at_border(view) or self._adjoins(view, compared.known)
        )

    def _hand_out_news(self, view: _View, compared: _Compared) -> Sequence[int]:
        wanted = view.count_up_to(self._last_key)
        rows: Sequence[int] = view.indexes[compared.beyond : wanted]
        if compared.new_ties:
            rows = [*compared.new_ties, *rows]
        return self._hand_out(view, rows, is_complete=wanted < len(view))

    def _not_counted(self, view: _View, ties: Sequence[int]) -> list[int]:
        """Return the rows of the frontier's second that were not handed out yet."""
        if self._frontier is None or not ties:
            return list(ties)
        width = self._frontier.width
        rows = {index: self._identify(view.answer[index])[:width] for index in ties}
        return _leave_out(rows, self._frontier.seen)

    def _is_at_border(self, view: _View) -> bool:
        """Whether no row of the list can stand before this window, seen along the walk."""
        if self._forward:
            return view.start == 0
        return len(view) > 0 and view.stop in (view.answer.total, self._far_end)

    def _adjoins(self, view: _View, known: int) -> bool:
        """Whether just those rows are known again that this window must share with what was read.

        These are the ones they overlap by, and as many more as `total` grew. No row more than that
        can have moved into the window, so if no more are known, the new ones are all in it.
        """
        if self._unsure or not self._newest or self.taken is None:
            return False
        ground, total = view.ground, view.answer.total
        found = self._found - ground.found
        if not self._forward:
            return known == view.stop - (ground.edge - found)
        if total is None or ground.total is None or self.degraded:
            return False
        return known == ground.edge + found - view.start + total - ground.total

    def _has_moved(self, view: _View, known: int) -> bool:
        """Whether the rows known already stand elsewhere than when they were last seen."""
        if self._unsure or self.taken is None:
            return False
        edge = view.start + known if self._forward else view.stop - known
        return edge != self._position

    def _hand_out(self, view: _View, rows: Sequence[int], *, is_complete: bool) -> Sequence[int]:
        rows = rows[: self._room]
        self.taken = Taken(view, rows, self._frontier, self._identify)
        self._frontier = self.taken.frontier_after(len(rows))
        if self._frontier is not None:
            self._most_ties = max(self._most_ties, self._frontier.seen.total())
        self._found += len(rows)
        if len(view):
            self._position = view.stop if self._forward else view.start
            self._position_total = view.answer.total
            self._ground = Ground(self._position, self._position_total, self._found)
        self._unsure = False
        self._span = 0
        if self._room is not None:
            self._room -= len(rows)
        self.finished = is_complete or self._room == 0
        if not self.finished:
            self._look_for_end(view, has_news=bool(rows))
        return rows

    # Going elsewhere

    def _find_way_back(self, view: _View) -> None:
        """Have an earlier window asked for: something may hide before this one."""
        self.on_course = False
        if self._position == 0:
            self._leave_for_frontier(view)
        elif self._is_astray(view):
            self._search_frontier(view)
        elif self._forward:
            self._step_back(view, min(0, self._change(view)))
        elif self._frontier is None or not len(view):
            self._find_far_end(view)
        else:
            self._step_back(view, max(0, self._change(view)))

    def _is_astray(self, view: _View) -> bool:
        """Whether steps back, each twice as long, have met nothing that was read before."""
        return self._drift.is_lost and self._frontier is not None and self._is_too_far(view)

    def _is_too_far(self, view: _View) -> bool:
        return len(view) > 0 and view.first_key > self._key

    def _search_frontier(self, view: _View) -> None:
        self._drift.forget_doubts()
        if self._forward:
            self._begin_search(0, view.start, upwards=False)
        else:
            self._search_beyond(view)

    def _search_beyond(self, view: _View) -> None:
        total = view.answer.total or 0
        self._begin_search(view.stop, total if total > view.stop else None)

    def _change(self, view: _View) -> int:
        """Return how `total` changed since the last answer, as far as is told."""
        before, now = self._position_total, view.answer.total
        return 0 if before is None or now is None else now - before

    def _find_far_end(self, view: _View) -> None:
        if not len(view) and view.start == 0:
            self._see_nothing(view)
        elif not len(view):
            self._arrive(view.start)
        elif view.is_short and view.start == 0 and self._far_end != view.stop:
            self._doubted_page = len(view)
        elif view.is_short:
            self._far_end = view.stop  # not what `total` says: looked at twice, then believed
        elif (view.answer.total or 0) > view.stop:
            self._arrive(view.answer.total or 0)
        else:
            self._begin_search(view.stop, None)

    def _see_nothing(self, view: _View) -> None:
        self.finished = view.answer.total == 0
        if not self.finished and self._far_end == 0:
            raise PaginationStalledError(f"The server speaks of {self.total} rows and sends none")
        self._far_end = 0

    def _step_back(self, view: _View, shift: int) -> None:
        self._drift.doubt(shift)
        self._position = max(0, self._position + shift)
        self._position_total = view.answer.total

    def _settle_doubt(self, answer: Answer) -> None:
        """Learn whether a short first page was the end of the list or the server's own limit."""
        if len(answer):
            self._clamp(self._doubted_page)
            self._position = 0  # it was no place in the list
        else:
            self._far_end = self._doubted_page
        self._doubted_page = 0
        self._begun = self._position > 0
        self._begin_limit = self._page_size

    def _leave_for_frontier(self, view: _View) -> None:
        """Go from page 1 to where the walk begins: the far end, a time, or a cursor's place."""
        if not self._forward and view.is_short:
            self._doubted_page = len(view)
            return
        total = view.answer.total
        self._position_total = total
        if self._older_rows is not None and total is not None:
            older_rows = min(self._older_rows, total)
            self._arrive(total - older_rows if self._descending else older_rows)
            self._older_rows = None
        elif self._frontier is None and not self._forward and (total or 0) > view.stop:
            self._arrive(total or 0)
        else:
            self._search_beyond(view)

    def _arrive(self, position: int) -> None:
        self._position = max(1, position)
        self._unsure = True
        self._fruitless = 0

    def _begin_search(self, low: int, high: int | None, *, upwards: bool = True) -> None:
        self._search = _Search(low, high, max(_NEAR, self._page_size), upwards=upwards)
        self._end_search_if_near(self._search)

    def _narrow(self, search: _Search, index: int, view: _View) -> None:
        is_passed = len(view) > 0 and view.first_key < self._key
        is_ahead = is_passed if self._forward else len(view) > 0 and not is_passed
        search.look(index, border_is_beyond=is_ahead)
        if search.low > _LONGEST_LIST:
            raise PaginationStalledError(f"The server has rows beyond number {_LONGEST_LIST}")
        self._end_search_if_near(search)

    def _end_search_if_near(self, search: _Search) -> None:
        if search.high is not None and search.high - search.low <= max(_NEAR, self._page_size):
            self._arrive(search.low if self._forward else search.high)
            self._span = search.high - search.low
            self._search = None

    # Coming to an end

    def _look_for_end(self, view: _View, *, has_news: bool) -> None:
        self._fruitless = 0 if has_news else min(_MOST_FRUITLESS, self._fruitless + 1)
        if not self._forward:
            self._look_for_head(view)
            return
        total = view.answer.total
        if total is not None and view.stop > total:
            self.degraded = True
        elif total == self._position or (total is not None and not len(view) and total == 0):
            self.finished = True
            return
        if has_news and self._ending.short_page:
            self._clamp(self._ending.short_page)  # it was not the end, so it was the server's limit
        self._ending.note(rows=len(view), is_short=view.is_short, has_news=has_news)
        if self._ending.empty_pages > _MOST_EMPTY_PAGES:
            raise PaginationStalledError(
                f"The server speaks of {total} rows, and sends nothing after {self._position}"
            )
        if not view.is_short and self._fruitless == _MOST_FRUITLESS:
            self._leave_for_frontier(view)

    def _look_for_head(self, view: _View) -> None:
        self.finished = view.start == 0
        if not self.finished and self._fruitless == _MOST_FRUITLESS:
            self._begin_search(0, view.start, upwards=False)

    def _conclude(self, view: _View) -> None:
        """Believe that the list ends, unless one page further it goes on."""
        if len(view) and view.last_key > self._key:
            raise PaginationStalledError(
                f"The list ends after {self._position} rows, and goes on one page further"
            )
        self.finished = True
        self.degraded |= self.total is not None and self.total != self._position

    # Reading a list without order

    def _read_in_sequence(self, view: _View) -> Sequence[int]:
        """Leave out what the last window had too: the best there is when times tell nothing."""
        rows = self._rows_of(view)
        news = _leave_out(rows, self._recent_rows())
        overlaps = len(news) < len(view)
        is_patient = self._drift.slack < self._page_size
        if is_patient and not (overlaps or view.start == 0 or self._has_not_shrunk(view)):
            self.on_course = False
            self._step_back(view, min(0, self._change(view)))
            return ()
        self._sequence = Counter(rows.values())
        self._drift.settle(moved=False)
        return self._hand_out(
            view, [i for i in news if self._is_wanted(view, i)], is_complete=False
        )

    def _rows_of(self, view: _View) -> dict[int, _Row]:
        return {
            index: (view.seconds[index], self._identify(view.answer[index]))
            for index in view.indexes
        }

    def _recent_rows(self) -> Counter[_Row]:
        """Return what the last window held; on the first call the list loses its order."""
        if self._sequence is not None:
            return self._sequence
        self.degraded = True
        return Counter() if self.taken is None else Counter(self._rows_of(self.taken.view).values())

    def _has_not_shrunk(self, view: _View) -> bool:
        return self._change(view) >= 0 and view.answer.total is not None

    def _is_wanted(self, view: _View, index: int) -> bool:
        return self._first_key <= self._sign * view.seconds[index] <= self._last_key
