"""Where it is written: to a stream that was given, or to a file that appears when complete."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from smstools_async._files import put_in_place
from smstools_async.export._parts import held_part, part_of


class TextStream(Protocol):
    """What is needed of a stream, such as `sys.stdout` or an `io.StringIO`."""

    def write(self, text: str, /) -> object:
        """Write a piece of text."""
        ...

    def flush(self) -> object:
        """Write what is buffered."""
        ...


Target = str | os.PathLike[str] | TextStream
"""A path, or an open stream, which is used and left open."""


@contextmanager
def open_text(target: Target, part: str | os.PathLike[str] | None) -> Generator[TextStream]:
    """Open `target` for text in UTF-8 whose line ends are written as they are given."""
    if not isinstance(target, str | os.PathLike):
        yield target
        target.flush()
        return
    buffering = -1 if part is None else 1  # a part to resume from buffers no message
    with unfinished(Path(target), part) as path, open_end(path, buffering) as stream:
        yield stream


@contextmanager
def open_end(path: Path, buffering: int = -1) -> Generator[TextStream]:
    """Open a file to append text to."""
    with path.open(
        "a", buffering, encoding="utf-8", errors="backslashreplace", newline=""
    ) as stream:
        yield stream


@contextmanager
def unfinished(
    target: Path,
    part: str | os.PathLike[str] | None,
    put: Callable[[Path, Path], object] = put_in_place,
) -> Generator[Path]:
    """Yield a path to write to, and `put` that file under `target` when the block ends well.

    `part` is that path where it is given; an existing one is resumed, and an error leaves it there.
    Otherwise it is a new file next to the target, which an error removes.
    """
    if target.exists() and not target.is_file():
        yield target  # a device or a pipe: nothing can be renamed onto it
        return
    target = target.resolve()  # a link stays a link
    if part is None:
        with held_part(target) as path:
            yield path
            put(path, target)
    else:
        require_own_part(target, part)
        yield _create(Path(part))
        put(Path(part), target)


def require_file(target: Path) -> None:
    """Refuse a device, a pipe or a folder.

    Raises:
        ValueError: It is one.
    """
    if target.exists() and not target.is_file():
        raise ValueError(f"{target} is not a file, and nothing can be appended to it")


def require_own_part(target: Path, part: str | os.PathLike[str]) -> None:
    """Refuse the part that exports without `part` use, and remove.

    Raises:
        ValueError: It is that one.
    """
    if Path(part).resolve() == part_of(target.resolve()):
        raise ValueError(
            f"part must not be {Path(part).name}, which other exports to {target.name} remove:"
            f" choose another name, such as {target.name}.unfinished.part"
        )


def is_begun(part: str | os.PathLike[str] | None) -> bool:
    """Whether there is something to resume."""
    return part is not None and Path(part).exists() and Path(part).stat().st_size > 0


def refuse_cut(part: str | os.PathLike[str] | None, ends_whole: Callable[[BinaryIO], bool]) -> None:
    """Refuse to resume a part that ends in half a message.

    It is not cut back here: if the cursor is behind that message, as it is when writing it failed,
    the message would be lost without notice.
    """
    if part is None or not is_begun(part):
        return
    with Path(part).open("rb") as file:
        if not ends_whole(file):
            raise ValueError(
                f"{part} ends in half a message, as a kill or a full disk leaves it. Truncate it to"
                " the size that it had at the cursor you resume from, or remove it and start over"
            )


def _create(part: Path) -> Path:
    part.touch(mode=0o600)
    return part
