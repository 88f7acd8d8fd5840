"""Rows without end, for a server whose pages never run out."""

from typing import Final

from smstools_async.sandbox._history import History, Row
from smstools_async.sandbox._paging import Cut, Window

_MOMENT: Final = 1_749_113_086


def padded(
    page: list[Row], history: History, window: Window, row_count: int, cut: Cut
) -> list[Row]:
    """Fill a page up with made-up rows, in the order of the list.

    The same place gets the same row in every response. Each is a second older than the one before
    it on pages that run from newest to oldest, and a second newer on others.
    """
    size, start = cut.size(row_count), cut.start(window)
    places = range(max(start, size), max(start + window.limit, size))
    if cut.page_order == "newest":
        oldest = history.rows[0].second() if history.rows else _MOMENT
        return [*(_row(history, place, oldest - 1 - place + size) for place in places[::-1]), *page]
    newest = history.rows[-1].second() if history.rows else _MOMENT
    return [*page, *(_row(history, place, newest + 1 + place - size) for place in places)]


def _row(history: History, place: int, unix_time: int) -> Row:
    return Row(history.inbound(f"made up {place + 1}", unix_time))
