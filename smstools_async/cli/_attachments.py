"""Attachments: downloaded into a folder once the messages of an export are written.

The name of an attachment follows from its message, so that a second run finds what the first one
downloaded.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from smstools_async import (
    Client,
    DownloadError,
    Message,
    MessageFile,
    SmstoolsError,
    TransportError,
)
from smstools_async._files import write_whole
from smstools_async.cli._arguments import name_options
from smstools_async.cli._reporting import report, report_error
from smstools_async.cli._wording import counted, counted_of
from smstools_async.export import attachment_name

FETCH_THE_REST: Final = (
    "The same export, started over, downloads them; attachments that are there are skipped."
)
_AT_ONCE: Final = 4


class Attachments:
    """The attachments of some messages, and the folder that they are downloaded into."""

    def __init__(self, folder: Path, *, max_bytes: int, allow_private: bool) -> None:
        self.folder = folder
        self._max_bytes = max_bytes
        self._allow_private = allow_private
        self._wanted: dict[str, MessageFile] = {}
        self._untried = dict[str, None]()
        self._present = 0
        self._fetched = 0
        self._failures = Counter[str]()
        self._list: Path | None = None
        self.is_fetching = False
        """Whether the messages are written, and only attachments are missing."""

    @property
    def missing(self) -> int:
        """How many attachments of the messages so far are not in the folder."""
        return len(self._wanted) - self._present - self._fetched

    def prepare(self) -> None:
        """Create the folder, which nobody else can look into."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def resume(self, cursor: str) -> None:
        """Include the attachments of the messages before `cursor`."""
        self._list = self._list_of(cursor)
        if self._list.exists():
            known = json.loads(self._list.read_text(encoding="utf-8"))
            self._wanted = {name: MessageFile(**file) for name, file in known.items()}
            self._untried = dict.fromkeys(self._wanted)

    def keep(self, cursor: str) -> None:
        """Keep the list of attachments for an export that resumes from `cursor`."""
        if not self._wanted:
            return
        self.prepare()
        wanted = {name: file.to_dict() for name, file in self._wanted.items()}
        target = self._list_of(cursor)
        write_whole(target, json.dumps(wanted))
        if self._list != target:
            self._remove_list()

    def note(self, message: Message) -> None:
        """Add the attachments of `message`."""
        named = dict(_named(message))
        self._untried.update((name, None) for name in named if name not in self._wanted)
        self._wanted.update(named)

    async def fetch_early(self, client: Client) -> None:
        """Download the attachments of the messages so far, before these are written."""
        await self._fetch_untried(client)

    async def fetch(self, client: Client) -> None:
        """Download what is not there yet; a failure is counted and stops nothing."""
        self.is_fetching = True
        self._remove_list()
        await self._fetch_untried(client)

    async def _fetch_untried(self, client: Client) -> None:
        absent = [name for name in self._untried if not (self.folder / name).exists()]
        self._present += len(self._untried) - len(absent)
        self._untried.clear()
        if absent:
            self.prepare()
        names = iter(absent)
        await asyncio.gather(*(self._fetch_all(client, names) for _ in range(_AT_ONCE)))

    def report_summary(self) -> None:
        """Report how many attachments there are now, and why others are missing."""
        there = counted_of(len(self._wanted) - self.missing, len(self._wanted), "attachment")
        before = f", {self._present:,} there before" if self._present else ""
        report(f"{there}{before} → {self.folder}")
        if self._failures:
            reasons = "".join(f"\n  {n} of them: {reason}" for reason, n in self._ranked())
            report_error(f"{self._describe_number()} {FETCH_THE_REST}{reasons}")

    @property
    def have_failed(self) -> bool:
        """Whether any attachment could not be downloaded."""
        return bool(self._failures)

    def _list_of(self, cursor: str) -> Path:
        return self.folder / f".{sha256(cursor.encode()).hexdigest()[:12]}.wanted"

    def _remove_list(self) -> None:
        if self._list:
            self._list.unlink(missing_ok=True)

    def describe_failures(self) -> str:
        """Describe in a line how many attachments could not be downloaded, and why."""
        reasons = "; ".join(f"{n} of them: {reason}" for reason, n in self._ranked())
        return f"{self._describe_number()} {reasons}"

    def _describe_number(self) -> str:
        return f"{counted(self._failures.total(), 'attachment')} could not be downloaded."

    def _ranked(self) -> list[tuple[str, int]]:
        return self._failures.most_common()

    async def _fetch_all(self, client: Client, names: Iterator[str]) -> None:
        for name in names:
            try:
                await client.download(
                    self._wanted[name],
                    self.folder / name,
                    max_bytes=self._max_bytes,
                    allow_private=self._allow_private,
                )
            except (SmstoolsError, OSError) as error:
                self._failures[_reason(error)] += 1
            else:
                self._fetched += 1


def _named(message: Message) -> Iterator[tuple[str, MessageFile]]:
    for number, file in enumerate(message.files, start=1):
        yield attachment_name(message, number), file


def _reason(error: SmstoolsError | OSError) -> str:
    if isinstance(error, OSError):
        return str(error.strerror)
    words = error.reason if isinstance(error, DownloadError | TransportError) else str(error)
    return name_options(words)
