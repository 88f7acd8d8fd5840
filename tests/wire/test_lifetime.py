"""A client belongs to the event loop it is first used in, and says so in another one."""

from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest

from smstools_async import Client, ClientClosedError, MessageFile
from tests.wire.asking import CLIENT_ID, CLIENT_SECRET, PHONE, sandbox_of

Call = Callable[[Client], Awaitable[None]]
FILE = MessageFile(name="a.png", url="https://files.example/a.png", mime="image/png")


async def ask(client: Client) -> None:
    """Make a request of the API."""
    await client.conversation(PHONE).page()


async def walk(client: Client) -> None:
    """Make requests within a window."""
    async for _ in client.iter_conversation(PHONE):
        pass


async def download(client: Client) -> None:
    """Make a request of another host."""
    await client.download(FILE)


CALLS = [ask, walk, download]


def client_anywhere() -> Client:
    """Make a client whose connections are no obstacle in any loop."""
    files = httpx.MockTransport(lambda _: httpx.Response(200, content=b"picture"))
    return Client(
        CLIENT_ID,
        CLIENT_SECRET,
        http_client=httpx.AsyncClient(transport=sandbox_of().transport()),
        download_client=httpx.AsyncClient(transport=files),
    )


@pytest.mark.parametrize("later", CALLS)
@pytest.mark.parametrize("first", CALLS)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_second_loop_is_refused(backend: str, first: Call, later: Call) -> None:
    """There, dead connections would fail and locks would wait indefinitely."""
    client = client_anywhere()
    anyio.run(twice, first, client, backend=backend)
    with pytest.raises(RuntimeError, match="create one client per event loop"):
        anyio.run(later, client)


async def twice(call: Call, client: Client) -> None:
    """In one loop it may be used as often as one likes."""
    await call(client)
    await call(client)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_client_is_closed_in_its_own_loop(backend: str) -> None:
    """In another one its connections cannot be closed, and `aclose` says so as calls do."""
    client = client_anywhere()
    anyio.run(ask, client, backend=backend)
    with pytest.raises(RuntimeError, match="This Client is bound to another event loop"):
        anyio.run(client.aclose)
    with pytest.raises(ClientClosedError):
        anyio.run(ask, client)
    anyio.run(client.aclose)


def test_client_that_was_not_used_can_be_closed_anywhere() -> None:
    """It is bound to no loop yet, nor by closing."""
    client = client_anywhere()
    anyio.run(client.aclose)
    anyio.run(client.aclose)


def test_closed_client_is_reported_first() -> None:
    """It is of no use in any loop then."""
    client = client_anywhere()

    async def use_up() -> None:
        async with client:
            await ask(client)

    anyio.run(use_up)
    with pytest.raises(ClientClosedError):
        anyio.run(ask, client)
