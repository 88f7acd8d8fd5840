"""Sources: a path is opened and closed, lines are taken as they are given."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smstools_async import Message
from smstools_async.export import open_writer, read_csv, read_jsonl
from tests.export.reading import READ_BACK, READERS

HELLO = Message(
    direction="inbound", sender="1", receiver="2", text="Olá,\r\nJoão\r!\n", unix_time=0
)
Reader = Callable[..., Iterator[Message]]
each_text = pytest.mark.parametrize("reader", [read_jsonl, read_csv])


def _write(path: Path, file_format: str) -> Path:
    with open_writer(path, file_format=file_format) as writer:
        writer.write(HELLO)
        writer.write(HELLO)
    return path


@pytest.mark.parametrize("as_given", [str, Path])
@pytest.mark.parametrize("file_format", READ_BACK)
def test_path_is_read(file_format: str, as_given: Callable[[Path], object], tmp_path: Path) -> None:
    """Of every format alike, as its writer takes it; line breaks within texts stay."""
    path = _write(tmp_path / "a", file_format)
    assert [HELLO, HELLO] == list(READERS[file_format](as_given(path)))


@each_text
def test_file_is_closed_when_the_reader_is(reader: Reader, tmp_path: Path) -> None:
    """Who reads a part of it leaves nothing open: a warning would be an error."""
    path = _write(tmp_path / "a", "csv" if reader is read_csv else "jsonl")
    messages = reader(path)
    assert HELLO == next(messages)
    del messages


@each_text
def test_missing_file_cannot_be_read(reader: Reader, tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(FileNotFoundError) as caught:
        next(reader(tmp_path / "a"))
    assert str(tmp_path / "a") == str(caught.value.filename)


@each_text
def test_text_is_no_path(reader: Reader) -> None:
    """It would be echoed as the name of a file that is not there."""
    with pytest.raises(ValueError, match=r"^This is a text of lines and no path") as caught:
        next(reader("secret\n"))
    assert "secret" not in str(caught.value)
