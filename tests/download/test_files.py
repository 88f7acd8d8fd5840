"""Files appear whole, in their place, and take the place of none in a folder."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from smstools_async._files import (
    create_beside,
    put_in_new_place,
    put_in_place,
    put_under_free_name,
)


def _part(target: Path, content: bytes = b"new") -> Path:
    path = create_beside(target)
    path.write_bytes(content)
    return path


def test_file_grows_beside_its_target(tmp_path: Path) -> None:
    """A rename within one folder is one step; and nobody else can read what grows."""
    path = create_beside(tmp_path / "a.png")
    assert tmp_path == path.parent
    assert path.name.startswith("a.png.")
    assert path.name.endswith(".part")
    assert 0o600 == path.stat().st_mode & 0o777


def test_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    """What is wrong is the folder; the name of what would grow in it says nothing."""
    (tmp_path / "folder").touch()
    with pytest.raises(NotADirectoryError) as caught:
        create_beside(tmp_path / "folder" / "a.png")
    assert str(tmp_path / "folder") == caught.value.filename


def test_name_that_is_too_long_is_named(tmp_path: Path) -> None:
    """Here it is not the folder."""
    with pytest.raises(OSError, match="name too long") as caught:
        create_beside(tmp_path / ("a" * 300))
    assert str(tmp_path / ("a" * 300)) == caught.value.filename


def test_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    """Whoever made it chose them."""
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    target.chmod(0o640)
    assert target == put_in_place(_part(target), target)
    assert b"new" == target.read_bytes()
    assert 0o640 == target.stat().st_mode & 0o777
    assert [target] == list(tmp_path.iterdir())


def test_free_name_is_taken_as_it_is(tmp_path: Path) -> None:
    """No number where none is needed."""
    target = tmp_path / "a.png"
    assert target == put_under_free_name(_part(target), target)
    assert b"new" == target.read_bytes()
    assert 0o600 == target.stat().st_mode & 0o777
    assert [target] == list(tmp_path.iterdir())


def test_taken_name_gets_the_next_number(tmp_path: Path) -> None:
    """What is there stays as it is."""
    target = tmp_path / "a.png"
    for content in (b"1", b"2", b"3"):
        put_under_free_name(_part(target, content), target)
    contents = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"a.png": b"1", "a-2.png": b"2", "a-3.png": b"3"} == contents


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    """It is a name that is taken, even where it leads nowhere."""
    elsewhere = tmp_path / "elsewhere"
    target = tmp_path / "a.png"
    target.symlink_to(elsewhere)
    assert tmp_path / "a-2.png" == put_under_free_name(_part(target), target)
    assert not elsewhere.exists()


@pytest.fixture(params=["links", "no links"])
def _file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be a file system with second names for a file, or one such as exFAT."""
    if "no links" == request.param:
        monkeypatch.setattr(os, "link", _refuse_link)


def _refuse_link(*_: object) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.mark.usefixtures("_file_system")
def test_new_place_is_taken(tmp_path: Path) -> None:
    """The file is there under its name alone."""
    target = tmp_path / "a.db"
    assert target == put_in_new_place(_part(target), target)
    assert b"new" == target.read_bytes()
    assert [target] == list(tmp_path.iterdir())


@pytest.mark.usefixtures("_file_system")
def test_place_that_is_taken_is_no_new_one(tmp_path: Path) -> None:
    """Nothing is replaced, and what was to come is still where it grew."""
    target = tmp_path / "a.db"
    target.write_bytes(b"old")
    part = _part(target)
    with pytest.raises(FileExistsError) as caught:
        put_in_new_place(part, target)
    assert str(target) == caught.value.filename
    assert (b"old", b"new") == (target.read_bytes(), part.read_bytes())


def fail_with(error: int) -> Callable[..., None]:
    """Return a function of `os` that fails like this."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    return fail


@pytest.mark.parametrize("error", [errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS])
def test_share_that_knows_no_permissions_takes_a_file(
    error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second time as well, when there are permissions to keep."""
    target = tmp_path / "a.jsonl"
    target.write_bytes(b"old")
    part = _part(target)
    monkeypatch.setattr(os, "chmod", fail_with(error))
    assert target == put_in_place(part, target)
    assert b"new" == target.read_bytes()


@pytest.mark.parametrize("error", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_share_that_cannot_be_told_to_write_down_takes_a_file(
    error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does so by itself, or it does not."""
    monkeypatch.setattr(os, "fsync", fail_with(error))
    assert tmp_path / "a" == put_under_free_name(_part(tmp_path / "a"), tmp_path / "a")


@pytest.mark.parametrize("call", ["chmod", "fsync"])
def test_failure_of_the_disk_is_raised(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a broken one, or a full one."""
    target = tmp_path / "a"
    target.write_bytes(b"old")
    part = _part(target)
    monkeypatch.setattr(os, call, fail_with(errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        put_in_place(part, target)
    assert b"old" == target.read_bytes()
