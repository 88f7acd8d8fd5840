"""The messages of many conversations at once, as they come."""

from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

import anyio
import attrs
from anyio.lowlevel import checkpoint

from smstools_async._models import Message
from smstools_async._outcomes import ConversationEnd, ConversationError, MessageOf
from smstools_async._reading.batch import Batch
from smstools_async._reading.cursor import Cursor
from smstools_async._reading.one_at_a_time import OneAtATime
from smstools_async._reading.read_ahead import ReadAhead
from smstools_async._reading.reader import Reader

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

Phones: TypeAlias = Iterable[str] | AsyncIterable[str]
Item: TypeAlias = MessageOf | ConversationEnd | ConversationError


@attrs.frozen
class _Found:
    """A batch of a conversation, or how it ended."""

    phone: str
    what: Batch[Message] | ConversationEnd | ConversationError


class ConversationsStream:
    """The messages of many conversations as they come: an async iterator of values for `match`.

    Each conversation is in its own order; between conversations there is none. `ConversationEnd`
    says that one is complete, `ConversationError` that one failed. Open it by `async with`. A
    time-out or cancellation while a value is awaited loses none: ask for the next one again.
    """

    def __init__(
        self,
        phones: Phones,
        make_reader: Callable[[str], Reader[Message]],
        key_of: Callable[[str], str],
        *,
        concurrency: int,
        prefetch: int,
        raises: bool,
    ) -> None:
        self._phones = phones
        self._make_reader = make_reader
        self._key_of = key_of
        self._places = anyio.Semaphore(concurrency)
        self._raises = raises
        self._ahead = ReadAhead[_Found](prefetch)
        self._one_at_a_time = OneAtATime()
        self._phone = ""
        self._batch: Batch[Message] | None = None
        self._turn: Iterator[Message] = iter(())
        self._cursors: dict[str, Cursor] = {}
        self._begun = set[str]()

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
        """Begin a conversation for each place that is free; no phone is asked for before."""
        await self._places.acquire()
        if isinstance(self._phones, AsyncIterable):
            async for phone in self._phones:
                await self._begin(phone, group)
        else:
            for phone in self._phones:
                await self._begin(phone, group)

    async def _begin(self, phone: str, group: "TaskGroup") -> None:
        """Begin a conversation, unless it was named before in whatever spelling."""
        if self._is_new(phone):
            group.start_soon(self._read_one, phone, group)
            await self._places.acquire()

    def _is_new(self, phone: str) -> bool:
        try:
            key = self._key_of(phone)
        except (ValueError, TypeError):
            return True  # what is not a phone number is reported where it is read
        is_new = key not in self._begun
        self._begun.add(key)
        return is_new

    async def _read_one(self, phone: str, group: "TaskGroup") -> None:
        try:
            reader = self._make_reader(phone)
            while (batch := await reader.next_batch()) is not None:
                await self._ahead.put(_Found(phone, batch))
        except Exception as error:  # noqa: BLE001 - passed on in its place, and out of any group
            if self._raises:
                self._ahead.fail(error)
                group.cancel_scope.cancel()
            else:
                await self._ahead.put(_Found(phone, _error_of(phone, error)))
        else:
            await self._ahead.put(_Found(phone, _end_of(phone, reader)))
        self._places.release()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        """Return the next message, end or error of any of the conversations.

        Raises:
            RuntimeError: Outside of the `async with` block, or while another task waits.
            SmstoolsError: What ended one of them, with `on_error="raise"`.
        """
        for message in self._turn:
            return MessageOf(phone=self._phone, message=message)
        end = await self._begin_turn()
        if end is not None:
            return end
        return MessageOf(phone=self._phone, message=next(self._turn))

    async def _begin_turn(self) -> ConversationEnd | ConversationError | None:
        self._ahead.check_entered()
        with self._one_at_a_time:
            while self._batch is None or self._batch.is_exhausted:
                self._leave_batch()
                found = await self._ahead.take()
                self._phone = found.phone
                if not isinstance(found.what, Batch):
                    return found.what
                self._batch = found.what
            await checkpoint()
        self._turn = self._batch.next_rows()
        return None

    def _leave_batch(self) -> None:
        cursor = self._batch.cursor if self._batch else None
        if cursor is not None:
            self._cursors[self._phone] = cursor
        self._batch = None

    @property
    def cursors(self) -> Mapping[str, Cursor]:
        """Where to resume each conversation after the messages delivered, by phone.

        Conversations of which nothing was delivered are not in it.
        """
        current = self._batch.cursor if self._batch else None
        return self._cursors | ({self._phone: current} if current else {})


def _end_of(phone: str, reader: Reader[Message]) -> ConversationEnd:
    course = reader.course
    return ConversationEnd(
        phone=phone,
        cursor=course.cursor,
        messages=course.found,
        degraded=bool(course.state.doubts),
        missing=course.state.missing,
        skipped_bad=course.skipped_bad,
    )


def _error_of(phone: str, error: Exception) -> ConversationError:
    return ConversationError(phone=phone, error=error, cursor=getattr(error, "cursor", None))
