"""The ways to read one conversation, behind one face."""

from contextlib import aclosing
from typing import Any, Literal, NamedTuple, TypeAlias

from smstools_async import (
    Client,
    ConversationsStream,
    Cursor,
    Message,
    MessageOf,
    PageIterator,
    Progress,
    RowIterator,
    Stream,
)
from tests.walk.schedules import PHONE


class Way(NamedTuple):
    """A call of the client that reads a conversation, and how many pages it fetches ahead."""

    call: Literal["generator", "rows", "pages", "stream", "streams"]
    ahead: int

    def __str__(self) -> str:
        return f"{self.call}-{self.ahead}"


WAYS = (
    Way("generator", 0),
    Way("generator", 1),
    Way("generator", 8),
    Way("pages", 0),
    Way("pages", 1),
    Way("pages", 8),
    Way("rows", 2),
    Way("stream", 2),
    Way("streams", 2),
)

Source: TypeAlias = (
    Progress | RowIterator[Message] | PageIterator[Message] | Stream[Message] | ConversationsStream
)
"""What says where to resume."""


class Reading:
    """One reading of the conversation with `PHONE`; `run` it, and it fills `taken`.

    What was taken, and where to resume, can be seen at any time, also after it failed.
    """

    def __init__(self, client: Client, way: Way, **options: Any) -> None:
        self.taken: list[Message] = []
        self.finished = False
        self._client = client
        self._way = way
        self._options = options
        self.source: Source = Progress()

    @property
    def cursor(self) -> Cursor | None:
        """Where to resume after what was taken."""
        if isinstance(self.source, ConversationsStream):
            return self.source.cursors.get(PHONE)
        return self.source.cursor

    async def run(self) -> None:
        """Read to the end."""
        match self._way.call:
            case "generator":
                await self._generate()
            case "rows":
                await self._iterate()
            case "pages":
                await self._turn_pages()
            case "stream":
                await self._stream()
            case "streams":
                await self._stream_many()
        self.finished = True

    async def _generate(self) -> None:
        progress = self.source = Progress()
        iteration = self._client.iter_conversation(
            PHONE, prefetch=self._way.ahead, progress=progress, **self._options
        )
        async with aclosing(iteration) as messages:
            async for message in messages:
                self.taken.append(message)

    async def _iterate(self) -> None:
        rows = self.source = aiter(self._client.conversation(PHONE, **self._options))
        async for message in rows:
            self.taken.append(message)

    async def _turn_pages(self) -> None:
        pages = self.source = self._client.conversation(PHONE, **self._options).pages(
            prefetch=self._way.ahead
        )
        async for page in pages:
            self.taken += page

    async def _stream(self) -> None:
        stream = self._client.conversation(PHONE, **self._options).stream(prefetch=self._way.ahead)
        async with stream as messages:
            self.source = messages
            async for message in messages:
                self.taken.append(message)

    async def _stream_many(self) -> None:
        stream = self._client.stream_conversations(
            [PHONE], prefetch=self._way.ahead, **self._options
        )
        async with stream as items:
            self.source = items
            async for item in items:
                if isinstance(item, MessageOf):
                    self.taken.append(item.message)
