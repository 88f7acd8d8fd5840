"""The numbers next to the rows: what is true, and what a response claims instead."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final, Literal, TypeAlias

import attrs


@attrs.frozen(kw_only=True)
class PageNumbers:
    """The true numbers of one response; what a callable in `Quirks` is given.

    Example:
        >>> from smstools_async.sandbox import Quirks
        >>> quirks = Quirks(total=lambda total, numbers: total + numbers.request)
    """

    request: int
    """Counts all requests of the sandbox, from 1."""
    total: int
    """Rows in the conversation."""
    shown: int
    """Rows in this response."""
    page: int
    """The page served."""
    limit: int
    """Rows a page has at most."""
    requested_page: int
    """The `page` of the request."""
    requested_limit: int
    """The `limit` of the request."""


Claim: TypeAlias = (
    Literal["true", "requested", "missing", "null", "text"]
    | int
    | Callable[[int, PageNumbers], object]
)
"""What a response says in place of a number: the true one, the one in the request (for `page` and
`limit`), no such key, null, the true number as text, this number, or whatever JSON value a callable
returns for the true number and the `PageNumbers`."""

NUMBER_NAMES: Final = ("total", "shown", "page", "limit")
"""The keys of the envelope, in the order of the vendor's page."""


class Absent(Enum):
    """Stands for a key that is left out."""

    ABSENT = "absent"


_NAMED_CLAIMS: Final[Mapping[str, Callable[[str, PageNumbers], object]]] = {
    "true": lambda name, numbers: getattr(numbers, name),
    "requested": lambda name, numbers: getattr(numbers, f"requested_{name}"),
    "missing": lambda _name, _numbers: Absent.ABSENT,
    "null": lambda _name, _numbers: None,
    "text": lambda name, numbers: str(getattr(numbers, name)),
}


def check_claim(_: object, field: "attrs.Attribute[Claim]", value: object) -> None:
    """Refuse claims that no response can make.

    Raises:
        ValueError: The name is unknown, or only `page` and `limit` can have it.
        TypeError: It is neither a name, a number nor a callable.
    """
    if isinstance(value, str):
        names = set(_NAMED_CLAIMS)
        if field.name in {"total", "shown"}:
            names.discard("requested")
        if value not in names:
            raise ValueError(f"{field.name} must be one of {sorted(names)}, got {value!r}")
    elif not isinstance(value, int) and not callable(value):
        raise TypeError(
            f"{field.name} must be a name, an int or a callable, got {type(value).__name__}"
        )


def claimed_numbers(claims: Mapping[str, Claim], numbers: PageNumbers) -> dict[str, object]:
    """Return the numbers of the envelope as they are sent, those left out missing."""
    values = {name: _claimed(name, claims[name], numbers) for name in NUMBER_NAMES}
    return {name: value for name, value in values.items() if value is not Absent.ABSENT}


def _claimed(name: str, claim: Claim, numbers: PageNumbers) -> object:
    if isinstance(claim, str):
        return _NAMED_CLAIMS[claim](name, numbers)
    if callable(claim):
        return claim(getattr(numbers, name), numbers)
    return claim
