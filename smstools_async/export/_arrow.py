"""Messages as Arrow columns. The only module that imports pyarrow."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final, cast

from smstools_async._models import Message
from smstools_async.export._rows import Row, conversation_of, encodable

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as exc:
    raise ImportError(
        "Parquet and Arrow need an extra: pip install 'smstools-async[parquet]'. JSON Lines, CSV"
        " and SQLite do not."
    ) from exc

_arrow: Final[Any] = pa  # the stubs know half of both
PARQUET: Final[Any] = parquet

_FILE: Final = _arrow.struct(
    [_arrow.field(name, _arrow.string(), nullable=False) for name in ("name", "url", "mime")]
)

SCHEMA: Final[pa.Schema] = _arrow.schema(
    [
        _arrow.field("sent_at", _arrow.timestamp("ms", tz="UTC"), nullable=False),
        _arrow.field("phone", _arrow.string(), nullable=False),
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

_MOST_CHARACTERS: Final = 8 * 1024 * 1024

_VALUES: Final[dict[str, Callable[[Message], object]]] = {
    "sent_at": lambda message: 1000 * message.unix_time,
    "files": lambda message: [file.to_dict() for file in message.files],
}
"""What stands in a column that is not the attribute of that name."""


class Gathering:
    """Collects rows for a batch of up to `rows`, or fewer if their texts are long."""

    def __init__(self, rows: int) -> None:
        self._size = rows
        self._rows = list[Row]()
        self._characters = 0

    def add(self, message: Message, phone: str) -> bool:
        """Add one, and return whether that is enough."""
        self._rows.append(Row(phone=phone, message=message))
        self._characters += len(message.text)
        return len(self._rows) >= self._size or self._characters >= _MOST_CHARACTERS

    def __bool__(self) -> bool:
        return bool(self._rows)

    def take(self) -> pa.RecordBatch:
        """Return the rows as a batch, and start over."""
        batch = batch_of(self._rows)
        self._rows.clear()
        self._characters = 0
        return batch


def batch_of(rows: Sequence[Row]) -> pa.RecordBatch:
    """Return rows as columns."""
    columns = [_column(rows, name) for name in SCHEMA.names]
    batch: pa.RecordBatch = _arrow.RecordBatch.from_arrays(columns, schema=SCHEMA)
    return batch


def table_of(messages: Iterable[Message]) -> pa.Table:
    """Return messages as a table."""
    rows = [Row(phone=conversation_of(message), message=message) for message in messages]
    return table_of_batches([batch_of(rows)])


def table_of_batches(batches: Sequence[pa.RecordBatch]) -> pa.Table:
    """Return batches as a table."""
    return pa.Table.from_batches(batches, schema=SCHEMA)


def _column(rows: Sequence[Row], name: str) -> Any:
    if name == "phone":
        values: list[object] = [row.phone for row in rows]
    else:
        value_of = _VALUES.get(name) or attrgetter(name)
        values = [value_of(row.message) for row in rows]
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
