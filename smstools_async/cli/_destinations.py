"""Where an export goes, and what an interrupted one leaves for the next.

What came before an interruption is kept beside the target, in a file named after the cursor to go
on from: so a cursor finds the messages before it and none of another walk. The export that goes on
begins with a copy of it and removes it when it has come further: whatever happens meanwhile, even
the end of the machine, the two cannot disagree.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from smstools_async import SmstoolsError
from smstools_async.cli._running import tell
from smstools_async.cli._terminal import standard_output
from smstools_async.export import MessageWriter, Target


class WriterOpener(Protocol):
    """Such as `jsonl_writer`."""

    def __call__(
        self, target: Target, *, part: Path | None = None
    ) -> AbstractContextManager[MessageWriter]:
        """Open a writer."""
        ...


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What there is of a conversation that was stopped."""

    cursor: str
    """Where to go on."""
    messages: int
    """How many came in this run."""
    where: str
    """How to speak of it: what the messages are, and where."""


class Destination(Protocol):
    """Where an export goes."""

    name: str
    """How to speak of it."""
    is_terminal: bool
    """Whether a person watches what is written."""

    def open(self) -> AbstractContextManager[MessageWriter]:
        """Open it, to begin or to go on."""
        ...

    def mark(self, cursor: str, messages: int) -> None:
        """Note that all messages before `cursor` are there, so many in this run."""
        ...

    def keep(self, cursor: str, messages: int) -> Kept | None:
        """Keep what came, so many messages before `cursor`; `None` if nobody could go on from it.

        Where writing failed, it is what was there at the last mark.
        """
        ...

    def clear(self) -> None:
        """Remove what is neither whole nor kept."""
        ...


def destination(
    open_writer: WriterOpener, output: Path | None, resume_from: str | None
) -> Destination:
    """Return where `output` stands for: standard output if it is `None` or `-`."""
    if output is None or output == Path("-"):
        is_terminal = sys.stdout.isatty()
        return _Stream(open_writer, standard_output(), "standard output", is_terminal=is_terminal)
    if output.exists() and not output.is_file():
        return _Stream(open_writer, output, str(output), is_terminal=False)
    return _File(open_writer, output, resume_from)


class _Stream:
    """Standard output, a pipe or a device: what is written is gone on its way."""

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
            self._has_failed = True  # how much was taken is not known
            raise

    def mark(self, cursor: str, messages: int) -> None:
        pass

    def keep(self, cursor: str, messages: int) -> Kept | None:
        if self._has_failed:
            return None
        return Kept(cursor=cursor, messages=messages, where="were written")

    def clear(self) -> None:
        pass


@dataclass(frozen=True, kw_only=True)
class _Mark:
    cursor: str
    messages: int
    size: int


class _File:
    """A file that appears when it is whole."""

    is_terminal = False

    def __init__(self, open_writer: WriterOpener, output: Path, resume_from: str | None) -> None:
        self._open_writer = open_writer
        self._target = output.resolve()  # a link stays a link
        self.name = str(output)
        self._beginning = self._named_after(resume_from) if resume_from else None
        self._part = self._named_after(uuid4().hex)
        self._mark: _Mark | None = None
        self._is_closed = False
        self._is_cut = False

    @contextmanager
    def open(self) -> Generator[MessageWriter]:
        check_folder(Path(self.name))
        self._part.touch(mode=0o600, exist_ok=False)
        if self._beginning:
            self._copy(self._beginning)
        try:
            with self._open_writer(self._target, part=self._part) as writer:
                yield writer
        except (SmstoolsError, asyncio.CancelledError):
            self._is_closed = True  # all that was written is in the file: closing did not fail
            raise
        except OSError:
            self._cut_back()
            raise
        self._remove_beginning()

    def mark(self, cursor: str, messages: int) -> None:
        size = self._part.stat().st_size  # writers keep no message back
        self._mark = _Mark(cursor=cursor, messages=messages, size=size)

    def keep(self, cursor: str, messages: int) -> Kept | None:
        if self._is_cut and self._mark:
            cursor, messages = self._mark.cursor, self._mark.messages
        if not self._is_closed or not messages:
            return None
        kept = self._part.replace(self._named_after(cursor))
        if kept != self._beginning:
            self._remove_beginning()
        where = f"are kept beside {self.name}, in {kept.name}"
        return Kept(cursor=cursor, messages=messages, where=where)

    def _cut_back(self) -> None:
        """Leave what was there at the last mark: a full disk may have taken half a message more."""
        if self._mark and self._part.exists():
            os.truncate(self._part, self._mark.size)
            self._is_closed = self._is_cut = True

    def clear(self) -> None:
        self._part.unlink(missing_ok=True)

    def _copy(self, beginning: Path) -> None:
        try:
            shutil.copyfile(beginning, self._part)
        except FileNotFoundError:
            if self._target.exists():
                raise ValueError(
                    f"Beside {self.name} nothing is kept for this cursor, and what follows it would"
                    " replace what is there. Write to another file, or begin anew without a cursor."
                ) from None
            tell(
                f"Beside {self.name} nothing is kept for this cursor: the file will hold what"
                " follows it, and nothing before."
            )

    def _remove_beginning(self) -> None:
        if self._beginning:
            self._beginning.unlink(missing_ok=True)

    def _named_after(self, key: str) -> Path:
        return kept_file(self._target, key)


def check_folder(path: Path) -> None:
    """Let a file be told of whose folder is not there, before anything is asked for.

    Raises:
        FileNotFoundError: It is not.
    """
    target = path.resolve() if path.is_symlink() else path
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {target.parent} for {target.name}: make it, or write elsewhere."
        )


def kept_file(target: Path, cursor: str) -> Path:
    """Return where the messages before `cursor` are kept, if they are."""
    digest = sha256(cursor.encode()).hexdigest()[:12]
    return target.with_name(f"{target.name}.{digest}.part")
