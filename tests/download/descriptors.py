"""Downloads and asks while no more files can be opened, and prints what comes of it.

It runs in a process of its own, which has a table of descriptors to fill:
`python -m tests.download.descriptors`.
"""

import os
import resource
from collections.abc import Awaitable
from contextlib import suppress

import anyio
import anyio.to_thread

from smstools_async import Client, SmstoolsError
from tests.download.hosts import file_at

URL = "http://127.0.0.1:9/1.png"


def fill_the_table() -> list[int]:
    """Open files until there is no room for another."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    opened = list[int]()
    with suppress(OSError):
        while True:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    return opened


async def main() -> None:
    """Print the errors: of a download before certificates are read, of one after, of a request."""
    async with Client("i", "s", base_url="http://127.0.0.1:9/v1", retry=None) as client:
        await anyio.to_thread.run_sync(int)  # starts the thread
        opened = fill_the_table()
        await show(client.download(file_at(URL), allow_private=True))
        os.close(opened.pop())
        await show(client.download(file_at(URL), allow_private=True))
        opened += fill_the_table()
        await show(client.conversation("+5511987654321").count())
        for descriptor in opened:
            os.close(descriptor)


async def show(call: Awaitable[object]) -> None:
    """Await a call, and print the kind of its error and its reason."""
    try:
        await call
    except SmstoolsError as error:
        print(type(error).__name__, getattr(error, "reason", ""))  # noqa: T201 - a command


if __name__ == "__main__":
    anyio.run(main)
