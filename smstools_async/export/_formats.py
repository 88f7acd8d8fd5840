"""The formats: a table of what each is called and can do, and one way to open any of them.

A new format is one module with a writer, and one row here.
"""

import inspect
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import attrs

from smstools_async.export._appending import Appender
from smstools_async.export._csv import csv_appender, csv_writer
from smstools_async.export._html import html_writer
from smstools_async.export._jsonl import jsonl_appender, jsonl_writer
from smstools_async.export._kept import kept_as_jsonl
from smstools_async.export._parquet import parquet_appender, parquet_writer
from smstools_async.export._sqlite import sqlite_appender, sqlite_writer
from smstools_async.export._targets import Target, require_own_part
from smstools_async.export._writer import MessageWriter
from smstools_async.export._xlsx import xlsx_writer

_PART: Final = "part"
_NO_OPTIONS: Final[Mapping[str, object]] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Format:
    """A way of writing conversations."""

    name: str
    """How to ask for it."""
    endings: tuple[str, ...]
    """Which file names ask for it, in lower case."""
    writer: Callable[..., AbstractContextManager[MessageWriter]]
    """Such as `jsonl_writer`: takes a target, and options by their names.

    One that takes a `part` can resume a file. For the others, an unfinished export also grows as
    JSON Lines, and these are resumed."""
    appender: Callable[..., AbstractContextManager[Appender]] | None = None
    """What adds to a file of an earlier export; see `open_appender`."""
    no_appending: str = ""
    """Why there is no appender, and what to do instead."""
    takes_streams: bool = True
    """Whether it is text, which a stream can take too, and not only a file."""
    holds_many: bool = True
    """Whether one file can hold many conversations, each row with its `phone`."""
    order: Literal["newest", "oldest"] = "newest"
    """Which messages should come first: people read from the oldest."""

    @property
    def options(self) -> frozenset[str]:
        """The names of its options."""
        return frozenset(self._parameters[1:]) - {_PART}

    @property
    def _parameters(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.writer).parameters)

    def open(
        self,
        target: Target,
        *,
        part: str | os.PathLike[str] | None = None,
        options: Mapping[str, object] = _NO_OPTIONS,
    ) -> AbstractContextManager[MessageWriter]:
        """Open a writer of this format; as `open_writer`.

        Raises:
            ValueError: The format has no such option, or the target is a stream and the format
                needs a file.
        """
        self._check_options(options)
        if not self.takes_streams and not isinstance(target, str | os.PathLike):
            raise ValueError(f"{self.name} is not text: it needs a file to be written to")
        if part is None:
            return self.writer(target, **options)
        if _PART in self._parameters:
            return self.writer(target, part=part, **options)
        if isinstance(target, str | os.PathLike):
            require_own_part(Path(target), part)
        return kept_as_jsonl(self.writer(target, **options), Path(part))

    def append(
        self,
        target: str | os.PathLike[str],
        *,
        options: Mapping[str, object] = _NO_OPTIONS,
    ) -> AbstractContextManager[Appender]:
        """Open an appender of this format; as `open_appender`.

        Raises:
            ValueError: The format has no such option, or nothing can be added to it.
        """
        self._check_options(options)
        if self.appender is None:
            raise ValueError(f"{self.name} cannot be appended to: {self.no_appending}")
        return self.appender(target, **options)

    def _check_options(self, options: Mapping[str, object]) -> None:
        for option in options.keys() - self.options:
            having = [other.name for other in FORMATS.values() if option in other.options]
            whose = f", which is for {' and '.join(having)}" if having else ""
            raise ValueError(f"{self.name} has no option {option!r}{whose}; leave it out")


_ROWS: Final = (
    Format(
        name="jsonl",
        endings=(".jsonl", ".ndjson"),
        writer=jsonl_writer,
        appender=jsonl_appender,
    ),
    Format(name="csv", endings=(".csv",), writer=csv_writer, appender=csv_appender),
    Format(
        name="xlsx",
        endings=(".xlsx",),
        writer=xlsx_writer,
        no_appending="a workbook may hold what you have added, which would be lost. Append to CSV,"
        " or write the workbook again",
        takes_streams=False,
    ),
    Format(
        name="parquet",
        endings=(".parquet",),
        writer=parquet_writer,
        appender=parquet_appender,
        takes_streams=False,
    ),
    Format(
        name="sqlite",
        endings=(".db", ".sqlite", ".sqlite3"),
        writer=sqlite_writer,
        appender=sqlite_appender,
        takes_streams=False,
    ),
    Format(
        name="html",
        endings=(".html", ".htm"),
        writer=html_writer,
        no_appending="a transcript states when it was made and a hash of all its messages. Append"
        " to SQLite or JSON Lines, or write the transcript again",
        holds_many=False,
        order="oldest",
    ),
)

FORMATS: Final[Mapping[str, Format]] = MappingProxyType({row.name: row for row in _ROWS})
"""The formats by name."""


def format_of(path: str | os.PathLike[str]) -> Format | None:
    """Return the format that the name of a file asks for, or `None`.

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
    options: Mapping[str, object] = _NO_OPTIONS,
) -> AbstractContextManager[MessageWriter]:
    """Open a writer for a format that is chosen while the program runs.

    Where it is known before, its own writer does the same, and type checkers see its options.

    Args:
        target: A path, or an open text stream for a format that is text.
        file_format: A name from `FORMATS`. By default the one that the path ends in.
        part: Where the export grows until it is complete; see `jsonl_writer`. Every format can be
            resumed: those that cannot be appended to grow as JSON Lines there, and begin with what
            they find.
        options: Other arguments of the writer of the format, such as `{"bom": True}` for CSV.

    Raises:
        ValueError: There is no such format, nothing says which one, it has no such option, or it
            needs a file and the target is a stream. `part` ends in half a message: that is raised
            when the block is entered, as are the next two.
        ImportError: The format needs an extra that is not installed; it is named.
        OSError: The file cannot be written, or another export is writing to it.

    Example:
        >>> import sys
        >>> from smstools_async import Message
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> with open_writer(sys.stdout, file_format="csv") as writer:
        ...     writer.write(message)  # doctest: +ELLIPSIS
        "sent_at","phone","message_id","direction","sender","receiver","text",...
        "2025-06-05T08:44:46+00:00","5511987654321","","inbound",...,"Clinica","Olá!",...
    """
    return _chosen(target, file_format).open(target, part=part, options=options)


def open_appender(
    target: str | os.PathLike[str],
    *,
    file_format: str | None = None,
    options: Mapping[str, object] = _NO_OPTIONS,
) -> AbstractContextManager[Appender]:
    """Open a file to add what is new: JSON Lines, CSV, Parquet or SQLite, of one phone or many.

    The file knows up to where it holds each conversation. Read from there, oldest first, write what
    comes, and mark where you stopped. An export that finds nothing new costs one request and leaves
    the file as it is.

    The new state takes the place of the file when the block ends well, rows and cursors in one
    step: after an error or a kill the old one is there, and the next export adds the same messages.
    JSON Lines and CSV keep their cursors next to the file, as `conversation.jsonl.cursors`. If it
    is missing, or the file was changed by others, each conversation is read from its beginning
    once, and only what is missing is added.

    A late message is added at the end. Rows that are there are not changed: a later delivery status
    comes by a full export, into SQLite by `open_writer`.

    Args:
        target: A path; there need be no file yet.
        file_format: As for `open_writer`.
        options: As for `open_writer`; the same at each export.

    Raises:
        ValueError: As for `open_writer`; the format is HTML or xlsx, which cannot be appended to;
            or, when the block ends, a message was written and its conversation not marked.
        ImportError, OSError: As for `open_writer`.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from smstools_async import Message
        >>> from smstools_async.export import read_jsonl
        >>> phone = "+5511987654321"
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversation.jsonl"
        ...     with open_appender(path) as appender:
        ...         before = appender.cursor(phone)
        ...         appender.write(message, phone=phone)
        ...         appender.mark(phone, "the cursor of the iterator")
        ...     with open_appender(path) as appender:
        ...         before, appender.cursor(phone)
        (None, 'the cursor of the iterator')
    """
    return _chosen(target, file_format).append(target, options=options)


def _chosen(target: Target, file_format: str | None) -> Format:
    return _named(file_format) if file_format is not None else _asked_for_by(target)


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise ValueError(f"file_format must be one of {', '.join(FORMATS)}, got {name!r}")
    return FORMATS[name]


def _asked_for_by(target: Target) -> Format:
    found = format_of(target) if isinstance(target, str | os.PathLike) else None
    if found is None:
        endings = ", ".join(ending for each in FORMATS.values() for ending in each.endings)
        raise ValueError(
            "Nothing says which format to write: give file_format,"
            f" or a file whose name ends in one of {endings}"
        )
    return found
