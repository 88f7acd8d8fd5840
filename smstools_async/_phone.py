"""How a telephone number is written, and how two of them are compared.

What punctuation means decides: it is dropped where it only groups digits. A text whose digits could
become another person's number is refused, and the error says why. The table of both is in the docs
(`docs/reference/phones.md`).
"""

import re
from unicodedata import category, decimal

from smstools_async._arguments import ArgumentError, check_type

_SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 &_-]{0,10}")
_NUMBER_WITH_LETTERS = re.compile(r"(?=(?:[^0-9]*[0-9]){5})[0-9 -]+[A-Za-z]+[0-9 -]*")
_SCHEME = re.compile(r"(?:tel|sms):", re.IGNORECASE)
_PLUS_IN_BRACKETS = re.compile(r"\( ?(\+[0-9 ]+)\)")
_GROUPS = re.compile(r"(?:\+(?![ (]*[.\-/)]))?[0-9 ().\-/]+")
_HUMAN_NOTATION = re.compile(r"(?:[ \u00a0(]*\+)?[0-9 \u00a0().\-/]+")
_PLUSES = "\ufe62\uff0b"
_MINUS = "\u2212"
_RIGHT_TO_LEFT_OVERRIDE = "\u202e"
_MARK_OF_TEXT = "'"
_LONGEST_TEXT = 100
_LONGEST_SHOWN = 32
_LENGTHS = range(3, 16)
"""Short codes have three digits at least, numbers fifteen at most (ITU-T E.164)."""
_LENGTHS_WITH_PREFIX = range(3, 18)
_FEWEST_DIGITS = 5
_COMPARED_DIGITS = 7

_COUNTRY = r"(?:\+|00)[ (]*(?!(?:39|378|379|225|226|229|241|242)(?![0-9]))[1-9][0-9]{0,2}"
"""A country code, but for those behind which a 0 is part of the number, as in Italy."""
_TRUNK_ZERO = re.compile(rf"({_COUNTRY})[ .-]?\(0\)[ .-]?(?=[1-9(])")

_DOUBTS = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"[0-9]+[.,]?[0-9]*e[+-]?[0-9]+", "a number in exponent notation lost digits"),
        (r"\+?[0-9]+[.,](?:[0-9]{1,2}|000)", "it is a decimal number; format the cell as text"),
        (r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", "it looks like a date"),
        (r"(?:[0-9]{2}[.-]){2}(?:19|20)[0-9]{2}", "it looks like a date"),
        (r"-.*", "it begins with a minus"),
        (r"[0-9]{1,3}(?:\. |\)).*", "it begins like an item of a list"),
        (r".*[0-9][ .,;-]*(?:ext|x|#|ramal|poste|r\.).*", "an extension cannot be part of it"),
        (r".*[0-9].*[,;&|+].*", "it looks like several numbers"),
        (r".*[0-9]{7,}[ ().\-/]+[0-9]{7,}.*", "it looks like several numbers"),
        (r"(?:.*/){2}.*|.*/(?:[^0-9]*[0-9]){0,4}[^0-9]*", "it looks like several numbers"),
        (r"(?![+]|00)(?:[^0-9]*[0-9]){7,}[^0-9]*/.*", "it looks like several numbers"),
        (r"(?:[^0-9]*[0-9]){6,}[^0-9]*\(.*", "digits in brackets follow the number"),
        (r".*\(0\).*", "whether (0) is dialled depends on the country, so leave it out"),
        (rf"{_COUNTRY}[ ().\-/]+0.*", "leave out the 0 that follows the country code"),
        (r"\+[ (]*0.*", "no country code begins with 0"),
        (r"[^)]*\([^)]*|[^(]*\).*", "a bracket is missing"),
    )
)
"""Shapes that could be read as another person's number, and why; the first match is reported."""


def write_phone(phone: str) -> str:
    """Return `phone` as the API gets it: no spaces or punctuation, a leading `+` as it is.

    An alphanumeric sender id (up to 11 characters) passes as it is. Whether the API takes numbers
    with or without `+` is documented nowhere, so the caller's way is kept.

    Raises:
        TypeError: `phone` is not a `str`.
        ValueError: it is neither a number nor a sender id, or could be read as another number.

    Example:
        >>> write_phone("+55 (11) 98765-4321")
        '+5511987654321'
        >>> write_phone("+32 (0)470 12 34 56")
        '+32470123456'
        >>> write_phone("32470123456.0")
        Traceback (most recent call last):
        ...
        smstools_async._arguments.ArgumentError: phone must be ...: it is a decimal number; ...
    """
    check_type("phone", phone, str, "a str such as '+5511987654321'")
    if _SENDER_ID.fullmatch(phone) and not _NUMBER_WITH_LETTERS.fullmatch(phone):
        return phone
    if len(phone) > _LONGEST_TEXT:
        raise _refusal(phone, "")
    written = _TRUNK_ZERO.sub(r"\1 ", _plain(phone))
    for shape, reason in _DOUBTS:
        if shape.fullmatch(written):
            raise _refusal(phone, f": {reason}")
    number = re.sub("[^0-9+]", "", written)
    if not _GROUPS.fullmatch(written) or len(without_plus(number)) < _LENGTHS.start:
        raise _refusal(phone, "")
    lengths = _LENGTHS_WITH_PREFIX if number.startswith("00") else _LENGTHS
    if len(without_plus(number)) not in lengths:
        raise _refusal(phone, ": it has more than 15 digits")
    return number


def _plain(phone: str) -> str:
    """Return a number in ASCII, with spaces, hyphens and digits however they were written."""
    plain = "".join(map(_plain_letter, phone)).strip(" ")
    plain = _SCHEME.sub("", plain, count=1) if _SCHEME.match(plain) else plain
    zeros = {ord(letter) - decimal(letter) for letter in phone if letter.isdecimal()}
    if len(zeros) > 1:  # digits of several scripts look alike and differ
        return phone
    return _PLUS_IN_BRACKETS.sub(r"\1", plain.removeprefix(_MARK_OF_TEXT))


def _plain_letter(letter: str) -> str:
    kind = category(letter)
    if kind == "Nd":
        return str(decimal(letter))
    if kind == "Zs":
        return " "
    if kind == "Pd" or letter == _MINUS:
        return "-"
    if kind == "Cf" and letter != _RIGHT_TO_LEFT_OVERRIDE:
        return ""
    return "+" if letter in _PLUSES else letter


def _refusal(phone: str, reason: str) -> ArgumentError:
    shape = re.sub(r"\d", "•", phone[:_LONGEST_SHOWN])
    return ArgumentError(
        "phone",
        f"must be a telephone number, got {shape!r} (digits masked){reason}."
        " Give it in international format, such as '+5511987654321'",
    )


def without_plus(phone: str) -> str:
    """Return what the two ways have in common to write a number: people do both."""
    return phone.removeprefix("+")


def last_digits(party: str) -> str:
    """Return the digits by which numbers are compared; nothing for a name or a short code."""
    number = re.sub("[^0-9]", "", party) if _HUMAN_NOTATION.fullmatch(party) else ""
    return number[-_COMPARED_DIGITS:] if len(number) >= _FEWEST_DIGITS else ""
