"""The rows of one listing, read ahead in the background."""

from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from smstools_async._reading.batch import Batch
from smstools_async._reading.cursor import Cursor
from smstools_async._reading.iterators import Turns
from smstools_async._reading.one_at_a_time import OneAtATime
from smstools_async._reading.progress import Progress, show
from smstools_async._reading.read_ahead import ReadAhead
from smstools_async._reading.reader import Reader

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

RowT = TypeVar("RowT")


class Stream(Generic[RowT]):
    """The rows of one listing, read ahead while the caller works: an async iterator.

    Open it by `async with`. A time-out or cancellation while a row is awaited loses none: ask for
    the next one again. A caller that is slower than the network slows the reading down
    (backpressure): at most `prefetch` pages wait.
    """

    def __init__(self, reader: Reader[RowT], prefetch: int) -> None:
        self._reader = reader
        self._ahead = ReadAhead[Batch[RowT]](prefetch)
        self._one_at_a_time = OneAtATime()
        self._turns = Turns[RowT]()
        self._turn: Iterator[RowT] = iter(())

    async def __aenter__(self) -> Self:
        await self._ahead.enter(self._read)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._turn = iter(())
        await self._ahead.leave()

    async def _read(self, group: "TaskGroup") -> None:
        self._reader.group = group
        try:
            while (batch := await self._reader.next_batch()) is not None:
                await self._ahead.put(batch)
                self._reader.make_room(self._ahead.room)
        finally:
            group.cancel_scope.cancel()  # what is under way is not needed any more

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RowT:
        """Return the next row.

        Raises:
            RuntimeError: Outside of the `async with` block, or while another task waits.
            SmstoolsError: In its place, behind all rows that came before it.
        """
        for row in self._turn:
            return row
        self._ahead.check_entered()
        with self._one_at_a_time:
            turn = await self._turns.next_turn(self._next_batch)
        if turn is None:  # pragma: no cover - `take` raises at the end
            raise StopAsyncIteration
        self._turn = turn
        return next(turn)

    async def _next_batch(self) -> Batch[RowT]:
        batch = await self._ahead.take()
        self._reader.make_room(self._ahead.room)
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
