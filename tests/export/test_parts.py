"""Parts: what a killed export left is found, removed and reported; a running one is let alone."""

import errno
import fcntl
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from smstools_async import Message
from smstools_async.export import FORMATS, _parts, find_parts, open_writer, read_jsonl

HELLO = Message(direction="inbound", sender="5511987654321", receiver="C", text="Oi", unix_time=0)
each_format = pytest.mark.parametrize("file_format", FORMATS)


def _write(path: Path, file_format: str | None = None) -> None:
    with open_writer(path, file_format=file_format) as writer:
        writer.write(HELLO)


def _leave(path: Path, text: str = "texts of a killed export") -> Path:
    part = _parts.part_of(path)
    part.write_text(text, encoding="utf-8")
    return part


@each_format
def test_part_of_a_killed_export_is_removed_and_reported(
    file_format: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By the next export to the same file, which is as if there had been none."""
    _leave(tmp_path / "a")
    (tmp_path / "a.part.d").mkdir()
    (tmp_path / "a.part.d" / "rows").write_text("texts", encoding="utf-8")
    _write(tmp_path / "a", file_format)
    _write(tmp_path / "b", file_format)
    if file_format not in ("sqlite", "xlsx", "html"):
        assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()
    assert {"a", "b"} == {path.name for path in tmp_path.iterdir()}
    assert ["Removed a.part, which a killed export left"] == caplog.messages


def test_report_shows_no_phone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Files are often named after phones, and logs are read by others."""
    _leave(tmp_path / "+5511987654321.jsonl")
    _write(tmp_path / "+5511987654321.jsonl")
    assert ["Removed +•••21.jsonl.part, which a killed export left"] == caplog.messages


def test_nothing_is_reported_where_nothing_was_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither at the first export nor at the second."""
    caplog.set_level(logging.DEBUG)
    for _ in range(2):
        _write(tmp_path / "a.jsonl")
    assert [] == caplog.messages


@each_format
def test_part_of_other_exports_is_refused(file_format: str, tmp_path: Path) -> None:
    """They would remove it, with all that was to be resumed."""
    part = tmp_path / "a.part"
    with pytest.raises(ValueError, match=r"^part must not be a\.part, .* a\.unfinished\.part$"):
        open_writer(tmp_path / "a", file_format=file_format, part=part).__enter__()
    assert [] == list(tmp_path.iterdir())


@each_format
def test_second_export_at_once_is_refused(file_format: str, tmp_path: Path) -> None:
    """Before anything is asked for; the first is not disturbed."""
    path = tmp_path / "a"
    with open_writer(path, file_format=file_format) as writer:
        with pytest.raises(BlockingIOError, match="Another export is writing") as caught:
            open_writer(path, file_format=file_format).__enter__()
        writer.write(HELLO)
    assert (errno.EBUSY, str(path)) == (caught.value.errno, caught.value.filename)
    assert [path] == list(tmp_path.iterdir())


_KILLED = """
import os, signal, sys
from smstools_async import Message
from smstools_async.export import open_writer
with open_writer(sys.argv[1]) as writer:
    writer.write(Message(direction="inbound", sender="1", receiver="2", text="x", unix_time=0))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_lock_ends_with_the_process(tmp_path: Path) -> None:
    """Nobody has to remove a lock that a killed export left."""
    path = tmp_path / "a.db"
    subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)  # noqa: S603 - our own
    assert [False] == [part.is_in_use for part in find_parts(path)]
    _write(path)
    assert [path] == list(tmp_path.iterdir())


def test_parts_are_found(tmp_path: Path) -> None:
    """In a folder, or those of one file: whether running, killed, or kept by the command."""
    (tmp_path / "other.csv").touch()
    kept = tmp_path / "b.csv.8d5957d1ad30.part"
    kept.write_text("kept", encoding="utf-8")
    os.utime(kept, (1749113086, 1749113086))
    killed = _leave(tmp_path / "c.csv", "12345")
    folder = tmp_path / "c.csv.part.d"
    folder.mkdir()
    (folder / "rows").write_text("1", encoding="utf-8")
    with open_writer(tmp_path / "a.csv") as writer:
        writer.write(HELLO)
        found = find_parts(str(tmp_path))
    assert [
        ("a.csv.part", True),
        (kept.name, False),
        (killed.name, False),
        (folder.name, False),
    ] == [(part.path.name, part.is_in_use) for part in found]
    assert [4, 5, 1] == [part.size for part in found[1:]]
    assert datetime(2025, 6, 5, 8, 44, 46, tzinfo=UTC) == found[1].modified_at
    assert found[1:2] == find_parts(tmp_path / "b.csv")
    assert [] == find_parts(tmp_path / "b")


@pytest.mark.usefixtures("_without_locks")
def test_without_locks_each_export_has_a_part_of_its_own(tmp_path: Path) -> None:
    """As on Windows; what is left of a killed one is found and not removed."""
    left = _leave(tmp_path / "a.jsonl")
    with open_writer(tmp_path / "a.jsonl") as first:
        with open_writer(tmp_path / "a.jsonl") as second:
            second.write(HELLO)
        first.write(HELLO)
        first.write(HELLO)
    assert 2 == len(list(read_jsonl(tmp_path / "a.jsonl")))
    assert [(left, False)] == [(part.path, part.is_in_use) for part in find_parts(tmp_path)]


def _no_locks(*_: object) -> None:
    raise OSError(errno.ENOLCK, "No locks available")


def test_file_system_without_locks_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network drives have none."""
    monkeypatch.setattr(fcntl, "flock", _no_locks)
    with open_writer(tmp_path / "a.jsonl") as writer:
        writer.write(HELLO)
        assert [False] == [part.is_in_use for part in find_parts(tmp_path)]
    assert ["a.jsonl"] == [path.name for path in tmp_path.iterdir()]


def _replace(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.touch()


@pytest.mark.parametrize("change", [_replace, Path.unlink], ids=["replaced", "removed"])
def test_part_that_is_renamed_before_it_is_locked_is_opened_again(
    change: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another export may end between the two: what was locked then is its complete file."""
    lock = fcntl.flock

    def lock_late(descriptor: int, operation: int) -> None:
        monkeypatch.undo()
        change(_parts.part_of(tmp_path / "a.jsonl"))
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    _write(tmp_path / "a.jsonl")
    assert [HELLO] == list(read_jsonl(tmp_path / "a.jsonl"))


def test_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a mount that is read-only: one error, and nothing after it."""

    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OSError, match="Read-only file system") as caught:
        open_writer(tmp_path / "a.jsonl").__enter__()
    monkeypatch.undo()
    assert str(tmp_path) == str(caught.value.filename)
    assert caught.value.__context__ is None
