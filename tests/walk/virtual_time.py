"""Event loops whose time passes only while all tasks sleep, so that no test waits for a clock."""

import asyncio
import selectors
from typing import Any

import trio.testing

Backend = tuple[str, dict[str, Any]]


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that, instead of sleeping, is at once where its next timer is due."""

    def __init__(self) -> None:
        super().__init__(_Clock())

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        clock = self._selector  # type: ignore[attr-defined]  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue, reportUnknownVariableType] - asyncio's own
        assert isinstance(clock, _Clock)
        return clock.now


class _Clock(selectors.DefaultSelector):
    """Waits for files not at all, and for a time-out by moving the clock on."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let `timeout` pass at once."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("All tasks wait, and nothing is going to happen")
        if not ready:
            self.now += max(0.0, timeout or 0.0)
        return ready


def virtual_backend(name: str) -> Backend:
    """Return what anyio needs to run `name` in virtual time."""
    if name == "trio":
        return name, {"clock": trio.testing.MockClock(autojump_threshold=0)}
    return name, {"loop_factory": VirtualTimeLoop}
