"""Files: there when they are whole, untouched when something went wrong."""

import csv
import errno
import io
import os
import stat
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import attrs
import pytest

from smstools_async import Message
from smstools_async._files import write_whole
from smstools_async.export import (
    MessageWriter,
    csv_writer,
    html_writer,
    jsonl_writer,
    parquet_writer,
    read_jsonl,
)

FIRST, SECOND = (
    Message(direction="inbound", sender="1", receiver="2", text=text, unix_time=time)
    for time, text in enumerate(["first\x80", "second\udc80"])
)

Opener = Callable[..., AbstractContextManager[MessageWriter]]
each_text = pytest.mark.parametrize("open_writer", [jsonl_writer, csv_writer])
each_format = pytest.mark.parametrize(
    "open_writer", [jsonl_writer, csv_writer, parquet_writer, html_writer]
)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _write_and_raise(
    writer: MessageWriter, failure: type[BaseException], *messages: Message
) -> None:
    for message in messages or [FIRST]:
        writer.write(message)
    raise failure


@each_format
def test_file_appears_when_it_is_whole(open_writer: Opener, tmp_path: Path) -> None:
    """While it is written, the name is free; afterwards nothing else is left in the folder."""
    target = tmp_path / "conversation"
    with open_writer(target) as writer:
        writer.write(FIRST)
        assert not target.exists()
    assert [target] == list(tmp_path.iterdir())


def test_path_may_be_a_text(tmp_path: Path) -> None:
    """`str` and `Path` are the same target."""
    with jsonl_writer(str(tmp_path / "a.jsonl")) as writer:
        writer.write(FIRST)
    with (tmp_path / "a.jsonl").open(encoding="utf-8") as lines:
        assert [FIRST] == list(read_jsonl(lines))


@each_format
@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_error_leaves_everything_as_it_was(
    open_writer: Opener, failure: type[BaseException], tmp_path: Path
) -> None:
    """Whatever ends the block, the file before stays, and no other is left behind."""
    target = tmp_path / "conversation"
    target.write_text("the one before", encoding="utf-8")
    with pytest.raises(failure), open_writer(target) as writer:
        _write_and_raise(writer, failure)
    assert [target] == list(tmp_path.iterdir())
    assert "the one before" == target.read_text(encoding="utf-8")


def test_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    """A file that others may read stays one that others may read."""
    target = tmp_path / "conversation"
    target.touch()
    target.chmod(0o644)
    with jsonl_writer(target) as writer:
        writer.write(FIRST)
    assert 0o644 == _mode(target)


def test_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Conversations are private, while they are written and after."""
    with jsonl_writer(tmp_path / "conversation") as writer:
        writer.write(FIRST)
        (part,) = tmp_path.iterdir()
        assert 0o600 == _mode(part)
    assert 0o600 == _mode(tmp_path / "conversation")


def test_link_stays_a_link(tmp_path: Path) -> None:
    """The file a link points to is replaced, not the link."""
    there = tmp_path / "there"
    there.mkdir()
    (tmp_path / "link").symlink_to(there / "conversation")
    with jsonl_writer(tmp_path / "link") as writer:
        writer.write(FIRST)
    assert (tmp_path / "link").is_symlink()
    assert [there / "conversation"] == list(there.iterdir())


def test_pipe_is_written_directly(tmp_path: Path) -> None:
    """A pipe (or a device) is no file to be replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    with jsonl_writer(pipe) as writer:
        writer.write(FIRST)
    reader.join()
    assert [FIRST] == list(read_jsonl(received[0].splitlines()))
    assert [pipe] == list(tmp_path.iterdir())


def test_full_device_is_an_error() -> None:
    """What cannot be written is not passed over."""
    with pytest.raises(OSError, match="No space") as caught, jsonl_writer("/dev/full") as writer:
        writer.write(FIRST)
    assert errno.ENOSPC == caught.value.errno


@pytest.mark.parametrize("name", ["", "missing/conversation"])
def test_impossible_target_is_an_error_before_anything_is_written(
    name: str, tmp_path: Path
) -> None:
    """A directory, or a name in one that is not there, is refused at once."""
    with (
        pytest.raises(OSError, match=r"Is a directory|No such file"),
        jsonl_writer(tmp_path / name),
    ):
        pytest.fail("it was opened")
    assert [] == list(tmp_path.iterdir())


@each_text
def test_part_is_left_by_an_error_and_gone_on_with(open_writer: Opener, tmp_path: Path) -> None:
    """An interrupted file goes on where it ended and is the one it would have been."""
    whole, target, part = tmp_path / "whole", tmp_path / "conversation", tmp_path / "part"
    with open_writer(whole) as writer:
        writer.write(FIRST)
        writer.write(SECOND)
    with pytest.raises(RuntimeError), open_writer(target, part=part) as writer:
        _write_and_raise(writer, RuntimeError)
    assert 0o600 == _mode(part)
    assert not target.exists()
    with open_writer(target, part=part) as writer:
        writer.write(SECOND)
    assert whole.read_bytes() == target.read_bytes()
    assert not part.exists()


QUOTED = attrs.evolve(FIRST, text='say "hi"\r\n"', sender='"\r\n', message_id="1")


def _two_messages(open_writer: Opener, part: Path) -> bytes:
    with pytest.raises(RuntimeError), open_writer(part.with_name("a"), part=part) as writer:
        _write_and_raise(writer, RuntimeError, SECOND, QUOTED)
    return part.read_bytes()


@each_text
def test_part_that_ends_in_half_a_message_is_refused(open_writer: Opener, tmp_path: Path) -> None:
    """Wherever it was cut: whether the cursor is before that message, only its keeper knows."""
    part = tmp_path / "part"
    written = _two_messages(open_writer, part)
    goes_on = list[int]()
    for size in range(1, len(written) + 1):
        part.write_bytes(written[:size])
        try:
            with open_writer(tmp_path / "a", part=part):
                goes_on.append(size)
        except ValueError as error:
            assert f"{part} ends in half a message" in str(error)  # noqa: PT017 - most sizes are cuts
            assert written[:size] == part.read_bytes()
    assert _ends_of_messages(open_writer, tmp_path) == goes_on


def _ends_of_messages(open_writer: Opener, folder: Path) -> list[int]:
    """Write both, and return the sizes of the part at which it may be gone on with."""
    part = folder / "whole"
    with open_writer(folder / "b", part=part) as writer:
        sizes = [part.stat().st_size]
        for message in (SECOND, QUOTED):
            writer.write(message)
            sizes.append(part.stat().st_size)
    return [size for size in sizes if size]


@each_text
def test_part_is_cut_back_to_the_size_at_a_cursor(open_writer: Opener, tmp_path: Path) -> None:
    """Writers keep nothing back, so a size that is noted after a message ends with it."""
    part = tmp_path / "part"
    _two_messages(open_writer, part)
    size = _ends_of_messages(open_writer, tmp_path)[-2]
    os.truncate(part, size)
    with open_writer(tmp_path / "a", part=part) as writer:
        writer.write(QUOTED)
    assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()


def test_empty_part_is_a_beginning(tmp_path: Path) -> None:
    """Where nothing was written yet, the names of the columns come first."""
    part = tmp_path / "part"
    part.touch()
    with csv_writer(tmp_path / "conversation", part=str(part)) as writer:
        writer.write(FIRST)
    with (tmp_path / "conversation").open(encoding="utf-8", newline="") as rows:
        assert [str(FIRST.unix_time)] == [row["unix_time"] for row in csv.DictReader(rows)]


def test_half_of_a_character_does_not_stop_csv(tmp_path: Path) -> None:
    """A lone surrogate, which no file can hold, becomes its escape."""
    with csv_writer(tmp_path / "conversation") as writer:
        writer.write(SECOND)
    assert r"second\udc80" in (tmp_path / "conversation").read_text(encoding="utf-8")


@each_text
def test_given_stream_is_flushed_and_left_open(open_writer: Opener) -> None:
    """What was opened by the caller is closed by the caller."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="utf-8", newline="")
    with open_writer(stream) as writer:
        writer.write(FIRST)
    assert b"first" in written.getvalue()
    assert not stream.closed


def test_short_file_that_cannot_be_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    """A folder stands in its way."""
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "a", "text")
    assert [tmp_path / "a"] == list(tmp_path.iterdir())
