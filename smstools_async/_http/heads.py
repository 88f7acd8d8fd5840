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
        start = 0
        while self._is_reading and start < len(data):
            start = self._take_some(data, start)
        return self._lines <= MOST_LINES

    def _take_some(self, data: bytes, start: int) -> int:
        """Take from `start` to the end of a head, and return where that is; most data is a body."""
        self._first += data[start : start + _STATUS_LINE - len(self._first)]
        known = len(self._last)
        seen, first = (self._last + data[start:], 0) if known else (data, start)
        end = _END.search(seen, first)
        stop = end.end() if end else len(seen)
        self._lines += seen.count(b"\n", first + known, stop)
        if end is None:
            self._last = seen[max(first, stop - _LONGEST_END) :]
            return len(data)
        self._is_reading = _INTERIM.match(self._first) is not None
        self._first = self._last = b""
        return start - known + stop if known else stop
