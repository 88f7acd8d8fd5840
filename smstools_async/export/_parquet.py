"""Parquet: typed columns in one compressed file. Needs the extra `parquet`."""

import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from smstools_async._models import Message
from smstools_async.export._targets import unfinished
from smstools_async.export._writer import MessageWriter, lent

_GROUP: Final = 10_000
_BATCH: Final = 1000


@contextmanager
def parquet_writer(target: str | os.PathLike[str]) -> Generator[MessageWriter]:
    """Write messages as Parquet: typed columns, compressed, for pandas, polars, DuckDB and others.

    The columns are those of `arrow_schema()`. Rows are written in groups of up to 10,000, and those
    of one group are in memory at once. Half of a surrogate pair, which no answer of the client
    holds, becomes U+FFFD; all else is kept as it is, and `read_parquet` reads it back.

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
    from smstools_async.export import _arrow  # noqa: PLC0415 - needs the extra

    with (
        unfinished(Path(target), None) as path,
        closing(_arrow.ParquetWriter(path, group=_GROUP, batch=_BATCH)) as writer,
    ):
        with lent(writer) as lent_writer:
            yield lent_writer
        writer.finish()


def read_parquet(path: str | os.PathLike[str]) -> Iterator[Message]:
    """Read back what `parquet_writer` wrote: messages equal to those that were given to it.

    Raises:
        ImportError: The extra `parquet` is not installed.
        OSError: The file cannot be read.
        ValueError: It is no such file.

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
    from smstools_async.export import _arrow  # noqa: PLC0415 - needs the extra

    yield from _arrow.read_rows(os.fspath(path), _BATCH)
