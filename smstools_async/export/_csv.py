"""CSV, safe to open in a spreadsheet."""

import csv
import io
import json
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final

from smstools_async._models import Message
from smstools_async.export._appending import Appender
from smstools_async.export._csv_cells import (
    CsvStyle,
    Spreadsheet,
    cells_of,
    csv_style,
    read_cell,
)
from smstools_async.export._rows import COLUMNS, Row, wanted
from smstools_async.export._sources import open_lines
from smstools_async.export._targets import Target, TextStream, is_begun, open_text, refuse_cut
from smstools_async.export._text_appending import text_appender
from smstools_async.export._writer import MessageWriter, lent

_BYTE_ORDER_MARK: Final = "\ufeff"
_PIECE: Final = 1024 * 1024


@contextmanager
def csv_writer(
    target: Target,
    *,
    bom: bool = False,
    spreadsheet: Spreadsheet | None = None,
    zone: tzinfo = UTC,
    part: str | os.PathLike[str] | None = None,
) -> Generator[MessageWriter]:
    r"""Write messages as CSV (RFC 4180) in UTF-8: a line of column names, then one row per message.

    Columns are named like the keys of `jsonl_writer`. All cells are quoted. `files` is a JSON array
    of `{"name", "url", "mime"}`, empty where there are none; a `message_id` of `None` is empty too.

    Where a spreadsheet could find a formula, an apostrophe is put before it: at the beginning of a
    cell before `=`, `+`, `-`, `@`, a tab or a line break, and inside a cell after `,`, `;`, a tab
    or a line break, since programs of other countries take those for the end of a cell. `read_csv`
    removes the apostrophes. In plain CSV a phone number stays as it is.

    Args:
        target: As for `jsonl_writer`.
        bom: Begin with a byte order mark. Excel reads the file as UTF-8 only then.
        spreadsheet: Whose Excel and LibreOffice should open the file right by a double click:
            `"br"`, `"be"` or `"us"`. It sets the separator and `bom`; `sent_at` is a local time
            such as `2025-06-05 05:44:46`, which spreadsheets of any country read alike;
            ids and phones are texts (`="740000000000000018"`) of which no digit is lost.
        zone: Of `sent_at` for a spreadsheet, such as `zoneinfo.ZoneInfo("America/Sao_Paulo")`.
        part: As for `jsonl_writer`.

    Raises:
        ValueError: As for `jsonl_writer`; or there is no such spreadsheet, or a zone without one.
        OSError: The file cannot be written.

    Example:
        >>> import sys
        >>> message = Message(
        ...     direction="inbound", sender="+5511987654321", receiver="Clinica", text="=1+1",
        ...     unix_time=1749113086,
        ... )
        >>> with csv_writer(sys.stdout) as writer:
        ...     writer.write(message)  # doctest: +ELLIPSIS
        "sent_at","phone","message_id","direction","sender","receiver","text",...
        "2025-06-05T08:44:46+00:00","5511987654321","","inbound",...,"Clinica","'=1+1",...
    """
    style = csv_style(bom=bom, spreadsheet=spreadsheet, zone=zone)
    refuse_cut(part, _ends_a_row)
    begins = not is_begun(part)
    with open_text(target, part) as stream:
        rows = CsvRows(stream, style)
        if begins:
            rows.begin()
        with lent(rows) as writer:
            yield writer


@contextmanager
def csv_appender(
    target: str | os.PathLike[str],
    *,
    bom: bool = False,
    spreadsheet: Spreadsheet | None = None,
    zone: tzinfo = UTC,
) -> Generator[Appender]:
    """Add what is new to a file of CSV; see `open_appender`. Options as for `csv_writer`."""
    style = csv_style(bom=bom, spreadsheet=spreadsheet, zone=zone)

    def begin(stream: TextStream, is_beginning: bool) -> CsvRows:  # noqa: FBT001 - one caller
        rows = CsvRows(stream, style)
        if is_beginning:
            rows.begin()
        return rows

    _check_beginning(Path(target), style)
    with text_appender(Path(target), begin, csv_rows) as appender:
        yield appender


def _check_beginning(target: Path, style: CsvStyle) -> None:
    """Refuse to add rows of one style to those of another."""
    names = io.StringIO()
    CsvRows(names, style).begin()
    beginning = names.getvalue().encode()
    if target.is_file() and target.stat().st_size:
        with target.open("rb") as file:
            if file.read(len(beginning)) != beginning:
                raise ValueError(
                    f"{target} does not begin as CSV with these options does: append with the"
                    " options of its first export (bom, spreadsheet), or choose another file"
                )


def _ends_a_row(file: BinaryIO) -> bool:
    """Return whether the last row is complete: a line break within a cell follows an odd quote."""
    quotes, end = 0, b""
    while piece := file.read(_PIECE):
        quotes += piece.count(b'"')
        end = (end + piece[-2:])[-2:]
    return end == b"\r\n" and quotes % 2 == 0


class CsvRows:
    """Writes rows to a stream of text."""

    def __init__(self, stream: TextStream, style: CsvStyle) -> None:
        self._stream = stream
        self._style = style
        self._write_row = csv.writer(
            stream, quoting=csv.QUOTE_ALL, delimiter=style.separator
        ).writerow

    def begin(self) -> None:
        """Write the names of the columns."""
        self._stream.write(_BYTE_ORDER_MARK if self._style.begins_with_mark else "")
        self._write_row(COLUMNS)

    def write(self, message: Message, phone: str) -> None:
        """Write one message."""
        self._write_row(cells_of(message, phone, self._style))


def read_csv(
    source: str | os.PathLike[str] | Iterable[str], *, phone: str | None = None
) -> Iterator[Message]:
    """Read back what `csv_writer` wrote, whichever its options were.

    The messages are equal to those that were given to it, except for two things that CSV cannot
    hold: an empty `message_id` comes back as `None`, and an unpaired surrogate in a file as the
    text of its escape. No response of the server holds either.

    Args:
        source: A path, or lines, such as a file that was opened with `newline=""`, so that line
            breaks in texts stay.
        phone: Read the conversation with this phone alone.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line is not a message; it is named by its number, its text is not echoed.
            Python refuses cells of more than 131,072 characters: see `csv.field_size_limit`. Or
            `phone` is not a telephone number.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> message = Message(
        ...     direction="inbound", sender="+5511987654321", receiver="Clinica", text="=1+1",
        ...     unix_time=1749113086,
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversation.csv"
        ...     with csv_writer(path, spreadsheet="br") as writer:
        ...         writer.write(message)
        ...     list(read_csv(path)) == [message]
        True
    """
    yield from wanted(csv_rows(source), phone)


def csv_rows(source: str | os.PathLike[str] | Iterable[str]) -> Iterator[Row]:
    """Read messages with the phone of their conversation."""
    with open_lines(source) as lines:
        yield from _read_rows(iter(lines))


def _read_rows(lines: Iterator[str]) -> Iterator[Row]:
    names = next(lines, "").removeprefix(_BYTE_ORDER_MARK)
    rows = csv.reader(chain([names], lines), delimiter=_separator(names))
    try:
        _check_names(next(rows, list[str]()))
        yield from map(_row, rows)
    except (csv.Error, ValueError, TypeError, LookupError) as error:
        raise ValueError(
            f"line {max(1, rows.line_num)} is not a message as csv_writer writes it;"
            " repair or remove it"
        ) from error


def _separator(names: str) -> str:
    """Return what separates the names of the columns; none of them holds one."""
    return ";" if ";" in names else ","


def _check_names(row: list[str]) -> None:
    if tuple(row) != COLUMNS:
        raise ValueError("These are not the names of the columns")


def _row(cells: list[str]) -> Row:
    fields: dict[str, Any] = dict(zip(COLUMNS, map(read_cell, cells), strict=True))
    fields["message_id"] = fields["message_id"] or None
    fields["files"] = json.loads(fields["files"] or "[]")
    fields["unix_time"] = int(fields["unix_time"])
    return Row.from_dict(fields)
