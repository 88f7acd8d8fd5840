"""The export of one conversation: what is shown meanwhile, said in the end, and how to go on."""

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import monotonic
from typing import Final

from smstools_async.cli._arguments import command_line
from smstools_async.cli._attachments import FETCH_THE_REST
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._destinations import Kept
from smstools_async.cli._running import ExitCode, run, tell
from smstools_async.cli._service import Service
from smstools_async.cli._wording import arrivals, counted, counted_of, in_all

DOUBT: Final = (
    "Note: the service contradicted itself, in the order or the number of messages. Whether each"
    " came once rests on it."
)

_STILL_KEPT: Final = "what was kept is still there. The same command goes on."


@dataclass(frozen=True, kw_only=True)
class Export:
    """One conversation, and whom to ask for it."""

    service: Service
    conversation: Conversation

    def run(self) -> None:
        """Write the conversation down; say in the end how much came, or how to go on."""
        begun_at = monotonic()
        run(
            self._write_down(),
            when_stopped=self._tell_how_to_go_on,
            at_last=self.conversation.destination.clear,
        )
        self._tell_sum(monotonic() - begun_at)
        self._tell_of_files()

    async def _write_down(self) -> None:
        if self.conversation.attachments:
            self.conversation.attachments.prepare()
        async with self.service.client(self.conversation.phone) as client:
            with self._bar():
                await self.conversation.write_down(client)

    def _bar(self) -> AbstractContextManager[object]:
        if not sys.stderr.isatty() or self.conversation.destination.is_terminal:
            return nullcontext()
        from smstools_async.cli._bar import progress_of_one  # noqa: PLC0415 - rich takes 30 ms

        return progress_of_one(self.conversation)

    def _tell_sum(self, seconds: float) -> None:
        progress = self.conversation.progress
        messages = counted(progress.yielded, "message")
        requests = counted(progress.requests, "request")
        where = self.conversation.destination.name
        news = in_all(progress.yielded, self.conversation.before) + arrivals(progress.arrived)
        tell(f"{messages} in {requests} and {seconds:.1f} s{news} → {where}")
        if progress.degraded:
            tell(DOUBT)

    def _tell_of_files(self) -> None:
        attachments = self.conversation.attachments
        if attachments:
            attachments.tell_sum()
            if attachments.have_failed:
                sys.exit(ExitCode.REFUSED)

    def _tell_how_to_go_on(self) -> None:
        attachments = self.conversation.attachments
        if attachments and attachments.is_fetching:
            tell(
                "All messages were written."
                f" Of their files, {attachments.missing:,} are missing. {FETCH_THE_REST}"
            )
        elif self.conversation.progress.yielded:
            self._tell_how_to_go_on_with_messages()
        elif self.conversation.resume_from:
            tell(f"No more came; {_STILL_KEPT}")

    def _tell_how_to_go_on_with_messages(self) -> None:
        came, expected = self.conversation.progress.yielded, self.conversation.expected()
        kept = self.conversation.keep()
        there = self.conversation.before + kept.messages if kept else came
        amount = counted_of(there, expected, "message")
        if kept:
            tell(f"{amount} {kept.where}. Go on with:\n  {self._resuming_command(kept)}")
        elif self.conversation.before:
            tell(f"No more can be kept; {_STILL_KEPT}")
        else:
            tell(f"{amount} came, and there is no going on from there: begin anew.")

    def _resuming_command(self, kept: Kept) -> str:
        most = self.conversation.walk["max_messages"]
        rest = None if most is None else most - kept.messages
        return command_line(resume_from=kept.cursor, max_messages=rest)
