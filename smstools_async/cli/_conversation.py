"""One conversation on its way from the service to where it is written down."""

from collections import deque
from collections.abc import AsyncIterable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, Literal, TypedDict

from smstools_async import Client, Message, Progress
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._destinations import Destination, Kept
from smstools_async.export import MessageWriter

_AT_ONCE: Final = 100
"""So many messages wait for the files of all of them."""


class Bounds(TypedDict):
    """Which messages to ask for, in the words of `Client.iter_conversation`."""

    max_messages: int | None
    page_size: int | None
    since: datetime | None
    until: datetime | None


class Walk(Bounds):
    """And in which order."""

    order: Literal["newest", "oldest"]


@dataclass(kw_only=True)
class Conversation:
    """What is asked for, where it goes, and how far it is."""

    phone: str
    walk: Walk
    resume_from: str | None
    destination: Destination
    attachments: Attachments | None = None
    shows_files: bool = False
    """Whether files are fetched before their messages are written, which show them."""
    before: int = 0
    """How many messages are kept of a run that was stopped."""
    progress: Progress = field(init=False)
    _waiting: deque[Message] = field(default_factory=deque[Message], init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(on_page=partial(_mark, self.destination, self._waiting))

    @property
    def came(self) -> int:
        """How many messages there are, kept ones included."""
        return self.before + self.progress.yielded

    async def write_down(self, client: Client) -> None:
        """Write all messages down, then fetch their files if that is wanted."""
        if self.attachments and self.resume_from:
            self.attachments.resume(self.resume_from)
        if self.attachments and self.shows_files:
            await self.attachments.fetch_early(client)
        await self._write_messages(client)
        if self.attachments:
            await self.attachments.fetch(client)

    async def _write_messages(self, client: Client) -> None:
        walk = client.iter_conversation(
            self.phone, **self.walk, cursor=self.resume_from, progress=self.progress
        )
        with self.destination.open() as writer:
            async with aclosing(walk) as messages:
                if self.attachments and self.shows_files:
                    await self._write_with_files(messages, writer, self.attachments, client)
                else:
                    await self._write(messages, writer)

    async def _write(self, messages: AsyncIterable[Message], writer: MessageWriter) -> None:
        async for message in messages:
            writer.write(message)
            if self.attachments:
                self.attachments.note(message)

    async def _write_with_files(
        self,
        messages: AsyncIterable[Message],
        writer: MessageWriter,
        attachments: Attachments,
        client: Client,
    ) -> None:
        """Write messages when their files are there; if stopped, those that wait without them."""
        try:
            async for message in messages:
                self._waiting.append(message)
                attachments.note(message)
                if len(self._waiting) == _AT_ONCE:
                    await attachments.fetch_early(client)
                    self._write_waiting(writer)
                    _mark(self.destination, self._waiting, self.progress)
            await attachments.fetch_early(client)
        finally:
            self._write_waiting(writer)

    def _write_waiting(self, writer: MessageWriter) -> None:
        while self._waiting:
            writer.write(self._waiting.popleft())

    def expected(self) -> int | None:
        """Return how many messages will come; `None` where nobody can tell."""
        total, most = self.progress.total, self.walk["max_messages"]
        if self.walk["since"] or self.walk["until"] or self.resume_from or total is None:
            return None
        if self.walk["order"] == "newest":
            total -= max(0, self.progress.arrived)  # what arrives is left out
        return total if most is None else min(total, most)

    def keep(self) -> Kept | None:
        """Keep what came until an export goes on from it; `None` where that cannot be."""
        cursor = self.progress.cursor if self.progress.yielded else None
        kept = self.destination.keep(cursor, self.progress.yielded) if cursor else None
        if kept and self.attachments:
            self.attachments.keep(kept.cursor)
        return kept


def _mark(destination: Destination, waiting: deque[Message], progress: Progress) -> None:
    """Tell the destination that all that came was written down: there it may be gone on."""
    if progress.cursor and not waiting:
        destination.mark(progress.cursor, progress.yielded)
