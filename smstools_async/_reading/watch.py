"""Following a listing as it grows."""

from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

from smstools_async._errors import PaginationError
from smstools_async._reading.course import Course, add_cursor
from smstools_async._reading.cursor import Cursor
from smstools_async._reading.progress import show
from smstools_async._reading.reader import Reader
from smstools_async._walk import News, Place, head_of

RowT = TypeVar("RowT")

Begin = Callable[[Cursor | str | Place | None], Reader[RowT]]
"""Makes an oldest-first reader that begins after a cursor or place."""


async def find_head(reader: Reader[RowT]) -> Place | None:
    """Return the oldest-first place behind which only new rows are; `None` for an empty list.

    Of a newest-first reader it takes little more than the rows of the newest second.

    Raises:
        SmstoolsError: without a cursor, since there is no place yet to resume from.
    """
    found: list[News] = []
    while (batch := await reader.read_on()) is not None:
        require_order(reader.course, None)
        found.append(batch.news)
        if len({second for news in found for second, _ in news.rows}) > 1:
            break
    return head_of(found, reader.course.state)


def require_order(course: Course[RowT], cursor: Cursor | str | None) -> None:
    """Refuse to follow a listing without order, whose new rows may be anywhere.

    In a list that is sorted as a whole, rows out of order come as they are found.

    Raises:
        PaginationError: with `cursor`.
    """
    state = course.state
    if not state.is_ordered and (state.layout is None or state.layout.pages == "none"):
        error = PaginationError("The list is in no order of time, so what is new cannot be found")
        add_cursor(error, cursor)
        raise error


async def watch(
    begin: Begin[RowT], start: Cursor | str | Place | None, interval: float, max_interval: float
) -> AsyncGenerator[RowT, None]:
    """Yield rows that come after `start`, indefinitely."""
    pause = interval
    earlier: Course[RowT] | None = None
    while True:
        reader = begin(start)
        if earlier is not None:
            reader.course.continue_counts(earlier)
        while (batch := await reader.next_batch()) is not None:
            require_order(reader.course, reader.course.cursor)
            show(reader.progress, batch)
            pause = interval
            while not batch.is_exhausted:
                await checkpoint()
                for row in batch.next_rows():
                    yield row
        start, earlier = reader.course.state.place or start, reader.course
        await anyio.sleep(pause)
        pause = min(2 * pause, max_interval)
