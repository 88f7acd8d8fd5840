"""How a telephone number is written, and by what two of them are told apart."""

import re

_HUMAN_NOTATION = r"(?:[ \u00a0(]*\+)?[0-9 \u00a0().\-/]+"
_SENDER_ID = r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 &_-]{0,10}"
_LONGEST_NUMBER = 32
_FEWEST_DIGITS = 5
_TELLING_DIGITS = 7


def write_phone(phone: str) -> str:
    """Return `phone` as the API gets it: no spaces or punctuation, a leading `+` as it is.

    An alphanumeric sender id (up to 11 characters) passes as it is. Whether the API takes numbers
    with or without `+` is documented nowhere, so the caller's way is kept.

    Raises:
        TypeError: `phone` is no `str`.
        ValueError: it is neither a number nor a sender id.

    Example:
        >>> write_phone("+55 (11) 98765-4321")
        '+5511987654321'
    """
    if not isinstance(phone, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"phone must be a str such as '+5511987654321', not {type(phone).__name__}")
    number = re.sub(r"[^0-9+]", "", phone)
    digits = len(without_plus(number))
    if re.fullmatch(_HUMAN_NOTATION, phone) and 3 <= digits <= _LONGEST_NUMBER:  # noqa: PLR2004 - short codes have three
        return number
    if re.fullmatch(_SENDER_ID, phone):
        return phone
    shape = re.sub(r"\d", "•", phone[:_LONGEST_NUMBER])
    raise ValueError(
        f"phone={shape!r} (digits masked) is no telephone number; give it in international format,"
        " such as '+5511987654321'"
    )


def without_plus(phone: str) -> str:
    """Return what the two ways have in common to write a number: people do both."""
    return phone.removeprefix("+")


def telling_digits(party: str) -> str:
    """Return what a telephone number is told by; nothing for a name or a short code."""
    number = re.sub(r"[^0-9]", "", party) if re.fullmatch(_HUMAN_NOTATION, party) else ""
    return number[-_TELLING_DIGITS:] if len(number) >= _FEWEST_DIGITS else ""
