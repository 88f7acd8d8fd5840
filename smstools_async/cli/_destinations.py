"""Where an export goes, and what an interrupted one keeps for the next.

What was read before an interruption is kept next to the target, in a part file. The export that
resumes starts with a copy of it, and removes it once it has more: whatever happens in between, even
a power failure, part file and cursor cannot disagree.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import attrs

from smstools_async import SmstoolsError
from smstools_async.cli._leftovers import remove_leftovers, remove_unresumable
from smstools_async.cli._parts import (
    behind_links,
    check_folder,
    in_use,
    kept_file,
    new_part,
)
from smstools_async.cli._reporting import report
from smstools_async.cli._terminal import standard_output
from smstools_async.export import MessageWriter, Target


class WriterOpener(Protocol):
    """Such as `jsonl_writer`."""

    def __call__(
        self, target: Target, *, part: Path | None = None
    ) -> AbstractContextManager[MessageWriter]:
        """Open a writer."""
        ...


@attrs.frozen(kw_only=True)
class Kept:
    """What is kept of a conversation that was stopped."""

    cursor: str
    """Where to resume."""
    messages: int
    """How many were written in this run."""
    where: str
    """What became of the messages, for a report: `were written`."""


class Destination(Protocol):
    """Where an export goes."""

    name: str
    """For reports."""
    is_terminal: bool
    """Whether a person watches what is written."""

    def open(self) -> AbstractContextManager[MessageWriter]:
        """Open it, to start or to resume."""
        ...

    def mark(self, cursor: str, messages: int) -> None:
        """Record that all messages before `cursor` are written: this many in this run."""
        ...

    def keep(self, cursor: str, messages: int) -> Kept | None:
        """Keep what was written, up to `cursor`; `None` if nothing could resume from it.

        Where writing failed, what was there at the last mark is kept.
        """
        ...

    def clear(self) -> None:
        """Remove what is neither complete nor kept."""
        ...


def destination(
    open_writer: WriterOpener,
    output: Path | None,
    resume_from: str | None,
    *,
    is_alone: bool = True,
) -> Destination:
    """Return what `output` means: standard output if it is `None` or `-`.

    A file that `is_alone` removes leftovers of earlier exports when it is complete.
    """
    if output is None or output == Path("-"):
        is_terminal = sys.stdout.isatty()
        return _Stream(open_writer, standard_output(), "standard output", is_terminal=is_terminal)
    if output.exists() and not output.is_file():
        return _Stream(open_writer, output, str(output), is_terminal=False)
    return _File(open_writer, output, resume_from, is_alone=is_alone)


def try_opening(open_writer: WriterOpener, folder: Path) -> None:
    """Open a writer in `folder` once, and leave nothing of it.

    Raises:
        ValueError, ImportError, OSError: It cannot be opened.
    """
    with TemporaryDirectory(prefix=".", dir=folder) as scratch, open_writer(Path(scratch, "check")):
        pass


class _Stream:
    """Standard output, a pipe or a device: what is written there cannot be kept."""

    def __init__(
        self, open_writer: WriterOpener, target: Target, name: str, *, is_terminal: bool
    ) -> None:
        self._open_writer = open_writer
        self._target = target
        self._has_failed = False
        self.name = name
        self.is_terminal = is_terminal

    @contextmanager
    def open(self) -> Generator[MessageWriter]:
        try:
            with self._open_writer(self._target) as writer:
                yield writer
        except OSError:
            self._has_failed = True  # how much was taken is unknown
            raise

    def mark(self, cursor: str, messages: int) -> None:
        pass

    def keep(self, cursor: str, messages: int) -> Kept | None:
        if self._has_failed:
            return None
        return Kept(cursor=cursor, messages=messages, where="were written")

    def clear(self) -> None:
        pass


@attrs.frozen(kw_only=True)
class _Mark:
    cursor: str
    messages: int
    size: int


class _File:
    """A file that appears when it is complete."""

    is_terminal = False

    def __init__(
        self,
        open_writer: WriterOpener,
        output: Path,
        resume_from: str | None,
        *,
        is_alone: bool,
    ) -> None:
        self._is_alone = is_alone
        self._open_writer = open_writer
        self._target = behind_links(output)
        self.name = str(output)
        self._start = self._named_after(resume_from) if resume_from else None
        self._part = new_part(self._target)
        self._mark: _Mark | None = None
        self._is_created = False
        self._is_closed = False
        self._is_cut = False

    @contextmanager
    def open(self) -> Generator[MessageWriter]:
        check_folder(Path(self.name))
        remove_unresumable(self._target)
        self._part.touch(mode=0o600, exist_ok=False)
        self._is_created = True
        if self._start:
            self._copy(self._start)
        try:
            with (
                in_use(self._part),
                self._open_writer(self._target, part=self._part) as writer,
            ):
                yield writer
        except (SmstoolsError, asyncio.CancelledError):
            self._is_closed = True  # everything written is in the file: closing it did not fail
            raise
        except OSError:
            self._cut_back()
            raise
        self._remove_start()
        if self._is_alone:
            remove_leftovers(self._target)

    def mark(self, cursor: str, messages: int) -> None:
        size = self._part.stat().st_size  # writers hold no message back
        self._mark = _Mark(cursor=cursor, messages=messages, size=size)

    def keep(self, cursor: str, messages: int) -> Kept | None:
        if self._is_cut and self._mark:
            cursor, messages = self._mark.cursor, self._mark.messages
        if not self._is_closed or not messages:
            return None
        kept = self._part.replace(self._named_after(cursor))
        if kept != self._start:
            self._remove_start()
        where = f"are kept next to {self.name}, in {kept.name}"
        return Kept(cursor=cursor, messages=messages, where=where)

    def _cut_back(self) -> None:
        """Leave what was there at the last mark: a full disk may have taken half a message more."""
        if self._mark and self._part.exists():
            os.truncate(self._part, self._mark.size)
            self._is_closed = self._is_cut = True

    def clear(self) -> None:
        if self._is_created:
            self._part.unlink(missing_ok=True)

    def _copy(self, start: Path) -> None:
        try:
            shutil.copyfile(start, self._part)
        except FileNotFoundError:
            if self._target.exists():
                raise ValueError(
                    f"Next to {self.name} nothing is kept for this cursor, and what follows it"
                    " would replace the file that is there. Write to another file, or start over"
                    " without a cursor."
                ) from None
            report(
                f"Next to {self.name} nothing is kept for this cursor: the file will hold only"
                " what follows it."
            )

    def _remove_start(self) -> None:
        if self._start:
            self._start.unlink(missing_ok=True)

    def _named_after(self, key: str) -> Path:
        return kept_file(self._target, key)
