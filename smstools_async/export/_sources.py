"""Where it is read from: a file that is opened and closed again, or lines that were given."""

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_lines(source: str | os.PathLike[str] | Iterable[str]) -> Generator[Iterable[str]]:
    """Open a file of UTF-8, whose line breaks stay as they are; or take the lines as they come."""
    if not isinstance(source, str | os.PathLike):
        yield source
        return
    if isinstance(source, str) and "\n" in source:  # as a missing file it would be echoed
        raise ValueError(
            "This is a text of lines and no path: give the lines, as text.splitlines() does for"
            " JSON Lines and io.StringIO(text, newline='') for CSV"
        )
    with Path(source).open(encoding="utf-8", newline="") as lines:
        yield lines
