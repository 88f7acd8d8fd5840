"""How many attempts run at once, and when each may begin."""

import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio


class Pace:
    """When each request may begin: evenly spread, and not while the server asks for a pause.

    Pure: times go in, waits come out.

    Args:
        rate: Requests per second; `None`: no limit.
    """

    def __init__(self, rate: float | None) -> None:
        self._gap = 0.0 if rate is None else 1 / rate
        self._next = -math.inf

    def take_turn(self, now: float) -> float:
        """Take the next turn if it is due; else return the seconds to wait before asking again.

        A turn is not taken before it is due, so that a cancelled request leaves no gap.
        """
        if now < self._next:
            return self._next - now
        self._next = now + self._gap
        return 0.0

    def pause(self, now: float, seconds: float) -> None:
        """Let no turn come before this many seconds from now."""
        self._next = max(self._next, now + seconds)


class Limiter:
    """At most `max_connections` attempts at once; `requests_per_second` begin, at most.

    The semaphore in front of httpcore's pool is what keeps the pool intact: each request that is
    cancelled while it waits for a connection can lose a slot for good.
    """

    def __init__(self, max_connections: int, requests_per_second: float | None) -> None:
        self._semaphore = anyio.Semaphore(max_connections, fast_acquire=True)
        self._pace = Pace(requests_per_second)

    @asynccontextmanager
    async def slot(self) -> AsyncGenerator[None]:
        """Wait for a slot and for the pace, and hold the slot."""
        async with self._semaphore:
            while (wait := self._pace.take_turn(anyio.current_time())) > 0:  # noqa: ASYNC110 - nothing signals the passing of time
                await anyio.sleep(wait)
            yield

    def pause(self, seconds: float) -> None:
        """Let no attempt begin before this many seconds from now."""
        self._pace.pause(anyio.current_time(), seconds)
