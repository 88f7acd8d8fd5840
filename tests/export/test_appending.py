"""Appending: what is new is added, and neither a kill nor an error loses or doubles a row."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from smstools_async import Message
from smstools_async.export import (
    FORMATS,
    Appender,
    _cursors,
    _text_appending,
    csv_writer,
    find_parts,
    jsonl_writer,
    open_appender,
    open_writer,
    sqlite_writer,
)
from tests.export.nights import try_format
from tests.export.reading import READERS, contents, of_messages

PHONE, OTHER = "5511987654321", "551100000002"
APPENDING = [each.name for each in FORMATS.values() if each.appender]
TEXTS = ["jsonl", "csv"]
each_format = pytest.mark.parametrize("file_format", APPENDING)
each_text = pytest.mark.parametrize("file_format", TEXTS)


def _messages(count: int, phone: str = PHONE, *, start: int = 0) -> list[Message]:
    return [
        Message(
            direction="inbound",
            sender=phone,
            receiver="Clinica",
            text="ok",
            unix_time=1749113086 + number // 3,
        )
        for number in range(start, start + count)
    ]


def _append(
    path: Path, file_format: str, *messages: Message, phone: str = PHONE, cursor: str | None = "c"
) -> str | None:
    """Append, and return the cursor that was there."""
    with open_appender(path, file_format=file_format) as appender:
        before = appender.cursor(phone)
        _write(appender, *messages, phone=phone)
        appender.mark(phone, cursor)
    return before


def _write(appender: Appender, *messages: Message, phone: str = PHONE) -> None:
    for message in messages:
        appender.write(message, phone=phone)


def _read(path: Path, file_format: str, phone: str | None = None) -> list[Message]:
    return list(READERS[file_format](path, phone=phone))


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@each_format
def test_fifty_nights_equal_one_export(file_format: str, tmp_path: Path) -> None:
    """Two phones in one file, some new rows or none a night; `endurance.py` has a large one."""
    path, whole = tmp_path / "a", tmp_path / "whole"
    for night in range(50):
        for phone in (PHONE, OTHER):
            new = _messages(night % 4, phone, start=4 * night)
            assert (f"c{night - 1}" if night else None) == _append(
                path, file_format, *new, phone=phone, cursor=f"c{night}"
            )
    with open_writer(whole, file_format=file_format) as writer:
        for night in range(50):
            for phone in (PHONE, OTHER):
                for message in _messages(night % 4, phone, start=4 * night):
                    writer.write(message, phone=phone)
    assert contents(file_format, whole) == contents(file_format, path)
    assert 73 == len(_read(path, file_format, OTHER))
    if file_format in TEXTS:
        assert whole.read_bytes() == path.read_bytes()


@each_format
def test_night_without_news_leaves_the_file(file_format: str, tmp_path: Path) -> None:
    """Whoever synchronises or backs it up sees no change."""
    path = tmp_path / "a"
    _append(path, file_format, *_messages(3))
    before, names = path.stat(), _names(tmp_path)
    assert "c" == _append(path, file_format)
    assert (before.st_ino, before.st_mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)
    assert names == _names(tmp_path)
    assert 3 == len(_read(path, file_format))


@each_format
def test_first_night_without_messages_makes_a_file(file_format: str, tmp_path: Path) -> None:
    """An empty conversation is not a missing one."""
    path = tmp_path / "a"
    assert _append(path, file_format, cursor=None) is None
    assert [] == _read(path, file_format)
    assert _append(path, file_format, *_messages(2)) is None
    assert 2 == len(_read(path, file_format))


@each_format
def test_equal_messages_are_added(file_format: str, tmp_path: Path) -> None:
    """What comes after a cursor is new, even if a row with the same words is there."""
    path = tmp_path / "a"
    for _ in range(3):
        _append(path, file_format, *_messages(1))
    assert _messages(1) * 3 == _read(path, file_format)


@each_format
def test_file_of_a_full_export_is_taken_over(file_format: str, tmp_path: Path) -> None:
    """It has no cursor: its conversation is read once from the beginning, equal rows counted."""
    path = tmp_path / "a"
    with open_writer(path, file_format=file_format) as writer:
        for message in _messages(4):
            writer.write(message)
    assert _append(path, file_format, *_messages(8)) is None
    assert of_messages(tuple(_messages(8))) == contents(file_format, path)
    assert "c" == _append(path, file_format, *_messages(1, start=8))
    assert 9 == len(_read(path, file_format))


@each_format
def test_full_export_between_two_nights_is_not_doubled(file_format: str, tmp_path: Path) -> None:
    """It writes rows that the cursor does not cover; the next night brings them once more."""
    path = tmp_path / "a"
    _append(path, file_format, *_messages(4))
    with open_writer(path, file_format=file_format) as writer:
        for message in _messages(6):
            writer.write(message)
    before = _append(path, file_format, *_messages(9)[4 if file_format == "sqlite" else 0 :])
    assert ("c" if file_format == "sqlite" else None) == before
    assert of_messages(tuple(_messages(9))) == contents(file_format, path)


def _fail(appender: Appender) -> None:
    _write(appender, *_messages(5, start=3))
    appender.mark(PHONE, "later")
    raise KeyboardInterrupt


@each_format
def test_error_leaves_rows_and_cursor_as_they_were(file_format: str, tmp_path: Path) -> None:
    """Both, so that the next night brings the same messages."""
    path = tmp_path / "a"
    _append(path, file_format, *_messages(3))
    names = _names(tmp_path)
    with (
        pytest.raises(KeyboardInterrupt),
        open_appender(path, file_format=file_format) as appender,
    ):
        _fail(appender)
    assert _messages(3) == _read(path, file_format)
    assert "c" == _append(path, file_format)
    assert names == _names(tmp_path)


@each_format
def test_unmarked_conversation_is_refused(file_format: str, tmp_path: Path) -> None:
    """The next export would write its rows again; nothing is written, and it says what to do."""
    path = tmp_path / "a"
    _append(path, file_format, *_messages(3))
    opened = open_appender(path, file_format=file_format)
    appender = opened.__enter__()
    _write(appender, *_messages(1))
    with pytest.raises(ValueError, match=r"^1 conversations were written and not marked"):
        opened.__exit__(None, None, None)
    assert _messages(3) == _read(path, file_format)


@each_format
def test_failed_conversation_keeps_what_came(file_format: str, tmp_path: Path) -> None:
    """It is marked with the cursor of its error, and the others go on."""
    path = tmp_path / "a"
    with open_appender(path, file_format=file_format) as appender:
        _write(appender, *_messages(2))
        appender.mark(f"+{PHONE}", "of the error")
        _write(appender, *_messages(1, OTHER), phone=f"+{OTHER}")
        appender.mark(OTHER, "of the end")
    with open_appender(path, file_format=file_format) as appender:
        assert "of the error" == appender.cursor(PHONE)
        assert "of the end" == appender.cursor(f"+{OTHER}")
    assert 2 == len(_read(path, file_format, PHONE))


@each_format
def test_device_is_refused(file_format: str) -> None:
    """It holds nothing that could be added to."""
    with pytest.raises(ValueError, match=r"^/dev/null is not a file"):
        open_appender("/dev/null", file_format=file_format).__enter__()


@pytest.mark.parametrize(
    ("file_format", "reason"), [("html", "a transcript states"), ("xlsx", "a workbook may hold")]
)
def test_other_formats_say_why_not(file_format: str, reason: str) -> None:
    """And what to do instead."""
    with pytest.raises(ValueError, match=rf"^{file_format} cannot be appended to: {reason}.*rite"):
        open_appender(f"a.{file_format}")


class _KilledError(BaseException):
    pass


def _kill(*_: object) -> Any:
    raise _KilledError


@each_text
@pytest.mark.parametrize("step", ["write_cursors", "put_in_place"])
def test_kill_between_cursors_and_rows_neither_loses_nor_doubles(
    file_format: str, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the two was stored last, the file that is there finds its own cursor."""
    path = tmp_path / "a"
    _append(path, file_format, *_messages(3), cursor="first")
    monkeypatch.setattr(_text_appending, step, _kill)
    with pytest.raises(_KilledError):
        _append(path, file_format, *_messages(3, start=3), cursor="second")
    monkeypatch.undo()
    assert "first" == _append(path, file_format, *_messages(3, start=3), cursor="second")
    assert _messages(6) == _read(path, file_format)
    assert "second" == _append(path, file_format)


def _remove(path: Path) -> None:
    _cursors.cursors_file(path).unlink()


def _edit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"Clinica", b"clinica", 1))


@each_text
@pytest.mark.parametrize(("change", "count"), [(_remove, 6), (_edit, 7)])
def test_lost_cursor_costs_one_reading_and_no_row(
    file_format: str, change: Callable[[Path], None], count: int, tmp_path: Path
) -> None:
    """Rows are known again by their identity; one that somebody edited is another."""
    path = tmp_path / "a"
    _append(path, file_format, *_messages(3))
    change(path)
    assert _append(path, file_format, *_messages(6)) is None
    assert count == len(_read(path, file_format))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"cursors 2": {}}', '{"cursors 1": 1}'])
def test_damaged_cursors_are_named(content: str, tmp_path: Path) -> None:
    """With what to do."""
    path = tmp_path / "a.jsonl"
    _append(path, "jsonl", *_messages(3))
    _cursors.cursors_file(path).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.jsonl\.cursors does not hold cursors .* Remove it"):
        open_appender(path).__enter__()


def test_cursors_are_their_owners_alone(tmp_path: Path) -> None:
    """They hold phones, and no text."""
    path = tmp_path / "a.jsonl"
    _append(path, "jsonl", *_messages(3))
    stored = _cursors.cursors_file(path)
    assert 0o600 == stored.stat().st_mode & 0o777
    assert [{}, {PHONE: "c"}] == list(json.loads(stored.read_text())["cursors 1"].values())


def test_csv_is_appended_to_in_its_style(tmp_path: Path) -> None:
    """Rows of two styles in one file would be read wrong."""
    path = tmp_path / "a.csv"
    options = {"spreadsheet": "br"}
    for _ in range(2):
        with open_appender(path, options=options) as appender:
            _write(appender, *_messages(1))
            appender.mark(PHONE, "c")
    with pytest.raises(ValueError, match=r"a\.csv does not begin as CSV with these options"):
        open_appender(path).__enter__()
    assert 2 == len(_read(path, "csv"))


@pytest.mark.parametrize("writer", [jsonl_writer, csv_writer, sqlite_writer])
def test_phone_of_a_conversation_may_be_given(writer: Any, tmp_path: Path) -> None:
    """Where the other side is a sender id, the phone that was asked for is known to the caller."""
    path = tmp_path / "a"
    message = attrs.evolve(_messages(1)[0], sender="Other ID")
    with writer(path) as opened:
        opened.write(message, phone=f"+{PHONE}")
    name = writer.__name__.removesuffix("_writer")
    assert [message] == _read(path, name, PHONE)
    assert [] == _read(path, name, "Other ID")


@pytest.mark.anyio
@each_format
async def test_nights_of_a_real_client_equal_one_export(file_format: str, tmp_path: Path) -> None:
    """As `python -m tests.export.nights 100000 50`, in small."""
    assert await try_format(file_format, 300, 5, tmp_path)


_KILLED = """
import os, signal, sys
from smstools_async import Message
from smstools_async.export import open_appender

renames = 0

def die(event, _):
    global renames
    if event == "os.rename":
        renames += 1
        if renames == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
with open_appender(sys.argv[1], file_format=sys.argv[2]) as appender:
    for number in range(3, 6):
        appender.write(
            Message(
                direction="inbound", sender="5511987654321", receiver="Clinica", text="ok",
                unix_time=1749113086 + number // 3,
            )
        )
    appender.mark("5511987654321", "second")
"""


@each_format
@pytest.mark.parametrize("rename", [1, 2, 3])
def test_killed_night_is_repeated(file_format: str, rename: int, tmp_path: Path) -> None:
    """Whichever step it was killed at: each row is there once, and nothing else is left."""
    path = tmp_path / "a"
    _append(path, file_format, *_messages(3), cursor="first")
    names = _names(tmp_path)
    subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", _KILLED, str(path), file_format, str(rename)], check=False
    )
    assert {part.path for part in find_parts(path)} == {*tmp_path.glob("*.part")}
    with open_appender(path, file_format=file_format) as appender:
        if appender.cursor(PHONE) == "first":
            _write(appender, *_messages(3, start=3))
        appender.mark(PHONE, "second")
    assert _messages(6) == _read(path, file_format)
    assert "second" == _append(path, file_format)
    assert names == _names(tmp_path)
