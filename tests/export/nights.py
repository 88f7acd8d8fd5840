"""A conversation that grows night by night, appended to a file of each format by the real client.

Run by hand, for this many messages and nights: `python -m tests.export.nights 100000 50`. For each
format it prints whether the rows equal those of one export, how many requests the nights took, how
long the last one took, and what a night without news costs.
"""

import sys
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import anyio
import httpx

from smstools_async import Client, Progress
from smstools_async.export import FORMATS, open_appender, open_writer
from smstools_async.sandbox import Sandbox
from tests.export.reading import contents

PHONE = "+5511987654321"


async def append(client: Client, path: Path, file_format: str) -> None:
    """Add what is new."""
    progress = Progress()
    with open_appender(path, file_format=file_format) as appender:
        messages = client.iter_conversation(
            PHONE, order="oldest", cursor=appender.cursor(PHONE), progress=progress
        )
        async with aclosing(messages):
            async for message in messages:
                appender.write(message, phone=PHONE)
        appender.mark(PHONE, progress.cursor)


async def export(client: Client, path: Path, file_format: str) -> None:
    """Write all at once."""
    with open_writer(path, file_format=file_format) as writer:
        async with aclosing(client.iter_conversation(PHONE, order="oldest")) as messages:
            async for message in messages:
                writer.write(message, phone=PHONE)


async def try_format(file_format: str, messages: int, nights: int, folder: Path) -> bool:
    """Append each night, then export once; return whether the rows are equal."""
    sandbox = Sandbox()
    path, whole = folder / file_format, folder / f"{file_format} at once"
    took = 0.0
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client("sandbox-id", "sandbox-secret", http_client=http_client) as client,
    ):
        for night in range(nights):
            for number in range(messages * night // nights, messages * (night + 1) // nights):
                sandbox.receive(PHONE, f"message {number}")
            began = perf_counter()
            await append(client, path, file_format)
            took = perf_counter() - began
        requests = len(sandbox.requests)
        await append(client, path, file_format)
        quiet = len(sandbox.requests) - requests
        await export(client, whole, file_format)
    is_equal = contents(file_format, path) == contents(file_format, whole)
    tell(
        f"{file_format}: {'equal' if is_equal else 'NOT EQUAL'}, {requests:,} requests,"
        f" last night {took:.2f} s, a night without news {quiet} request"
    )
    return is_equal


def tell(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201 - a command


async def main(messages: int, nights: int) -> bool:
    """Try each format that can be appended to; return whether all are equal."""
    with TemporaryDirectory() as folder:
        return all(
            [
                await try_format(each.name, messages, nights, Path(folder))
                for each in FORMATS.values()
                if each.appender
            ]
        )


if __name__ == "__main__":
    sys.exit(not anyio.run(main, int(sys.argv[1]), int(sys.argv[2])))
