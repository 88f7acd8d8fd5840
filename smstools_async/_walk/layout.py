"""Which way the pages run, and which way the rows on a page run.

Both are documented nowhere, so they are learned apart: page 1 alone says nothing about the pages.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from statistics import fmean
from typing import Literal

import attrs

from smstools_async._walk.trends import Trend, has_no_trend, trend, trend_between
from smstools_async._walk.view import View

Order = Literal["newest", "oldest"]

_LEAST_SHARED = 2
"""Different rows that two windows must share to tell: one alone may be the twin of another."""
_SMALL_CHANGE = 8
"""So many times longer than a change of `total` windows must be that it does not mislead."""
_CLEAR_LEAN = 0.25
"""How far from the middle shared rows must lie; rows that vanish meanwhile shift it a little."""
_LEAST_HELD = 4
"""Different rows they must share where one window holds all rows of the other."""


@attrs.frozen(kw_only=True)
class Layout:
    """How the server lays out a list."""

    pages: Trend
    """Which way times run from page to page."""
    is_turned: bool
    """Whether the rows on a page run against the pages."""

    def is_forward(self, order: Order) -> bool:
        """Whether a walk in `order` goes from page 1 on, as it does where there is no order."""
        return self.pages != ("rising" if order == "newest" else "falling")

    def agrees_with(self, rows: Trend) -> bool:
        """Whether the rows of a page run as this layout says."""
        if "none" in (rows, self.pages):
            return True
        return (rows != self.pages) == self.is_turned


@attrs.frozen(kw_only=True)
class Habits:
    """What a client has learned about one kind of list; each walk checks it again."""

    layout: Layout | None = None
    largest_page: int = 0
    """The most rows that came at once."""
    counts_all: bool = False
    """Whether `total` was seen to count more than the rows of one page, rightly."""


def learn_order(first: View, farther: View) -> Trend:
    """Return which way times run from page to page, by two pages of the list."""
    are_unsorted = has_no_trend(first.times) and has_no_trend(farther.times)
    if are_unsorted or have_passed(first, farther):
        return "none"
    return trend_between(first.middle, farther.middle)


def have_passed(lower: View, upper: View) -> bool:
    """Whether the list may have moved as far between two windows as they are apart.

    Then the rows of the upper one may stand before those of the lower one, and tell the opposite.
    """
    return 2 * (_change_of_total(lower, upper) or 0) >= max(1, upper.start - lower.start)


def is_turned(lower: View, upper: View, pages: Trend) -> bool | None:
    """Return whether pages are turned, by the rows that two adjacent windows share.

    Pages that are not turned share the last rows of the lower window and the first rows of the
    upper one. While rows come and go, the wrong ends may be shared; then times have to agree.

    Args:
        lower: a window, as if it were not turned.
        upper: a window farther on in the list that overlaps it, as if it were not turned.
        pages: which way times run from page to page.

    Returns:
        `None`: the rows do not tell.
    """
    by_rows = turned_by_overlap(lower, upper)
    change = _change_of_total(lower, upper)
    if by_rows is None or have_passed(lower, upper):
        return None
    by_times = turned_by_times(lower, upper, pages)
    if by_times is None and change == 0:
        return by_rows
    if by_times is None:
        is_small = change is not None and _SMALL_CHANGE * change <= min(len(lower), len(upper))
        return by_rows if is_small or change is None else None
    return by_rows if by_rows == by_times else None


def turned_by_times(lower: View, upper: View, pages: Trend) -> bool | None:
    """Return whether times run the other way on pages than from page to page; `None`: unclear."""
    rows = {trend(view.times) for view in (lower, upper) if len(view.times) > 1}
    return None if pages == "none" or len(rows) != 1 or "none" in rows else rows != {pages}


def turned_by_overlap(lower: View, upper: View) -> bool | None:
    """Return at which ends two windows share rows, as for pages that are turned or not."""
    shared = _shared_places(lower, upper)
    if len(shared) < _LEAST_SHARED:
        return None
    in_lower = _lean([(place, count) for place, _, count in shared], lower)
    in_upper = _lean([(place, count) for _, place, count in shared], upper)
    if in_lower * in_upper < 0 and min(abs(in_lower), abs(in_upper)) >= _CLEAR_LEAN:
        return in_lower < 0
    is_held = in_lower == 0 or in_upper == 0  # one holds all rows of the other
    is_quiet = _change_of_total(lower, upper) == 0
    if not (is_held and is_quiet) or in_lower == in_upper or len(shared) < _LEAST_HELD:
        return None
    return in_lower < in_upper


def _change_of_total(lower: View, upper: View) -> int | None:
    if lower.page.total is None or upper.page.total is None:
        return None
    return abs(lower.page.total - upper.page.total)


def _shared_places(lower: View, upper: View) -> list[tuple[float, float, int]]:
    """Return where the rows stand that both windows hold, and how many; twins at their middle."""
    seconds = set(lower.seconds) & set(upper.seconds)
    ours, theirs = _places(lower, seconds), _places(upper, seconds)
    return [
        (fmean(ours[digest]), fmean(theirs[digest]), min(len(ours[digest]), len(theirs[digest])))
        for digest in ours.keys() & theirs.keys()
    ]


def _places(view: View, seconds: AbstractSet[int | None]) -> dict[bytes, list[int]]:
    places: dict[bytes, list[int]] = {}
    for place, second in enumerate(view.seconds):
        if second in seconds:
            places.setdefault(view.digest(place), []).append(place)
    return places


def _lean(places: Sequence[tuple[float, int]], view: View) -> float:
    """Return where counted places lie on average: from -1, at the first row, to 1, at the last."""
    count = sum(count for _, count in places)
    middle = (len(view) - 1) / 2
    return sum(count * (place - middle) for place, count in places) / max(middle, 1) / count
