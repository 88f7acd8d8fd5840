"""Messages as Arrow columns. The only place that knows pyarrow."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, cast

from smstools_async._models import Message, MessageFile
from smstools_async.export._writer import encodable

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as exc:
    raise ImportError(
        "Parquet and Arrow need more: pip install 'smstools-async[parquet]'. JSON Lines, CSV and"
        " SQLite do without."
    ) from exc

_arrow: Final[Any] = pa  # the stubs know half of both
_parquet: Final[Any] = parquet

_FILE: Final = _arrow.struct(
    [_arrow.field(name, _arrow.string(), nullable=False) for name in ("name", "url", "mime")]
)

SCHEMA: Final[pa.Schema] = _arrow.schema(
    [
        _arrow.field("sent_at", _arrow.timestamp("ms", tz="UTC"), nullable=False),
        _arrow.field("message_id", _arrow.string()),
        _arrow.field("direction", _arrow.string(), nullable=False),
        _arrow.field("sender", _arrow.string(), nullable=False),
        _arrow.field("receiver", _arrow.string(), nullable=False),
        _arrow.field("text", _arrow.string(), nullable=False),
        _arrow.field(
            "files", _arrow.list_(_arrow.field("element", _FILE, nullable=False)), nullable=False
        ),
        _arrow.field("unix_time", _arrow.int64(), nullable=False),
        _arrow.field("datetime_text", _arrow.string(), nullable=False),
        _arrow.field("delivery_status", _arrow.string(), nullable=False),
    ]
)

_OF_FEW_VALUES: Final = [
    *("direction", "sender", "receiver", "delivery_status"),
    "files.list.element.mime",
]
"""Columns that Parquet writes down as numbers of the entries of a dictionary."""

_MOST_CHARACTERS: Final = 8 * 1024 * 1024
_MOST_BYTES: Final = 8 * 1024 * 1024

_VALUES: Final[dict[str, Callable[[Message], object]]] = {
    "sent_at": lambda message: 1000 * message.unix_time,
    "files": lambda message: [file.to_dict() for file in message.files],
}
"""What stands in a column that is not the attribute of that name."""


class Gathering:
    """Messages on their way into a batch of so many rows, or fewer if their texts are long."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._messages = list[Message]()
        self._characters = 0

    def add(self, message: Message) -> bool:
        """Take one more, and tell whether that is enough."""
        self._messages.append(message)
        self._characters += len(message.text)
        return len(self._messages) >= self._rows or self._characters >= _MOST_CHARACTERS

    def __bool__(self) -> bool:
        return bool(self._messages)

    def take(self) -> pa.RecordBatch:
        """Return them as a batch, and begin anew."""
        batch = batch_of(self._messages)
        self._messages.clear()
        self._characters = 0
        return batch


def batch_of(messages: Sequence[Message]) -> pa.RecordBatch:
    """Return messages as columns."""
    columns = [_column(messages, name) for name in SCHEMA.names]
    batch: pa.RecordBatch = _arrow.RecordBatch.from_arrays(columns, schema=SCHEMA)
    return batch


def table_of(messages: Iterable[Message]) -> pa.Table:
    """Return messages as a table."""
    return pa.Table.from_batches([batch_of(list(messages))], schema=SCHEMA)


def _column(messages: Sequence[Message], name: str) -> Any:
    value_of = _VALUES.get(name) or attrgetter(name)
    values = [value_of(message) for message in messages]
    column_type = cast("Any", SCHEMA).field(name).type
    try:
        return _arrow.array(values, column_type)
    except UnicodeEncodeError:
        return _arrow.array([_encodable(value) for value in values], column_type)


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list):
        files = cast("list[dict[str, str]]", value)
        return [{key: encodable(text) for key, text in file.items()} for file in files]
    return value


class ParquetWriter:
    """Turns messages into columns as they come, and writes a row group when there are enough."""

    def __init__(self, path: Path, *, group: int, batch: int) -> None:
        self._group = group
        self._gathering = Gathering(batch)
        self._batches = list[pa.RecordBatch]()
        self._file = _parquet.ParquetWriter(
            path, SCHEMA, compression="zstd", use_dictionary=_OF_FEW_VALUES
        )

    def write(self, message: Message) -> None:
        """Take one more."""
        if self._gathering.add(message):
            self._batches.append(self._gathering.take())
            if self._is_enough():
                self._write_group()

    def finish(self) -> None:
        """Write the rest."""
        if self._gathering:
            self._batches.append(self._gathering.take())
        if self._batches:
            self._write_group()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _is_enough(self) -> bool:
        rows = sum(batch.num_rows for batch in self._batches)
        return rows >= self._group or sum(batch.nbytes for batch in self._batches) >= _MOST_BYTES

    def _write_group(self) -> None:
        self._file.write_table(_arrow.Table.from_batches(self._batches))
        self._batches.clear()


def read_rows(path: str, rows: int) -> Iterator[Message]:
    """Read messages out of a Parquet file, so many at once."""
    with closing(_parquet.ParquetFile(path)) as file:
        for batch in file.iter_batches(batch_size=rows, columns=SCHEMA.names[1:]):
            yield from map(_message, batch.to_pylist())


def _message(row: dict[str, Any]) -> Message:
    files = tuple(MessageFile(**file) for file in row.pop("files"))
    return Message(files=files, **row)
