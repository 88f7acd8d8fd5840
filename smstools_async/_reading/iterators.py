"""Class iterators over rows and pages, which survive errors, time-outs and cancellation."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Generic, Self, TypeVar

from anyio.lowlevel import checkpoint

from smstools_async._models import Page
from smstools_async._reading.batch import Batch
from smstools_async._reading.cursor import Cursor
from smstools_async._reading.one_at_a_time import OneAtATime
from smstools_async._reading.progress import Progress, show
from smstools_async._reading.reader import Reader

RowT = TypeVar("RowT")


class Turns(Generic[RowT]):
    """The rows of one batch after the other, with checkpoints in between.

    It does not keep `next_batch`, a method of its owner: the two would form a reference cycle.
    """

    def __init__(self) -> None:
        self._batch: Batch[RowT] | None = None

    async def next_turn(
        self, next_batch: Callable[[], Awaitable[Batch[RowT] | None]]
    ) -> Iterator[RowT] | None:
        """Return the next rows, as many as may come without a checkpoint; `None` at the end."""
        while self._batch is None or self._batch.is_exhausted:
            self._batch = await next_batch()
            if self._batch is None:
                return None
        await checkpoint()
        return self._batch.next_rows()


class RowIterator(Generic[RowT]):
    """The rows of a listing: an async iterator that survives failures.

    After an error, a time-out or a cancellation the next `anext`, or the next `async for`,
    continues where the last one stopped; an async generator would be finished.
    """

    def __init__(self, reader: Reader[RowT]) -> None:
        self._reader = reader
        self._turns = Turns[RowT]()
        self._turn: Iterator[RowT] = iter(())
        self._one_at_a_time = OneAtATime()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RowT:
        """Return the next row.

        Raises:
            RuntimeError: Another task is waiting for a row of this iterator.
            SmstoolsError: With its `cursor` set; call again to continue.
        """
        for row in self._turn:
            return row
        with self._one_at_a_time:
            turn = await self._turns.next_turn(self._next_batch)
        if turn is None:
            raise StopAsyncIteration
        self._turn = turn
        return next(turn)

    async def _next_batch(self) -> Batch[RowT] | None:
        batch = await self._reader.next_batch()
        if batch is not None:
            show(self._reader.progress, batch)
        return batch

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return self._reader.progress

    @property
    def cursor(self) -> Cursor | None:
        """Where to resume after the row just delivered; `None` while nothing was."""
        return self._reader.progress.cursor


class PageIterator(Generic[RowT]):
    """The pages of a listing, new rows only: an async iterator that survives failures.

    After an error, a time-out or a cancellation the next `anext`, or the next `async for`,
    continues where the last one stopped. Make a new one to start over.

    The end may be known only after one more request than there are pages. So the last page is not
    marked: `async for` ends after it, and `await anext(pages, None)` returns `None`.

    A page holds what of a response was not delivered before, so it can be shorter than the
    response's `shown`.
    """

    def __init__(self, reader: Reader[RowT]) -> None:
        self._reader = reader
        self._batch: Batch[RowT] | None = None
        self._one_at_a_time = OneAtATime()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[RowT]:
        """Return the next page.

        Raises:
            RuntimeError: Another task is waiting for a page of this iterator.
            SmstoolsError: With its `cursor` set; call again to continue.
        """
        with self._one_at_a_time:
            if self._batch is None:
                self._batch = await self._reader.next_batch()
            if self._batch is None:
                raise StopAsyncIteration
            page = await self._batch.as_page()
        show(self._reader.progress, self._batch)
        self._batch = None
        return page

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return self._reader.progress

    @property
    def cursor(self) -> Cursor | None:
        """Where to resume after the pages delivered; `None` while none was."""
        return self._reader.progress.cursor
