"""A program that does not set up logging, and whose every attempt fails.

It runs in a process of its own, to see what it writes: `python -m tests.wire.unlogged`.
"""

import anyio

from smstools_async import SmstoolsError
from smstools_async.sandbox import Response
from tests.wire.asking import AT_ONCE, PHONE, client_of, sandbox_of


async def main() -> None:
    """Print how often it was tried."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=503), times=None)
    async with client_of(sandbox, retry=AT_ONCE) as client:
        try:
            await client.conversation(PHONE).count()
        except SmstoolsError as error:
            print(error.attempts, "attempts")  # noqa: T201 - a command


if __name__ == "__main__":
    anyio.run(main)
