"""Parquet files of messages: row groups, and what is stored next to the rows. Needs pyarrow."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from smstools_async._models import Message
from smstools_async.export._arrow import PARQUET, SCHEMA, Gathering, table_of_batches
from smstools_async.export._rows import Row

_CURSORS: Final = "smstools_async.cursors"
"""The key under which a file holds the cursors of its conversations."""
_GROUP: Final = 10_000
_BATCH: Final = 1000
_MOST_BYTES: Final = 8 * 1024 * 1024
_OF_FEW_VALUES: Final = [
    *("phone", "direction", "sender", "receiver", "delivery_status"),
    "files.list.element.mime",
]
"""Columns that Parquet stores as numbers of the entries of a dictionary."""


class ParquetRows:
    """Turns messages into columns as they come, and writes a row group when there are enough."""

    def __init__(self, path: Path) -> None:
        self._gathering = Gathering(_BATCH)
        self._batches = list[Any]()
        self._file = PARQUET.ParquetWriter(
            path, SCHEMA, compression="zstd", use_dictionary=_OF_FEW_VALUES
        )

    def write(self, message: Message, phone: str) -> None:
        """Write one message."""
        if self._gathering.add(message, phone):
            self._add_batch(self._gathering.take())

    def copy(self, path: Path) -> None:
        """Write all rows of another file."""
        with closing(PARQUET.ParquetFile(path)) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=SCHEMA.names):
                self._add_batch(batch.cast(SCHEMA))

    def finish(self, cursors: Mapping[str, str] | None = None) -> None:
        """Write the rest, and up to where each conversation is there."""
        if self._gathering:
            self._batches.append(self._gathering.take())
        if self._batches:
            self._write_group()
        if cursors is not None:
            self._file.add_key_value_metadata({_CURSORS: json.dumps(dict(cursors))})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _add_batch(self, batch: Any) -> None:
        self._batches.append(batch)
        rows = sum(each.num_rows for each in self._batches)
        if rows >= _GROUP or sum(each.nbytes for each in self._batches) >= _MOST_BYTES:
            self._write_group()

    def _write_group(self) -> None:
        self._file.write_table(table_of_batches(self._batches))
        self._batches.clear()


def _opened(path: Path) -> Any:
    return PARQUET.ParquetFile(path)


def read_cursors(path: Path) -> dict[str, str]:
    """Return up to where each conversation is in a file."""
    with closing(_opened(path)) as file:
        stored: dict[bytes, bytes] = file.metadata.metadata or {}
        cursors: dict[str, str] = json.loads(stored.get(_CURSORS.encode(), b"{}"))
        return cursors


def read_rows(path: Path) -> Iterator[Row]:
    """Read messages with the phone of their conversation."""
    with closing(PARQUET.ParquetFile(path)) as file:
        for batch in file.iter_batches(batch_size=_BATCH, columns=SCHEMA.names[1:]):
            yield from map(Row.from_dict, batch.to_pylist())
