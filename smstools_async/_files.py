"""How a file appears in its place: complete, or not at all."""

import os
import shutil
import tempfile
from errno import EACCES, EEXIST, EINVAL, ENAMETOOLONG, ENOSYS, ENOTSUP, EPERM
from itertools import count
from pathlib import Path
from typing import Final

from smstools_async._names import numbered

_NOT_KNOWN_THERE: Final = frozenset({EPERM, EACCES, ENOTSUP, ENOSYS, EINVAL})
"""How network shares refuse what only local file systems can do."""


def create_beside(target: Path) -> Path:
    """Create an empty file that nobody else can read, to become `target` when it is complete.

    Raises:
        OSError: It cannot be created. The folder is named, or `target` where its name is too long.
    """
    try:
        handle, path = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        error.filename = str(target if error.errno == ENAMETOOLONG else target.parent)
        raise
    os.close(handle)
    return Path(path)


def put_in_place(path: Path, target: Path) -> Path:
    """Rename `path` to `target`, so that a crash leaves the one before or this one, complete.

    A file that was there is replaced, and its permissions are kept where the file system has any.
    """
    store(path)
    if target.exists():
        _copy_mode(target, path)
    return path.replace(target)


def _copy_mode(target: Path, path: Path) -> None:
    try:
        shutil.copymode(target, path)
    except OSError as error:
        if error.errno not in _NOT_KNOWN_THERE:
            raise


def put_in_new_place(path: Path, target: Path) -> Path:
    """Rename `path` to `target`, which must not be there; of two at once, one alone succeeds.

    Raises:
        FileExistsError: It is there, and stays as it is, as does `path`.
    """
    store(path)
    try:
        os.link(path, target)  # the one step that takes a name and never replaces
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError:  # exFAT and some network drives know no links
        if not _claim(target):
            raise _taken(target) from None
        return path.replace(target)
    path.unlink()
    return target


def _taken(target: Path) -> FileExistsError:
    return FileExistsError(EEXIST, os.strerror(EEXIST), str(target))


def write_whole(target: Path, text: str) -> None:
    """Write a short file, which nobody else can read; it is there completely or not at all."""
    path = create_beside(target)
    try:
        path.write_text(text, encoding="utf-8")
        put_in_place(path, target)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def put_under_free_name(path: Path, target: Path) -> Path:
    """Rename `path` to `target`, or to that name with a number, so that nothing is replaced."""
    store(path)
    names = (target if number == 1 else _numbered(target, number) for number in count(1))
    return path.replace(next(filter(_claim, names)))


def store(path: Path) -> None:
    """Have a file written down to the disk, where the file system can do that."""
    with path.open("r+b") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in _NOT_KNOWN_THERE:
                raise


def _numbered(target: Path, number: int) -> Path:
    return target.with_name(numbered(target.name, number))


def _claim(target: Path) -> bool:
    """Take a name; two that want the same one cannot both get it."""
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    return True
