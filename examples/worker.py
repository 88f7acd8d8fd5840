"""Copies conversations into SQLite, and can be stopped or killed at any moment.

It copies each message once, as it is then: a delivery status that changes later is not updated.

Run it, as often as you like: `python -m examples.worker archive.db +5511987654321 +5511912345678`
"""

import argparse
import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import aclosing, closing

from smstools_async import Client, Message, Progress, SmstoolsError

WORKERS = 4

TABLES = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists messages
    (number integer primary key, phone text, unix_time integer, text text, fields text);
create table if not exists conversations
    (phone text primary key, cursor text, error text);
"""


class IncompleteCopyError(Exception):
    """The gateway contradicts itself, so messages may be missing."""


class Archive:
    """Messages in a SQLite file, with the cursor of each conversation next to them."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path)
        self.db.executescript(TABLES)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def cursor_of(self, phone: str) -> str | None:
        """Return where to resume a conversation; `None` if nothing of it was copied."""
        found = self.db.execute("select cursor from conversations where phone = ?", [phone])
        (cursor,) = found.fetchone() or (None,)
        return cursor

    def keep(self, phone: str, message: Message, cursor: str | None) -> None:
        """Store a message and the cursor after it: both or neither, whatever happens."""
        row = (phone, message.unix_time, message.text, json.dumps(message.to_dict()))
        with self.db:
            self.db.execute(
                "insert into messages (phone, unix_time, text, fields) values (?, ?, ?, ?)", row
            )
            self.db.execute(
                "insert into conversations (phone, cursor) values (?, ?)"
                " on conflict do update set cursor = excluded.cursor",
                [phone, cursor],
            )

    def note(self, phone: str, error: Exception | None) -> None:
        """Record how the latest copy of a conversation ended."""
        with self.db:
            self.db.execute(
                "insert into conversations (phone, error) values (?, ?)"
                " on conflict do update set error = excluded.error",
                [phone, error and f"{type(error).__name__}: {error}"],
            )

    def has_failures(self) -> bool:
        """Return whether the latest copy of any conversation failed."""
        failures = self.db.execute("select 1 from conversations where error is not null")
        return failures.fetchone() is not None


async def copy_conversation(client: Client, phone: str, archive: Archive) -> None:
    """Copy what the archive does not have yet, oldest first, message by message."""
    progress = Progress()
    messages = client.iter_conversation(
        phone, order="oldest", cursor=archive.cursor_of(phone), progress=progress
    )
    async with aclosing(messages):
        async for message in messages:
            archive.keep(phone, message, progress.cursor)
    if progress.degraded:
        raise IncompleteCopyError("; ".join(progress.doubts))


async def work(phones: asyncio.Queue[str], client: Client, archive: Archive) -> None:
    """Copy one conversation after the other; a failure is recorded and does not stop the others."""
    while True:
        phone = await phones.get()
        try:
            await copy_conversation(client, phone, archive)
        except (SmstoolsError, IncompleteCopyError, ValueError) as error:
            # a ValueError: this is not a phone number
            archive.note(phone, error)
        else:
            archive.note(phone, None)
        finally:
            phones.task_done()


async def copy_all(phones: Iterable[str], archive: Archive) -> None:
    """Copy conversations, some at once, until all are done or SIGTERM arrives.

    Stopping is cancelling. It takes effect where something is awaited, which is never between a
    message and its transaction, so the current message is stored.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine that runs has a task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    queue = asyncio.Queue[str]()
    for phone in phones:
        queue.put_nowait(phone)
    async with Client() as client, asyncio.TaskGroup() as group:
        workers = [group.create_task(work(queue, client, archive)) for _ in range(WORKERS)]
        await queue.join()
        for worker in workers:
            worker.cancel()


def run(phones: Iterable[str], archive: Archive) -> int:
    """Copy, and return the exit code: 1 where a conversation failed, 130 after Ctrl-C.

    After SIGTERM it is 0, since service managers take any other code for a failure.
    """
    try:
        asyncio.run(copy_all(phones, archive))
    except (asyncio.CancelledError, KeyboardInterrupt) as stop:
        print("Stopped. Run it again to continue.")
        return 130 if isinstance(stop, KeyboardInterrupt) else 0
    return 1 if archive.has_failures() else 0


def main(*arguments: str) -> int:
    """Copy as the command line says; without a file and phone numbers, explain the usage."""
    parser = argparse.ArgumentParser("python -m examples.worker", description=__doc__)
    parser.add_argument("file", help="the SQLite file; created if it does not exist")
    parser.add_argument("phones", nargs="+", metavar="phone")
    given = parser.parse_args(arguments)
    with closing(Archive(given.file)) as archive:
        return run(given.phones, archive)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
