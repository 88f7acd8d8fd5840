"""A phone is written into the path as one part, or refused before any request."""

from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smstools_async._phone import write_phone


@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        ("5511987654321", "5511987654321"),
        ("+5511987654321", "+5511987654321"),
        ("+55 (11) 98765-4321", "+5511987654321"),
        ("(+55) 11 98765.4321", "+5511987654321"),
        (" +32\u00a0470/00.00.00 ", "+32470000000"),
        ("0032470000000", "0032470000000"),
        ("123", "123"),
        ("+123", "+123"),
        ("1" * 32, "1" * 32),
        ("Clinica", "Clinica"),
        ("A&B 24-7_ok", "A&B 24-7_ok"),
        ("7Eleven", "7Eleven"),
    ],
)
def test_phone_is_written(given_as: str, expected: str) -> None:
    """Punctuation goes, the plus stays, a sender id is left alone."""
    assert expected == write_phone(given_as)


@pytest.mark.parametrize("phone", [None, 0, 5511987654321, b"5511987654321", ["5511987654321"]])
def test_phone_of_another_type_is_refused(phone: Any) -> None:
    """The error names the type."""
    with pytest.raises(TypeError, match=f"must be a str .*, not {type(phone).__name__}"):
        write_phone(phone)


@pytest.mark.parametrize(
    "phone",
    [
        "",
        " ",
        "+",
        "12",
        "+12",
        "()",
        ".",
        "..",
        "../contacts",
        "1/../../x",
        "1?limit=1",
        "1#x",
        "%2e%2e/x",
        "5511987654321;",
        "5511987654321\\",
        "5511987654321\r\nX-Evil: 1",
        "5511987654321\n",
        "Clinica\n",
        "55\x0011987654321",
        "++5511987654321",
        "55+11987654321",
        "\uff11\uff12\uff13\uff14",
        "٥٥١١٩٨٧",
        "\ud83d",
        "twelve chars",
        "-Clinica",
        "1" * 33,
        "1" * 10_000,
        " " * 10_000 + "x",
    ],
    ids=ascii,
)
def test_what_is_no_phone_is_refused(phone: str) -> None:
    """The error says what to give instead."""
    with pytest.raises(ValueError, match=r"is no telephone number; give it in international"):
        write_phone(phone)


def test_refused_phone_is_shown_without_its_digits() -> None:
    """So that the typing error can be seen, and the number cannot."""
    with pytest.raises(ValueError, match=r"phone='\+•• \(••\) •••••-••••x' \(digits masked\)"):
        write_phone("+55 (11) 98765-4321x")


PHONE_LIKE = st.text("+0123456789 .-()/Ab", max_size=14)


@given(st.text() | PHONE_LIKE)
@example("123/../../456")
def test_accepted_phone_is_one_part_of_the_path(phone: str) -> None:
    """No accepted phone leads anywhere but below `conversation/`."""
    try:
        written = write_phone(phone)
    except ValueError:
        return
    path = httpx.URL(f"https://host.example/v1/conversation/{quote(written, safe='')}").raw_path
    *parents, last = path.decode().split("/")
    assert ["", "v1", "conversation"] == parents
    assert written == unquote(last)


@given(PHONE_LIKE)
def test_accepted_phone_is_written_once(phone: str) -> None:
    """Writing what was written changes nothing."""
    try:
        written = write_phone(phone)
    except ValueError:
        return
    assert written == write_phone(written)


@given(PHONE_LIKE.map("{}!".format))
def test_refused_phone_is_never_shown(phone: str) -> None:
    """Whatever it is, no digit of it is in the error."""
    with pytest.raises(ValueError, match="phone=") as caught:
        write_phone(phone)
    shown, _, _ = str(caught.value).partition(" (digits masked)")
    assert not any(letter.isdecimal() for letter in shown)
