"""Many who read streams of the FastAPI example at once, half of whom hang up, and what they leave.

Run by hand, for so many rounds of 50 readers: `python -m tests.examples.hang_ups 20`. It prints
what is left after each, when all are gone: tasks, generators, connections and memory.
"""

import gc
import logging
import sys
from pathlib import Path
from random import Random
from time import perf_counter
from types import AsyncGeneratorType
from typing import Final, NamedTuple

import anyio
import httpx
from anyio.lowlevel import checkpoint

from smstools_async.sandbox import Sandbox
from tests.examples.conftest import PHONE
from tests.examples.web import EVENTS, STREAM, Web, opened, slow_reader
from tests.faults.bomb import mebibytes

READERS: Final = 50
MESSAGES: Final = 5000
_LONG_AGO: Final = {"since": "2001-01-01T00:00:00Z"}


class Leftovers(NamedTuple):
    """What there is when all readers are gone."""

    tasks: int
    generators: int
    requests: int
    """Those of the library that are under way."""
    connections: int
    """Those to the application."""
    sockets: int


async def leftovers(web: Web) -> Leftovers:
    """Count, as soon as the application has heard that everybody is gone."""
    with anyio.fail_after(60):
        while web.server.tasks or web.server.connections or web.sandbox.in_flight:
            await checkpoint()
    await collect_garbage()
    return Leftovers(
        tasks=len(anyio.get_running_tasks()),
        generators=sum(isinstance(one, AsyncGeneratorType) for one in gc.get_objects()),
        requests=web.sandbox.in_flight,
        connections=len(web.server.connections),
        sockets=count_sockets(),
    )


async def collect_garbage() -> None:
    """Collect it, and let the event loop close the generators that were part of it."""
    gc.collect()
    for _ in range(10):
        await checkpoint()


def count_sockets() -> int:
    """Ask Linux how many this process has."""
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(link.startswith("socket:") for link in links)


async def read(http: httpx.AsyncClient, path: str, lines: int | None = None) -> int:
    """Read a stream to its end, or so many lines of it and hang up; return how many there were."""
    read = 0
    async with http.stream("GET", path, params=_LONG_AGO if path == EVENTS else {}) as response:
        async for _ in response.aiter_lines():
            read += 1
            if read == lines:
                break
    return read


async def read_whole(http: httpx.AsyncClient, expected: int) -> None:
    """Read a stream that must be whole."""
    assert expected == await read(http, STREAM)


async def come_and_go(web: Web, random: Random, readers: int = READERS) -> int:
    """Let half of the readers hang up, some of them on live events; return what was asked for."""
    web.sandbox.requests.clear()
    messages = len(web.sandbox.messages(PHONE))
    async with slow_reader(web.http.base_url) as http, anyio.create_task_group() as group:
        for number in range(readers // 2):
            path = EVENTS if number % 3 == 0 else STREAM
            group.start_soon(read_whole, http, messages)
            group.start_soon(read, http, path, random.randrange(1, messages // 2))
    return len(web.sandbox.requests)


async def main(rounds: int) -> None:
    """Let readers come and go, and tell what is left."""
    random, sandbox = Random(1), Sandbox()
    sandbox.add_conversation(PHONE, messages=MESSAGES)
    async with opened("fastapi_app", sandbox) as web:
        for number in range(rounds):
            began = perf_counter()
            requests = await come_and_go(web, random)
            seconds, left = perf_counter() - began, await leftovers(web)
            print(f"{number:3} {requests=} {seconds:.1f} s {left} {mebibytes('VmRSS'):.1f} MiB")  # noqa: T201 - a command


if __name__ == "__main__":
    logging.disable()
    anyio.run(main, int(sys.argv[1]))
