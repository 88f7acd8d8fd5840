"""Sheets and cells of a workbook. The only module that imports XlsxWriter."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import tzinfo
from errno import EIO
from pathlib import Path
from typing import Any, Final

from smstools_async._models import Message, MessageFile
from smstools_async.export._links import fetched, relative_link, safe_host
from smstools_async.export._rows import COLUMNS, encodable

try:
    import xlsxwriter  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs] - it has no py.typed
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs] - as above
except ImportError as exc:
    raise ImportError(
        "Workbooks need an extra: pip install 'smstools-async[xlsx]'. CSV does not, and opens in"
        " spreadsheets with spreadsheet='us', 'br' or 'be'."
    ) from exc

_MOST_ROWS: Final = 1_048_576
"""Of a sheet, in Excel's specifications, as are the next three."""
_MOST_CHARACTERS: Final = 32_767
_MOST_LINKS: Final = 65_530
_LONGEST_LINK: Final = 2079
_FILE_COLUMNS: Final = ("sent_at", "phone", "message_id", "name", "mime", "url")
_WIDTHS: Final = {"sent_at": 19, "text": 60, "files": 24, "name": 40, "url": 60}
_WIDTH: Final = 16
_NO_CHARACTER: Final = re.compile("[\ufffe\uffff]")


@contextmanager
def open_workbook(
    path: Path, scratch: Path, *, page: Path, zone: tzinfo, files: Path | None
) -> Generator["WorkbookRows"]:
    """Open a workbook at `path` for rows; links are those of a workbook at `page`."""
    options = {"constant_memory": True, "tmpdir": str(scratch), "in_memory": False}
    workbook: Any = xlsxwriter.Workbook(str(path), options)
    try:
        yield WorkbookRows(workbook, page, zone, files)
        workbook.close()
    except FileCreateError as error:
        raise OSError(EIO, f"The workbook cannot be written: {error}", str(page)) from error
    finally:
        for sheet in workbook.worksheets():
            sheet.row_data_fh.close()  # stays open after an error otherwise


class WorkbookRows:
    """Writes messages to one sheet, and their files to another."""

    def __init__(self, workbook: Any, page: Path, zone: tzinfo, files: Path | None) -> None:
        self._page = page
        self._zone = zone
        self._folder = files
        self._messages = _Sheets(workbook, "messages", COLUMNS)
        self._files = _Sheets(workbook, "files", _FILE_COLUMNS)

    def write(self, message: Message, phone: str) -> None:
        """Write one message."""
        _check_length(message.text)
        moment = message.sent_at.astimezone(self._zone).replace(tzinfo=None)
        fields = {name: getattr(message, name, "") for name in COLUMNS} | {
            "sent_at": moment,
            "phone": phone,
            "files": "; ".join(file.name for file in message.files),
        }
        self._messages.write_row(fields, link=self._only_link(message), linked="files")
        for number, file in enumerate(message.files, start=1):
            described = {**file.to_dict(), "message_id": message.message_id}
            fields = described | {"sent_at": moment, "phone": phone}
            self._files.write_row(fields, link=self._link(message, number), linked="name")

    def _only_link(self, message: Message) -> str | None:
        return self._link(message, 1) if len(message.files) == 1 else None

    def _link(self, message: Message, number: int) -> str | None:
        file: MessageFile = message.files[number - 1]
        path = fetched(message, number, self._folder)
        nearby = relative_link(self._page, path) if path else None
        if nearby:
            return f"external:{nearby}"
        return file.url if safe_host(file.url) else None


def _check_length(text: str) -> None:
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(
            f"A text has {len(text):,} characters, and a cell of a workbook holds"
            f" {_MOST_CHARACTERS:,}: export to CSV or JSON Lines"
        )


class _Sheets:
    """Rows of one kind: a sheet, and others where one is full."""

    def __init__(self, workbook: Any, name: str, columns: tuple[str, ...]) -> None:
        self._workbook = workbook
        self._name = name
        self._columns = columns
        self._number = 0
        self._heading = workbook.add_format({"bold": True})
        self._time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top"})
        self._text = workbook.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self._link = workbook.get_default_url_format()
        self._begin()

    def write_row(self, fields: dict[str, Any], *, link: str | None, linked: str) -> None:
        """Write a row; the cell `linked` leads to `link`."""
        if self._row == _MOST_ROWS:
            self._begin()
        for column, name in enumerate(self._columns):
            if name == linked and link and self._has_room_for(link):
                text = _cell_text(fields[name])
                self._sheet.write_url(self._row, column, link, self._link, text)
                self._links += 1
            else:
                self._write_cell(column, name, fields[name])
        self._row += 1

    def _begin(self) -> None:
        self._number += 1
        name = self._name if self._number == 1 else f"{self._name} {self._number}"
        self._sheet = self._workbook.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        self._links = 0
        for column, heading in enumerate(self._columns):
            self._sheet.set_column(column, column, _WIDTHS.get(heading, _WIDTH))
            self._sheet.write_string(0, column, heading, self._heading)
        self._row = 1

    def _has_room_for(self, link: str) -> bool:
        return self._links < _MOST_LINKS and len(link) <= _LONGEST_LINK

    def _write_cell(self, column: int, name: str, value: Any) -> None:
        if name == "sent_at":
            self._sheet.write_datetime(self._row, column, value, self._time)
        elif name == "unix_time":
            self._sheet.write_number(self._row, column, value)
        elif value:
            self._sheet.write_string(self._row, column, _cell_text(value), self._text)


def _cell_text(value: str | None) -> str:
    """Return a text that XML can hold, and a cell."""
    text = _NO_CHARACTER.sub("\ufffd", encodable(value or ""))
    return text[:_MOST_CHARACTERS]
