"""Parquet: typed columns that other programs read, and messages that come back as they were."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from smstools_async import Message, MessageFile
from smstools_async.export import (
    MessageWriter,
    arrow_schema,
    open_writer,
    parquet_writer,
    read_jsonl,
    read_parquet,
)
from tests.export.messages import HELLO, messages_with

MESSAGE = attrs.evolve(HELLO, text="Olá, João! 🙏\x00\nAté amanhã.")
_parquet: Any = parquet  # the stubs know half of it


def _write(path: Path, *messages: Message) -> Path:
    with parquet_writer(path) as writer:
        for message in messages:
            writer.write(message)
    return path


def test_row_is_typed(tmp_path: Path) -> None:
    """A time is a time, a number a number, and files are nested."""
    path = _write(tmp_path / "a.parquet", MESSAGE)
    table = _parquet.read_table(path)
    assert arrow_schema() == table.schema
    assert [
        {**MESSAGE.to_dict(), "sent_at": MESSAGE.sent_at, "phone": MESSAGE.receiver}
    ] == table.to_pylist()
    assert datetime(2025, 6, 5, 8, 44, 46, tzinfo=UTC) == table["sent_at"][0].as_py()


def test_nothing_written_is_a_table_without_rows(tmp_path: Path) -> None:
    """A conversation without messages has its columns all the same."""
    path = _write(tmp_path / "a.parquet")
    assert arrow_schema() == _parquet.read_schema(path)
    assert [] == list(read_parquet(path))


@settings(deadline=None, max_examples=30)  # a busy machine is no failure
@given(st.lists(messages_with(), max_size=4))
def test_written_messages_are_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, messages: list[Message]
) -> None:
    """Whatever a message holds that can be encoded is there again, in order."""
    path = _write(tmp_path_factory.mktemp("export") / "a.parquet", *messages)
    assert messages == list(read_parquet(str(path)))


def test_half_of_a_character_is_replaced(tmp_path: Path) -> None:
    """No Parquet file can hold one; the client puts the same mark for it."""
    file = MessageFile(name="\udc00.png", url="", mime="")
    cut = attrs.evolve(MESSAGE, text="cut \ud83d", message_id="\ud83d", files=(file,))
    path = _write(tmp_path / "a.parquet", cut, attrs.evolve(MESSAGE, message_id=None))
    message, other = read_parquet(path)
    assert ("cut \ufffd", "\ufffd", None) == (message.text, message.message_id, other.message_id)
    assert "\ufffd.png" == message.files[0].name


def test_rows_come_in_bounded_groups(tmp_path: Path) -> None:
    """What waits in memory does not grow with the history, nor with the length of texts."""
    path = _write(tmp_path / "a.parquet", *[MESSAGE] * 25_000)
    long = attrs.evolve(MESSAGE, text="x" * 3_000_000)
    long_path = _write(tmp_path / "b.parquet", *[long] * 7)
    with parquet.ParquetFile(path) as file, parquet.ParquetFile(long_path) as long_file:
        assert [10_000, 10_000, 5000] == _group_sizes(file)
        assert [3, 3, 1] == _group_sizes(long_file)


def _group_sizes(file: parquet.ParquetFile) -> list[int]:
    return [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]


def test_columns_of_few_values_are_dictionaries(tmp_path: Path) -> None:
    """Phones and statuses are written once a group; texts and ids are not looked up."""
    path = _write(tmp_path / "a.parquet", *[MESSAGE] * 100)
    with parquet.ParquetFile(path) as file:
        group = file.metadata.row_group(0)
        columns = [group.column(number) for number in range(group.num_columns)]
    assert {
        *("phone", "direction", "sender", "receiver", "delivery_status"),
        "files.list.element.mime",
    } == {column.path_in_schema for column in columns if column.has_dictionary_page}


def test_device_is_written_directly() -> None:
    """Such as the one that forgets everything."""
    with parquet_writer(os.devnull) as writer:
        writer.write(MESSAGE)
    assert Path(os.devnull).is_char_device()


def test_other_file_is_refused(tmp_path: Path) -> None:
    """What is no Parquet file is not read as one."""
    (tmp_path / "a.parquet").write_text("the one before", encoding="utf-8")
    with pytest.raises(ValueError, match="Parquet magic bytes not found"):
        list(read_parquet(tmp_path / "a.parquet"))


def _write_and_raise(writer: MessageWriter) -> None:
    writer.write(MESSAGE)
    raise KeyboardInterrupt


def test_stopped_export_is_gone_on_with(tmp_path: Path) -> None:
    """Parquet cannot be appended to: what came is kept as JSON Lines until it is whole."""
    target, part = tmp_path / "a.parquet", tmp_path / "part"
    with pytest.raises(KeyboardInterrupt), open_writer(target, part=part) as writer:
        _write_and_raise(writer)
    with part.open(encoding="utf-8") as lines:
        assert [MESSAGE] == list(read_jsonl(lines))
    with open_writer(target, part=part) as writer:
        writer.write(MESSAGE)
    assert [MESSAGE, MESSAGE] == list(read_parquet(target))
    assert [target] == list(tmp_path.iterdir())


@pytest.mark.usefixtures("_without_pyarrow")
def test_missing_extra_is_named_before_anything_is_written(tmp_path: Path) -> None:
    """Whoever lacks the extra is told how to get it, and what does without."""
    message = r"pip install 'smstools-async\[parquet\]'"
    for target in (parquet_writer(tmp_path / "a"), open_writer(tmp_path / "a.parquet")):
        with pytest.raises(ImportError, match=message):
            target.__enter__()
    with pytest.raises(ImportError, match=message):
        next(read_parquet(tmp_path / "a"))
    assert [] == list(tmp_path.iterdir())
