"""A closed client says so, whatever it was about when it was closed."""

import anyio
import httpx
import pytest

from smstools_async import Client, ClientClosedError, Hooks, MessageFile, RetryInfo
from smstools_async.sandbox import serving
from tests.wire.asking import AT_ONCE, CLIENT_ID, CLIENT_SECRET, PHONE, client_of, sandbox_of


@pytest.mark.anyio
@pytest.mark.parametrize("times", [1, 2])
async def test_closed_client_sends_nothing(times: int) -> None:
    """Closing twice does nothing more."""
    sandbox = sandbox_of()
    async with client_of(sandbox) as client:
        for _ in range(times):
            await client.aclose()
        with pytest.raises(ClientClosedError, match="Create a new one"):
            await client.conversation(PHONE).page()
        with pytest.raises(ClientClosedError):
            await client.request("POST", "/message/send", json={})
    assert [] == sandbox.requests


@pytest.mark.anyio
async def test_block_closes_the_client() -> None:
    """Its own connections with it. What is closed stays so, and is not tried again."""
    retries = list[RetryInfo]()
    hooks = Hooks(on_retry=retries.append)
    async with Client(CLIENT_ID, CLIENT_SECRET, retry=AT_ONCE, hooks=hooks) as client:
        pass
    with pytest.raises(ClientClosedError):
        await client.conversation(PHONE).page()
    assert [] == retries


@pytest.mark.anyio
async def test_closed_http_client_is_noticed() -> None:
    """Its owner may close it first."""
    async with httpx.AsyncClient(transport=sandbox_of().transport()) as http_client:
        client = Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client)
    with pytest.raises(
        ClientClosedError, match="The http_client that this Client was given"
    ) as caught:
        await client.conversation(PHONE).page()
    assert "http_client" == caught.value.closed


@pytest.mark.anyio
async def test_closed_download_client_is_noticed() -> None:
    """It is another one, and named."""
    async with httpx.AsyncClient(transport=sandbox_of().transport()) as download_client:
        pass
    file = MessageFile(name="a", url="https://files.example/a", mime="")
    async with client_of(sandbox_of(), download_client=download_client) as client:
        with pytest.raises(ClientClosedError, match="The download_client that"):
            await client.download(file)
        assert 3 == len(await client.conversation(PHONE).page())


@pytest.mark.anyio
@pytest.mark.parametrize("turns", range(8))
async def test_http_client_may_be_closed_at_any_moment(turns: int) -> None:
    """The call that is about to begin fails as any later one, or is served."""
    outcomes = list[str]()

    async def ask() -> None:
        try:
            await client.conversation(PHONE).page()
        except ClientClosedError:
            outcomes.append("closed")
        else:
            outcomes.append("served")

    http_client = httpx.AsyncClient(transport=sandbox_of().transport())
    client = Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        for _ in range(turns):
            await anyio.lowlevel.checkpoint()
        await http_client.aclose()
    assert outcomes in (["closed"], ["served"])


@pytest.mark.anyio
async def test_calls_that_wait_for_their_turn_are_refused() -> None:
    """Nothing new begins after the end."""
    sandbox = sandbox_of()
    refused = list[ClientClosedError]()

    async def ask(client: Client) -> None:
        try:
            await client.conversation(PHONE).page()
        except ClientClosedError as error:
            refused.append(error)

    has_begun = anyio.Event()
    sandbox.before_each_request = lambda _: has_begun.set()
    async with client_of(sandbox, max_connections=1) as client, anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(ask, client)
        await has_begun.wait()
        await client.aclose()
    assert (4, 1) == (len(refused), len(sandbox.requests))


@pytest.mark.anyio
async def test_closed_client_says_so_at_once() -> None:
    """Not when the requests before have made room."""
    sandbox = sandbox_of()
    sandbox.latency = 3600
    has_begun = anyio.Event()
    sandbox.before_each_request = lambda _: has_begun.set()
    opening = client_of(sandbox, timeout=7200, max_connections=1)
    async with opening as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.conversation(PHONE).page)
        await has_begun.wait()
        await client.aclose()
        with anyio.fail_after(5), pytest.raises(ClientClosedError):
            await client.conversation(PHONE).page()
        tasks.cancel_scope.cancel()


@pytest.mark.asyncio
async def test_request_under_way_ends_with_the_client() -> None:
    """On a real connection, and soon, though the answer would take an hour."""
    sandbox = sandbox_of()
    sandbox.latency = 3600
    has_begun = anyio.Event()
    sandbox.before_each_request = lambda _: has_begun.set()

    async def ask(client: Client) -> None:
        with pytest.raises(ClientClosedError):
            await client.conversation(PHONE).page()

    async with serving(sandbox) as base_url:
        client = Client(CLIENT_ID, CLIENT_SECRET, base_url=base_url, retry=None)
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask, client)
                await has_begun.wait()
                await client.aclose()
