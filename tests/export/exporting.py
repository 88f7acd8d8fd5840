"""Exports a conversation in a process of its own, which can be killed, and prints its memory.

`python -m tests.export.exporting FORMAT FILE [MOMENT]` asks the service that the environment names.
At MOMENT it kills itself: when so many messages are written, or at `rename`, when the file is whole
and about to get its name. It prints its memory before the export and the peak, in MiB.
"""

import os
import signal
import sys

import anyio

from smstools_async import Client
from smstools_async.export import open_writer
from tests.faults.bomb import mebibytes

PHONE = "+5511987654321"


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at_rename(event: str, _: object) -> None:
    if event == "os.rename":
        _die()


async def _export(file_format: str, target: str, moment: str) -> None:
    async with Client() as client:
        await client.conversation(PHONE).count()
        idle = mebibytes("VmRSS")
        with open_writer(target, file_format=file_format) as writer:
            written = 0
            async for message in client.iter_conversation(PHONE):
                writer.write(message)
                written += 1
                if str(written) == moment:
                    _die()
    print(round(idle, 1), round(mebibytes("VmHWM"), 1))  # noqa: T201 - a command


if __name__ == "__main__":
    given_format, given_target, given_moment = [*sys.argv[1:], ""][:3]
    if given_moment == "rename":
        sys.addaudithook(_die_at_rename)
    anyio.run(_export, given_format, given_target, given_moment)
