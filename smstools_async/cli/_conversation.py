"""One conversation on its way from the service to where it is written down."""

from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal, TypedDict

from smstools_async import Client, Progress
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._destinations import Destination, Kept


class Walk(TypedDict):
    """Which messages to ask for, in the words of `Client.iter_conversation`."""

    max_messages: int | None
    page_size: int | None
    since: datetime | None
    until: datetime | None
    order: Literal["newest", "oldest"]


@dataclass(kw_only=True)
class Conversation:
    """What is asked for, where it goes, and how far it is."""

    phone: str
    walk: Walk
    resume_from: str | None
    destination: Destination
    attachments: Attachments | None = None
    before: int = 0
    """How many messages are kept of a run that was stopped."""
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(on_page=partial(_mark, self.destination))

    @property
    def came(self) -> int:
        """How many messages there are, kept ones included."""
        return self.before + self.progress.yielded

    async def write_down(self, client: Client) -> None:
        """Write all messages down, then fetch their files if that is wanted."""
        if self.attachments and self.resume_from:
            self.attachments.resume(self.resume_from)
        await self._write_messages(client)
        if self.attachments:
            await self.attachments.fetch(client)

    async def _write_messages(self, client: Client) -> None:
        walk = client.iter_conversation(
            self.phone, **self.walk, cursor=self.resume_from, progress=self.progress
        )
        with self.destination.open() as writer:
            async with aclosing(walk) as messages:
                async for message in messages:
                    writer.write(message)
                    if self.attachments:
                        self.attachments.note(message)

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


def _mark(destination: Destination, progress: Progress) -> None:
    """Tell the destination that a page was written down: at each one it may be gone on."""
    if progress.cursor:
        destination.mark(progress.cursor, progress.yielded)
