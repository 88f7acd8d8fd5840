"""How many header lines a response may have.

Pure: what comes off a connection goes in. h11 bounds the bytes of a head to 100 KiB, and takes some
tenths of a second for the 20,000 lines that fit in there.
"""

import re
from typing import Final

MOST_LINES: Final = 500
_END: Final = re.compile(rb"\n\r?\n")
_INTERIM: Final = re.compile(rb"HTTP/1\.[01] 1\d\d")
_LONGEST_END: Final = 3
_STATUS_LINE: Final = len("HTTP/1.1 200")


class Heads:
    """Counts the header lines of the response to each request of a connection."""

    def __init__(self) -> None:
        self._lines = 0
        self._is_reading = False
        self._first = b""
        self._last = b""

    def begin(self) -> None:
        """Note that a request is sent, so that a head comes next."""
        self._lines, self._is_reading, self._first, self._last = 0, True, b"", b""

    def accept(self, data: bytes) -> bool:
        """Take what came next; return whether the head still has few lines."""
        while self._is_reading and data:
            data = self._take_some(data)
        return self._lines <= MOST_LINES

    def _take_some(self, data: bytes) -> bytes:
        """Take up to the end of a head, and return the rest."""
        self._first += data[: _STATUS_LINE - len(self._first)]
        seen = self._last + data
        end = _END.search(seen)
        self._lines += seen.count(b"\n", len(self._last), end.end() if end else len(seen))
        if end is None:
            self._last = seen[-_LONGEST_END:]
            return b""
        self._is_reading = _INTERIM.match(self._first) is not None
        self._first = self._last = b""
        return seen[end.end() :]
