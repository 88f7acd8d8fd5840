"""One conversation: read from the service, written to its destination, attachments included."""

from collections import deque
from collections.abc import AsyncIterable
from functools import partial
from typing import Final

import attrs

from smstools_async import Client, Message, Progress
from smstools_async.cli import _source
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._destinations import Destination, Kept
from smstools_async.cli._reporting import naming
from smstools_async.cli._source import Selection
from smstools_async.export import MessageWriter

_BATCH: Final = 100
"""Messages that wait together for their attachments."""


@attrs.define(kw_only=True)
class Conversation:
    """What to read, where it goes, and how far it is."""

    phone: str
    selection: Selection
    resume_from: str | None
    destination: Destination
    attachments: Attachments | None = None
    shows_files: bool = False
    """Whether the format shows attachments, so that they are downloaded before their messages."""
    kept_before: int = 0
    """How many messages an earlier run kept."""
    progress: Progress = attrs.field(init=False)
    _waiting: deque[Message] = attrs.field(factory=deque[Message], init=False)

    def __attrs_post_init__(self) -> None:
        """Mark each page in the destination once its messages are written."""
        self.progress = Progress(on_page=partial(_mark, self.destination, self._waiting))

    @property
    def written(self) -> int:
        """How many messages there are, including those of an earlier run."""
        return self.kept_before + self.progress.yielded

    async def write(self, client: Client) -> None:
        """Write all messages, then download their attachments if they are wanted."""
        _source.check(client, self.phone, self.selection, self.resume_from)
        if self.attachments and self.resume_from:
            self.attachments.resume(self.resume_from)
        if self.attachments and self.shows_files:
            await self.attachments.fetch_early(client)
        await self._write_messages(client)
        if self.attachments:
            await self.attachments.fetch(client)

    async def _write_messages(self, client: Client) -> None:
        iteration = _source.read(
            client, self.phone, self.selection, cursor=self.resume_from, progress=self.progress
        )
        with naming(self.destination.name), self.destination.open() as writer:
            async with iteration as messages:
                if self.attachments and self.shows_files:
                    await self._write_with_files(messages, writer, self.attachments, client)
                else:
                    await self._write(messages, writer)

    async def _write(self, messages: AsyncIterable[Message], writer: MessageWriter) -> None:
        async for message in messages:
            writer.write(message, phone=self.phone)
            if self.attachments:
                self.attachments.note(message)

    async def _write_with_files(
        self,
        messages: AsyncIterable[Message],
        writer: MessageWriter,
        attachments: Attachments,
        client: Client,
    ) -> None:
        """Write messages once their attachments are there; when stopped, the rest without them."""
        try:
            async for message in messages:
                self._waiting.append(message)
                attachments.note(message)
                if len(self._waiting) == _BATCH:
                    await attachments.fetch_early(client)
                    self._write_waiting(writer)
                    _mark(self.destination, self._waiting, self.progress)
            await attachments.fetch_early(client)
        finally:
            self._write_waiting(writer)

    def _write_waiting(self, writer: MessageWriter) -> None:
        while self._waiting:
            writer.write(self._waiting.popleft(), phone=self.phone)

    def expected(self) -> int | None:
        """Return how many messages this run will read; `None` if that is unknown."""
        total, most = self.progress.total, self.selection["max_messages"]
        is_partial = self.selection["since"] or self.selection["until"] or self.resume_from
        if is_partial or total is None:
            return None
        if self.selection["order"] == "newest":
            total -= max(0, self.progress.arrived)  # arrivals are not read
        return total if most is None else min(total, most)

    def keep(self) -> Kept | None:
        """Keep what was read for a run that resumes; `None` where that is impossible."""
        cursor = self.progress.cursor if self.progress.yielded else None
        kept = self.destination.keep(cursor, self.progress.yielded) if cursor else None
        if kept and self.attachments:
            self.attachments.keep(kept.cursor)
        return kept


def _mark(destination: Destination, waiting: deque[Message], progress: Progress) -> None:
    """Mark in the destination that all messages so far are written: an export can resume there."""
    if progress.cursor and not waiting:
        destination.mark(progress.cursor, progress.yielded)
