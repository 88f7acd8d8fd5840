"""The new rows of one page, on their way to the caller."""

from collections.abc import Iterator, Sequence
from operator import length_hint
from typing import Generic, TypeVar

import attrs
from anyio.lowlevel import checkpoint

from smstools_async._models import Page
from smstools_async._reading.course import Course
from smstools_async._reading.cursor import Cursor
from smstools_async._walk import News
from smstools_async._wire.pages import DecodedPage

RowT = TypeVar("RowT")

ROWS_PER_CHECKPOINT = 100
"""Other tasks run after this many rows; a row takes some microseconds."""


class Batch(Generic[RowT]):
    """The new rows of one page.

    It knows its own cursor, so that it can be read long before it is delivered.
    """

    def __init__(self, page: DecodedPage[RowT], news: News, course: Course[RowT]) -> None:
        self._page = page
        self.news: News = news
        self._indexes: Sequence[int] = news.indexes
        self._course = course
        self._before = course.place
        self._turn: Iterator[RowT] = iter(())
        self._turn_end = 0
        self._found_before = course.found

    def __len__(self) -> int:
        return len(self._indexes)

    @property
    def is_exhausted(self) -> bool:
        """Whether all rows were delivered."""
        return self._delivered == len(self._indexes)

    @property
    def yielded(self) -> int:
        """How many rows of the walk were delivered, with those of this batch."""
        return self._found_before + self._delivered

    @property
    def cursor(self) -> Cursor | None:
        """Where to resume after the rows delivered."""
        return self.cursor_after(self._delivered)

    def cursor_after(self, count: int) -> Cursor | None:
        """Return where to resume after `count` of the rows."""
        if count:
            return self._course.write_cursor(self.news.place_after(count))
        return self._course.write_cursor(self._before) if self._before else self._course.beginning

    @property
    def rows_behind(self) -> int:
        """How many rows of the list lie behind, those included that were never asked for."""
        view, delivered = self.news.view, self._delivered
        places = self.news.places
        place = places[delivered - 1] + 1 if delivered else places[0]
        if view.forward:
            return view.start + place
        return (self._page.total or 0) - (view.stop - place)

    @property
    def _delivered(self) -> int:
        return self._turn_end - length_hint(self._turn)

    def next_rows(self) -> Iterator[RowT]:
        """Return the next rows, as many as may come without a checkpoint.

        A list's own iterator says how far it has come, so nothing of ours runs between rows.
        """
        begin = self._delivered
        indexes = self._indexes[begin : begin + ROWS_PER_CHECKPOINT]
        self._turn = iter(self._page.rows(indexes))
        self._turn_end = begin + len(indexes)
        return self._turn

    async def as_page(self) -> Page[RowT]:
        """Deliver all rows at once, or none if it is cancelled; with checkpoints in between."""
        rows: list[RowT] = []
        for begin in range(0, len(self._indexes), ROWS_PER_CHECKPOINT):
            await checkpoint()
            rows += self._page.rows(self._indexes[begin : begin + ROWS_PER_CHECKPOINT])
        self._turn = iter(())
        self._turn_end = len(self._indexes)
        return self._page.page_with(rows)


def without_bad_rows(news: News, page: DecodedPage[RowT]) -> News:
    """Leave out the rows that cannot be read."""
    if not page.bad:
        return news
    indexes = news.view.indexes
    return attrs.evolve(
        news, places=[place for place in news.places if indexes[place] not in page.bad]
    )
