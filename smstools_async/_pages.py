"""How requests and the walk meet.

A `Reader` asks for what a `Walk` plans, some windows at a time, and hands out what the walk finds
new. Nothing runs while the caller has the turn: a window of requests is a task group that is closed
before anything of it is handed out (PEP 789). The streams are the exception, and tie their task to
an `async with` block.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import (
    AsyncIterable,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from inspect import isawaitable
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

import anyio

from smstools_async._convert import WirePage
from smstools_async._cursor import Cursor, Frontier, Order, Position, digest, write_cursor
from smstools_async._errors import SmstoolsError
from smstools_async._models import ConversationItem, ConversationPage, Message
from smstools_async._walk import Taken, Walk, Window

if TYPE_CHECKING:  # a fifth of the time of `import anyio`, which loads them when they are used
    from anyio.abc import TaskGroup, TaskStatus
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

T = TypeVar("T")

CHECKPOINT_ROWS = 100
"""After so many rows other tasks get their turn; a row takes some microseconds."""


async def give_way() -> None:
    """Let other tasks have their turn, and notice a cancellation."""
    await anyio.sleep(0)  # noqa: ASYNC115 - `anyio.lowlevel` would double the time of our import


class Progress:
    """How far a walk has come; hand one to an iteration and read it at any time.

    Args:
        on_page: called after each page with this object; may be a coroutine function.

    Example:
        >>> progress = Progress(on_page=lambda progress: print(progress.fraction))
        >>> progress.requests
        0
    """

    def __init__(self, on_page: Callable[[Progress], object] | None = None) -> None:
        self._on_page = on_page
        self._reader: Reader | None = None
        self._batch: Batch | None = None

    def follow(self, reader: Reader) -> None:
        """Show the progress of `reader` from now on."""
        self._reader = reader
        self._batch = None

    def show(self, batch: Batch) -> None:
        """Show that `batch` is being handed out."""
        self._batch = batch

    async def tell(self) -> None:
        """Call `on_page`."""
        if self._on_page is not None:
            result = self._on_page(self)
            if isawaitable(result):
                await result

    def __repr__(self) -> str:
        return (
            f"Progress(total={self.total}, yielded={self.yielded}, requests={self.requests},"
            f" degraded={self.degraded})"
        )

    @property
    def total(self) -> int | None:
        """How many messages the server says there are; `None` while or where it does not say."""
        return self._reader.walk.total if self._reader else None

    @property
    def yielded(self) -> int:
        """How many messages were handed out."""
        return self._batch.handed_out_before + self._batch.handed_out if self._batch else 0

    @property
    def skipped(self) -> int:
        """How many rows were received and not handed out: known already, or out of range."""
        return self._reader.walk.skipped if self._reader else 0

    @property
    def requests(self) -> int:
        """How many answers came, retries not counted."""
        return self._reader.requests if self._reader else 0

    @property
    def arrived(self) -> int:
        """How much `total` has grown since the first answer."""
        return self._reader.walk.arrived if self._reader else 0

    @property
    def degraded(self) -> bool:
        """Whether the server contradicted itself, or sorts in no order of time.

        In the second case messages come in the server's own order, `since` and `until` only filter,
        and there is no cursor.
        """
        return self._reader.walk.degraded if self._reader else False

    @property
    def waiting(self) -> float:
        """How long the wait takes that a retry is in right now, in seconds; else 0."""
        return self._reader.waiting if self._reader else 0.0

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after the message just handed out; `None` while there was none."""
        if self._batch is not None:
            return self._batch.cursor
        return self._reader.cursor if self._reader else None

    @property
    def fraction(self) -> float | None:
        """How much of the conversation is done, from 0 to 1; `None` while `total` is unknown.

        With `max_messages`, `since` or `until` the end comes before 1.
        """
        if self._reader is None or self.total is None:
            return None
        return 1.0 if self._reader.walk.finished else min(1.0, self.yielded / max(1, self.total))


class Batch:
    """The new messages of one answer.

    It knows its own cursor, so that it can be read long before it is handed out.
    """

    def __init__(self, answer: WirePage, taken: Taken, reader: Reader) -> None:
        self.answer: WirePage = answer
        self.rows: Sequence[int] = taken.rows
        self.handed_out: int = 0
        self.handed_out_before: int = reader.found
        self._taken = taken
        self._reader = reader

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after `handed_out` of the rows."""
        return self._reader.write_cursor(self._taken.position_after(self.handed_out))

    @property
    def is_exhausted(self) -> bool:
        """Whether all rows were handed out."""
        return self.handed_out == len(self.rows)

    @property
    def is_others_turn(self) -> bool:
        """Whether other tasks are to get a turn before the next row."""
        return self.handed_out % CHECKPOINT_ROWS == 0

    def next_message(self) -> Message:
        """Hand out the next row."""
        row = self.rows[self.handed_out]
        self.handed_out += 1
        return self.answer[row]

    def structured(self) -> ConversationPage:
        """Hand out all messages at once."""
        self.handed_out = len(self.rows)
        return self.answer.structured(self.rows)


Fetch = Callable[[Window, Callable[[float], None]], Awaitable[WirePage]]
Outcome = WirePage | Exception


class Reader:
    """Goes through one conversation, a batch at a time.

    State changes only between requests, so that a call that failed or was cancelled can be made
    again.
    """

    def __init__(
        self,
        fetch: Fetch,
        walk: Walk,
        *,
        phone: str,
        order: Order,
        prefetch: int = 0,
        progress: Progress | None = None,
    ) -> None:
        self.walk: Walk = walk
        self.requests: int = 0
        self.found: int = 0
        self.waiting: float = 0.0
        self.progress: Progress = progress or Progress()
        self.progress.follow(self)
        self._fetch = fetch
        self._phone = phone
        self._order: Order = order
        self._most = 1 + prefetch
        self._ahead = 1
        self._pending: deque[tuple[Window, Outcome]] = deque()
        self._ready: Batch | None = None

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after all that was found so far."""
        taken = self.walk.taken
        position = taken.position_after(len(taken.rows)) if taken else self.walk.beginning
        return self.write_cursor(position)

    def write_cursor(self, position: Position | None) -> Cursor | None:
        """Write a position of this conversation down, if there is one."""
        if position is None or not self.walk.has_order:
            return None
        return write_cursor(position, self._phone, self._order)

    def identify(self, message: Message) -> bytes:
        """Return the identity of a message of this conversation."""
        return digest(message, self._phone)

    def write_head(self, frontier: Frontier) -> Cursor:
        """Write an oldest-first cursor of this conversation."""
        return write_cursor(Position(frontier, None), self._phone, "oldest")

    async def next_batch(self) -> Batch | None:
        """Read on to the next new messages; `None` at the end.

        Raises:
            SmstoolsError: with its `cursor` set.
        """
        if self._ready is None:
            try:
                self._ready = await self._read_on()
            except SmstoolsError as error:
                error.cursor = self.cursor
                if error.cursor is not None:
                    error.add_note(f"What came before is whole. Go on with cursor={error.cursor!s}")
                raise
            await self.progress.tell()
        batch, self._ready = self._ready, None
        return batch

    async def _read_on(self) -> Batch | None:
        while not self.walk.finished:
            if not self._pending:
                await self._ask()
            batch = self._take_next()
            if batch is not None:
                return batch
        return None

    def _take_next(self) -> Batch | None:
        window, outcome = self._pending.popleft()
        if isinstance(outcome, Exception):
            self._start_over()
            raise outcome
        rows = self.walk.take(window, outcome)
        if not self.walk.on_course:
            self._pending.clear()
        if not rows or self.walk.taken is None:
            return None
        batch = Batch(outcome, self.walk.taken, self)
        self.found += len(rows)
        return batch

    def _start_over(self) -> None:
        self._pending.clear()
        self._ahead = 1

    async def _ask(self) -> None:
        """Make the planned requests together, and wait for all of them."""
        windows = self.walk.plan(self._ahead)
        self._ahead = min(2 * self._ahead, self._most)
        outcomes: dict[Window, Outcome] = {}

        async def ask(window: Window, *, task_status: TaskStatus[None]) -> None:
            task_status.started()
            try:
                outcomes[window] = await self._fetch(window, self._wait)
            except Exception as error:  # noqa: BLE001 - raised in its place, and out of any group
                outcomes[window] = error

        async with anyio.create_task_group() as group:
            for window in windows:
                await group.start(ask, window)  # one by one, so that they leave in their order
        self.requests += len(windows)
        self._pending.extend((window, outcomes[window]) for window in windows)

    def _wait(self, seconds: float) -> None:
        self.waiting = seconds


async def find_head(reader: Reader) -> Cursor:
    """Return the oldest-first cursor behind which only new messages are.

    Of a newest-first reader it takes no more than the messages of the newest second.
    """
    second, seen = 0, Counter[bytes]()
    while (batch := await reader.next_batch()) is not None:
        while not batch.is_exhausted:
            message = batch.next_message()
            if seen and message.unix_time != second:
                return reader.write_head(Frontier(second, seen))
            second = message.unix_time
            seen[reader.identify(message)] += 1
    return reader.write_head(Frontier(second, seen))


class ConversationPages:
    """The pages of a conversation, new messages only: an async iterator that survives trouble.

    After an error, a time-out or a cancellation the next `anext` goes on where the last one
    stopped; an async generator would be finished. `async for` begins at the beginning each time.

    One page is a `ConversationPage` with the numbers of the answer it came in. It holds what of
    that answer was not handed out before, so it can be shorter than the answer's `shown`.
    """

    def __init__(self, make_reader: Callable[[], Reader]) -> None:
        self._make_reader = make_reader
        self._reader = make_reader()
        self._is_reading = False

    def __aiter__(self) -> Self:
        self._reader = self._make_reader()
        return self

    async def __anext__(self) -> ConversationPage:
        """Return the next page.

        Raises:
            RuntimeError: another task is waiting for a page of this object.
            SmstoolsError: with its `cursor` set; call again to go on.
        """
        if self._is_reading:
            raise RuntimeError(
                "Another task is waiting for a page of these; make a ConversationPages for each"
            )
        self._is_reading = True
        try:
            batch = await self._reader.next_batch()
        finally:
            self._is_reading = False
        if batch is None:
            raise StopAsyncIteration
        self._reader.progress.show(batch)
        return batch.structured()

    @property
    def total(self) -> int | None:
        """How many messages the server says there are; `None` while it has not said."""
        return self._reader.walk.total

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after the pages handed out."""
        return self._reader.progress.cursor

    @property
    def requests(self) -> int:
        """How many answers came, retries not counted."""
        return self._reader.requests

    @property
    def finished(self) -> bool:
        """Whether the end was reached."""
        return self._reader.walk.finished


class _Stream(Generic[T]):
    """Reads ahead in a task of its own for as long as an `async with` block is open.

    The task puts what it finds into a bounded buffer and waits while that is full. It never raises:
    an error is handed over behind what came before it, so that it is raised in its place and as
    itself; and an error of the block's own passes through unchanged.
    """

    def __init__(self, produce: Callable[[MemoryObjectSendStream[T]], Awaitable[None]]) -> None:
        self._produce = produce
        self._group: TaskGroup | None = None
        self._failure: Exception | None = None

    async def open(self, buffer: int) -> None:
        """Start reading ahead, `buffer` items at the most."""
        if self._group is not None:
            raise RuntimeError("A stream is opened once, by `async with`; make a new one")
        send, self._receive = anyio.create_memory_object_stream[T](buffer)
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        self._group.start_soon(self._run, send)

    async def _run(self, send: MemoryObjectSendStream[T]) -> None:
        with send:
            try:
                await self._produce(send)
            except Exception as error:  # noqa: BLE001 - raised where the items are taken
                self._failure = error

    async def close(self) -> None:
        """Stop reading and wait until nothing of it is left."""
        if self._group is not None:
            self._group.cancel_scope.cancel()
            await self._group.__aexit__(None, None, None)  # the block's own error is the block's
            self._receive.close()

    async def take(self) -> T:
        """Return the next item.

        Raises:
            StopAsyncIteration: there is none.
            Exception: whatever ended the reading.
        """
        if self._group is None:
            raise RuntimeError("Open the stream first: async with client.stream_…(…) as stream")
        try:
            return await self._receive.receive()
        except anyio.EndOfStream:
            pass
        except anyio.ClosedResourceError:
            raise RuntimeError("This stream's `async with` block was left") from None
        if self._failure is not None:
            raise self._failure
        raise StopAsyncIteration


class MessageStream:
    """The messages of one conversation, read ahead while the caller works: an async iterator.

    Made by `Client.stream_conversation`; open it by `async with`.
    """

    def __init__(self, reader: Reader, buffer: int) -> None:
        self._reader = reader
        self._buffer = buffer
        self._batch: Batch | None = None
        self._ahead = _Stream(self._read_ahead)

    async def __aenter__(self) -> Self:
        await self._ahead.open(self._buffer)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._ahead.close()

    async def _read_ahead(self, send: MemoryObjectSendStream[Batch]) -> None:
        while (batch := await self._reader.next_batch()) is not None:
            await send.send(batch)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        """Return the next message.

        Raises:
            SmstoolsError: in its place, behind all messages that came before it.
        """
        while self._batch is None or self._batch.is_exhausted:
            self._batch = await self._ahead.take()
            self._reader.progress.show(self._batch)
        if self._batch.is_others_turn:
            await give_way()
        return self._batch.next_message()

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after the message just handed out; `None` before the first."""
        return self._batch.cursor if self._batch else None


Phones = Iterable[str] | AsyncIterable[str]
Found = tuple[str, Batch | Exception]


class ConversationStream:
    """The messages of many conversations as they come: an async iterator of `ConversationItem`.

    Each conversation is in its own order; between conversations there is none. Made by
    `Client.stream_conversations`; open it by `async with`.
    """

    def __init__(
        self,
        phones: Phones,
        make_reader: Callable[[str], Reader],
        *,
        concurrency: int,
        buffer: int,
        yield_errors: bool,
    ) -> None:
        self._phones = phones
        self._make_reader = make_reader
        self._concurrency = concurrency
        self._buffer = buffer
        self._yield_errors = yield_errors
        self._phone = ""
        self._batch: Batch | None = None
        self._cursors: dict[str, Cursor] = {}
        self._ahead = _Stream(self._read_ahead)

    async def __aenter__(self) -> Self:
        await self._ahead.open(self._buffer)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._ahead.close()

    async def _read_ahead(self, send: MemoryObjectSendStream[Found]) -> None:
        feed, phones = anyio.create_memory_object_stream[str]()
        failures: list[Exception] = []
        async with anyio.create_task_group() as group:
            for _ in range(self._concurrency):
                group.start_soon(self._read_each, phones.clone(), send)
            phones.close()
            with feed:
                try:
                    await self._feed(feed)
                except Exception as error:  # noqa: BLE001 - the caller's own, out of any group
                    failures.append(error)
        if failures:
            raise failures[0]

    async def _feed(self, feed: MemoryObjectSendStream[str]) -> None:
        if isinstance(self._phones, AsyncIterable):
            async for phone in self._phones:
                await feed.send(phone)
        else:
            for phone in self._phones:
                await feed.send(phone)

    async def _read_each(
        self, phones: MemoryObjectReceiveStream[str], send: MemoryObjectSendStream[Found]
    ) -> None:
        with phones:
            async for phone in phones:
                await self._read_one(phone, send)

    async def _read_one(self, phone: str, send: MemoryObjectSendStream[Found]) -> None:
        try:
            reader = self._make_reader(phone)
            while (batch := await reader.next_batch()) is not None:
                await send.send((phone, batch))
        except (SmstoolsError, ValueError, TypeError) as error:
            await send.send((phone, error))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ConversationItem:
        """Return the next message of any of the conversations.

        Raises:
            SmstoolsError: what ended one of them, unless errors are to be yielded.
        """
        while self._batch is None or self._batch.is_exhausted:
            self._keep_cursor()
            self._phone, found = await self._ahead.take()
            if isinstance(found, Batch):
                self._batch = found
            elif self._yield_errors:
                return ConversationItem(phone=self._phone, error=found)
            else:
                raise found
        if self._batch.is_others_turn:
            await give_way()
        return ConversationItem(phone=self._phone, message=self._batch.next_message())

    def _keep_cursor(self) -> None:
        cursor = self._batch.cursor if self._batch else None
        if cursor is not None:
            self._cursors[self._phone] = cursor
        self._batch = None

    @property
    def cursors(self) -> Mapping[str, Cursor]:
        """Where to go on in each conversation after the messages handed out, by phone.

        Conversations of which nothing was handed out are not in it.
        """
        current = self._batch.cursor if self._batch else None
        return self._cursors if current is None else {**self._cursors, self._phone: current}
