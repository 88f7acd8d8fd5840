"""Messages as tables: plain rows for any library, Arrow for the fast ones."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from typing import TYPE_CHECKING, Any, Final

from smstools_async._models import Message
from smstools_async.export._rows import conversation_of, row_of

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS: Final = 10_000


def to_dicts(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Return messages as rows: the keys of `jsonl_writer`, with `sent_at` as an aware `datetime`.

    For `pandas.DataFrame`, `polars.DataFrame` and whatever else takes plain dicts. For more than
    some ten thousand messages Arrow takes less memory and time: see `arrow_table`.

    Example:
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> (row,) = to_dicts([message])
        >>> row["sent_at"].isoformat(), row["text"]
        ('2025-06-05T08:44:46+00:00', 'Olá!')
    """
    return [
        row_of(message, conversation_of(message)) | {"sent_at": message.sent_at}
        for message in messages
    ]


def arrow_schema() -> "pa.Schema":
    """Return the Arrow schema of messages, in memory and in Parquet files.

    The columns are named like the keys of `jsonl_writer`. `sent_at` is a timestamp in UTC,
    `unix_time` an `int64`, `files` a list of structs of `name`, `url` and `mime`, empty where there
    are none; all others are strings. Only `message_id` can be null.

    Raises:
        ImportError: The extra `parquet` is not installed.

    Example:
        >>> print(arrow_schema().field("sent_at"))
        pyarrow.Field<sent_at: timestamp[ms, tz=UTC] not null>
    """
    from smstools_async.export import _arrow  # noqa: PLC0415 - needs the extra

    return _arrow.SCHEMA


def arrow_table(messages: Iterable[Message]) -> "pa.Table":
    """Return messages as an Arrow table, of the schema `arrow_schema()`.

    An unpaired surrogate, which no response holds, becomes U+FFFD.

    Raises:
        ImportError: The extra `parquet` is not installed.

    Example:
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> arrow_table([message])["text"].to_pylist()
        ['Olá!']
    """
    from smstools_async.export import _arrow  # noqa: PLC0415 - needs the extra

    return _arrow.table_of(messages)


async def arrow_batches(
    messages: AsyncIterable[Message], *, rows: int = _ROWS
) -> "AsyncGenerator[pa.RecordBatch, None]":
    """Collect messages into Arrow record batches as they come, of the schema `arrow_schema()`.

    Only the messages of one batch are in memory. If you stop before the end, close `messages`
    too, by `aclosing`.

    Args:
        messages: Such as `client.iter_conversation(phone)`.
        rows: Rows per batch; fewer where their texts are long, more than some 8 million characters.

    Raises:
        ImportError: The extra `parquet` is not installed.
        ValueError: `rows` is less than 1.

    Example:
        >>> from smstools_async import Client
        >>> async def longest_text(client: Client) -> int:
        ...     messages = client.iter_conversation("+5511987654321")
        ...     columns = [batch["text"] async for batch in arrow_batches(messages)]
        ...     return max(len(text) for column in columns for text in column.to_pylist())
    """
    from smstools_async.export import _arrow  # noqa: PLC0415 - needs the extra

    if rows < 1:
        raise ValueError(f"rows must be at least 1, got {rows}")
    gathering = _arrow.Gathering(rows)
    async for message in messages:
        if gathering.add(message, conversation_of(message)):
            yield gathering.take()
    if gathering:
        yield gathering.take()
