"""Part files: what a stopped export keeps next to its target, for the export that resumes it.

A part file is named after the cursor to resume from, so that a cursor finds the messages before it
and never those of another export.
"""

from contextlib import suppress
from errno import ELOOP
from hashlib import sha256
from pathlib import Path


def kept_file(target: Path, cursor: str) -> Path:
    """Return where the messages before `cursor` are kept, if they are."""
    digest = sha256(cursor.encode()).hexdigest()[:12]
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
