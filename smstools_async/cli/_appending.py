"""Exports that add what is new: to one file for all conversations, or to a file for each."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from time import monotonic

import attrs

from smstools_async import AuthenticationError, Client, Progress, SmstoolsError
from smstools_async.cli import _source
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._exit_codes import ExitCode, exit_code
from smstools_async.cli._leftovers import remove_unresumable
from smstools_async.cli._outcomes import Outcome
from smstools_async.cli._parts import behind_links, check_folder
from smstools_async.cli._phones import Entry
from smstools_async.cli._reporting import describe, naming, report, report_error
from smstools_async.cli._rows import Row
from smstools_async.cli._running import run
from smstools_async.cli._service import Service
from smstools_async.cli._source import Selection
from smstools_async.cli._wording import counted, counted_of, described_doubts, left_out
from smstools_async.cli._writing import Writing
from smstools_async.export import Appender

_FEWEST_CONNECTIONS = 8


@attrs.frozen(kw_only=True)
class AppendPlan:
    """Which conversations to add to which file."""

    service: Service
    entries: Sequence[Entry]
    selection: Selection
    output: Path
    """One file for all; or a folder with a file for each."""
    into_one: bool
    writing: Writing
    attachments: dict[Entry, Attachments] = attrs.field(factory=dict[Entry, Attachments])
    concurrency: int


class AppendingExports:
    """Conversations of which the new messages are added to files."""

    def __init__(self, plan: AppendPlan) -> None:
        self._plan = plan
        self._progress = {entry: Progress() for entry in plan.entries}
        self._errors = dict[Entry, Exception]()
        self._refusal: AuthenticationError | None = None
        self._outcomes: list[Outcome] = []
        self._is_written = True

    def run(self) -> None:
        """Add what is new; report how much that was, and what failed."""
        started_at = monotonic()
        run(self._write(), when_stopped=self._report_interruption)
        self._conclude(monotonic() - started_at)

    def _conclude(self, seconds: float) -> None:
        self._report_summary(seconds)
        self._exit_if_failed()

    async def _write(self) -> None:
        plan = self._plan
        if not plan.into_one:
            plan.output.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_folder(plan.output)
        phones = [entry.phone for entry in plan.entries]
        connections = max(plan.concurrency, _FEWEST_CONNECTIONS)
        async with plan.service.client(*phones, max_connections=connections) as client:
            _source.check(client, phones[0], plan.selection, None)
            with self._display():
                await self._append_to_files(client)
        if self._refusal:
            raise self._refusal

    async def _append_to_files(self, client: Client) -> None:
        if not self._plan.into_one:
            await self._append_all(client, None)
            return
        interruption: asyncio.CancelledError | None = None
        output = self._plan.output
        self._is_written = False
        with naming(str(output)), self._open(output) as shared:
            try:
                await self._append_all(client, shared)
            except asyncio.CancelledError as error:
                interruption = error  # what was read is kept
        self._is_written = True
        if interruption:
            raise interruption

    def _open(self, path: Path) -> AbstractContextManager[Appender]:
        target = behind_links(path)
        if not target.is_dir():
            remove_unresumable(target)
        return self._plan.writing.open_appender(target)

    async def _append_all(self, client: Client, shared: Appender | None) -> None:
        entries = iter(self._plan.entries)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._plan.concurrency):
                    group.create_task(self._append_each(client, entries, shared))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the others follow from it, or are the same

    async def _append_each(
        self, client: Client, entries: Iterator[Entry], shared: Appender | None
    ) -> None:
        """Add one after the other, until none is left or the service refuses the credentials."""
        for entry in entries:
            try:
                await self._append(client, entry, shared)
            except AuthenticationError as error:
                self._refusal = error  # no other phone will fare better
                return
            except (SmstoolsError, OSError, ValueError) as error:
                if shared and isinstance(error, OSError):
                    raise  # it is about the file, and so about all of them
                self._errors[entry] = error
            self._outcomes.append(self._outcome(entry))

    async def _append(self, client: Client, entry: Entry, shared: Appender | None) -> None:
        if shared is not None:
            await self._append_messages(client, entry, shared)
        else:
            await self._append_to_own_file(client, entry)
        attachments = self._plan.attachments.get(entry)
        if attachments:
            await attachments.fetch(client)

    async def _append_to_own_file(self, client: Client, entry: Entry) -> None:
        """Keep what was read also where reading failed: the file then ends there."""
        failure: BaseException | None = None
        with self._open(self._plan.output / entry.name) as appender:
            try:
                await self._append_messages(client, entry, appender)
            except (SmstoolsError, asyncio.CancelledError) as error:
                failure = error
        if failure:
            raise failure

    async def _append_messages(self, client: Client, entry: Entry, appender: Appender) -> None:
        cursor, progress = appender.cursor(entry.phone), self._progress[entry]
        selection, attachments = self._plan.selection, self._plan.attachments.get(entry)
        if cursor:
            later: Selection = {**selection, "since": None}  # all that follows it is
            selection = later
        iteration = _source.read(client, entry.phone, selection, cursor=cursor, progress=progress)
        try:
            async with iteration as messages:
                async for message in messages:
                    appender.write(message, phone=entry.phone)
                    if attachments:
                        attachments.note(message)
        except (SmstoolsError, asyncio.CancelledError):
            appender.mark(entry.phone, progress.cursor)
            raise
        appender.mark(entry.phone, progress.cursor)

    def _outcome(self, entry: Entry) -> Outcome:
        progress, attachments = self._progress[entry], self._plan.attachments.get(entry)
        error = self._errors.get(entry)
        failure = describe(error) if error else None
        if attachments and attachments.have_failed and not failure:
            failure = attachments.describe_failures()
        return Outcome(
            entry=entry,
            messages=progress.yielded,
            requests=progress.requests,
            failure=failure,
            doubts=progress.doubts,
        )

    def _display(self) -> AbstractContextManager[object]:
        if not sys.stderr.isatty():
            return nullcontext()
        from smstools_async.cli._bar import display  # noqa: PLC0415 - rich takes 30 ms

        return display(self._rows)

    def _rows(self) -> list[Row]:
        done, expected, messages = (
            len(self._outcomes),
            len(self._plan.entries),
            self._sum("yielded"),
        )
        text = (
            f"{done:,} of {counted(expected, 'conversation')}, {counted(messages, 'new message')}"
        )
        return [Row(text=text, done=done, expected=expected, messages=messages)]

    def _sum(self, what: str) -> int:
        return sum(int(getattr(each, what)) for each in self._progress.values())

    def _report_summary(self, seconds: float) -> None:
        if len(self._plan.entries) > 1:
            from smstools_async.cli._table import print_outcomes  # noqa: PLC0415 - rich takes 30 ms

            print_outcomes(self._outcomes)
        failures = sum(outcome.failure is not None for outcome in self._outcomes)
        expected = len(self._plan.entries)
        complete = counted_of(expected - failures, expected, "conversation")
        messages = counted(self._sum("yielded"), "new message")
        requests = counted(self._sum("requests"), "request")
        report(f"{complete}: {messages} in {requests} and {seconds:.1f} s → {self._plan.output}")
        if self._sum("skipped_bad"):
            report(left_out(self._sum("skipped_bad")))
        if self._is_doubtful:
            only = self._outcomes[0].doubts if expected == 1 else ()
            report(described_doubts(only))

    @property
    def _is_doubtful(self) -> bool:
        return any(progress.degraded for progress in self._progress.values())

    def _exit_if_failed(self) -> None:
        failed = [outcome for outcome in self._outcomes if outcome.failure]
        if failed and len(self._plan.entries) == 1:
            report_error(str(failed[0].failure))
            sys.exit(exit_code(next(iter(self._errors.values()), OSError())))
        if failed:
            report("Run the same command to add the rest.")
            sys.exit(ExitCode.INCOMPLETE)
        if self._is_doubtful:
            sys.exit(ExitCode.DOUBTFUL)

    def _report_interruption(self) -> None:
        added = self._sum("yielded")
        if added and not self._is_written:
            report(f"Nothing was added to {self._plan.output}.")
        elif added:
            messages = f"{counted(added, 'message')} were added to {self._plan.output}"
            report(f"{messages}. Run the same command to add the rest.")
