"""What is to end the process comes out of every way to read as itself, and not in a group.

On trio; asyncio ends its loop by itself as soon as a task raises one of these.
"""

import signal

import pytest
import trio
import trio.testing

from smstools_async import Client, Hooks, RequestInfo
from tests.wire.asking import PHONE, client_of, sandbox_of

EXITS = [KeyboardInterrupt, SystemExit]
READINGS = ["call", "iteration", "pages", "stream"]


async def read(client: Client, way: str) -> None:
    """Read a conversation."""
    match way:
        case "call":
            await client.conversation(PHONE).page()
        case "iteration":
            async for _ in client.iter_conversation(PHONE, prefetch=7):
                pass
        case "pages":
            async for _ in client.conversation(PHONE).pages():
                pass
        case _:
            async with client.conversation(PHONE).stream() as messages:
                async for _ in messages:
                    pass


@pytest.mark.parametrize("way", READINGS)
@pytest.mark.parametrize("exit_", EXITS)
def test_exit_of_a_request_comes_as_itself(exit_: type[BaseException], way: str) -> None:
    """Raised in the task of the request, by a hook."""

    def end(_: RequestInfo) -> None:
        raise exit_

    async def main() -> None:
        async with client_of(sandbox_of(), hooks=Hooks(on_request=end)) as client:
            await read(client, way)

    with pytest.raises(exit_):
        trio.run(main)


@pytest.mark.parametrize("way", READINGS)
def test_ctrl_c_comes_as_itself(way: str) -> None:
    """Pressed while the answer is waited for."""
    sandbox = sandbox_of()
    sandbox.latency = 60

    @trio.lowlevel.enable_ki_protection  # so that trio hands it to the main task
    async def press() -> None:
        await trio.testing.wait_all_tasks_blocked()
        signal.raise_signal(signal.SIGINT)

    async def main() -> None:
        async with client_of(sandbox) as client, trio.open_nursery() as nursery:
            nursery.start_soon(press)
            with pytest.raises(KeyboardInterrupt):
                await read(client, way)
            nursery.cancel_scope.cancel()

    trio.run(main)
