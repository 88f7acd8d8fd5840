"""Spreadsheets: a double click opens a CSV file right, read back by LibreOffice cell by cell."""

import csv
import io
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import openpyxl  # type: ignore[import-untyped]  # it has neither stubs nor py.typed
import pytest

from smstools_async import Message
from smstools_async.export import Spreadsheet, csv_writer, read_csv, xlsx_writer

SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
TEXTS: Final = [
    "Olá, João! 🙏",
    "line 1\nline 2",
    "10/12",
    "007",
    "1e5",
    "3,14",
    "3.14",
    "-5",
    "=1+1",
    "10:30 am",
    "R$ 10,50",
    "5 jun",
    'say "hi" 1',
    "+5511987654321",
    "123456789012345678",
    "a\tb; c, d",
    "TRUE",
    "予約を明日の午後に",
    " spaces ",
]
SENT: Final = Message(
    message_id="740000000000000018",
    direction="outbound",
    sender="Clinica",
    receiver="5511987654321",
    text="",
    unix_time=1749113086,
    datetime_text="05 jun 2025, 08:44:46",
    delivery_status="DELIVERED",
)
MESSAGES: Final = [attrs.evolve(SENT, text=text) for text in TEXTS]
INNER: Final = ["oi;=cmd|' /C calc'!A0;tchau", 'a","=1+1', "a\t@SUM(1)", "a\n-1", "x;\"'+1"]
LOCALES: Final[list[tuple[Spreadsheet, int]]] = [("br", 1046), ("be", 2067), ("us", 1033)]
"""With the numbers of pt-BR, nl-BE and en-US."""


def _write(path: Path, spreadsheet: Spreadsheet | None, messages: list[Message]) -> None:
    zone: Any = {"zone": SAO_PAULO} if spreadsheet else {}
    with csv_writer(path, spreadsheet=spreadsheet, **zone) as writer:
        for message in messages:
            writer.write(message)


@pytest.mark.parametrize("spreadsheet", ["br", "be", "us"])
def test_spreadsheet_has_its_separator_and_local_times(
    tmp_path: Path, spreadsheet: Spreadsheet
) -> None:
    """A mark, by which Excel knows UTF-8; and numbers that stay texts."""
    path = tmp_path / "a.csv"
    _write(path, spreadsheet, [attrs.evolve(SENT, text="Olá")])
    separator = "," if spreadsheet == "us" else ";"
    cells = (
        '"2025-06-05 05:44:46"',
        '"=""5511987654321"""',
        '"=""740000000000000018"""',
        '"outbound"',
        '"Clinica"',
        '"=""5511987654321"""',
        '"Olá"',
        '""',
        '"1749113086"',
        '"=""05 jun 2025, 08:44:46"""',
        '"DELIVERED"',
    )
    content = path.read_bytes().decode("utf-8")
    assert content.startswith(f'\ufeff"sent_at"{separator}"phone"{separator}')
    assert separator.join(cells) == content.splitlines()[1]


@pytest.mark.parametrize("spreadsheet", [None, "br", "be", "us"])
def test_messages_are_read_back_equal(tmp_path: Path, spreadsheet: Spreadsheet | None) -> None:
    """Whichever spreadsheet the file was for."""
    messages = [*MESSAGES, *(attrs.evolve(SENT, text=text) for text in INNER)]
    _write(tmp_path / "a.csv", spreadsheet, messages)
    assert messages == list(read_csv(tmp_path / "a.csv"))


@pytest.mark.parametrize("spreadsheet", [None, "br", "us"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("text", [*INNER, "=1+1", "1;=2", "10,-5", "5\t+5"], ids=ascii)
def test_no_separator_makes_a_formula_of_a_text(
    tmp_path: Path, spreadsheet: Spreadsheet | None, separator: str, text: str
) -> None:
    """A program of another country cuts cells elsewhere; none of them begins with a formula."""
    _write(tmp_path / "a.csv", spreadsheet, [attrs.evolve(SENT, text=text)])
    content = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content), delimiter=separator) for cell in row]
    harmful = [cell for cell in cells if cell[:1] in ("=", "+", "-", "@") and cell[:2] != '="']
    assert [] == harmful


def test_unknown_spreadsheet_is_refused() -> None:
    """With those that are known."""
    unknown: Any = "fr"
    with pytest.raises(ValueError, match=r"^spreadsheet must be one of 'br', 'be', 'us', got 'fr'"):
        csv_writer(io.StringIO(), spreadsheet=unknown).__enter__()


def test_zone_without_a_spreadsheet_is_refused() -> None:
    """Programs read times in UTC, with their offset."""
    with pytest.raises(ValueError, match=r"^zone is for CSV with spreadsheet"):
        csv_writer(io.StringIO(), zone=SAO_PAULO).__enter__()


needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="no LibreOffice: apt install libreoffice-calc"
)


def _opened_by_libreoffice(path: Path, *, separator: str = "", locale: int = 0) -> list[list[Any]]:
    """Return the values of all cells, after LibreOffice has opened a file and saved it anew."""
    out = path.parent / "out"
    filters = [f"--infilter=CSV:{ord(separator)},34,76,1,,{locale},false,true"] if separator else []
    subprocess.run(  # noqa: S603 - a program of the system
        [  # noqa: S607 - as above
            "soffice",
            f"-env:UserInstallation={(path.parent / 'profile').as_uri()}",
            *("--headless", *filters, "--convert-to", "xlsx", "--outdir", str(out), str(path)),
        ],
        check=True,
        capture_output=True,
    )
    book = openpyxl.load_workbook(out / f"{path.stem}.xlsx", data_only=True)
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


@needs_libreoffice
@pytest.mark.parametrize(("spreadsheet", "locale"), LOCALES)
def test_libreoffice_opens_csv_cell_by_cell(
    tmp_path: Path, spreadsheet: Spreadsheet, locale: int
) -> None:
    """Phones and long ids digit by digit, accents, emoji, line breaks, and times as times."""
    _write(tmp_path / "a.csv", spreadsheet, MESSAGES)
    separator = "," if spreadsheet == "us" else ";"
    _, *rows = _opened_by_libreoffice(tmp_path / "a.csv", separator=separator, locale=locale)
    assert [_expected(message) for message in MESSAGES] == rows


@needs_libreoffice
def test_libreoffice_opens_workbook_cell_by_cell(tmp_path: Path) -> None:
    """As above, without anything to choose."""
    with xlsx_writer(tmp_path / "a.xlsx", zone=SAO_PAULO) as writer:
        for message in MESSAGES:
            writer.write(message)
    _, *rows = _opened_by_libreoffice(tmp_path / "a.xlsx")
    assert [_expected(message) for message in MESSAGES] == rows


def _expected(message: Message) -> list[Any]:
    return [
        datetime(2025, 6, 5, 5, 44, 46),  # noqa: DTZ001 - spreadsheets have no zones
        message.receiver,
        message.message_id,
        message.direction,
        message.sender,
        message.receiver,
        message.text,
        None,
        message.unix_time,
        message.datetime_text,
        message.delivery_status,
    ]
