"""Which rows of a listing a caller wants, and in which order."""

from datetime import datetime

import attrs

from smstools_async._arguments import ArgumentError, check_choice, check_whole
from smstools_async._reading.cursor import Cursor, Resumption, read_cursor
from smstools_async._reading.moments import whole_seconds
from smstools_async._reading.source import Learned
from smstools_async._walk import LARGEST_LIMIT, Goal, Order, Place, State, start
from smstools_async._wire.pages import OnBadRow

_DEFAULT_PAGE_SIZE = 1000


@attrs.frozen(kw_only=True)
class Selection:
    """What is wanted of a listing."""

    max_rows: int | None = None
    page_size: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "newest"
    cursor: Cursor | str | Place | None = attrs.field(default=None, repr=False)
    on_bad_row: OnBadRow = "raise"


def check_selection(selection: Selection, *, rows: str = "max_rows") -> None:
    """Refuse what cannot be right.

    Args:
        selection: what is wanted.
        rows: the name of the argument that says how many rows.

    Raises:
        ValueError, TypeError: An argument is not valid.
    """
    if selection.max_rows is not None:
        check_whole(rows, selection.max_rows, 0)
    if selection.page_size is not None:
        check_whole("page_size", selection.page_size, 1, LARGEST_LIMIT)
    check_choice("order", selection.order, ("newest", "oldest"))
    check_choice("on_bad_row", selection.on_bad_row, ("raise", "skip"))
    _range_of(selection)


def begin_walk(selection: Selection, scope: str, learned: Learned) -> State:
    """Return the state of a walk that reads a selection.

    Raises:
        CursorError: The cursor is damaged, or for another list or order.
        ValueError, TypeError: An argument is not valid.
    """
    check_selection(selection)
    resumption = Resumption()
    if isinstance(selection.cursor, Place):
        resumption = Resumption(place=selection.cursor)
    elif selection.cursor is not None:
        resumption = read_cursor(selection.cursor, scope, selection.order)
    earliest, latest = _range_of(selection)
    if resumption.moment is not None and selection.order == "oldest":
        earliest = max(earliest or 0, resumption.moment)
    elif resumption.moment is not None:
        latest = min(resumption.moment - 1, resumption.moment - 1 if latest is None else latest)
    goal = Goal(
        order=selection.order,
        page_size=_choose_page_size(selection),
        max_rows=selection.max_rows,
        earliest=earliest,
        latest=latest,
    )
    return start(goal, learned.habits, resumption.place)


def _choose_page_size(selection: Selection) -> int:
    if selection.page_size is not None:
        return selection.page_size
    if selection.max_rows is None:
        return _DEFAULT_PAGE_SIZE
    return min(max(1, selection.max_rows), _DEFAULT_PAGE_SIZE)


def _range_of(selection: Selection) -> tuple[int | None, int | None]:
    """Return the first and the last second wanted, in the order of time."""
    since, until = selection.since, selection.until
    earliest = None if since is None else whole_seconds("since", since)
    latest = None if until is None else whole_seconds("until", until) - 1
    if latest is not None and latest < 0:
        raise ArgumentError("until", f"must be after 1970, got {until}; nothing can be found")
    if earliest is not None and latest is not None and earliest > latest:
        problem = f"must be before until={until}, got {since}; nothing can be found"
        raise ArgumentError("since", problem)
    return earliest, latest
