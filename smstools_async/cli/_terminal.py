"""What may reach a terminal. `visible` is the home of that rule; all foreign text passes it."""

import os
import re
import sys
from errno import EBADF
from io import RawIOBase, TextIOWrapper
from typing import Any, Final, cast

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


class _ClosedOutput(RawIOBase):
    """Standard output where the caller closed it: nothing can be written."""

    def writable(self) -> bool:
        return True

    def write(self, _data: Any, /) -> int:
        raise OSError(EBADF, "it is closed, so nothing can be printed", "standard output")


def prepare_streams() -> None:
    """Make standard output and standard error usable, also where the caller closed them.

    No file may get their numbers, or what is printed would be written into it. Characters that
    standard output cannot encode are escaped.
    """
    for name, stream in (("stdin", None), ("stdout", _closed_stdout), ("stderr", _nowhere)):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
            setattr(sys, name, stream and stream())
    cast("TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")


def _closed_stdout() -> TextIOWrapper:
    return TextIOWrapper(cast("Any", _ClosedOutput()), encoding="utf-8", write_through=True)


def _nowhere() -> TextIOWrapper:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - open for as long as the program runs
