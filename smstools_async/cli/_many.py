"""The export of many conversations: some at once, one file each, and none stops the others."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from smstools_async import AuthenticationError, Client, Progress, SmstoolsError
from smstools_async.cli._arguments import command_line
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._conversation import Conversation, Walk
from smstools_async.cli._destinations import destination
from smstools_async.cli._export import DOUBT
from smstools_async.cli._outcomes import Outcome
from smstools_async.cli._phones import Entry
from smstools_async.cli._resuming import ResumeFile, Standing
from smstools_async.cli._running import ExitCode, describe, run, tell
from smstools_async.cli._service import Service
from smstools_async.cli._wording import arrivals, counted, counted_of, in_all
from smstools_async.cli._writing import Writing

_FEWEST_CONNECTIONS: Final = 8


class ManyExports:
    """Many conversations on their way into one folder."""

    def __init__(
        self,
        *,
        service: Service,
        entries: Sequence[Entry],
        walk: Walk,
        folder: Path,
        writing: Writing,
        attachments: Callable[[Entry], Attachments] | None,
        concurrency: int,
        resume_file: ResumeFile,
        goes_on: bool,
    ) -> None:
        self._service = service
        self._entries = entries
        self._walk = walk
        self._folder = folder
        self._writing = writing
        self._attachments = attachments
        self._concurrency = concurrency
        self._resume_file = resume_file
        self._goes_on = goes_on
        self._standings: dict[str, Standing] = {}
        self._before = 0
        self._sums = Counter[str]()
        self._refusal: AuthenticationError | None = None
        self._is_doubtful = False
        self._is_begun = False
        self.under_way: dict[Entry, Conversation] = {}
        """Those that are read right now."""
        self.outcomes: list[Outcome] = []
        """Of those that ended in this run."""

    def run(self) -> None:
        """Write all conversations down; say in the end what came, or how to go on."""
        begun_at = monotonic()
        run(self._write_down(), when_stopped=self._tell_how_to_go_on, at_last=self._clear)
        self._tell_sum(monotonic() - begun_at)
        if self._failed:
            tell(f"Try again what is not whole, with:\n  {_resuming_command()}")
            sys.exit(ExitCode.PARTLY)
        self._resume_file.end()

    @property
    def expected(self) -> int:
        """How many conversations there are."""
        return len(self._entries)

    @property
    def whole(self) -> int:
        """How many of them are whole, those of runs before included."""
        return sum(self._is_whole(entry) for entry in self._entries)

    @property
    def ended(self) -> int:
        """How many of them are whole, or were given up."""
        return self.whole + self._failed

    def sum_of(self, what: str) -> int:
        """Add up `yielded`, `requests` or `arrived`, as of `Progress`, over this run."""
        under_way = [_figures(each.progress) for each in list(self.under_way.values())]
        return self._sums[what] + sum(figures[what] for figures in under_way)

    @property
    def _failed(self) -> int:
        return sum(outcome.trouble is not None for outcome in self.outcomes)

    async def _write_down(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._standings = self._resume_file.begin(
            {entry.name: entry.phone for entry in self._entries}, going_on=self._goes_on
        )
        self._before = sum(self._kept(entry).messages for entry in self._entries)
        self._is_begun = True
        phones = [entry.phone for entry in self._entries]
        entries = iter([entry for entry in self._entries if not self._is_whole(entry)])
        async with self._service.client(
            *phones, max_connections=max(self._concurrency, _FEWEST_CONNECTIONS)
        ) as client:
            self._rehearse(client)
            with self._display():
                await self._write_all(client, entries)
        if self._refusal:
            raise self._refusal

    def _rehearse(self, client: Client) -> None:
        """Let what is wrong for all be found before the first; what comes later is of one alone.

        Raises:
            ValueError, ImportError: As for the export of one conversation.
        """
        first = self._entries[0].phone
        client.conversation_pages(first, **self._walk)
        with (
            TemporaryDirectory(prefix=".", dir=self._folder) as scratch,
            self._writing.opener(first, None)(Path(scratch, "rehearsal")),
        ):
            pass

    async def _write_all(self, client: Client, entries: Iterator[Entry]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._concurrency):
                    group.create_task(self._write_each(client, entries))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the others follow from it, or are the same

    def _is_whole(self, entry: Entry) -> bool:
        standing = self._standings.get(entry.name)
        return standing is not None and standing.cursor is None

    async def _write_each(self, client: Client, entries: Iterator[Entry]) -> None:
        """Take one entry after the other, until none is left or the service refuses us."""
        for entry in entries:
            self.under_way[entry] = conversation = self._conversation(entry)
            try:
                await conversation.write_down(client)
            except AuthenticationError as error:
                self._refusal = error  # no other phone will fare better
                return
            except (SmstoolsError, OSError, ValueError) as error:
                self._keep(entry)
                self._end(entry, describe(error))
            else:
                self._end(entry, self._note_whole(entry))

    def _conversation(self, entry: Entry) -> Conversation:
        target, kept = self._folder / entry.name, self._kept(entry)
        attachments = self._attachments(entry) if self._attachments else None
        files = attachments.folder if attachments else None
        open_file = self._writing.opener(entry.phone, files)
        most = self._walk["max_messages"]
        rest = None if most is None else most - kept.messages
        return Conversation(
            phone=entry.phone,
            walk={**self._walk, "max_messages": rest},
            resume_from=kept.cursor,
            destination=destination(open_file, target, kept.cursor),
            attachments=attachments,
            shows_files=self._writing.shows_files,
            before=kept.messages,
        )

    def _kept(self, entry: Entry) -> Standing:
        """Return where to go on; at the beginning, if nothing is kept."""
        return self._standings.get(entry.name) or _standing(entry, 0, None)

    def _note_whole(self, entry: Entry) -> str | None:
        """Write down that a conversation is whole; return why it is not, if files are missing."""
        conversation = self.under_way[entry]
        self._is_doubtful |= conversation.progress.degraded
        if conversation.attachments and conversation.attachments.have_failed:
            return conversation.attachments.describe_failures()
        self._note(_standing(entry, conversation.came, None))
        return None

    def _keep(self, entry: Entry) -> None:
        """Keep what came of a conversation that is not whole."""
        conversation = self.under_way[entry]
        kept = conversation.keep()
        if kept:
            came = conversation.before + kept.messages
            self._note(_standing(entry, came, kept.cursor))

    def _note(self, standing: Standing) -> None:
        self._standings[standing.name] = standing
        self._resume_file.note(standing)

    def _end(self, entry: Entry, trouble: str | None) -> None:
        """Let go of a conversation: with its last page in memory, it is too large to be kept."""
        conversation = self.under_way[entry]
        progress = conversation.progress
        self._sums.update(_figures(progress))
        self.outcomes.append(Outcome(entry, conversation.came, progress.requests, trouble))
        del self.under_way[entry]
        conversation.destination.clear()

    def _display(self) -> AbstractContextManager[object]:
        if not sys.stderr.isatty():
            return nullcontext()
        from smstools_async.cli._bar import progress_of_many  # noqa: PLC0415 - rich takes 30 ms

        return progress_of_many(self)

    def _clear(self) -> None:
        if self._is_begun and not self._standings:
            self._resume_file.end()  # there is nothing to go on with
        for conversation in self.under_way.values():
            conversation.destination.clear()

    def _tell_sum(self, seconds: float) -> None:
        from smstools_async.cli._table import print_outcomes  # noqa: PLC0415 - rich takes 30 ms

        print_outcomes(self.outcomes)
        whole = counted_of(self.whole, self.expected, "conversation")
        messages = counted(self.sum_of("yielded"), "message")
        requests = counted(self.sum_of("requests"), "request")
        news = in_all(self.sum_of("yielded"), self._before) + arrivals(self.sum_of("arrived"))
        where = self._folder
        tell(f"{whole}: {messages} in {requests} and {seconds:.1f} s{news} → {where}")
        if self._is_doubtful:
            tell(DOUBT)

    def _tell_how_to_go_on(self) -> None:
        for entry in self.under_way:
            self._keep(entry)
        if not self._standings:
            return
        whole = counted_of(self.whole, self.expected, "conversation")
        parts = sum(entry.name in self._standings for entry in self._entries) - self.whole
        others = f"; what came of {parts:,} more is kept" if parts else ""
        tell(f"{whole} came whole{others}. Go on with:\n  {_resuming_command()}")


def _standing(entry: Entry, messages: int, cursor: str | None) -> Standing:
    return Standing(name=entry.name, phone=entry.phone, messages=messages, cursor=cursor)


def _figures(progress: Progress) -> dict[str, int]:
    return {
        "yielded": progress.yielded,
        "requests": progress.requests,
        "arrived": progress.arrived,
    }


def _resuming_command() -> str:
    return command_line(resume=True)
