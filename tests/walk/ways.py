"""The ways to read one conversation, behind one face."""

from contextlib import aclosing
from typing import Any, Literal, NamedTuple

from smstools_async import Client, ConversationPages, Cursor, Message, Progress
from smstools_async._reading.pages import ConversationStream, MessageStream
from tests.walk.schedules import PHONE


class Way(NamedTuple):
    """A call of the client that reads a conversation, and how many pages it fetches ahead."""

    call: Literal["generator", "pages", "stream", "streams"]
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
    Way("stream", 2),
    Way("streams", 2),
)


class Reading:
    """One reading of the conversation with `PHONE`; `run` it, and it fills `taken`.

    What was taken, and where to go on, can be seen at any time, also after it failed.
    """

    def __init__(self, client: Client, way: Way, **options: Any) -> None:
        self.taken: list[Message] = []
        self.finished = False
        self._client = client
        self._way = way
        self._options = options
        self.source: Progress | ConversationPages | MessageStream | ConversationStream
        self.source = Progress()

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on after what was taken."""
        if isinstance(self.source, ConversationStream):
            return self.source.cursors.get(PHONE)
        return self.source.cursor

    async def run(self) -> None:
        """Read to the end."""
        match self._way.call:
            case "generator":
                await self._generate()
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

    async def _turn_pages(self) -> None:
        pages = self.source = self._client.conversation_pages(
            PHONE, prefetch=self._way.ahead, **self._options
        )
        async for page in pages:
            self.taken += page

    async def _stream(self) -> None:
        stream = self._client.stream_conversation(PHONE, buffer=self._way.ahead, **self._options)
        async with stream as messages:
            self.source = messages
            async for message in messages:
                self.taken.append(message)

    async def _stream_many(self) -> None:
        stream = self._client.stream_conversations([PHONE], buffer=self._way.ahead, **self._options)
        async with stream as items:
            self.source = items
            async for item in items:
                assert item.message is not None
                self.taken.append(item.message)
