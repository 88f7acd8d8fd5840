"""Reads a gzip bomb from a real socket, and prints what came of it and the peak of memory in MiB.

It runs in a process of its own, since that peak is one of the whole process:
`python -m tests.faults.bomb`.
"""

import resource
import sys

import anyio

from smstools_async import Client
from tests.faults.bodies import BOMB
from tests.faults.outcomes import outcome_of
from tests.faults.server import serving_faults

MEBIBYTE = 1024 * 1024 if sys.platform == "darwin" else 1024
"""In the units of `ru_maxrss`, which differ from system to system."""


async def main() -> None:
    """Light it, and look at the damage."""
    async with (
        serving_faults(BOMB) as server,
        Client("id", "secret", base_url=server.base_url) as client,
    ):
        outcome = await outcome_of(client)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak // MEBIBYTE, outcome)  # noqa: T201 - a command


if __name__ == "__main__":
    anyio.run(main)
