"""How requests and the walk meet.

A `Reader` asks for what a `Walk` plans, some windows at a time, and hands out what the walk finds
new. Nothing runs while the caller has the turn: a window of requests is a task group that is closed
before anything of it is handed out (PEP 789). The streams are the exception, and tie their task to
an `async with` block.

Nothing here refers to itself in a circle, errors and their tracebacks included: a page is freed
when it was handed out, and does not wait for the cyclic collector.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import (
    AsyncIterable,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from functools import partial
from inspect import isawaitable
from itertools import takewhile
from operator import length_hint
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Literal, Self, TypeVar

import anyio
from anyio.lowlevel import checkpoint

from smstools_async._cursor import Cursor, Frontier, Order, Position, digest, write_cursor
from smstools_async._errors import PaginationError, SmstoolsError
from smstools_async._http.tasks import ungrouped
from smstools_async._models import ConversationItem, Message, Page
from smstools_async._walk import Question, Taken, Walk, Window

if TYPE_CHECKING:  # a fifth of the time of `import anyio`, which loads them when they are used
    from anyio.abc import TaskGroup, TaskStatus

    from smstools_async._wire.pages import DecodedPage

T = TypeVar("T")

ROWS_A_TURN = 100
"""After so many rows other tasks get their turn; a row takes some microseconds."""


def tell_cursor(error: SmstoolsError, cursor: Cursor | str | None) -> None:
    """Tell in an error where to go on."""
    error.cursor = cursor
    if cursor is not None:
        error.add_note(f"What came before is whole. Go on with cursor={cursor!s}")


class Course:
    """One walk through one conversation, and how far it has come.

    A `Reader` moves it; a `Batch` and a `Progress` look at it.
    """

    def __init__(self, walk: Walk, phone: str, order: Order) -> None:
        self.walk: Walk = walk
        self.phone: str = phone
        self.order: Order = order
        self.requests: int = 0
        self.found: int = 0
        self.found_earlier: int = 0
        """How many of them other walks had found, which this one goes on from."""
        self.skipped: int = 0
        self.waits: dict[Window, float] = {}
        """How long each retry waits, in seconds."""
        self.beginning: Cursor | None = self.write_cursor(walk.beginning)

    def count_on_from(self, earlier: Course) -> None:
        """Count what came as part of what comes, though the walk is another one."""
        self.requests += earlier.requests
        self.found += earlier.found
        self.found_earlier = self.found
        self.skipped += earlier.skipped

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after all that was found."""
        taken = self.walk.taken
        position = taken.position_after(len(taken.rows)) if taken else None
        return self.write_cursor(position) if position else self.beginning

    def write_cursor(self, position: Position | None) -> Cursor | None:
        """Write a position down, if there is one."""
        if position is None or not self.walk.has_order:
            return None
        return write_cursor(position, self.phone, self.order)


class Batch:
    """The new messages of one answer.

    It knows its own cursor, so that it can be read long before it is handed out.
    """

    def __init__(self, answer: DecodedPage[Message], rows: Sequence[int], course: Course) -> None:
        self._answer = answer
        self._rows = rows
        self._course = course
        self._taken: Taken | None = course.walk.taken
        self._turn: Iterator[Message] = iter(())
        self._turn_end = 0
        self._found_before = course.found

    @property
    def is_exhausted(self) -> bool:
        """Whether all rows were handed out."""
        return self._handed_out == len(self._rows)

    @property
    def yielded(self) -> int:
        """How many messages of the walk were handed out, with those of this batch."""
        return self._found_before + self._handed_out

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after the rows handed out."""
        position = self._position
        return self._course.write_cursor(position) if position else self._course.beginning

    @property
    def rows_behind(self) -> int:
        """How many rows of the list lie behind, those included that were never asked for."""
        older = self._position and self._position.older_rows
        if older is None:
            return 0
        return older if self._course.order == "oldest" else (self._answer.total or 0) - older

    @property
    def _handed_out(self) -> int:
        return self._turn_end - length_hint(self._turn)

    @property
    def _position(self) -> Position | None:
        return self._taken.position_after(self._handed_out) if self._taken else None

    def next_messages(self) -> Iterator[Message]:
        """Hand out the next rows, as many as go without a turn for others.

        A list's own iterator tells how far it has come, so that nothing of ours runs in between.
        """
        begin = self._handed_out
        rows = self._rows[begin : begin + ROWS_A_TURN]
        self._turn = iter(self._answer.rows(rows))
        self._turn_end = begin + len(rows)
        return self._turn

    async def structured(self) -> Page[Message]:
        """Hand out all rows at once, or none if it is cancelled; others get their turns."""
        messages: list[Message] = []
        for begin in range(0, len(self._rows), ROWS_A_TURN):
            await checkpoint()
            messages += self._answer.rows(self._rows[begin : begin + ROWS_A_TURN])
        self._turn = iter(())
        self._turn_end = len(self._rows)
        return self._answer.page_with(messages)


class Progress:
    """How far a walk has come; hand one to an iteration and read it at any time.

    Args:
        on_page: called with this object when a page has come, before its messages are handed out,
            and once more when nothing more is to come; may be a coroutine function.

    Raises:
        TypeError: `on_page` cannot be called.

    Example:
        >>> progress = Progress(on_page=lambda progress: print(progress.fraction))
        >>> progress.requests
        0
    """

    def __init__(self, on_page: Callable[[Progress], object] | None = None) -> None:
        if on_page is not None and not callable(on_page):
            raise TypeError(
                f"on_page must be a function or a coroutine function, not {type(on_page).__name__}"
            )
        self._on_page = on_page
        self._course: Course | None = None
        self._batch: Batch | None = None

    def follow(self, course: Course) -> None:
        """Show the progress of `course` from now on."""
        self._course = course
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
        return self._course.walk.total if self._course else None

    @property
    def yielded(self) -> int:
        """How many messages were handed out."""
        if self._batch is not None:
            return self._batch.yielded
        return self._course.found_earlier if self._course else 0

    @property
    def skipped(self) -> int:
        """How many rows were received and not handed out: known already, or out of range."""
        return self._course.skipped if self._course else 0

    @property
    def requests(self) -> int:
        """How many requests came to an end, retries not counted."""
        return self._course.requests if self._course else 0

    @property
    def arrived(self) -> int:
        """How much `total` has grown since the first answer."""
        return self._course.walk.arrived if self._course else 0

    @property
    def degraded(self) -> bool:
        """Whether the server contradicted itself, or sorts in no order of time.

        In the second case messages come in the server's own order, `since` and `until` only filter,
        and there is no cursor.
        """
        return self._course.walk.degraded if self._course else False

    @property
    def waiting(self) -> float:
        """How long the wait takes that a retry is in right now, in seconds; else 0."""
        waits = self._course.waits if self._course else {}
        return max([*waits.values()], default=0.0)  # copied, since another thread may be looking

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after the message just handed out.

        Before the first one it is where the walk began: `None` at the end of the list.
        """
        if self._batch is not None:
            return self._batch.cursor
        return self._course.beginning if self._course else None

    @property
    def fraction(self) -> float | None:
        """How much of the conversation lies behind, from 0 to 1; `None` while `total` is unknown.

        What `cursor` or `until` passes over lies behind. It is 1 at the end, wherever that is:
        `max_messages` and `since` take the rest in one leap.
        """
        if self._course is None or self.total is None:
            return None
        if self._course.walk.finished and self.yielded == self._course.found:
            return 1.0
        behind = self._batch.rows_behind if self._batch else 0
        return min(1.0, max(0, behind) / max(1, self.total))


Fetch = Callable[[Window, Callable[[float], None]], Awaitable["DecodedPage[Message]"]]


class _Flight:
    """A request under way, and what became of it."""

    def __init__(self, question: Question) -> None:
        self.question: Question = question
        self.outcome: DecodedPage[Message] | Exception | None = None
        """`None` before it has landed, and ever after if a cancellation cut it off."""
        self.landed: anyio.Event = anyio.Event()


class Reader:
    """Goes through one conversation, a batch at a time.

    A call that failed or was cancelled can be made again: state changes only between requests, and
    what came before the trouble is kept.
    """

    def __init__(
        self, fetch: Fetch, course: Course, *, prefetch: int = 0, progress: Progress | None = None
    ) -> None:
        self.course: Course = course
        self.progress: Progress = progress or Progress()
        self.progress.follow(course)
        self.group: TaskGroup | None = None
        """Where requests go on between the calls; without, each call ends all it began."""
        self._fetch = fetch
        self._walk = course.walk
        self._prefetch = prefetch
        self._room = prefetch
        self._ahead = 1
        self._flights: deque[_Flight] = deque()
        self._news = anyio.Event()
        self._set_aside: deque[tuple[Question, DecodedPage[Message]]] = deque()
        self._failure: Exception | None = None
        self._ready: Batch | None = None

    @property
    def finished(self) -> bool:
        """Whether there is nothing more."""
        return self._walk.finished and self._ready is None

    def make_room(self, pages: int) -> None:
        """Let no more than so many pages be fetched together with the one needed next, for now."""
        self._room = pages
        self._news.set()

    async def next_batch(self) -> Batch | None:
        """Read on to the next new messages; `None` at the end.

        Raises:
            SmstoolsError: with its `cursor` set.
        """
        try:
            return await self.look_further()
        except SmstoolsError as error:
            tell_cursor(error, self.course.cursor)
            raise

    async def look_further(self) -> Batch | None:
        """Do as `next_batch` does, and leave errors as they are."""
        if self._ready is None:
            try:
                self._ready = await self._read_on()
            except Exception:
                self._start_over()
                raise
            await self.progress.tell()
        batch, self._ready = self._ready, None
        return batch

    async def _read_on(self) -> Batch | None:
        batch: Batch | None = None
        while batch is None and not self._walk.finished:
            if self._failure is not None:
                raise self._failure  # no sooner than what came before it was handed out
            if self._set_aside and self._walk.on_course:
                batch = self._take_again()
            else:
                batch = await self._take_next()
        return batch

    async def _take_next(self) -> Batch | None:
        await self._ask()
        landed = self._next_landed()
        if landed is None:
            return None
        rows = self._walk.take(*landed)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - no row is bad here
        if self._walk.on_course:
            return self._batch(landed[1], rows)
        set_aside = [landed]
        for flight in self._flights:
            await flight.landed.wait()
        while self._flights and (landed := self._next_landed()) is not None:
            set_aside.append(landed)
        self._set_aside.extendleft(reversed(set_aside))
        self._failure = None
        return None

    def _next_landed(self) -> tuple[Question, DecodedPage[Message]] | None:
        """Return an answer; or `None`, and drop what is behind a failure or a cancellation."""
        flight = self._flights.popleft()
        if flight.outcome is None or isinstance(flight.outcome, Exception):
            self._failure = flight.outcome
            self._flights.clear()
            return None
        return flight.question, flight.outcome

    def _take_again(self) -> Batch | None:
        question, answer = self._set_aside.popleft()
        rows = self._walk.take_again(question, answer)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - no row is bad here
        if rows is None:
            self._set_aside.clear()
        return self._batch(answer, rows or ())

    def _batch(self, answer: DecodedPage[Message], rows: Sequence[int]) -> Batch | None:
        self.course.skipped += len(answer) - len(rows)
        if not rows:
            return None
        batch = Batch(answer, rows, self.course)
        self.course.found += len(rows)
        return batch

    def _start_over(self) -> None:
        self._flights.clear()
        self._failure = None
        self._set_aside.clear()
        self._ahead = 1

    async def _ask(self) -> None:
        """Have the next request land, and others with it."""
        if self.group is not None:
            await self._keep_up(self.group)
        elif self._flights:
            return
        else:
            await self._send_off_and_wait()
        if self._ahead <= self._prefetch:
            self._ahead *= 2

    async def _keep_up(self, group: TaskGroup) -> None:
        """Wait until the next request has landed, and meanwhile make others as they are allowed."""
        while True:
            self._news = anyio.Event()  # first, since there may be news while requests are made
            await self._send_off(group)
            if self._flights[0].landed.is_set():
                return
            await self._news.wait()

    async def _send_off_and_wait(self) -> None:
        try:
            with ungrouped():
                async with anyio.create_task_group() as group:
                    await self._send_off(group)
        except BaseException:
            self._flights = deque(takewhile(lambda flight: flight.outcome, self._flights))
            raise

    async def _send_off(self, group: TaskGroup) -> None:
        """Make the planned requests, unless others are under way that are not in the plan.

        Such ones land first: where windows overlap, the next plan depends on what they bring.
        """
        most = 1 if self._set_aside else min(self._ahead, 1 + self._room)
        under_way = [flight.question.window for flight in self._flights]
        questions = self._walk.plan(max(most, len(under_way)))
        if under_way != [question.window for question in questions[: len(under_way)]]:
            return
        for question in questions[len(under_way) :]:
            self._flights.append(flight := _Flight(question))
            await group.start(self._fly, flight)  # one by one, so that they leave in their order

    async def _fly(self, flight: _Flight, *, task_status: TaskStatus[None]) -> None:
        task_status.started()
        window = flight.question.window
        on_wait = partial(self.course.waits.__setitem__, window)
        try:
            flight.outcome = await self._fetch(window, on_wait)
        except Exception as error:  # noqa: BLE001 - raised in its place, and out of any group
            flight.outcome = error
        finally:
            self.course.waits.pop(window, None)
            self.course.requests += flight.outcome is not None
            flight.landed.set()
            self._news.set()


async def find_head(reader: Reader) -> Cursor:
    """Return the oldest-first cursor behind which only new messages are.

    Of a newest-first reader it takes little more than the messages of the newest second.

    Raises:
        SmstoolsError: without a cursor, since there is no place yet to go on from.
    """
    newest: list[Message] = []
    while (batch := await reader.look_further()) is not None:
        require_order(reader.course, None)
        newest += await batch.structured()
        if newest[-1].unix_time != newest[0].unix_time:
            break
    second = newest[0].unix_time if newest else 0
    phone, total = reader.course.phone, reader.course.walk.total
    seen = Counter(digest(message, phone) for message in newest if message.unix_time == second)
    older_rows = None if total is None else max(0, total - seen.total())
    return write_cursor(Position(Frontier(second, seen), older_rows), phone, "oldest")


def require_order(course: Course, cursor: Cursor | str | None) -> None:
    """Refuse to follow a conversation whose times do not tell what is new.

    Raises:
        PaginationError: with `cursor`.
    """
    if not course.walk.has_order:
        error = PaginationError("The server sorts by no time, so that what is new cannot be told")
        tell_cursor(error, cursor)
        raise error


class _OneAtATime:
    """Refuses a task that asks for the next item while another waits for it."""

    def __init__(self) -> None:
        self._is_waiting = False

    def __enter__(self) -> None:
        if self._is_waiting:
            raise RuntimeError(
                "Another task is waiting for the next of these; make an iterator for each task"
            )
        self._is_waiting = True

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_waiting = False


class ConversationPages:
    """The pages of a conversation, new messages only: an async iterator that survives trouble.

    After an error, a time-out or a cancellation the next `anext`, or the next `async for`, goes on
    where the last one stopped; an async generator would be finished. Make a new one to begin anew.

    One page is a `Page` with the numbers of the answer it came in. It holds what of
    that answer was not handed out before, so it can be shorter than the answer's `shown`.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._batch: Batch | None = None
        self._one_at_a_time = _OneAtATime()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[Message]:
        """Return the next page.

        Raises:
            RuntimeError: another task is waiting for a page of this object.
            SmstoolsError: with its `cursor` set; call again to go on.
        """
        with self._one_at_a_time:
            if self._batch is None:
                self._batch = await self._reader.next_batch()
            if self._batch is None:
                raise StopAsyncIteration
            page = await self._batch.structured()
        self._reader.progress.show(self._batch)
        self._batch = None
        return page

    @property
    def total(self) -> int | None:
        """How many messages the server says there are; `None` while it has not said."""
        return self._reader.course.walk.total

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after the pages handed out."""
        return self._reader.progress.cursor

    @property
    def requests(self) -> int:
        """How many requests came to an end, retries not counted."""
        return self._reader.course.requests

    @property
    def finished(self) -> bool:
        """Whether the end was reached."""
        return self._batch is None and self._reader.finished


class _ReadAhead(Generic[T]):
    """What a task of its own brings for as long as an `async with` block is open.

    The task puts what it finds into a bounded buffer and waits while that is full. Items stay in
    the buffer until they are taken, so that no cancellation loses one (a memory stream of anyio
    loses the item it was just about to deliver to a task that asyncio cancels).

    The task never raises: an error is handed over behind what came before it, so that it comes in
    its place and as itself; and an error of the block's own passes through unchanged.
    """

    def __init__(self, buffer: int) -> None:
        self._buffer = buffer
        self._items = deque[T]()
        self._put = 0
        self._taken = 0
        self._news = anyio.Event()
        self._room = anyio.Event()
        self._state: Literal["new", "open", "left"] = "new"
        self._is_read = False
        self._failure: Exception | None = None
        self._group: TaskGroup | None = None

    async def enter(self, produce: Callable[[TaskGroup], Awaitable[None]]) -> None:
        """Let `produce` put items from now on, itself and by the tasks of the group it gets."""
        if self._state != "new":
            raise RuntimeError("A stream is opened once, by `async with`; make a new one")
        self._state = "open"
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        self._group.start_soon(self._run, produce)

    async def leave(self) -> None:
        """Stop reading and wait until nothing of it is left."""
        group, self._group = self._group, None
        if group is None:
            return
        self._state = "left"
        self._news.set()
        group.cancel_scope.cancel()
        try:
            with ungrouped():
                await group.__aexit__(None, None, None)  # the block's own error is the block's
        finally:
            self._items.clear()
            self._failure = None

    async def _run(self, produce: Callable[[TaskGroup], Awaitable[None]]) -> None:
        async with anyio.create_task_group() as group:
            try:
                await produce(group)
            except Exception as error:  # noqa: BLE001 - raised where items are taken, out of any group
                self.fail(error)
        self._is_read = True
        self._news.set()

    def fail(self, error: Exception) -> None:
        """Have `error` raised behind all items, unless there is an earlier one."""
        self._failure = error if self._failure is None else self._failure

    async def put(self, item: T) -> None:
        """Add an item and wait until there is room for another."""
        number = self._put
        self._put += 1
        self._items.append(item)
        self._news.set()
        while number >= self._taken + self._buffer:
            await self._room.wait()

    @property
    def room(self) -> int:
        """How many items more may be put."""
        return max(0, self._buffer - len(self._items))

    async def take(self) -> T:
        """Return the next item, without waiting if it is there.

        Raises:
            StopAsyncIteration: there is none.
            Exception: whatever ended the reading.
        """
        self.check_entered()
        while not self._items:
            if not self._is_read:
                self._news = anyio.Event()
                await self._news.wait()
                self.check_entered()
            elif self._failure is not None:
                raise self._failure
            else:
                raise StopAsyncIteration
        self._taken += 1
        self._room.set()
        self._room = anyio.Event()
        return self._items.popleft()

    def check_entered(self) -> None:
        """Refuse to hand out anything outside of the `async with` block.

        Raises:
            RuntimeError: it was not entered yet, or was left.
        """
        if self._state == "new":
            raise RuntimeError("Open the stream first: async with client.stream_…(…) as stream")
        if self._state == "left":
            raise RuntimeError("This stream's `async with` block was left; make a new stream")


class MessageStream:
    """The messages of one conversation, read ahead while the caller works: an async iterator.

    Made by `Client.stream_conversation`; open it by `async with`. A time-out or cancellation while
    a message is awaited loses none: ask for the next one again.
    """

    def __init__(self, reader: Reader, buffer: int) -> None:
        self._reader = reader
        self._ahead = _ReadAhead[Batch](buffer)
        self._one_at_a_time = _OneAtATime()
        self._batch: Batch | None = None
        self._turn: Iterator[Message] = iter(())

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

    async def _read(self, group: TaskGroup) -> None:
        self._reader.group = group
        try:
            while (batch := await self._reader.next_batch()) is not None:
                await self._ahead.put(batch)
                self._reader.make_room(self._ahead.room)
        finally:
            group.cancel_scope.cancel()  # what is under way is not needed any more

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        """Return the next message.

        Raises:
            RuntimeError: outside of the `async with` block, or while another task waits.
            SmstoolsError: in its place, behind all messages that came before it.
        """
        for message in self._turn:
            return message
        self._turn = await self._next_turn()
        return next(self._turn)

    async def _next_turn(self) -> Iterator[Message]:
        self._ahead.check_entered()
        with self._one_at_a_time:
            while self._batch is None or self._batch.is_exhausted:
                self._batch = await self._ahead.take()
                self._reader.make_room(self._ahead.room)
                self._reader.progress.show(self._batch)
            await checkpoint()
        return self._batch.next_messages()

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after the message just handed out; before the first, where it began."""
        return self._batch.cursor if self._batch else self._reader.course.beginning


Phones = Iterable[str] | AsyncIterable[str]
Found = tuple[str, Batch | Exception]


class ConversationStream:
    """The messages of many conversations as they come: an async iterator of `ConversationItem`.

    Each conversation is in its own order; between conversations there is none. Made by
    `Client.stream_conversations`; open it by `async with`. A time-out or cancellation while an item
    is awaited loses none: ask for the next one again.
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
        self._places = anyio.Semaphore(concurrency)
        self._yield_errors = yield_errors
        self._ahead = _ReadAhead[Found](buffer)
        self._one_at_a_time = _OneAtATime()
        self._phone = ""
        self._batch: Batch | None = None
        self._turn: Iterator[Message] = iter(())
        self._cursors: dict[str, Cursor] = {}

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

    async def _read(self, group: TaskGroup) -> None:
        """Begin a conversation for each place that is free; no phone is asked for before."""
        await self._places.acquire()
        if isinstance(self._phones, AsyncIterable):
            async for phone in self._phones:
                group.start_soon(self._read_one, phone, group)
                await self._places.acquire()
        else:
            for phone in self._phones:
                group.start_soon(self._read_one, phone, group)
                await self._places.acquire()

    async def _read_one(self, phone: str, group: TaskGroup) -> None:
        try:
            reader = self._make_reader(phone)
            while (batch := await reader.next_batch()) is not None:
                await self._ahead.put((phone, batch))
        except Exception as error:  # noqa: BLE001 - handed over in its place, and out of any group
            if self._yield_errors:
                await self._ahead.put((phone, error))
            else:
                self._ahead.fail(error)
                group.cancel_scope.cancel()
        self._places.release()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ConversationItem:
        """Return the next message of any of the conversations.

        Raises:
            RuntimeError: outside of the `async with` block, or while another task waits.
            SmstoolsError: what ended one of them, unless errors are to be yielded.
        """
        for message in self._turn:
            return ConversationItem(phone=self._phone, message=message)
        error = await self._begin_turn()
        if error is not None:
            return ConversationItem(phone=self._phone, error=error)
        return ConversationItem(phone=self._phone, message=next(self._turn))

    async def _begin_turn(self) -> Exception | None:
        self._ahead.check_entered()
        with self._one_at_a_time:
            while self._batch is None or self._batch.is_exhausted:
                self._leave_batch()
                self._phone, found = await self._ahead.take()
                if isinstance(found, Exception):
                    return found
                self._batch = found
            await checkpoint()
        self._turn = self._batch.next_messages()
        return None

    def _leave_batch(self) -> None:
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
        return self._cursors | ({self._phone: current} if current else {})
