"""CSV, safe to open in a spreadsheet."""

import csv
import json
import os
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO, Final

from smstools_async._models import Message, MessageFile
from smstools_async.export._jsonl import encode_json
from smstools_async.export._sources import open_lines
from smstools_async.export._targets import Target, TextStream, is_begun, open_text, refuse_cut
from smstools_async.export._writer import MessageWriter, lent, record

COLUMNS: Final = (
    "sent_at",
    "message_id",
    "direction",
    "sender",
    "receiver",
    "text",
    "files",
    "unix_time",
    "datetime_text",
    "delivery_status",
)

_BYTE_ORDER_MARK: Final = "\ufeff"
_PIECE: Final = 1024 * 1024
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What makes a spreadsheet run a cell, after OWASP's page on CSV injection; the last four are
full-width twins of the first. Apostrophes before it count, so that each one more can be taken away
again."""
_PHONE: Final = re.compile(r"\+?[0-9]+")


@contextmanager
def csv_writer(
    target: Target, *, bom: bool = False, part: str | os.PathLike[str] | None = None
) -> Generator[MessageWriter]:
    r"""Write messages as CSV (RFC 4180) in UTF-8: a line of column names, then one row a message.

    Columns are named like the keys of `jsonl_writer`. All cells are quoted. `files` is a JSON array
    of `{"name", "url", "mime"}`, empty where there are none; a `message_id` of `None` is empty too.

    A cell that a spreadsheet would run as a formula, since it begins with `=`, `+`, `-`, `@`, a tab
    or a line break, gets a leading `'`, and so does one where just apostrophes stand before that. A
    phone number of a plus and digits alone is a number to a spreadsheet, and stays as it is in
    `sender` and `receiver`. `read_csv` takes the apostrophes away again. For programs JSON Lines is
    the better choice: nothing is changed there.

    Args:
        target: As for `jsonl_writer`.
        bom: Begin with a byte order mark. Excel takes the file for UTF-8 only then.
        part: As for `jsonl_writer`.

    Raises:
        ValueError: As for `jsonl_writer`.
        OSError: The file cannot be written.

    Example:
        >>> import sys
        >>> message = Message(
        ...     direction="inbound", sender="+5511987654321", receiver="Clinica", text="=1+1",
        ...     unix_time=1749113086,
        ... )
        >>> with csv_writer(sys.stdout) as writer:
        ...     writer.write(message)  # doctest: +ELLIPSIS
        "sent_at","message_id","direction","sender","receiver","text",...
        "2025-06-05T08:44:46+00:00","","inbound","+5511987654321","Clinica","'=1+1",...
    """
    refuse_cut(part, _ends_a_row)
    begins = not is_begun(part)
    with open_text(target, part) as stream:
        writer = _CsvWriter(stream)
        if begins:
            stream.write(_BYTE_ORDER_MARK if bom else "")
            writer.write_row(COLUMNS)
        with lent(writer) as lent_writer:
            yield lent_writer


def _ends_a_row(file: BinaryIO) -> bool:
    """Tell whether the last row is whole: a line break within a cell follows an odd quote."""
    quotes, end = 0, b""
    while piece := file.read(_PIECE):
        quotes += piece.count(b'"')
        end = (end + piece[-2:])[-2:]
    return end == b"\r\n" and quotes % 2 == 0


class _CsvWriter:
    def __init__(self, stream: TextStream) -> None:
        self.write_row = csv.writer(stream, quoting=csv.QUOTE_ALL).writerow

    def write(self, message: Message) -> None:
        self.write_row(_cells(message))


def _cells(message: Message) -> list[str]:
    fields = record(message)
    fields["message_id"] = message.message_id or ""
    fields["files"] = encode_json(fields["files"]) if message.files else ""
    return [
        _phone_or_text(fields[name]) if name in ("sender", "receiver") else _text(str(fields[name]))
        for name in COLUMNS
    ]


def _phone_or_text(value: str) -> str:
    return value if _PHONE.fullmatch(value) else _text(value)


def _text(value: str) -> str:
    return f"'{value}" if _FORMULA.match(value) else value


def read_csv(source: str | os.PathLike[str] | Iterable[str]) -> Iterator[Message]:
    """Read back what `csv_writer` wrote, whether with a byte order mark or without.

    The messages are equal to those that were given to it, but for two things that CSV has no way to
    say: an empty `message_id` comes back as `None`, and half of a surrogate pair in a file as the
    text of its escape. No answer of the client holds either.

    Args:
        source: A path, or lines, such as a file that was opened with `newline=""`, so that line
            breaks in texts stay.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line is no message; it is named by its number, its text is not echoed. A cell
            of more than 131,072 characters is none to Python: see `csv.field_size_limit`.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> message = Message(
        ...     direction="inbound", sender="+5511987654321", receiver="Clinica", text="=1+1",
        ...     unix_time=1749113086,
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversation.csv"
        ...     with csv_writer(path) as writer:
        ...         writer.write(message)
        ...     list(read_csv(path)) == [message]
        True
    """
    with open_lines(source) as lines:
        yield from _read_rows(lines)


def _read_rows(lines: Iterable[str]) -> Iterator[Message]:
    rows = csv.reader(_without_mark(lines))
    try:
        _check_names(next(rows, list[str]()))
        yield from map(_message, rows)
    except (csv.Error, ValueError, TypeError, LookupError) as error:
        raise ValueError(
            f"line {max(1, rows.line_num)} is no message as csv_writer writes it; mend or remove it"
        ) from error


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    remaining = iter(lines)
    yield from (line.removeprefix(_BYTE_ORDER_MARK) for line in islice(remaining, 1))
    yield from remaining


def _check_names(row: list[str]) -> None:
    if tuple(row) != COLUMNS:
        raise ValueError("These are not the names of the columns")


def _message(row: list[str]) -> Message:
    fields: dict[str, Any] = dict(zip(COLUMNS, map(_unquoted, row), strict=True))
    del fields["sent_at"]  # follows from `unix_time`
    files = json.loads(fields.pop("files") or "[]")
    return Message(
        message_id=fields.pop("message_id") or None,
        files=tuple(MessageFile(**file) for file in files),
        unix_time=int(fields.pop("unix_time")),
        **fields,
    )


def _unquoted(value: str) -> str:
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value
