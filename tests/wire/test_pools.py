"""More than eight connections are spread over several pools, and each gets its share."""

from pathlib import Path

import anyio
import httpx
import pytest

from smstools_async import Client, ClientClosedError
from smstools_async._http.opening import share_connections
from smstools_async._http.pools import Pools
from smstools_async._http.transport import WideTransport
from tests.wire.asking import CLIENT_ID, CLIENT_SECRET, NO_TLS, PHONE
from tests.wire.conftest import Port


@pytest.mark.parametrize(
    ("connections", "shared"),
    [(1, (1, 1)), (8, (1, 8)), (9, (2, 5)), (20, (3, 7)), (32, (4, 8)), (64, (8, 8))],
)
def test_no_pool_has_more_than_eight(connections: int, shared: tuple[int, int]) -> None:
    """And there is room for all of the connections together."""
    assert shared == share_connections(connections)


@pytest.mark.asyncio
async def test_request_takes_the_pool_with_the_least_to_do() -> None:
    """So one after the other keeps to the first, and its connection."""
    clients = [httpx.AsyncClient(), httpx.AsyncClient()]
    pools = Pools(clients)
    with pools.freest() as first:
        with pools.freest() as second, pools.freest() as third:
            assert clients == [first, second]
            assert third is first
        with pools.freest() as fourth:
            assert fourth is second
    with pools.freest() as fifth:
        assert fifth is first
    with pools.freest() as sixth:
        assert sixth is first
    for client in clients:
        await client.aclose()


def test_own_clients_take_nothing_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither certificates nor proxies, which whoever sets a variable could read along by."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "no proxy at all")
    Client(CLIENT_ID, CLIENT_SECRET)


@pytest.mark.anyio
async def test_pools_together_serve_all_requests(port: Port) -> None:
    """Fifty at once; the pools are closed with the client."""
    pages = list[int]()

    async def ask(client: Client) -> None:
        pages.append(len(await client.conversation(PHONE).page()))

    client = Client(CLIENT_ID, CLIENT_SECRET, base_url=port.base_url, max_connections=20)
    async with client, anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(ask, client)
    assert [3] * 50 == pages
    with pytest.raises(ClientClosedError):
        await client.conversation(PHONE).page()


@pytest.mark.anyio
async def test_connection_in_use_is_not_dropped(port: Port) -> None:
    """Those that wait for a request may be dead; a response that arrives shows that it is not."""
    transport = WideTransport(NO_TLS, httpx.Limits(max_connections=2))
    async with (
        httpx.AsyncClient(transport=transport) as client,
        client.stream("GET", port.base_url) as response,
    ):
        await transport.drop_idle()
        assert await response.aread()
