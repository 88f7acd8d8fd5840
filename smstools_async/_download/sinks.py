"""Where the bytes of a file go: into memory, or to its place on disk.

Files are written in threads, so that a slow disk does not stop the event loop. What a cancellation
could interrupt leaves nothing; what puts a file in its place is a single step of the event loop.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import anyio.to_thread

from smstools_async._files import (
    create_beside,
    put_in_place,
    put_under_free_name,
    store,
)
from smstools_async._names import with_ending

_BUFFER: Final = 256 * 1024
"""Bytes that go to a thread at once, since a way there and back takes a tenth of a millisecond."""


class Sink(Protocol):
    """Takes the bytes of a file."""

    async def begin(self) -> None:
        """Forget what came so far."""
        ...

    async def take(self, data: bytes) -> None:
        """Take what comes next."""
        ...

    async def finish(self, media_type: str) -> None:
        """Keep what came: it is complete, and of this type as far as is known."""
        ...


class Memory:
    """Keeps a file in memory."""

    def __init__(self) -> None:
        self.content = bytearray()

    async def begin(self) -> None:
        """Forget what came so far."""
        self.content.clear()

    async def take(self, data: bytes) -> None:
        """Take what comes next."""
        self.content += data

    async def finish(self, media_type: str) -> None:
        """Have it already."""


class Place:
    """Lets a file grow next to its place, until it is complete."""

    def __init__(
        self, target: Path, put: Callable[[Path, Path], Path], *, may_be_renamed: bool
    ) -> None:
        self._target = target
        self._put = put
        self._may_be_renamed = may_be_renamed
        self._part = create_beside(target)
        self._buffer = bytearray()

    async def begin(self) -> None:
        """Forget what came so far."""
        self._buffer.clear()
        await anyio.to_thread.run_sync(os.truncate, self._part, 0)

    async def take(self, data: bytes) -> None:
        """Take what comes next."""
        self._buffer += data
        if len(self._buffer) >= _BUFFER:
            await anyio.to_thread.run_sync(self._flush)

    async def finish(self, media_type: str) -> None:
        """Write the rest, down to the disk, and choose an ending for a name without one."""
        if self._may_be_renamed:
            self._target = self._target.with_name(with_ending(self._target.name, media_type))
        await anyio.to_thread.run_sync(self._flush)
        await anyio.to_thread.run_sync(store, self._part)

    def put(self) -> Path:
        """Rename it to its place, in one step, so that no cancellation comes in between."""
        return self._put(self._part, self._target)

    def clear(self) -> None:
        """Remove what is not complete."""
        self._part.unlink(missing_ok=True)

    def _flush(self) -> None:
        with self._part.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(self._buffer)
        self._buffer.clear()


def find_place(destination: str, name: str) -> Place:
    """Return the place of a file: under a free name in a folder, or a path of its own.

    Raises:
        OSError: Nothing can be written there.
        ValueError: Something else than a file or a folder is there.
    """
    path = Path(destination)
    if path.is_dir():
        return Place(path / name, put_under_free_name, may_be_renamed=True)
    if destination.endswith(("/", os.sep)):
        raise FileNotFoundError(errno.ENOENT, "No such folder", destination)
    if path.exists() and not path.is_file():
        raise ValueError(f"destination={destination!r} is neither a folder nor a file")
    return Place(path.resolve(), put_in_place, may_be_renamed=False)  # a link stays a link
