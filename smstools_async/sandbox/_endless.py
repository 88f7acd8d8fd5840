"""Rows without end, for a server whose pages never run out."""

from collections.abc import Sequence
from typing import Final

from smstools_async.sandbox._history import History, Row
from smstools_async.sandbox._paging import Cut, Window

_MOMENT: Final = 1_749_113_086
_LAST_MOMENT: Final = 253_402_300_799  # 31 December 9999


def padded(
    page: list[Row], history: History, rows: Sequence[Row], window: Window, cut: Cut
) -> list[Row]:
    """Fill a page up with made-up rows, in the order of the list that has `rows`.

    The same place gets the same row in every response. Each is a second older than the one before
    it on pages that run from newest to oldest, and a second newer on others, as far as dates reach.
    """
    size, start = cut.size(len(rows)), cut.start(window)
    places = range(max(start, size), max(start + window.limit, size))
    if cut.page_order == "newest":
        oldest = rows[0].second() if rows else _MOMENT
        older = [_row(history, place, oldest - 1 - (place - size)) for place in places]
        return older[::-1] + page
    newest = rows[-1].second() if rows else _MOMENT
    return page + [_row(history, place, newest + 1 + (place - size)) for place in places]


def _row(history: History, place: int, unix_time: int) -> Row:
    moment = max(0, min(unix_time, _LAST_MOMENT))
    return Row(history.inbound(f"made up {place + 1}", moment))
