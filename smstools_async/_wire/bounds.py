"""How much of a body is made into objects, and how deep.

A body within the cap of bytes can still hold millions of tiny values, or thousands of levels. Both
are looked at in the bytes, before any object is made of them. What is counted is counted in texts
as well, so the bounds are far beyond what a page of 2,000 rows has.
"""

import re

MOST_ROWS = 2000
"""The most rows that the API returns at once (error 135 beyond)."""
DEEPEST = 64
"""Levels. Python's own limit depends on its version, and on the caller's depth."""
LARGEST_REPAIR = 16 * 2**20
"""Bytes of a body that is repaired if it is broken; a page of 2,000 rows takes about 0.6 MiB."""

_SMALL_BODY = 2**20
"""Bytes in which no more fits than some pages; counting takes a fifth of the time of decoding."""
_MOST_OBJECTS = 8 * MOST_ROWS
_MOST_MARKS = 200_000
"""Each value but the first follows a comma or a bracket."""
_MOST_RUNS_OF_BRACKETS = _MOST_MARKS
"""As many as marks; a page of 2,000 rows with files has 12,000. They take a quarter of a second."""
_MOST_KEYS = 100_000
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_BRACKETS = re.compile(
    rb'[^"\[{\]}]*+(?:%b[^"\[{\]}]*+)*+([\[{]++|[\]}]++|\Z)' % _STRING, re.DOTALL
)
"""The next opening or closing brackets outside of strings that stand side by side, or the end.

Possessive, and never without a match, so that its time grows with the bytes and no faster."""


def has_few_objects(body: bytes) -> bool:
    """Whether a typed decoder, which skips what it does not know, makes few objects of `body`."""
    return len(body) <= _SMALL_BODY or body.count(b"{") <= _MOST_OBJECTS


def has_few_values(document: bytes) -> bool:
    """Whether a decoder makes no more than some hundred thousand values of `document`."""
    return _count_marks(document) <= _MOST_MARKS


class Allowance:
    """How many more values may be made of the rows of a page that are not as documented."""

    def __init__(self) -> None:
        self._marks = _MOST_MARKS

    def covers(self, row: bytes) -> bool:
        """Whether a row may still be decoded, which then uses some of it up."""
        marks = _count_marks(row)
        if marks > self._marks:
            return False
        self._marks -= marks
        return True


def has_few_keys(document: bytes) -> bool:
    """Whether an object has few keys, those of the objects within it counted as well."""
    return document.count(b":") <= _MOST_KEYS


def _count_marks(document: bytes) -> int:
    return sum(map(document.count, (b",", b"[", b"{")))


def cut_depth(document: bytes) -> bytes:
    """Return `document` with null in place of each list and object below the deepest level.

    One with very many brackets is returned as it is.
    """
    kept: list[bytes] = []
    depth, start = 0, 0
    for count, brackets in enumerate(_BRACKETS.finditer(document)):
        if count > _MOST_RUNS_OF_BRACKETS:
            return document
        first, stop = brackets.span(1)
        levels_left = DEEPEST - depth
        if document[first : first + 1] in (b"[", b"{"):
            depth += stop - first
            if levels_left >= 0 and depth > DEEPEST:
                kept += document[start : first + levels_left], b"null"
        else:
            depth -= stop - first
            if levels_left < 0 and depth <= DEEPEST:
                start = first - levels_left
    return b"".join([*kept, document[start:] if depth <= DEEPEST else b""])
