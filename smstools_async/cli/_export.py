"""The export of one conversation: progress, the summary at the end, and how to resume."""

import sys
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any, Final

import attrs

from smstools_async.cli._arguments import command_line
from smstools_async.cli._attachments import FETCH_THE_REST
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._destinations import Kept
from smstools_async.cli._exit_codes import ExitCode
from smstools_async.cli._reporting import report
from smstools_async.cli._rows import row_of
from smstools_async.cli._running import run
from smstools_async.cli._service import Service
from smstools_async.cli._wording import (
    arrivals,
    counted,
    counted_of,
    described_doubts,
    in_all,
    left_out,
)

_STILL_KEPT: Final = "what was kept is still there. Run the same command to resume."


@attrs.frozen(kw_only=True)
class Export:
    """One conversation, and the service to read it from."""

    service: Service
    conversation: Conversation

    def run(self) -> None:
        """Write the conversation; report at the end how much was written, or how to resume."""
        started_at = monotonic()
        run(
            self._write(),
            when_stopped=self._report_how_to_resume,
            finally_call=self.conversation.destination.clear,
        )
        self._conclude(monotonic() - started_at)

    def _conclude(self, seconds: float) -> None:
        self._report_summary(seconds)
        self._report_attachments()
        if self.conversation.progress.degraded:
            sys.exit(ExitCode.DOUBTFUL)

    async def _write(self) -> None:
        if self.conversation.attachments:
            self.conversation.attachments.prepare()
        async with self.service.client(self.conversation.phone) as client:
            with self._display():
                await self.conversation.write(client)

    def _display(self) -> AbstractContextManager[object]:
        if not sys.stderr.isatty() or self.conversation.destination.is_terminal:
            return nullcontext()
        from smstools_async.cli._bar import display  # noqa: PLC0415 - rich takes 30 ms

        return display(lambda: [row_of(self.conversation)])

    def _report_summary(self, seconds: float) -> None:
        progress = self.conversation.progress
        messages = counted(progress.yielded, "message")
        requests = counted(progress.requests, "request")
        where = self.conversation.destination.name
        before = self.conversation.kept_before
        more = in_all(progress.yielded, before) + arrivals(progress.arrived)
        report(f"{messages} in {requests} and {seconds:.1f} s{more} → {where}")
        if progress.skipped_bad:
            report(left_out(progress.skipped_bad))
        if progress.degraded:
            report(described_doubts(progress.doubts))

    def _report_attachments(self) -> None:
        attachments = self.conversation.attachments
        if attachments:
            attachments.report_summary()
            if attachments.have_failed:
                sys.exit(ExitCode.FAILED)

    def _report_how_to_resume(self) -> None:
        attachments = self.conversation.attachments
        if attachments and attachments.is_fetching:
            missing = counted(attachments.missing, "attachment")
            report(f"All messages are written, {missing} missing. {FETCH_THE_REST}")
        elif self.conversation.progress.yielded:
            self._report_kept_messages()
        elif self.conversation.resume_from:
            report(f"Nothing more was read; {_STILL_KEPT}")

    def _report_kept_messages(self) -> None:
        read, expected = self.conversation.progress.yielded, self.conversation.expected()
        kept = self.conversation.keep()
        before = self.conversation.kept_before
        amount = counted_of(before + kept.messages if kept else read, expected, "message")
        if kept:
            report(f"{amount} {kept.where}. Resume with:\n  {self._resuming_command(kept)}")
        elif before:
            report(f"Nothing more could be kept; {_STILL_KEPT}")
        else:
            report(f"{amount} were read, but the export cannot be resumed from there: start over.")

    def _resuming_command(self, kept: Kept) -> str:
        selection = self.conversation.selection
        most = selection["max_messages"]
        changes: dict[str, Any] = {
            "resume_from": kept.cursor,
            "max_messages": None if most is None else most - kept.messages,
            "since": selection["since"],
            "until": selection["until"],
        }
        return command_line(**changes)
