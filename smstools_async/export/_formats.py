"""The formats: a table of what each is called and can do, and one way to open any of them.

A new format is one module with a writer, and one row here.
"""

import inspect
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from smstools_async._models import Message
from smstools_async.export._csv import csv_writer
from smstools_async.export._html import html_writer
from smstools_async.export._jsonl import ends_a_line, jsonl_writer, read_jsonl
from smstools_async.export._parquet import parquet_writer
from smstools_async.export._sqlite import sqlite_writer
from smstools_async.export._targets import Target, refuse_cut
from smstools_async.export._writer import MessageWriter

_PART: Final = "part"


@dataclass(frozen=True, kw_only=True)
class Format:
    """A way of writing conversations down."""

    name: str
    """How to ask for it."""
    endings: tuple[str, ...]
    """Which file names are a wish for it, in small letters."""
    writer: Callable[..., AbstractContextManager[MessageWriter]]
    """Such as `jsonl_writer`: takes a target, and options by their names.

    One that takes a `part` can go on with a file that was begun. For the others, an unfinished
    export grows as JSON Lines as well, and these are gone on with."""
    takes_streams: bool = True
    """Whether it is text, which a stream can take too, and not only a file."""
    order: Literal["newest", "oldest"] = "newest"
    """Which messages should come first, for whom it is written: people read from the oldest."""

    @property
    def options(self) -> frozenset[str]:
        """The names of what can be chosen about it."""
        return frozenset(self._parameters[1:]) - {_PART}

    @property
    def _parameters(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.writer).parameters)

    def open(
        self,
        target: Target,
        *,
        part: str | os.PathLike[str] | None = None,
        options: Mapping[str, object] = MappingProxyType({}),
    ) -> AbstractContextManager[MessageWriter]:
        """Open a writer of this format; as `open_writer`.

        Raises:
            ValueError: The format has no such option, or the target is a stream and the format is
                for files.
        """
        self._check_options(options)
        if not self.takes_streams and not isinstance(target, str | os.PathLike):
            raise ValueError(f"{self.name} is no text: it needs a file to be written to")
        if part is None:
            return self.writer(target, **options)
        if _PART in self._parameters:
            return self.writer(target, part=part, **options)
        return _kept_as_jsonl(self.writer(target, **options), Path(part))

    def _check_options(self, options: Mapping[str, object]) -> None:
        for option in options.keys() - self.options:
            having = [other.name for other in FORMATS.values() if option in other.options]
            whose = f", which is for {' and '.join(having)}" if having else ""
            raise ValueError(f"{self.name} has no option {option!r}{whose}; leave it out")


_ROWS: Final = (
    Format(name="jsonl", endings=(".jsonl", ".ndjson"), writer=jsonl_writer),
    Format(name="csv", endings=(".csv",), writer=csv_writer),
    Format(name="parquet", endings=(".parquet",), writer=parquet_writer, takes_streams=False),
    Format(
        name="sqlite",
        endings=(".db", ".sqlite", ".sqlite3"),
        writer=sqlite_writer,
        takes_streams=False,
    ),
    Format(name="html", endings=(".html", ".htm"), writer=html_writer, order="oldest"),
)

FORMATS: Final[Mapping[str, Format]] = MappingProxyType({row.name: row for row in _ROWS})
"""The formats by name."""


def format_of(path: str | os.PathLike[str]) -> Format | None:
    """Return the format that the name of a file is a wish for, or `None`.

    Example:
        >>> format_of("June.CSV").name
        'csv'
        >>> format_of("june.txt") is None
        True
    """
    ending = Path(path).suffix.lower()
    return next((each for each in FORMATS.values() if ending in each.endings), None)


def open_writer(
    target: Target,
    *,
    file_format: str | None = None,
    part: str | os.PathLike[str] | None = None,
    options: Mapping[str, object] = MappingProxyType({}),
) -> AbstractContextManager[MessageWriter]:
    """Open a writer for a format that is chosen while the program runs.

    Where it is known before, its own writer does the same, and its options are seen by type
    checkers.

    Args:
        target: A path, or an open text stream for a format that is text.
        file_format: A name out of `FORMATS`. By default the one that the path ends in.
        part: Where the export grows until it is whole; see `jsonl_writer`. Every format can be gone
            on with: those that cannot be appended to grow as JSON Lines there, and begin with what
            they find.
        options: What else the writer of the format takes, such as `{"bom": True}` for CSV.

    Raises:
        ValueError: There is no such format, nothing says which one, it has no such option, or it
            needs a file and the target is a stream. `part` ends in half a message: that comes when
            the block is entered, as the next two do.
        ImportError: The format needs an extra that is not installed; it is named.
        OSError: The file cannot be written.

    Example:
        >>> import sys
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> with open_writer(sys.stdout, file_format="csv") as writer:
        ...     writer.write(message)  # doctest: +ELLIPSIS
        "sent_at","message_id","direction","sender","receiver","text",...
        "2025-06-05T08:44:46+00:00","","inbound","5511987654321","Clinica","Olá!",...
    """
    chosen = _named(file_format) if file_format is not None else _told_by(target)
    return chosen.open(target, part=part, options=options)


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise ValueError(f"file_format={name!r}: choose one of {', '.join(FORMATS)}")
    return FORMATS[name]


def _told_by(target: Target) -> Format:
    told = format_of(target) if isinstance(target, str | os.PathLike) else None
    if told is None:
        endings = ", ".join(ending for each in FORMATS.values() for ending in each.endings)
        raise ValueError(
            "Nothing says which format to write: give file_format,"
            f" or a file whose name ends in one of {endings}"
        )
    return told


class _Both:
    def __init__(self, *writers: MessageWriter) -> None:
        self._writers = writers

    def write(self, message: Message) -> None:
        for writer in self._writers:
            writer.write(message)


@contextmanager
def _kept_as_jsonl(
    whole: AbstractContextManager[MessageWriter], part: Path
) -> Generator[MessageWriter]:
    """Write to `whole`, and JSON Lines to `part`, which is gone when the block ends well.

    What `part` holds already comes first.
    """
    refuse_cut(part, ends_a_line)
    with whole as writer:
        for message in _begun(part):
            writer.write(message)
        part.touch(mode=0o600)
        with (
            part.open("a", 1, encoding="utf-8", newline="") as lines,
            jsonl_writer(lines) as keeper,
        ):
            yield _Both(keeper, writer)
    part.unlink()


def _begun(part: Path) -> Iterator[Message]:
    if part.exists():
        yield from read_jsonl(part)
