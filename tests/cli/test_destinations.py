"""Destinations: what is kept of an export that was stopped, and what is not."""

from pathlib import Path

import pytest

from smstools_async import Message, SmstoolsError
from smstools_async.cli import _parts
from smstools_async.cli._destinations import Destination, Kept, destination
from smstools_async.export import MessageWriter, jsonl_writer, read_jsonl

MESSAGE = Message(direction="inbound", sender="1", receiver="2", text="Oi", unix_time=0)


def _begin_and_stop(goal: Destination, error: Exception) -> None:
    with pytest.raises(type(error)), goal.open() as writer:
        _write_and_raise(writer, error)


def _write_and_raise(writer: MessageWriter, error: Exception) -> None:
    writer.write(MESSAGE)
    raise error


def _write_mark_and_raise(goal: Destination, writer: MessageWriter) -> None:
    writer.write(MESSAGE)
    goal.mark("marked", 1)
    _write_and_raise(writer, OSError("disk full"))


@pytest.mark.parametrize(("cursor", "lines"), [("cursor", 2), ("other", 1)])
def test_stopped_walk_is_kept_for_its_cursor(tmp_path: Path, cursor: str, lines: int) -> None:
    """Another cursor does not find it."""
    stopped = destination(jsonl_writer, tmp_path / "a", None)
    _begin_and_stop(stopped, SmstoolsError("It went wrong"))
    assert stopped.keep("cursor", 1)
    resumed = destination(jsonl_writer, tmp_path / "a", cursor)
    with resumed.open() as writer:
        writer.write(MESSAGE)
    assert lines == (tmp_path / "a").read_text(encoding="utf-8").count("\n")


def test_file_is_written_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.setattr(_parts, "_fcntl", None)
    with destination(jsonl_writer, tmp_path / "a", None).open() as writer:
        writer.write(MESSAGE)
    assert 1 == (tmp_path / "a").read_text(encoding="utf-8").count("\n")


def test_kept_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Half a conversation is as private as a whole one."""
    stopped = destination(jsonl_writer, tmp_path / "a", None)
    _begin_and_stop(stopped, SmstoolsError("It went wrong"))
    stopped.keep("cursor", 1)
    (kept,) = tmp_path.iterdir()
    assert 0o600 == kept.stat().st_mode & 0o777


def test_file_that_may_be_cut_is_not_kept(tmp_path: Path) -> None:
    """When writing failed within the first page, no cursor would fit."""
    stopped = destination(jsonl_writer, tmp_path / "a", None)
    _begin_and_stop(stopped, OSError("disk full"))
    assert stopped.keep("cursor", 1) is None
    stopped.clear()
    assert [] == list(tmp_path.iterdir())


def test_file_that_may_be_cut_is_kept_up_to_its_last_mark(tmp_path: Path) -> None:
    """What was there then is whole, and its cursor is known."""
    stopped = destination(jsonl_writer, tmp_path / "a", None)
    with pytest.raises(OSError, match="full"), stopped.open() as writer:
        _write_mark_and_raise(stopped, writer)
    kept = stopped.keep("cursor", 2)
    assert kept == Kept(cursor="marked", messages=1, where=kept.where if kept else "")
    (part,) = tmp_path.iterdir()
    with part.open(encoding="utf-8") as lines:
        assert [MESSAGE] == list(read_jsonl(lines))


def test_walk_that_came_no_further_stays_kept(tmp_path: Path) -> None:
    """A cursor that did not move names the same file as before."""
    for cursor in (None, "cursor"):
        stopped = destination(jsonl_writer, tmp_path / "a", cursor)
        _begin_and_stop(stopped, SmstoolsError("It went wrong"))
        stopped.keep("cursor", 1)
    assert 1 == len(list(tmp_path.iterdir()))


def test_link_into_no_folder_names_that(tmp_path: Path) -> None:
    """The folder of the link itself is there."""
    (tmp_path / "link").symlink_to(tmp_path / "missing" / "a")
    goal = destination(jsonl_writer, tmp_path / "link", None)
    words = f"There is no folder {tmp_path / 'missing'} for a: "
    with pytest.raises(FileNotFoundError, match=words), goal.open():
        pass  # pragma: no cover - not reached


def test_link_leads_to_its_file(tmp_path: Path) -> None:
    """What is kept lies beside the file itself, so that it can be renamed to it."""
    there = tmp_path / "there"
    there.mkdir()
    (tmp_path / "link").symlink_to(there / "a")
    stopped = destination(jsonl_writer, tmp_path / "link", None)
    _begin_and_stop(stopped, SmstoolsError("It went wrong"))
    stopped.keep("cursor", 1)
    assert 1 == len(list(there.iterdir()))
