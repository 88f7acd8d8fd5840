"""Tables: messages for pandas, polars and DuckDB, in memory and as they come."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import attrs
import pytest

from smstools_async import Message
from smstools_async.export import arrow_batches, arrow_schema, arrow_table, to_dicts

HELLO = Message(
    direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá", unix_time=0
)
TEN = [attrs.evolve(HELLO, unix_time=number) for number in range(10)]


async def _come(*messages: Message) -> AsyncGenerator[Message, None]:
    for message in messages:
        yield message


def test_dicts_are_led_by_a_time() -> None:
    """Rows have the keys of `to_dict()`, and a time that libraries know as one."""
    assert [{**HELLO.to_dict(), "sent_at": HELLO.sent_at, "phone": HELLO.sender}] == to_dicts(
        [HELLO]
    )
    assert list(to_dicts([HELLO])[0]) == arrow_schema().names


def test_table_holds_all() -> None:
    """In order, and of the schema that is told."""
    table = arrow_table(iter(TEN))
    assert to_dicts(TEN) == table.to_pylist()
    assert arrow_schema() == table.schema == arrow_table([]).schema


@pytest.mark.anyio
@pytest.mark.parametrize(("rows", "sizes"), [(4, [4, 4, 2]), (5, [5, 5]), (11, [10])])
async def test_batches_are_filled_as_messages_come(rows: int, sizes: list[int]) -> None:
    """All of them come, in order; only the last batch may be smaller."""
    batches = [batch async for batch in arrow_batches(_come(*TEN), rows=rows)]
    assert sizes == [batch.num_rows for batch in batches]
    assert to_dicts(TEN) == [row for batch in batches for row in batch.to_pylist()]
    assert {arrow_schema()} == {batch.schema for batch in batches}


@pytest.mark.anyio
async def test_batch_comes_when_it_is_full() -> None:
    """No message is asked for beyond those that it holds."""
    async with aclosing(_come(*TEN)) as messages:
        async with aclosing(arrow_batches(messages, rows=3)) as batches:
            await anext(batches)
        assert TEN[3] == await anext(messages)


@pytest.mark.anyio
async def test_long_texts_make_smaller_batches() -> None:
    """Memory is bounded whatever people write."""
    long = attrs.evolve(HELLO, text="x" * 5_000_000)
    batches = [batch.num_rows async for batch in arrow_batches(_come(long, long, long))]
    assert [2, 1] == batches


@pytest.mark.anyio
async def test_no_messages_are_no_batches() -> None:
    """Nothing is not a batch of nothing."""
    assert [] == [batch async for batch in arrow_batches(_come())]


@pytest.mark.anyio
async def test_batch_of_no_rows_is_refused() -> None:
    """It would never be full."""
    with pytest.raises(ValueError, match=r"^rows must be at least 1, got 0$"):
        await anext(arrow_batches(_come(), rows=0))


@pytest.mark.usefixtures("_without_pyarrow")
def test_missing_extra_is_named() -> None:
    """Plain rows need none."""
    for call in (arrow_schema, lambda: arrow_table([])):
        with pytest.raises(ImportError, match=r"pip install 'smstools-async\[parquet\]'"):
            call()
    assert 1 == len(to_dicts([HELLO]))
