"""Parquet: typed columns in one compressed file. Needs the extra `parquet`."""

import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from smstools_async._files import put_in_place
from smstools_async._models import Message
from smstools_async.export._appending import Appender, Appending, lent_appender
from smstools_async.export._rows import wanted
from smstools_async.export._targets import require_file, unfinished
from smstools_async.export._writer import MessageWriter, lent


@contextmanager
def parquet_writer(target: str | os.PathLike[str]) -> Generator[MessageWriter]:
    """Write messages as Parquet: typed columns, compressed, for pandas, polars, DuckDB and others.

    The columns are those of `arrow_schema()`. Rows are written in groups of up to 10,000, and those
    of one group are in memory at once. An unpaired surrogate, which no response holds, becomes
    U+FFFD; all else is kept as it is, and `read_parquet` reads it back.

    Args:
        target: A path. A file appears there when the block ends well, as for `jsonl_writer`.

    Raises:
        ImportError: The extra `parquet` is not installed.
        OSError: The file cannot be written.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversation.parquet"
        ...     with parquet_writer(path) as writer:
        ...         writer.write(message)
        ...     list(read_parquet(path)) == [message]
        True
    """
    from smstools_async.export import _parquet_file as file  # noqa: PLC0415 - needs the extra

    with unfinished(Path(target), None) as path, closing(file.ParquetRows(path)) as rows:
        with lent(rows) as writer:
            yield writer
        rows.finish()


@contextmanager
def parquet_appender(target: str | os.PathLike[str]) -> Generator[Appender]:
    """Add what is new to a Parquet file; see `open_appender`."""
    from smstools_async.export import _parquet_file as file  # noqa: PLC0415 - needs the extra

    require_file(Path(target))
    before = Path(target).resolve()
    is_new = not before.exists()
    places = {} if is_new else file.read_cursors(before)

    def put(path: Path, _: Path) -> None:
        if is_new or appending.is_changed:
            put_in_place(path, before)

    with unfinished(before, None, put) as path, closing(file.ParquetRows(path)) as rows:
        if not is_new:
            rows.copy(before)
        appending = Appending(rows, places, lambda: () if is_new else file.read_rows(before))
        with lent_appender(appending) as appender:
            yield appender
        rows.finish(appending.places)


def read_parquet(path: str | os.PathLike[str], *, phone: str | None = None) -> Iterator[Message]:
    """Read back what `parquet_writer` wrote: messages equal to those that were given to it.

    Args:
        path: The file.
        phone: Read the conversation with this phone alone.

    Raises:
        ImportError: The extra `parquet` is not installed.
        OSError: The file cannot be read.
        ValueError: It is not such a file, or `phone` is not a telephone number.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversation.parquet"
        ...     with parquet_writer(path):
        ...         pass  # a conversation without messages
        ...     list(read_parquet(path))
        []
    """
    from smstools_async.export import _parquet_file as file  # noqa: PLC0415 - needs the extra

    yield from wanted(file.read_rows(Path(path)), phone)
