"""Telephone numbers: their digits identify a conversation."""

import re
from typing import Final

_PHONE: Final = re.compile(r"\+?[0-9]{3,20}")
_PUNCTUATION: Final = str.maketrans("", "", " -.()")


def phone_digits(phone: str) -> str | None:
    """Return the digits that identify a phone; `None` for what is not a phone number.

    Example:
        >>> phone_digits("+55 (11) 98765-4321")
        '5511987654321'
    """
    bare = phone.translate(_PUNCTUATION)
    return bare.removeprefix("+") if _PHONE.fullmatch(bare) else None


def checked_digits(phone: str) -> str:
    """Return the digits that identify a phone.

    Raises:
        ValueError: It is not a phone number.

    Example:
        >>> checked_digits("+5511987654321")
        '5511987654321'
    """
    digits = phone_digits(phone)
    if digits is None:
        raise ValueError("This is not a phone number: 3 to 20 digits, with or without a leading +.")
    return digits
