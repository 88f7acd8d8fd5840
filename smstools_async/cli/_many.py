"""The export of many conversations: several concurrently, and a failed one does not stop others."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any, Final

from smstools_async import AuthenticationError, Client, SmstoolsError
from smstools_async.cli import _source
from smstools_async.cli._arguments import command_line
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._destinations import destination, try_opening
from smstools_async.cli._exit_codes import ExitCode
from smstools_async.cli._leftovers import remove_leftovers_in
from smstools_async.cli._outcomes import Outcome, figures_of
from smstools_async.cli._phones import Entry
from smstools_async.cli._plan import Plan
from smstools_async.cli._provenance import facts_of
from smstools_async.cli._reporting import describe, report
from smstools_async.cli._resuming import ConversationState
from smstools_async.cli._rows import Row, rows_of
from smstools_async.cli._running import run
from smstools_async.cli._wording import (
    arrivals,
    counted,
    counted_of,
    described_doubts,
    in_all,
    left_out,
)

_FEWEST_CONNECTIONS: Final = 8


class ManyExports:
    """Many conversations on their way into one folder."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._states: dict[str, ConversationState] = {}
        self._kept_before = 0
        self._sums = Counter[str]()
        self._refusal: AuthenticationError | None = None
        self._has_started = False
        self._running: dict[Entry, Conversation] = {}
        self.outcomes: list[Outcome] = []
        """Of the conversations that ended in this run."""

    def run(self) -> None:
        """Write all conversations; report at the end what was written, or how to resume."""
        started_at = monotonic()
        run(self._write(), when_stopped=self._report_how_to_resume, finally_call=self._clear)
        self._conclude(monotonic() - started_at)

    def _conclude(self, seconds: float) -> None:
        self._report_summary(seconds)
        if self._failed:
            if self._plan.combined:
                report(f"{self._plan.combined.name} is written when all are complete.")
            report(f"Retry what is incomplete with:\n  {self._resuming_command()}")
            sys.exit(ExitCode.INCOMPLETE)
        self._plan.resume_file.end()
        if not self._plan.combined:
            self._plan.writing.write_index(self._plan.folder, self._names)
            remove_leftovers_in(self._plan.folder, self._names)
        if self._is_doubtful:
            sys.exit(ExitCode.DOUBTFUL)

    @property
    def expected(self) -> int:
        """How many conversations there are."""
        return len(self._plan.entries)

    @property
    def complete(self) -> int:
        """How many of them are complete, including those of earlier runs."""
        return sum(self._is_complete(entry) for entry in self._plan.entries)

    @property
    def ended(self) -> int:
        """How many of them are complete or have failed."""
        return self.complete + self._failed

    def rows(self) -> Iterator[Row]:
        """Describe how far they are, for the progress display."""
        messages, requests = self._sum_of("yielded"), self._sum_of("requests")
        done = f"{self.ended:,} of {self.expected:,} done"
        text = f"{done}, {counted(messages, 'message')}, {counted(requests, 'request')}"
        total = Row(text=text, done=self.ended, expected=self.expected, messages=messages)
        return rows_of(total, self._running)

    def _sum_of(self, what: str) -> int:
        """Sum `yielded`, `requests`, `arrived` or `skipped_bad` of `Progress` over this run."""
        running = [figures_of(each.progress) for each in list(self._running.values())]
        return self._sums[what] + sum(figures[what] for figures in running)

    @property
    def _names(self) -> list[str]:
        return [entry.name for entry in self._plan.entries]

    @property
    def _failed(self) -> int:
        return sum(outcome.failure is not None for outcome in self.outcomes)

    @property
    def _is_doubtful(self) -> bool:
        return any(outcome.doubts for outcome in self.outcomes)

    async def _write(self) -> None:
        plan = self._plan
        plan.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._states = plan.resume_file.start(
            {entry.name: entry.phone for entry in plan.entries}, resuming=plan.resumes
        )
        self._kept_before = sum(self._kept(entry).messages for entry in plan.entries)
        self._has_started = True
        phones = [entry.phone for entry in plan.entries]
        entries = iter([entry for entry in plan.entries if not self._is_complete(entry)])
        async with plan.service.client(
            *phones, max_connections=max(plan.concurrency, _FEWEST_CONNECTIONS)
        ) as client:
            self._check_first(client)
            with self._display():
                await self._write_all(client, entries)
        if self._refusal:
            raise self._refusal
        if plan.combined and self.complete == self.expected:
            await plan.combined.write(plan.entries, plan.folder)

    def _check_first(self, client: Client) -> None:
        """Report what is wrong for all before the first; later errors are of one conversation.

        Raises:
            ValueError, ImportError: As for the export of one conversation.
        """
        first = self._plan.entries[0].phone
        _source.check(client, first, self._plan.selection, None)
        combined = self._plan.combined
        opener = combined.opener if combined else self._plan.writing.opener(first, None)
        try_opening(opener, self._plan.folder)

    async def _write_all(self, client: Client, entries: Iterator[Entry]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._plan.concurrency):
                    group.create_task(self._write_each(client, entries))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the others follow from it, or are the same

    def _is_complete(self, entry: Entry) -> bool:
        state = self._states.get(entry.name)
        return state is not None and state.cursor is None

    async def _write_each(self, client: Client, entries: Iterator[Entry]) -> None:
        """Write one after the other, until none is left or the service refuses the credentials."""
        for entry in entries:
            self._running[entry] = conversation = self._conversation(entry)
            try:
                await conversation.write(client)
            except AuthenticationError as error:
                self._refusal = error  # no other phone will fare better
                return
            except (SmstoolsError, OSError, ValueError) as error:
                self._keep(entry)
                self._end(entry, describe(error))
            else:
                self._end(entry, self._record_complete(entry))

    def _conversation(self, entry: Entry) -> Conversation:
        plan, kept = self._plan, self._kept(entry)
        attachments = plan.attachments(entry) if plan.attachments else None
        facts = facts_of(plan.selection, lambda: conversation.progress)
        files = attachments.folder if attachments else None
        open_file = plan.writing.opener(entry.phone, files, facts)
        most = plan.selection["max_messages"]
        rest = None if most is None else most - kept.messages
        conversation = Conversation(
            phone=entry.phone,
            selection={**plan.selection, "max_messages": rest},
            resume_from=kept.cursor,
            destination=destination(
                open_file, plan.folder / entry.name, kept.cursor, is_alone=False
            ),
            attachments=attachments,
            shows_files=plan.writing.shows_files,
            kept_before=kept.messages,
        )
        return conversation

    def _kept(self, entry: Entry) -> ConversationState:
        """Return where to resume; at the start, if nothing is kept."""
        return self._states.get(entry.name) or _state(entry, 0, None)

    def _record_complete(self, entry: Entry) -> str | None:
        """Record that a conversation is complete; return why not, if attachments are missing."""
        conversation = self._running[entry]
        if conversation.attachments and conversation.attachments.have_failed:
            return conversation.attachments.describe_failures()
        self._record(_state(entry, conversation.written, None))
        return None

    def _keep(self, entry: Entry) -> None:
        """Keep what was read of an incomplete conversation."""
        conversation = self._running[entry]
        kept = conversation.keep()
        if kept:
            messages = conversation.kept_before + kept.messages
            self._record(_state(entry, messages, kept.cursor))

    def _record(self, state: ConversationState) -> None:
        self._states[state.name] = state
        self._plan.resume_file.record(state)

    def _end(self, entry: Entry, failure: str | None) -> None:
        """Drop a conversation: with its last page in memory, it is too large to be kept."""
        conversation = self._running[entry]
        progress = conversation.progress
        self._sums.update(figures_of(progress))
        self.outcomes.append(
            Outcome(
                entry=entry,
                messages=conversation.written,
                requests=progress.requests,
                failure=failure,
                doubts=progress.doubts,
            )
        )
        del self._running[entry]
        conversation.destination.clear()

    def _display(self) -> AbstractContextManager[object]:
        if not sys.stderr.isatty():
            return nullcontext()
        from smstools_async.cli._bar import display  # noqa: PLC0415 - rich takes 30 ms

        return display(self.rows)

    def _clear(self) -> None:
        for conversation in self._running.values():
            conversation.destination.clear()
        if self._has_started and not self._states:
            self._plan.resume_file.end()  # there is nothing to resume
            if self._plan.combined:
                self._plan.folder.rmdir()

    def _report_summary(self, seconds: float) -> None:
        from smstools_async.cli._table import print_outcomes  # noqa: PLC0415 - rich takes 30 ms

        print_outcomes(self.outcomes)
        read, arrived = self._sum_of("yielded"), self._sum_of("arrived")
        messages, requests = counted(read, "message"), counted(self._sum_of("requests"), "request")
        more = in_all(read, self._kept_before) + arrivals(arrived)
        report(
            f"{self._describe_complete()}: {messages} in {requests} and {seconds:.1f} s{more}"
            f" → {self._plan.combined.name if self._plan.combined else self._plan.folder}"
        )
        if self._sum_of("skipped_bad"):
            report(left_out(self._sum_of("skipped_bad")))
        if self._is_doubtful:
            report(described_doubts())

    def _describe_complete(self) -> str:
        return counted_of(self.complete, self.expected, "conversation")

    def _report_how_to_resume(self) -> None:
        for entry in self._running:
            self._keep(entry)
        if not self._states:
            return
        parts = sum(entry.name in self._states for entry in self._plan.entries) - self.complete
        others = f"; parts of {parts:,} more are kept" if parts else ""
        done = f"{self._describe_complete()} complete{others}"
        report(f"{done}. Resume with:\n  {self._resuming_command()}")

    def _resuming_command(self) -> str:
        selection = self._plan.selection
        changes: dict[str, Any] = {"since": selection["since"], "until": selection["until"]}
        return command_line(resume=True, **changes)


def _state(entry: Entry, messages: int, cursor: str | None) -> ConversationState:
    return ConversationState(name=entry.name, phone=entry.phone, messages=messages, cursor=cursor)
