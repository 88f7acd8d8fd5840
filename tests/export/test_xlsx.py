"""Workbooks: typed cells that lose no digit, links that are safe, and no formula."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import openpyxl  # type: ignore[import-untyped]  # it has neither stubs nor py.typed
import pytest
from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]  # as above

from smstools_async import Message, MessageFile, export
from smstools_async.export import (
    _workbook,
    attachment_name,
    find_parts,
    open_writer,
    xlsx_writer,
)

PDF = MessageFile(name="boleto.pdf", url="https://files.example/1", mime="application/pdf")
SENT = Message(
    message_id="740000000000000018",
    direction="outbound",
    sender="Clinica",
    receiver="+5511987654321",
    text="=HYPERLINK(1)",
    files=(PDF,),
    unix_time=1749113086,
    delivery_status="DELIVERED",
)


def _write(path: Path, *messages: Message, **options: Any) -> Any:
    with xlsx_writer(path, **options) as writer:
        for message in messages:
            writer.write(message)
    return openpyxl.load_workbook(path)


def _rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def _links(sheet: Any) -> list[str | None]:
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    return [cell.hyperlink.target for cell in cells if cell.hyperlink]


def test_cells_are_typed(tmp_path: Path) -> None:
    """A time is a time, a number a number, and all else is text, formulas included."""
    sheet = _write(tmp_path / "a.xlsx", SENT)["messages"]
    assert [
        [
            datetime(2025, 6, 5, 8, 44, 46, tzinfo=UTC).replace(tzinfo=None),
            "5511987654321",
            "740000000000000018",
            "outbound",
            "Clinica",
            "+5511987654321",
            "=HYPERLINK(1)",
            "boleto.pdf",
            1749113086,
            None,
            "DELIVERED",
        ]
    ] == _rows(sheet)
    assert ["d", "s", "s", "s", "s", "s", "s", "s", "n", "s", "s"] == [
        cell.data_type if cell.value is not None else "s" for cell in sheet[2]
    ]
    assert "A2" == sheet.freeze_panes


def test_files_have_a_sheet_with_links(tmp_path: Path) -> None:
    """One row each; a message with one file has the link, too."""
    other = attrs.evolve(PDF, name="foto.png", url="javascript:alert(1)", mime="image/png")
    book = _write(tmp_path / "a.xlsx", SENT, attrs.evolve(SENT, files=(PDF, other)))
    assert ["boleto.pdf", "boleto.pdf; foto.png"] == [row[7] for row in _rows(book["messages"])]
    assert [PDF.url] == _links(book["messages"])
    assert [
        ["5511987654321", SENT.message_id, file.name, file.mime, file.url]
        for file in (PDF, PDF, other)
    ] == [row[1:] for row in _rows(book["files"])]
    assert [PDF.url, PDF.url] == _links(book["files"])


def test_downloaded_file_is_linked_from_where_the_workbook_is(tmp_path: Path) -> None:
    """The two can be moved together."""
    folder = tmp_path / "files"
    folder.mkdir()
    name = attachment_name(SENT, 1)
    (folder / name).write_bytes(b"%PDF")
    book = _write(tmp_path / "a.xlsx", SENT, files=folder)
    assert [f"files/{name}"] == [link and link.replace("\\", "/") for link in _links(book["files"])]


def test_what_xml_cannot_hold_is_replaced(tmp_path: Path) -> None:
    """Control characters are kept by Excel's own escapes."""
    text = "a\ud83d\ufffe\uffff\x00\x1b\r\nb_x0041_"
    sheet = _write(tmp_path / "a.xlsx", attrs.evolve(SENT, text=text, message_id=None))["messages"]
    (row,) = _rows(sheet)
    shown = unescape(row[6])
    assert ("a\ufffd\ufffd\ufffd\x00\x1b\r\nb_x0041_", None) == (shown, row[2])


def test_text_that_no_cell_holds_is_refused(tmp_path: Path) -> None:
    """Instead of being cut."""
    _write(tmp_path / "a.xlsx", attrs.evolve(SENT, text="x" * 32_767))
    with pytest.raises(ValueError, match=r"^A text has 32,768 characters, and a cell .* 32,767"):
        _write(tmp_path / "b.xlsx", attrs.evolve(SENT, text="x" * 32_768))
    assert ["a.xlsx"] == [path.name for path in tmp_path.iterdir()]


def test_sheet_that_is_full_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own header."""
    monkeypatch.setattr(_workbook, "_MOST_ROWS", 3)
    book = _write(tmp_path / "a.xlsx", *[attrs.evolve(SENT, files=())] * 5)
    assert ["messages", "files", "messages 2", "messages 3"] == book.sheetnames
    assert [2, 2, 1] == [len(_rows(book[name])) for name in book.sheetnames if name != "files"]
    assert {"sent_at"} == {book[name]["A1"].value for name in book.sheetnames}


@pytest.mark.parametrize("limit", ["_MOST_LINKS", "_LONGEST_LINK"])
def test_link_for_which_there_is_no_room_is_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Excel repairs a workbook with more of them, and then has none."""
    monkeypatch.setattr(_workbook, limit, 0)
    book = _write(tmp_path / "a.xlsx", SENT)
    assert [] == _links(book["messages"]) + _links(book["files"])
    assert PDF.url == _rows(book["files"])[0][-1]


def test_rows_grow_next_to_the_workbook(tmp_path: Path) -> None:
    """And not in the system's folder for temporary files, where a kill would leave them unseen."""
    with xlsx_writer(tmp_path / "a.xlsx") as writer:
        writer.write(SENT)
        assert ["a.xlsx.part", "a.xlsx.part.d"] == [part.path.name for part in find_parts(tmp_path)]
    assert ["a.xlsx"] == [path.name for path in tmp_path.iterdir()]


def _fail(writer: Any) -> None:
    writer.write(SENT)
    raise KeyboardInterrupt


def test_error_leaves_nothing(tmp_path: Path) -> None:
    """Not even an open file, which would be a warning."""
    with pytest.raises(KeyboardInterrupt), xlsx_writer(tmp_path / "a.xlsx") as writer:
        _fail(writer)
    assert [] == list(tmp_path.iterdir())


def test_workbook_that_cannot_be_stored_is_an_error_of_files(tmp_path: Path) -> None:
    """With the name that the caller knows."""
    opened = xlsx_writer(tmp_path / "a.xlsx")
    opened.__enter__().write(SENT)
    (tmp_path / "a.xlsx.part").unlink()
    (tmp_path / "a.xlsx.part").mkdir()
    with pytest.raises(OSError, match="The workbook cannot be written") as caught:
        opened.__exit__(None, None, None)
    assert str(tmp_path / "a.xlsx") == caught.value.filename


def test_device_is_refused() -> None:
    """A workbook is no stream."""
    with pytest.raises(ValueError, match=r"^/dev/null is not a file"):
        xlsx_writer(os.devnull).__enter__()


def test_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is written, and with what does without."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    monkeypatch.delitem(sys.modules, "smstools_async.export._workbook")
    monkeypatch.delattr(export, "_workbook")
    for opened in (xlsx_writer(tmp_path / "a.xlsx"), open_writer(tmp_path / "a.xlsx")):
        with pytest.raises(ImportError, match=r"pip install 'smstools-async\[xlsx\]'. CSV does"):
            opened.__enter__()
    assert [] == list(tmp_path.iterdir())
