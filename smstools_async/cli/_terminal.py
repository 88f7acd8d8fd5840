"""What may reach a terminal. `visible` is the home of that rule; all foreign text passes it."""

import re
import sys
from io import TextIOWrapper
from typing import Final, cast

from smstools_async.export import TextStream

_UNSAFE: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f"  # C0, but not tab and newline: escape sequences, overwriting
    "\x7f-\x9f"  # DEL and C1: escape sequences in one character
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # show text in another order than it has
    "\u2028\u2029\ufff9-\ufffb"  # separators, annotations
    "\ud800-\udfff"  # halves of surrogate pairs: no characters
    "\U000e0000-\U000e007f"  # tags: text that cannot be seen
    "]"
)


def visible(text: str) -> str:
    r"""Write whatever could command a terminal, hide or reorder text as `\u` escapes.

    Newlines and tabs stay. The escapes are those of JSON, so that JSON stays the same JSON.
    """
    return _UNSAFE.sub(lambda unsafe: _escape(unsafe[0]), text.replace("\r\n", "\n"))


def _escape(character: str) -> str:
    digits = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{digits[start : start + 4]}" for start in range(0, len(digits), 4))


class _VisibleStream:
    """A terminal that is shown `visible` text only."""

    def __init__(self, terminal: TextStream) -> None:
        self._terminal = terminal

    def write(self, text: str, /) -> object:
        return self._terminal.write(visible(text))

    def flush(self) -> object:
        return self._terminal.flush()


def standard_output() -> TextStream:
    """Return standard output as an export may use it: as a file in UTF-8, or as a terminal."""
    stdout = cast("TextIOWrapper", sys.stdout)
    if stdout.isatty():
        return _VisibleStream(stdout)
    stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
    return stdout
