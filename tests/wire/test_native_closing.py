"""A task that asyncio cancels while it closes a client leaves no connection open."""

import asyncio
from contextlib import suppress

import anyio.lowlevel
import pytest

from tests.wire.test_bad_connections import Server, open_all, serving


@pytest.mark.asyncio
@pytest.mark.parametrize("steps", range(6))
async def test_cancelled_task_closes_all_connections(steps: int) -> None:
    """Wherever it stood."""
    async with serving(server := Server()) as client:
        await open_all(server, client)
        closing = asyncio.create_task(client.aclose())
        for _ in range(steps):
            await asyncio.sleep(0)
        closing.cancel()
        with suppress(asyncio.CancelledError):
            await closing
        await client.aclose()
        while server.open:
            await anyio.lowlevel.checkpoint()
