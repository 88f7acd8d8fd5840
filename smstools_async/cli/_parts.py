"""Part files: what a stopped export keeps next to its target, for the export that resumes it.

A part file is named after the cursor to resume from, so that a cursor finds the messages before it
and never those of another export.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from errno import ELOOP
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

DIGEST_LENGTH: Final = 12
"""Letters of a part file's name that stand for its cursor."""
_fcntl: Final[Any] = import_module("fcntl") if find_spec("fcntl") else None
"""The locks of Unix, by which a part file in use differs from one that a killed run left."""


def kept_file(target: Path, cursor: str) -> Path:
    """Return where the messages before `cursor` are kept, if they are."""
    digest = sha256(cursor.encode()).hexdigest()[:DIGEST_LENGTH]
    return target.with_name(f"{target.name}.{digest}.part")


def behind_links(path: Path) -> Path:
    """Return the file that a path leads to, so that a link stays a link.

    Raises:
        OSError: The link leads to itself.
    """
    with suppress(FileNotFoundError):
        _refuse_loop(path)
    return path.resolve()


def _refuse_loop(path: Path) -> None:
    try:
        path.stat()
    except OSError as error:
        if error.errno == ELOOP:
            raise


def check_folder(path: Path) -> None:
    """Report a file whose folder does not exist before anything is requested.

    Raises:
        FileNotFoundError: It does not exist.
        OSError: The path is a link that leads to itself.
    """
    target = behind_links(path) if path.is_symlink() else path
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {target.parent} for {target.name}: create it, or write elsewhere."
        )


def new_part(target: Path) -> Path:
    """Return where a run writes until its file is complete, or its messages are kept."""
    return kept_file(target, uuid4().hex)


@contextmanager
def in_use(part: Path) -> Generator[None]:
    """Mark a part file as in use for the length of a block, where the file system has locks."""
    with part.open("rb") as file:
        if _fcntl is not None:
            with suppress(OSError):  # some network drives have no locks
                _fcntl.flock(file, _fcntl.LOCK_SH | _fcntl.LOCK_NB)
        yield
