"""Formats: found by name or by file ending, opened alike, and gone on with if stopped."""

import io
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from smstools_async import Message
from smstools_async.export import (
    FORMATS,
    Format,
    MessageWriter,
    csv_writer,
    format_of,
    open_writer,
    read_jsonl,
)
from tests.export.reading import READERS

FIRST, SECOND = (
    Message(direction="inbound", sender="1", receiver="2", text=text, unix_time=time)
    for time, text in enumerate(["first", "second\udc80"])
)


class _Counted:
    def __init__(self) -> None:
        self.count = 0

    def write(self, message: Message, *, phone: str | None = None) -> None:  # noqa: ARG002 - it is counted, not looked at
        self.count += 1


@contextmanager
def _count_writer(target: Path, *, unit: str = "") -> Generator[MessageWriter]:
    """Write how many messages there were: what no further message can be appended to."""
    counted = _Counted()
    yield counted
    target.write_text(f"{counted.count}{unit}", encoding="utf-8")


COUNT = Format(name="count", endings=(".count",), writer=_count_writer, takes_streams=False)


def test_names_are_their_formats() -> None:
    """The table is keyed as formats are called."""
    assert [(each.name, each) for each in FORMATS.values()] == list(FORMATS.items())


def test_ending_belongs_to_one_format() -> None:
    """A name cannot be a wish for two formats, and each format has one."""
    endings = [ending for each in FORMATS.values() for ending in each.endings]
    assert all(each.endings for each in FORMATS.values())
    assert sorted(set(endings)) == sorted(endings)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.jsonl", "jsonl"),
        ("a.b.NDJSON", "jsonl"),
        (Path("x.d/a.Csv"), "csv"),
        ("a.parquet", "parquet"),
        ("a.db", "sqlite"),
        ("a.htm", "html"),
    ],
    ids=str,
)
def test_file_ending_tells_the_format(path: str | Path, name: str) -> None:
    """In whatever letters it is written."""
    assert FORMATS[name] == format_of(path)


@pytest.mark.parametrize("path", ["a", "csv", ".csv", "a.csv.gz", "a.json"])
def test_other_endings_tell_nothing(path: str) -> None:
    """JSON Lines are no JSON, and what is packed is no CSV."""
    assert format_of(path) is None


def test_ending_opens_its_writer(tmp_path: Path) -> None:
    """What is written is what the format's own writer writes."""
    for name, opened in [
        ("a.csv", open_writer(tmp_path / "a.csv", options={"bom": True})),
        ("b", csv_writer(tmp_path / "b", bom=True)),
    ]:
        with opened as writer:
            writer.write(FIRST)
        assert (tmp_path / name).read_bytes().startswith(b'\xef\xbb\xbf"sent_at"')
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b").read_bytes()


def test_name_outdoes_the_ending(tmp_path: Path) -> None:
    """Who says it knows better."""
    with open_writer(tmp_path / "a.csv", file_format="jsonl") as writer:
        writer.write(FIRST)
    with (tmp_path / "a.csv").open(encoding="utf-8") as lines:
        assert [FIRST] == list(read_jsonl(lines))


def test_unknown_name_is_refused() -> None:
    """The error lists what there is."""
    with pytest.raises(ValueError, match=r"^file_format must be one of jsonl, csv, .* got 'xml'$"):
        open_writer("a.csv", file_format="xml")


@pytest.mark.parametrize("target", ["a", "a.txt", sys.stdout], ids=["bare", "other", "stream"])
def test_format_must_be_said_where_no_ending_does(target: str | io.TextIOWrapper) -> None:
    """A guess would be wrong half the time."""
    with pytest.raises(ValueError, match=r"^Nothing says which format .* one of \.jsonl, "):
        open_writer(target)


def test_option_of_another_format_is_refused() -> None:
    """Before anything is written, and with the format that has it."""
    message = r"^jsonl has no option 'bom', which is for csv; leave it out$"
    with pytest.raises(ValueError, match=message):
        open_writer("a.jsonl", options={"bom": True})


def test_option_of_no_format_is_refused() -> None:
    """`part` is no option either: it means the same to all."""
    for option in ("colour", "part", "target"):
        with pytest.raises(ValueError, match=rf"^csv has no option '{option}'; leave it out$"):
            open_writer("a.csv", options={option: ""})


def test_stream_is_refused_by_a_format_for_files() -> None:
    """What is no text cannot be written to a text stream."""
    with pytest.raises(ValueError, match=r"^count is not text: it needs a file to be written to$"):
        COUNT.open(io.StringIO())


each_format = pytest.mark.parametrize("file_format", FORMATS)


@each_format
def test_missing_folder_is_named(file_format: str, tmp_path: Path) -> None:
    """And not the file that would have grown in it, whose name nobody knows."""
    with pytest.raises(FileNotFoundError) as caught:
        open_writer(tmp_path / "missing" / "a", file_format=file_format).__enter__()
    assert str(tmp_path / "missing") == caught.value.filename


def _write_late(writer: MessageWriter) -> None:
    with pytest.raises(ValueError, match=r"^The block of this writer has ended, .* lost: write"):
        writer.write(FIRST)


@each_format
@pytest.mark.parametrize("part", [None, "part"])
def test_message_that_comes_after_the_block_is_refused(
    file_format: str, part: str | None, tmp_path: Path
) -> None:
    """It could not be in the file any more, which is whole; no format passes it over."""
    with open_writer(
        tmp_path / "a", file_format=file_format, part=part and tmp_path / part
    ) as writer:
        writer.write(FIRST)
    before = (tmp_path / "a").read_bytes()
    _write_late(writer)
    assert before == (tmp_path / "a").read_bytes()


@each_format
def test_message_that_comes_after_an_error_is_refused(file_format: str, tmp_path: Path) -> None:
    """There is no file that it could be in."""
    opened = open_writer(tmp_path / "a", file_format=file_format)
    writer = opened.__enter__()
    error = RuntimeError()
    assert not opened.__exit__(RuntimeError, error, None)
    _write_late(writer)


@pytest.mark.parametrize("file_format", [row.name for row in FORMATS.values() if row.takes_streams])
def test_message_that_comes_after_the_block_of_a_stream_is_refused(file_format: str) -> None:
    """Even where the stream is still open: a page, for one, has come to its end."""
    stream = io.StringIO()
    with open_writer(stream, file_format=file_format) as writer:
        writer.write(FIRST)
    before = stream.getvalue()
    _write_late(writer)
    assert before == stream.getvalue()


def _stop(opened: AbstractContextManager[MessageWriter]) -> None:
    with pytest.raises(KeyboardInterrupt), opened as writer:
        _write_and_raise(writer)


def _write_and_raise(writer: MessageWriter) -> None:
    writer.write(FIRST)
    raise KeyboardInterrupt


def test_format_that_cannot_be_appended_to_is_gone_on_with(tmp_path: Path) -> None:
    """Its messages are kept as JSON Lines, and come first in the next export."""
    target, part = tmp_path / "a.count", tmp_path / "part"
    _stop(COUNT.open(target, part=part))
    assert not target.exists()
    assert 0o600 == part.stat().st_mode & 0o777
    with part.open(encoding="utf-8") as lines:
        assert [FIRST] == list(read_jsonl(lines))
    with COUNT.open(target, part=str(part), options={"unit": " messages"}) as writer:
        writer.write(SECOND)
        writer.write(FIRST)
    assert "3 messages" == target.read_text(encoding="utf-8")
    assert [target] == list(tmp_path.iterdir())


def test_part_stays_if_the_file_cannot_be_finished(tmp_path: Path) -> None:
    """What was read is not lost with what could not be written."""
    target, part = tmp_path / "missing" / "a.count", tmp_path / "part"
    with pytest.raises(FileNotFoundError), COUNT.open(target, part=part) as writer:
        writer.write(FIRST)
    with part.open(encoding="utf-8") as lines:
        assert [FIRST] == list(read_jsonl(lines))


def test_damaged_part_is_refused(tmp_path: Path) -> None:
    """A line that is none of ours is named, and nothing is written in its stead."""
    part = tmp_path / "part"
    part.write_text('{"sent_at": "20\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"^line 1 is not a message"):
        COUNT.open(tmp_path / "a.count", part=part).__enter__()
    assert [part] == list(tmp_path.iterdir())


def test_part_that_was_cut_is_refused(tmp_path: Path) -> None:
    """Even where just the end of its line is missing: the next would be on the same."""
    part = tmp_path / "part"
    _stop(COUNT.open(tmp_path / "a.count", part=part))
    cut = part.read_bytes()[:-1]
    part.write_bytes(cut)
    with pytest.raises(ValueError, match=r"part ends in half a message"):
        COUNT.open(tmp_path / "a.count", part=part).__enter__()
    assert cut == part.read_bytes()


def test_stream_of_a_format_that_cannot_be_appended_to_has_a_part_too(tmp_path: Path) -> None:
    """What was written to a stream is kept for the next one."""
    part, stream = tmp_path / "part", io.StringIO()
    _stop(open_writer(io.StringIO(), file_format="html", part=part))
    with open_writer(stream, file_format="html", part=part) as writer:
        writer.write(SECOND, phone="+5511987654321")
    assert 2 == stream.getvalue().count("<article")
    assert [] == list(tmp_path.iterdir())


@each_format
def test_resumed_rows_keep_their_phones(file_format: str, tmp_path: Path) -> None:
    """Those that were given, and the other sides of messages, which may be any text."""
    part, target = tmp_path / "part", tmp_path / "a"
    opened = open_writer(target, file_format=file_format, part=part)
    writer = opened.__enter__()
    writer.write(FIRST)
    writer.write(FIRST, phone="+5511987654321")
    error = KeyboardInterrupt()
    assert not opened.__exit__(KeyboardInterrupt, error, None)
    with open_writer(target, file_format=file_format, part=part):
        pass
    assert [target] == list(tmp_path.iterdir())
    if file_format in READERS:
        read = READERS[file_format]
        assert [2, 1] == [len(list(read(target, phone=p))) for p in (None, "5511987654321")]
