"""Which page and limit cover the wanted rows.

The API takes a page number and a limit, not an offset, so only windows that begin at a multiple of
their limit can be requested. A limit that is slightly smaller moves the beginning of the window,
and that is how windows overlap without extra requests: 1,062 · 1,060 · 1,059 rows, and so on.
"""

from itertools import takewhile
from typing import NamedTuple

LARGEST_LIMIT = 2000
"""The most rows per request that the API accepts (its error 135)."""
_MOST_CHOICES = 256
"""Page numbers tried before the best window among them is taken."""
_LEAST_SURPLUS = 8
_ENOUGH_SURPLUS = 20
"""Rows by which windows of small pages may be larger, and those of some hundred rows. With fewer,
long lists take more than one request more than `ceil(total / page_size)`."""


class Window(NamedTuple):
    """A part of the list that one request can ask for."""

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

    def ends_before(self, edge: int, *, forward: bool) -> bool:
        """Whether it ends before an index, along a walk."""
        return self.stop < edge if forward else self.start > edge


def surplus(page_size: int) -> int:
    """Return how many rows a window may be larger than `page_size`, so that windows can overlap."""
    return max(_LEAST_SURPLUS, min(_ENOUGH_SURPLUS, page_size // 4), page_size // 16)


def reaching_up(index: int, most: int) -> Window:
    """Return the window of at most `most` rows that holds `index` and reaches farthest up."""
    first = index // most + 1
    best, farthest = Window(first, most), first * most
    for page in range(max(2, first), first + _MOST_CHOICES):
        limit = min(most, index // (page - 1))
        if 2 * limit < most or limit < 1:
            break
        if page * limit > farthest:
            best, farthest = Window(page, limit), page * limit
    return best


def reaching_down(index: int, most: int) -> Window:
    """Return the window of at most `most` rows that ends at or after `index` and begins lowest."""
    index = max(1, index)
    first = -(-index // most)
    best, lowest = Window(first, most), (first - 1) * most
    for page in range(first, first + _MOST_CHOICES):
        limit = -(-index // page)
        if 2 * limit < most:
            break
        if (page - 1) * limit < lowest:
            best, lowest = Window(page, limit), (page - 1) * limit
    return best


def ending_near(index: int, most: int) -> Window:
    """Return the window of at most `most` rows that ends at or after `index`, as near as may be."""
    index = max(1, index)
    first = -(-index // most)
    pages = range(first, first + _MOST_CHOICES)
    windows = [Window(page, -(-index // page)) for page in pages if 2 * -(-index // page) >= most]
    return min(windows or [Window(first, most)], key=lambda window: window.stop)


def covering(low: int, high: int, most: int) -> Window | None:
    """Return a small window of at most `most` rows over the indexes from `low` up to `high`."""
    last = max(1, high // max(1, high - low))
    pages = range(last, max(0, last - _MOST_CHOICES), -1)
    windows = takewhile(lambda window: window.limit <= most, (_up_to(high, n) for n in pages))
    whole = Window(1, high) if high <= most else None
    return next((window for window in windows if window.start <= low), whole)


def _up_to(index: int, page: int) -> Window:
    """Return the smallest window with this page number that reaches an index."""
    return Window(page, -(-index // page))
