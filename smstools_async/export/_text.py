"""Texts on a page: what cannot be seen is shown, and what looks like a URL becomes a link."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from smstools_async.export._links import safe_host

_BREAK: Final = re.compile("\r\n?|[\x85\u2028\u2029]")
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
"""What is not a character, cannot be seen, or shows a text in another order than it has."""
_NO_LINE: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]")
"""What a text in some languages needs, and a name or a word can deceive with."""
_URL: Final = re.compile(r"https?://[!-;=?-\[\]-z|~]+", re.IGNORECASE)
_NOT_AT_THE_END: Final = ".,:;!?'\")]*_"
"""Punctuation that follows a URL in a sentence more often than it belongs to it."""


class Piece(NamedTuple):
    """A part of a text, with where it leads if it is a URL."""

    text: str
    link: str | None


def readable(text: str) -> str:
    r"""Write what cannot be shown as it is as `\u` escapes; lines stay lines."""
    return _NO_TEXT.sub(_escape, _BREAK.sub("\n", text))


def readable_line(text: str, longest: int) -> str:
    """Return the beginning of a text as a line that keeps its order among others."""
    line = " ".join(_NO_LINE.sub(_escape, readable(text)).split())
    return line if len(line) <= longest else f"{line[:longest]}…"


def pieces(text: str) -> Iterator[Piece]:
    """Divide a text at its URLs; what a link shows is exactly where it leads."""
    end = 0
    for found in _URL.finditer(text):
        url = found[0].rstrip(_NOT_AT_THE_END)
        if safe_host(url):
            yield Piece(text[end : found.start()], None)
            yield Piece(url, url)
            end = found.start() + len(url)
    yield Piece(text[end:], None)


def _escape(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"
