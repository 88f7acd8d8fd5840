"""What is measured of a contender, from the moment when its client is open.

Standard library only: the existing client is measured in an environment of its own.
"""

import asyncio
import gc
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

KIB = 1024


class Meter:
    """Measures an `async with` block: seconds of the wall clock, and of this process's CPU.

    It begins when the garbage collector is done: a full collection goes through all that was ever
    imported, takes a tenth of the block, and would hit whoever happens to be next.
    """

    def __init__(self) -> None:
        self.figures: dict[str, float] = {}

    async def __aenter__(self) -> None:
        gc.collect()
        self._cpu = time.process_time()
        self._wall = time.perf_counter()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.figures["wall"] = time.perf_counter() - self._wall
        self.figures["cpu"] = time.process_time() - self._cpu


class GapMeter(Meter):
    """Measures the longest time another task had to wait for its turn, in seconds of CPU.

    Of CPU, since whatever else runs on the machine would count otherwise. What was there before is
    frozen, so that no collection goes through it.
    """

    async def __aenter__(self) -> None:
        await super().__aenter__()
        gc.freeze()
        self._longest = 0.0
        self._ticking = asyncio.create_task(self._tick())

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ticking.cancel()
        with suppress(asyncio.CancelledError):
            await self._ticking
        await super().__aexit__(exc_type, exc, traceback)
        self.figures["gap"] = self._longest

    async def _tick(self) -> None:
        last = time.process_time()
        while True:
            await asyncio.sleep(0)
            now = time.process_time()
            self._longest = max(self._longest, now - last)
            last = now


class MemoryMeter(Meter):
    """Measures by how many MiB the peak of this process's memory rises."""

    async def __aenter__(self) -> None:
        self._before = _peak()
        await super().__aenter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await super().__aexit__(exc_type, exc, traceback)
        self.figures["peak"] = _peak() - self._before


def _peak() -> float:
    # `getrusage` would tell the parent's, which lives on across `exec`.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / KIB


METERS: dict[str, type[Meter]] = {"time": Meter, "gap": GapMeter, "memory": MemoryMeter}
