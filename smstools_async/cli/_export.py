"""Exports: from the walk to where it is written down, and how to go on after a stop."""

import sys
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypedDict

from smstools_async import Client, Progress
from smstools_async.cli._arguments import command_line
from smstools_async.cli._attachments import FETCH_THE_REST, Attachments
from smstools_async.cli._destinations import Destination
from smstools_async.cli._running import ExitCode, run, tell
from smstools_async.cli._service import Service
from smstools_async.cli._wording import counted, counted_of

_DOUBT: Final = (
    "Note: the service contradicted itself, in the order or the number of messages. Whether each"
    " came once rests on it."
)


class Walk(TypedDict):
    """Which messages to ask for, in the words of `Client.iter_conversation`."""

    max_messages: int | None
    page_size: int | None
    since: datetime | None
    until: datetime | None
    order: Literal["newest", "oldest"]


@dataclass(frozen=True, kw_only=True)
class Export:
    """One conversation on its way to one destination."""

    service: Service
    phone: str
    walk: Walk
    resume_from: str | None
    destination: Destination
    attachments: Attachments | None = None
    progress: Progress = field(default_factory=Progress)

    def run(self) -> None:
        """Write the conversation down; say in the end how much came, or how to go on."""
        try:
            run(self._write_down(), when_stopped=self._tell_how_to_go_on)
        finally:
            self.destination.clear()
        self._tell_sum()
        self._tell_of_files()

    def _tell_of_files(self) -> None:
        if self.attachments:
            self.attachments.tell_sum()
            if self.attachments.have_failed:
                sys.exit(ExitCode.REFUSED)

    def _tell_sum(self) -> None:
        messages = counted(self.progress.yielded, "message")
        requests = counted(self.progress.requests, "request")
        tell(f"{messages} in {requests} → {self.destination.name}")
        if self.progress.degraded:
            tell(_DOUBT)

    async def _write_down(self) -> None:
        if self.attachments:
            self.attachments.prepare()
        async with self.service.client(self.phone) as client:
            await self._write_messages(client)
            if self.attachments:
                self.attachments.is_fetching = True
                await self.attachments.fetch(client)

    async def _write_messages(self, client: Client) -> None:
        walk = client.iter_conversation(
            self.phone, **self.walk, cursor=self.resume_from, progress=self.progress
        )
        with self.destination.open() as writer, self._bar():
            async with aclosing(walk) as messages:
                async for message in messages:
                    writer.write(message)
                    if self.attachments:
                        self.attachments.note(message)

    def _bar(self) -> AbstractContextManager[object]:
        if not sys.stderr.isatty() or self.destination.is_terminal:
            return nullcontext()
        from smstools_async.cli._bar import ProgressBar  # noqa: PLC0415 - rich takes 30 ms

        return ProgressBar(self.progress, self._expected)

    def _expected(self) -> int | None:
        """Return how many messages will come; `None` where nobody can tell."""
        if self.walk["since"] or self.walk["until"] or self.resume_from:
            return None
        total, most = self.progress.total, self.walk["max_messages"]
        return total if total is None or most is None else min(total, most)

    def _tell_how_to_go_on(self) -> None:
        if self.attachments and self.attachments.is_fetching:
            tell(
                "All messages were written."
                f" Of their files, {self.attachments.missing:,} are missing. {FETCH_THE_REST}"
            )
            return
        self._tell_how_to_go_on_with_messages()
        if self.attachments and self.attachments.missing:
            tell(
                f"Of their files, {self.attachments.missing:,} are missing, and going on does not"
                f" fetch them. {FETCH_THE_REST}"
            )

    def _tell_how_to_go_on_with_messages(self) -> None:
        came, cursor = self.progress.yielded, self.progress.cursor
        if not came:
            return
        amount = counted_of(came, self._expected(), "message")
        where = self.destination.keep(cursor) if cursor else None
        if cursor and where:
            tell(f"{amount} {where}. Go on with:\n  {self._resuming_command(cursor)}")
        else:
            tell(f"{amount} came, and there is no going on from there: begin anew.")

    def _resuming_command(self, cursor: str) -> str:
        most = self.walk["max_messages"]
        rest = None if most is None else most - self.progress.yielded
        return command_line(resume_from=cursor, max_messages=rest)
