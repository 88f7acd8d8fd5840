"""Where it is written: to a stream that was given, or to a file that appears when it is whole."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from smstools_async._files import create_beside, put_in_place


class TextStream(Protocol):
    """What is needed of a stream, such as `sys.stdout` or an `io.StringIO`."""

    def write(self, text: str, /) -> object:
        """Take a piece of text."""
        ...

    def flush(self) -> object:
        """Hand on what was kept back."""
        ...


Target = str | os.PathLike[str] | TextStream
"""A path, or an open stream that is used and left open."""


@contextmanager
def open_text(target: Target, part: str | os.PathLike[str] | None) -> Generator[TextStream]:
    """Open `target` for a text in UTF-8 whose line ends are written as they are given."""
    if not isinstance(target, str | os.PathLike):
        yield target
        target.flush()
        return
    buffering = -1 if part is None else 1  # what may be gone on with holds no message back
    with (
        unfinished(Path(target), part) as path,
        path.open(
            "a", buffering, encoding="utf-8", errors="backslashreplace", newline=""
        ) as stream,
    ):
        yield stream


@contextmanager
def unfinished(
    target: Path,
    part: str | os.PathLike[str] | None,
    put: Callable[[Path, Path], object] = put_in_place,
) -> Generator[Path]:
    """Give a path to write to, and `put` what is there under `target` when the block ends well.

    `part` is that path, where it is given; it is gone on with if it is there already, and left
    there by an error. Otherwise it is a new file beside the target that an error removes.
    """
    if target.exists() and not target.is_file():
        yield target  # a device or a pipe: nothing can be renamed onto it
        return
    target = target.resolve()  # a link stays a link
    path = create_beside(target) if part is None else _create(Path(part))
    try:
        yield path
        put(path, target)
    except BaseException:
        if part is None:
            path.unlink(missing_ok=True)
        raise


def is_begun(part: str | os.PathLike[str] | None) -> bool:
    """Tell whether there is something to go on with."""
    return part is not None and Path(part).exists() and Path(part).stat().st_size > 0


def refuse_cut(part: str | os.PathLike[str] | None, ends_whole: Callable[[BinaryIO], bool]) -> None:
    """Refuse to go on with what ends in half a message.

    It is not cut back here: where the cursor is behind that message, as it is when writing it was
    the error, the message would be lost, and nobody would know.
    """
    if part is None or not is_begun(part):
        return
    with Path(part).open("rb") as file:
        if not ends_whole(file):
            raise ValueError(
                f"{part} ends in half a message, as a kill or a full disk leaves it. Cut it back to"
                " the size that it had at the cursor you go on from, or remove it and begin anew"
            )


def _create(part: Path) -> Path:
    part.touch(mode=0o600)
    return part
