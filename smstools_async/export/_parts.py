"""Parts: where a file grows until it is complete, and what a killed run left there."""

import logging
import os
import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from errno import EBUSY, ENAMETOOLONG
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import attrs

from smstools_async._errors import mask_numbers
from smstools_async._files import create_beside

_fcntl: Final[Any] = import_module("fcntl") if find_spec("fcntl") else None
"""The locks of Unix. Without them, as on Windows, each export has a part with a random name."""
_LOG: Final = logging.getLogger("smstools_async")
_ENDING: Final = ".part"
_FOLDER_ENDING: Final = ".part.d"


@attrs.frozen(kw_only=True)
class Part:
    """A file that an export writes to, or that a stopped or killed one left."""

    path: Path
    """Where it is; a folder where a format keeps several files."""
    size: int
    """In bytes."""
    modified_at: datetime
    """When it was last written to: an aware `datetime` in UTC."""
    is_in_use: bool
    """Whether an export is writing to it. Always false where the file system has no locks."""


def find_parts(place: str | os.PathLike[str]) -> list[Part]:
    """Find the unfinished files of exports, which may hold messages.

    An export removes its part when it ends, by an error too. A killed one cannot; the next export
    to the same file removes what it left and logs a warning. This finds the parts of files that
    nobody exports again.

    Args:
        place: A folder, or the file that an export writes to.

    Raises:
        OSError: The folder cannot be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     target = Path(folder) / "conversation.jsonl"
        ...     _ = target.with_name("conversation.jsonl.part").write_text("killed")
        ...     [(part.path.name, part.size, part.is_in_use) for part in find_parts(target)]
        [('conversation.jsonl.part', 6, False)]
    """
    place = Path(place)
    if place.is_dir():
        found = [path for path in place.iterdir() if path.name.endswith((_ENDING, _FOLDER_ENDING))]
    else:
        found = list(_parts_of(place))
    return [_describe(path) for path in sorted(found)]


def _parts_of(target: Path) -> Iterator[Path]:
    name = re.compile(rf"{re.escape(target.name)}(\.cursors|\.[0-9A-Za-z_-]{{8,}})?\.part(\.d)?")
    return (path for path in target.parent.iterdir() if name.fullmatch(path.name))


def _describe(path: Path) -> Part:
    status = path.stat()
    files = [file.stat().st_size for file in path.iterdir()] if path.is_dir() else [status.st_size]
    lock = path.with_name(path.name.removesuffix(".d"))
    return Part(
        path=path,
        size=sum(files),
        modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
        is_in_use=_fcntl is not None and lock.is_file() and _is_locked(lock),
    )


def _is_locked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return _lock(descriptor) is False
    finally:
        os.close(descriptor)


@contextmanager
def held_part(target: Path) -> Generator[Path]:
    """Yield an empty file next to `target` that nobody else can read, and remove it at the end.

    What a killed run left is removed first. Where the file system has locks the part is always the
    same file, so that a later run finds it.

    Raises:
        BlockingIOError: Another export is writing to `target`.
        OSError: The file cannot be created.
    """
    descriptor = _open_locked(target) if _fcntl else None
    path = create_beside(target) if descriptor is None else part_of(target)
    try:
        yield path
    finally:
        if descriptor is None:
            path.unlink(missing_ok=True)
        else:
            _release(path, descriptor)


def part_of(target: Path) -> Path:
    """Return where `target` grows until it is complete."""
    return target.with_name(target.name + _ENDING)


@contextmanager
def scratch_folder(part: Path) -> Generator[Path]:
    """Yield a folder next to a part, for formats that need several files, and remove it."""
    folder = part.with_name(part.name + ".d")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open_locked(target: Path) -> int | None:
    """Open and lock the empty part of `target`; return `None` where there are no locks."""
    path = part_of(target)
    while True:
        descriptor = _open(path, target)
        is_locked = _lock(descriptor)
        if is_locked and _is_still(path, descriptor):
            _remove_leftovers(path, descriptor)
            return descriptor
        os.close(descriptor)
        if is_locked is None:
            path.unlink()
            return None
        if not is_locked:
            raise BlockingIOError(EBUSY, "Another export is writing to this file", str(target))


def _open(path: Path, target: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        error.filename = str(target if error.errno == ENAMETOOLONG else target.parent)
        raise


def _lock(descriptor: int) -> bool | None:
    """Lock a file until it is closed; `False` if it is locked, `None` where there are no locks."""
    try:
        _fcntl.flock(descriptor, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network drives
        return None
    return True


def _release(path: Path, descriptor: int) -> None:
    """Remove a part, unless it has become the target and the name belongs to the next export."""
    if _is_still(path, descriptor):
        path.unlink()
    os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether a file still has the name that it was opened by: an export may have just ended."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _remove_leftovers(path: Path, descriptor: int) -> None:
    folder = path.with_name(path.name + ".d")
    if os.fstat(descriptor).st_size or folder.exists():
        os.ftruncate(descriptor, 0)
        shutil.rmtree(folder, ignore_errors=True)
        _LOG.warning("Removed %s, which a killed export left", mask_numbers(path.name))
