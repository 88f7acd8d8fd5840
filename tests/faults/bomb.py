"""Reads a gzip bomb from a real socket, and prints the peak of memory in MiB and what came of it.

It runs in a process of its own, since that peak is one of the whole process:
`python -m tests.faults.bomb`.
"""

import re
from pathlib import Path

import anyio

from smstools_async import Client
from tests.faults.bodies import BOMB
from tests.faults.outcomes import outcome_of
from tests.faults.server import serving_faults

STATUS = Path("/proc/self/status")
"""Where Linux tells it. `ru_maxrss` is no use: a process inherits that of the one that made it."""


def mebibytes(name: str) -> float:
    """Return a figure of this process, such as `VmHWM`, the peak of its memory."""
    (kibibytes,) = re.findall(rf"{name}:\s*(\d+) kB", STATUS.read_text())
    return int(kibibytes) / 1024


async def main() -> None:
    """Light it, and look at the damage."""
    async with (
        serving_faults(BOMB) as server,
        Client("id", "secret", base_url=server.base_url) as client,
    ):
        outcome = await outcome_of(client)
    print(round(mebibytes("VmHWM")), outcome)  # noqa: T201 - a command


if __name__ == "__main__":
    anyio.run(main)
