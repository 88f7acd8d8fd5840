"""A phone is written into the path as one part, or refused before any request."""

import re
from contextlib import suppress
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
        ("00 55 (11) 98765-4321", "005511987654321"),
        ("123", "123"),
        ("+123", "+123"),
        ("1" * 15, "1" * 15),
        ("00" + "1" * 15, "00" + "1" * 15),
        ("+32 (0)470 12 34 56", "+32470123456"),
        ("0032(0)470123456", "0032470123456"),
        ("+44 (0)(20) 7946 0000", "+442079460000"),
        ("+39 06 1234567", "+39061234567"),
        ("+225 07 12 34 56 78", "+2250712345678"),
        ("0470/12.34.56", "0470123456"),
        ("11 3456.0000", "1134560000"),
        ("5.511.987.654.321", "5511987654321"),
        ("tel:+55-11-98765-4321", "+5511987654321"),
        ("SMS:+5511987654321", "+5511987654321"),
        ("'5511987654321", "5511987654321"),
        ("\u202a+55\u202c 11\u202f98765\u20114321\u200e", "+5511987654321"),
        ("\u2066+55\u00a011\u200998765\u22124321\u2069", "+5511987654321"),
        ("\ufeff+55\u200b11\u206098765\u00ad4321", "+5511987654321"),
        ("\uff0b\uff15\uff15\u3000\uff11\uff11\uff0d\uff19\uff18\uff17", "+5511987"),
        ("\u0665\u0665\u0661\u0661\u0669\u0668\u0667", "5511987"),
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
    with pytest.raises(TypeError, match=f"must be a str .*, got {type(phone).__name__}"):
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
        "+.000",
        "+-5511987654321",
        "+ (.5511987654321)",
        "55+11987654321",
        "\uff11\uff12\uff13\u0664",
        "12\u00b23",
        "\u202e12345",
        "\ud83d",
        "twelve chars",
        "-Clinica",
        "1" * 16,
        "00" + "1" * 16,
        "1" * 10_000,
        " " * 10_000 + "x",
    ],
    ids=ascii,
)
def test_what_is_no_phone_is_refused(phone: str) -> None:
    """The error says what to give instead."""
    with pytest.raises(
        ValueError, match=r"must be a telephone number, got .*Give it in international"
    ):
        write_phone(phone)


@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        ("32470123456.0", "it is a decimal number; format the cell as text"),
        ("+5511987654321.00", "it is a decimal number"),
        ("5511987654321,0", "it is a decimal number"),
        ("5.51199E+12", "a number in exponent notation lost digits"),
        ("5,51199E+12", "a number in exponent notation lost digits"),
        ("551198e5", "a number in exponent notation lost digits"),
        ("-5511987654", "it begins with a minus"),
        ("2025-06-05", "it looks like a date"),
        ("05.06.2025", "it looks like a date"),
        ("1) 5511987654321", "it begins like an item of a list"),
        ("1. 5511987654321", "it begins like an item of a list"),
        ("+55 11 98765-4321 ext. 12", "an extension cannot be part of it"),
        ("+55 11 98765-4321 ramal 12", "an extension cannot be part of it"),
        ("98765x12", "an extension cannot be part of it"),
        ("98765-4321#2", "an extension cannot be part of it"),
        ("tel:+5511987654321;ext=2", "an extension cannot be part of it"),
        ("5,511,987,654,321", "it looks like several numbers"),
        ("98765432; 98765433", "it looks like several numbers"),
        ("8765432 8765433", "it looks like several numbers"),
        ("8765432/8765433", "it looks like several numbers"),
        ("2345-1234/5678", "it looks like several numbers"),
        ("12/34/567", "it looks like several numbers"),
        ("55+11987654321", "it looks like several numbers"),
        ("+55 11 98765-4321 / 98765-4322", "it has more than 15 digits"),
        ("+55 11 98765-4321 (2)", "digits in brackets follow the number"),
        ("+39 (0)6 1234567", "whether (0) is dialled depends on the country, so leave it out"),
        ("(0)11 98765-4321", "whether (0) is dialled depends on the country, so leave it out"),
        ("+32 0470 12 34 56", "leave out the 0 that follows the country code"),
        ("+44 (020) 7946 0000", "leave out the 0 that follows the country code"),
        ("+(32) 0470 12 34 56", "leave out the 0 that follows the country code"),
        ("+0032470123456", "no country code begins with 0"),
        ("+ (0032470123456)", "no country code begins with 0"),
        ("(11 98765-4321", "a bracket is missing"),
    ],
)
def test_what_could_be_another_number_is_refused(phone: str, reason: str) -> None:
    """A history of another person would be worse than none; the error says why."""
    with pytest.raises(ValueError, match=re.escape(f"(digits masked): {reason}")) as caught:
        write_phone(phone)
    assert "phone" == getattr(caught.value, "argument", None)


def test_refused_phone_is_shown_without_its_digits() -> None:
    """So that the typing error can be seen, and the number cannot."""
    with pytest.raises(ValueError, match=r"got '\+•• \(••\) •••••-••••x' \(digits masked\)"):
        write_phone("+55 (11) 98765-4321x")


PHONE_LIKE = st.text("+0123456789 .-()/Ab", max_size=14)


DIGITS = st.text("0123456789", min_size=3, max_size=15)
DECORATIONS = st.sampled_from([" ", "-", ".", "\u00a0", "\u2011", "\u202f", "\u202a", "\u200e", ""])
SCRIPTS = st.sampled_from([0x30, 0x660, 0x6F0, 0x966, 0xFF10])


@given(DIGITS, st.sampled_from(["", "+"]), SCRIPTS, st.data())
def test_no_spelling_changes_what_the_digits_mean(
    digits: str,
    plus: str,
    zero: int,
    data: st.DataObject,
) -> None:
    """However they are grouped, and in whatever script: they are these digits, or an error."""
    spelt = plus + "".join(
        chr(zero + int(digit)) + data.draw(DECORATIONS, "behind a digit") for digit in digits
    )
    with suppress(ValueError):
        assert plus + digits == write_phone(spelt)


@given(PHONE_LIKE)
def test_accepted_digits_are_those_that_were_given(phone: str) -> None:
    """None is added, left out or moved, but for the (0) that is written to be left out."""
    try:
        written = write_phone(phone)
    except ValueError:
        return
    assert re.sub("[^0-9+A-Za-z]", "", phone.replace("(0)", "")) == re.sub(
        "[^0-9+A-Za-z]", "", written
    )


@given(DIGITS.filter(lambda digits: not digits.startswith("0")))
def test_international_numbers_are_accepted(digits: str) -> None:
    """With a plus, with 00, and bare; as they are in most address books."""
    assert f"+{digits}" == write_phone(f"+{digits}")
    assert f"00{digits}" == write_phone(f"00{digits}")
    assert digits == write_phone(digits)


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
    with pytest.raises(ValueError, match="phone must be") as caught:
        write_phone(phone)
    shown, _, _ = str(caught.value).partition(" (digits masked)")
    assert not any(letter.isdecimal() for letter in shown)
