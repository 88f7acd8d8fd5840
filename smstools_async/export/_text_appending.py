"""Appending to a format that is text: a copy of the file grows, and then takes its place."""

import shutil
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from smstools_async._files import put_in_place
from smstools_async.export._appending import Appender, Appending, lent_appender
from smstools_async.export._cursors import Version, digest_of, read_cursors, write_cursors
from smstools_async.export._rows import Row
from smstools_async.export._targets import TextStream, open_end, require_file, unfinished
from smstools_async.export._writer import RowWriter


@contextmanager
def text_appender(
    target: Path,
    begin: Callable[[TextStream, bool], RowWriter],
    read: Callable[[Path], Iterable[Row]],
) -> Generator[Appender]:
    """Add rows to a file of text.

    `begin` returns what writes rows to a stream, and learns whether the stream is at the beginning
    of a file; `read` reads the rows of a file.
    """
    require_file(target)
    target = target.resolve()
    is_new = not target.exists()
    with unfinished(target, None, _nothing) as path:
        if not is_new:
            shutil.copyfile(target, path)
        before = digest_of(path)
        places = read_cursors(target, before)
        with open_end(path) as stream:
            rows = begin(stream, path.stat().st_size == 0)
            appending = Appending(rows, places, lambda: () if is_new else read(target))
            with lent_appender(appending) as appender:
                yield appender
        if is_new or appending.is_changed:
            old = Version(digest=before, cursors=places)
            new = Version(digest=digest_of(path), cursors=appending.places)
            write_cursors(target, old, new)
            put_in_place(path, target)


def _nothing(path: Path, target: Path) -> None:
    """Put nothing in place: an export that finds nothing new leaves the file as it is."""
