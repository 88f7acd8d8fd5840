"""Values on the wire, read leniently where that cannot mislead.

The rule of repairs: null is empty, a number may be a string, and PHP writes a list that has lost an
item as an object with numbered keys. What could mean something else is refused, never bent.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from smstools_async._wire.documents import is_list, is_object, repair_text

T = TypeVar("T")

SENSIBLE_SECONDS = range(10**11)
"""Beyond it are milliseconds, not seconds."""


class UnreadableError(ValueError):
    """A value on the wire that cannot be read.

    Args:
        problem: what it is, and what it should be.
        path: the JSON path below what was being read.
    """

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem, path)
        self.problem: str = problem
        self.path: str = path

    def below(self, path: str) -> "UnreadableError":
        """Return the same problem as seen from above."""
        return UnreadableError(self.problem, path + self.path)

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


def kind_of(value: object) -> str:
    """Name the kind of a JSON value."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case dict():
            return "an object"
        case _:
            return "a list"


def read_object(sent: object) -> Mapping[str, object]:
    """Read an object."""
    if is_object(sent):
        return sent
    raise UnreadableError(f"must be an object, got {kind_of(sent)}")


def read_text(sent: object) -> str:
    """Read a text, which may be null."""
    return "" if sent is None else read_present_text(sent)


def read_present_text(sent: object) -> str:
    """Read a text that may not be null."""
    if isinstance(sent, str):
        return repair_text(sent)
    raise UnreadableError(f"must be a string, got {kind_of(sent)}")


def read_number_as_text(sent: object) -> str:
    """Read a phone number or id, which PHP may have turned into a number."""
    if isinstance(sent, int) and not isinstance(sent, bool):
        return str(sent)
    return read_text(sent)


def read_id(sent: object) -> str | None:
    """Read an id; an empty one is none."""
    return read_number_as_text(sent) or None


def read_seconds(sent: object) -> int:
    """Read a time in seconds since 1970, which may be a fraction or a text."""
    match sent:
        case bool():
            pass
        case int():
            return _sensible(sent)
        case float() if math.isfinite(sent):
            return _sensible(math.floor(sent))
        case str() if re.fullmatch("[0-9]{1,32}", sent):
            return _sensible(int(sent))
        case _:
            pass
    raise UnreadableError(f"must be a time in seconds, got {kind_of(sent)}")


def _sensible(seconds: int) -> int:
    if seconds not in SENSIBLE_SECONDS:
        raise UnreadableError(
            "must be a time in seconds since 1970, got a number out of range (milliseconds?)"
        )
    return seconds


def read_items(sent: object, read: Callable[[object], T]) -> list[T]:
    """Read each item of a list."""
    return [read_at(f"[{index}]", item, read) for index, item in enumerate(read_list(sent))]


def read_list(sent: object) -> list[object]:
    """Read a list, which PHP may have written as an object with numbered keys."""
    if is_list(sent):
        return sent
    if is_object(sent) and has_numbered_keys(sent):
        return [sent[key] for key in sorted(sent, key=int)]
    raise UnreadableError(f"must be a list, got {kind_of(sent)}")


def has_numbered_keys(keys: Iterable[str]) -> bool:
    """Whether the keys of an object are the indexes of a list."""
    return all(re.fullmatch("[0-9]{1,12}", key) for key in keys)


def read_at(path: str, sent: object, read: Callable[[object], T]) -> T:
    """Read a value at a JSON path, which a problem will name."""
    try:
        return read(sent)
    except UnreadableError as error:
        raise error.below(path) from None
