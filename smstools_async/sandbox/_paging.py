"""Pages: which one is served, which rows are on it, and in which order."""

from collections.abc import Callable, Sequence
from itertools import groupby
from math import ceil
from random import Random

import attrs

from smstools_async.sandbox._history import Row
from smstools_async.sandbox._quirks import End, Quirks


@attrs.frozen
class Window:
    """A page and how many rows a page has at most."""

    page: int
    limit: int


@attrs.frozen(kw_only=True)
class Cut:
    """Where pages are cut from a list."""

    page_order: End
    last_row: int | None
    overlap: int

    @classmethod
    def of(cls, quirks: Quirks) -> "Cut":
        """Take what `quirks` say on where pages begin and end."""
        return cls(page_order=quirks.page_order, last_row=quirks.last_row, overlap=quirks.overlap)

    def start(self, window: Window) -> int:
        """Return how many rows stand before a page, in the order of the pages."""
        return (window.page - 1) * max(1, window.limit - self.overlap)

    def size(self, row_count: int) -> int:
        """Return how many rows of a list can be sent."""
        return row_count if self.last_row is None else min(row_count, self.last_row)

    def bounds(self, window: Window, row_count: int) -> tuple[int, int]:
        """Return the bounds of a page in a list of this many rows, counted from its first row."""
        size = self.size(row_count)
        start = self.start(window)
        start, stop = (max(0, min(place, size)) for place in (start, start + window.limit))
        if self.page_order == "newest":
            return row_count - stop, row_count - start
        return start, stop


def served_window(requested: Window, number: int, quirks: Quirks) -> Window:
    """Return the window that the server takes in place of the one requested."""
    page = requested.page
    if callable(quirks.serve_page):
        page = quirks.serve_page(page, number)
    elif quirks.serve_page is not None:
        page = quirks.serve_page
    limit = requested.limit if quirks.max_limit is None else min(requested.limit, quirks.max_limit)
    return Window(page, quirks.fixed_limit or limit)


def is_beyond_end(window: Window, row_count: int, cut: Cut) -> bool:
    """Return whether a page has no rows; page 1 of an empty list is its end, not beyond it."""
    return window.page > 1 and cut.start(window) >= cut.size(row_count)


def last_page(limit: int, row_count: int, cut: Cut) -> int:
    """Return the number of the last page with rows; 1 for an empty list."""
    return max(1, ceil(cut.size(row_count) / max(1, limit - cut.overlap)))


def rows_of_page(
    rows: Sequence[Row], window: Window, quirks: Quirks, draw: Callable[[], Random]
) -> list[Row]:
    """Return the rows of a page, in the order of the list."""
    low, high = Cut.of(quirks).bounds(window, len(rows))
    if quirks.shuffle_ties:
        return _shuffled_ties(rows, low, high, draw())
    return [*rows[low:high]]


def turned(page: list[Row], quirks: Quirks, draw: Callable[[], Random]) -> list[Row]:
    """Return the rows of a page in the order in which they are sent."""
    order = quirks.row_order or quirks.page_order
    if order == "newest":
        return page[::-1]
    return draw().sample(page, len(page)) if order == "shuffled" else page


def _shuffled_ties(rows: Sequence[Row], low: int, high: int, random: Random) -> list[Row]:
    first, last = _whole_seconds(rows, low, high)
    shuffled: list[Row] = []
    for _, tied in groupby(rows[first:last], key=Row.second):
        second = list(tied)
        if len(second) > 1:
            random.shuffle(second)
        shuffled += second
    return shuffled[low - first : high - first]


def _whole_seconds(rows: Sequence[Row], low: int, high: int) -> tuple[int, int]:
    """Widen the bounds until neither cuts through the rows of one second."""
    while 0 < low < len(rows) and _are_tied(rows, low):
        low -= 1
    while 0 < high < len(rows) and _are_tied(rows, high):
        high += 1
    return low, high


def _are_tied(rows: Sequence[Row], index: int) -> bool:
    return rows[index - 1].second() == rows[index].second()
