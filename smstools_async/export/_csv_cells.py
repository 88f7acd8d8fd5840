"""Cells of CSV: texts that no spreadsheet runs, numbers that none rounds, and both read back."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Final, Literal

import attrs

from smstools_async._models import Message
from smstools_async.export._jsonl import encode_json
from smstools_async.export._rows import COLUMNS, row_of

Spreadsheet = Literal["br", "be", "us"]
"""Whose spreadsheets a CSV file is for: those of Brazil, Belgium, or the United States."""

_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What makes a spreadsheet run a cell, after OWASP's page on CSV injection; the last four are the
full-width twins of the first four. Apostrophes before it count, so that each added one can be
removed again."""
_AFTER_SEPARATOR: Final = "(?<=[,;\t\r\n])"
_INNER_FORMULA: Final = "(?=[\"']*[=+\\-@\uff1d\uff0b\uff0d\uff20])"
_UNGUARDED: Final = re.compile(_AFTER_SEPARATOR + _INNER_FORMULA)
"""Where a formula begins for a program that takes another character for the separator, or quotes
for text. It counts however many quotes and apostrophes stand between the two."""
_GUARDED: Final = re.compile(f"{_AFTER_SEPARATOR}'{_INNER_FORMULA}")
_PHONE: Final = re.compile(r"\+?[0-9]+")
_LIKE_NUMBER: Final = re.compile(
    r"(?=.*[0-9])(?:[0-9]|[^\w\r\n\"])*[^\W\d_]{0,12}(?:[0-9]|[^\w\r\n\"])*"
    r"|true|false|verdadeiro|falso|waar|onwaar|vrai|faux",
    re.IGNORECASE,
)
"""What a spreadsheet may take for a number, a date or an hour: digits with at most one word; and
the words for true and false in English, Portuguese, Dutch and French."""
_TEXT: Final = re.compile(r'="([^"\r\n]*)"')


@attrs.frozen(kw_only=True)
class CsvStyle:
    """How rows are written so that a program reads them right."""

    separator: str = ","
    begins_with_mark: bool = False
    """Whether a byte order mark comes first: Excel reads a file as UTF-8 only then."""
    is_for_spreadsheets: bool = False
    """Whether numbers are marked as text, and times are those of a spreadsheet."""
    zone: tzinfo = UTC
    """Of the column `sent_at` in a spreadsheet."""


_SEPARATORS: Final[Mapping[str, str]] = MappingProxyType({"br": ";", "be": ";", "us": ","})


def csv_style(*, bom: bool, spreadsheet: Spreadsheet | None, zone: tzinfo) -> CsvStyle:
    """Return the style of these options.

    Raises:
        ValueError: There is no such spreadsheet, or a zone is given without one.
    """
    if spreadsheet is None:
        if zone is not UTC:
            raise ValueError("zone is for CSV with spreadsheet: plain CSV has times in UTC")
        return CsvStyle(begins_with_mark=bom)
    if spreadsheet not in _SEPARATORS:
        known = ", ".join(map(repr, _SEPARATORS))
        raise ValueError(f"spreadsheet must be one of {known}, got {spreadsheet!r}")
    return CsvStyle(
        separator=_SEPARATORS[spreadsheet],
        begins_with_mark=True,
        is_for_spreadsheets=True,
        zone=zone,
    )


def cells_of(message: Message, phone: str, style: CsvStyle) -> list[str]:
    """Return the cells of a message, in the order of `COLUMNS`."""
    fields = row_of(message, phone)
    fields["message_id"] = message.message_id or ""
    fields["files"] = encode_json(fields["files"]) if message.files else ""
    write = _spreadsheet_cell if style.is_for_spreadsheets else _plain_cell
    cells = [write(name, str(fields[name])) for name in COLUMNS]
    if style.is_for_spreadsheets:
        cells[0] = _local_time(message.sent_at, style.zone)
    return cells


def _local_time(moment: datetime, zone: tzinfo) -> str:
    """Write a time that spreadsheets of every country read as a time, and none reads otherwise."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _plain_cell(name: str, value: str) -> str:
    is_phone = name in ("phone", "sender", "receiver") and _PHONE.fullmatch(value)
    return value if is_phone else guarded(value)


def _spreadsheet_cell(name: str, value: str) -> str:
    """Write what looks like a number as a formula for a text: `10/12` would become a date."""
    is_text = name != "unix_time" and _LIKE_NUMBER.fullmatch(value)
    inside = _UNGUARDED.sub("'", value)
    return f'="{inside}"' if is_text else guarded(value)


def guarded(value: str) -> str:
    """Put an apostrophe before each place where a spreadsheet could find a formula."""
    inside = _UNGUARDED.sub("'", value)
    return f"'{inside}" if _FORMULA.match(inside) else inside


def read_cell(cell: str) -> str:
    """Return what a cell was written from."""
    text = _TEXT.fullmatch(cell)
    if text:
        inside = text[1]
    else:
        inside = cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
    return _GUARDED.sub("", inside)
