"""The worker of the examples, killed in the middle of its work, again and again.

Run by hand, for so many kills: `python -m tests.examples.killing 200`. It prints how many messages
each run added, and fails if at the end one is missing, or there twice.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from anyio.from_thread import start_blocking_portal

from smstools_async.sandbox import Sandbox, serving

PHONES: Final = ("+5511987654321", "+5511912345678", "+5521998765432")
KILLED: Final = -9


def start(path: Path, *, die_at: int | None = None) -> subprocess.Popen[str]:
    """Start the worker in a process of its own, which may die at a certain statement of SQL."""
    mortal = ["tests.examples.mortal_worker", str(die_at)]
    program = ["examples.worker"] if die_at is None else mortal
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-W", "error", "-m", *program, str(path), *PHONES],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def kept(path: Path) -> list[list[str]]:
    """Return the texts of each conversation as they were kept."""
    with closing(sqlite3.connect(path)) as db:
        order = "select text from messages where phone = ? order by number"
        return [[text for (text,) in db.execute(order, [phone])] for phone in PHONES]


def truth(sandbox: Sandbox) -> list[list[str]]:
    """Return the texts of each conversation as they should be kept."""
    return [[message.text for message in reversed(sandbox.messages(phone))] for phone in PHONES]


def move(sandbox: Sandbox, random: Random) -> None:
    """Let some messages arrive."""
    for phone in PHONES:
        for _ in range(random.randrange(40)):
            sandbox.receive(phone, random.choice(["ok", f"Pedido {random.random()}"]))


def kill_again_and_again(sandbox: Sandbox, kills: int, random: Random, path: Path) -> Iterator[int]:
    """Kill so many runs while messages arrive, then let one end; yield how much each one added."""
    before = 0
    for number in range(kills + 1):
        move(sandbox, random)
        die_at = random.randrange(300) if number < kills else None
        with start(path, die_at=die_at) as process:
            process.wait(60)
        now = sum(map(len, kept(path)))
        yield now - before
        before = now


def main(kills: int) -> None:
    """Kill, and compare."""
    sandbox = Sandbox()
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(sandbox)) as base_url,
        TemporaryDirectory() as folder,
    ):
        os.environ["SMSTOOLS_BASE_URL"] = base_url
        os.environ["SMSTOOLS_CLIENT_ID"] = sandbox.client_id
        os.environ["SMSTOOLS_CLIENT_SECRET"] = sandbox.client_secret
        path = Path(folder) / "archive.db"
        print(*kill_again_and_again(sandbox, kills, Random(1), path))  # noqa: T201 - a command
        assert truth(sandbox) == kept(path)
    print(f"{sum(map(len, truth(sandbox)))} messages, each kept once")  # noqa: T201 - a command


if __name__ == "__main__":
    main(int(sys.argv[1]))
