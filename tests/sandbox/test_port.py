"""The sandbox on a port of this machine."""

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator

import anyio
import httpx
import pytest
import pytest_asyncio

import smstools_async.sandbox as package
from smstools_async import MessageFile
from smstools_async.sandbox import (
    UNTIDY_HOSTS,
    ConnectionRefused,
    Disconnect,
    Outcome,
    ReadTimedOut,
    Response,
    Sandbox,
    app,
    serve,
    serving,
)
from tests.sandbox.asking import LOGIN, PATH, PHONE, ask


@pytest.fixture
def sandbox() -> Sandbox:
    """Return a conversation with a thousand messages."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=1000)
    return sandbox


@pytest_asyncio.fixture
async def client(sandbox: Sandbox) -> AsyncGenerator[httpx.AsyncClient, None]:
    """Connect a client with the right credentials to the sandbox, by a port."""
    async with (
        serving(sandbox) as base_url,
        httpx.AsyncClient(base_url=base_url, headers=LOGIN, timeout=5) as client,
    ):
        yield client


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/conversation/%2B{PHONE}?limit=900"),
        ("GET", "/conversation/55%2F11"),
        ("GET", f"/conversation/{PHONE}?page=0"),
        ("POST", f"/conversation/{PHONE}"),
        ("GET", "/balance"),
    ],
    ids=["page", "bad-phone", "bad-page", "post", "unknown"],
)
async def test_responds_alike_on_a_port(
    sandbox: Sandbox, client: httpx.AsyncClient, method: str, path: str
) -> None:
    """Status, headers and body are those of `respond`."""
    response = await client.request(method, path)
    path, _, query = path.partition("?")
    expected = sandbox.respond(method, f"/v1{path}", query, LOGIN)
    assert isinstance(expected, Response)
    assert (expected.status, expected.body) == (response.status_code, response.content)
    assert expected.all_headers().items() <= dict(response.headers).items()


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """Note each connection that is accepted."""
    connections: list[socket.socket] = []
    accept = socket.socket.accept

    def accept_and_note(listener: socket.socket) -> tuple[socket.socket, object]:
        connection, address = accept(listener)
        connections.append(connection)
        return connection, address

    monkeypatch.setattr(socket.socket, "accept", accept_and_note)
    return connections


@pytest.mark.asyncio
async def test_responses_are_sent_at_once(
    accepted: list[socket.socket], client: httpx.AsyncClient
) -> None:
    """A kept connection does not hold a body back until its head is acknowledged."""
    await client.get(f"/conversation/{PHONE}")
    assert [True] == [
        bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        for connection in accepted
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (ConnectionRefused(), httpx.RemoteProtocolError),
        (Disconnect(), httpx.RemoteProtocolError),
        (Disconnect(after_bytes=10), httpx.RemoteProtocolError),
        (ReadTimedOut(), httpx.ReadTimeout),
    ],
    ids=["refused", "disconnect", "cut", "timed-out"],
)
async def test_faults_happen_on_the_wire(
    sandbox: Sandbox, client: httpx.AsyncClient, outcome: Outcome, error: type[Exception]
) -> None:
    """To the connection of the request that fails; another open connection stays."""
    base_url = client.base_url
    async with httpx.AsyncClient(base_url=base_url, headers=LOGIN, timeout=0.1) as other:
        await client.get(f"/conversation/{PHONE}")
        sandbox.fail(outcome)
        with pytest.raises(error):
            await other.get(f"/conversation/{PHONE}")
        assert 200 == (await client.get(f"/conversation/{PHONE}")).status_code


@pytest.mark.asyncio
async def test_kept_connections_may_be_stale(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    """As where a proxy closes idle ones: they break when used again, and new ones do not."""
    url = f"/conversation/{PHONE}"
    await client.get(url)
    sandbox.fail(Disconnect(), on_kept_connections=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get(url)
    assert 200 == (await client.get(url)).status_code
    kept = [request.is_on_kept_connection for request in sandbox.requests]
    assert [False, True, False] == kept


@pytest.mark.asyncio
async def test_body_may_drip_on_a_port(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    """It is complete in the end."""
    sandbox.fail(Response(body=b"twelve bytes", piece_bytes=5, piece_delay=0.001))
    assert b"twelve bytes" == (await client.get(f"/conversation/{PHONE}")).content


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["host-status-204", "host-status-205", "host-without-length"])
async def test_untidy_hosts_work_on_a_port(
    sandbox: Sandbox, client: httpx.AsyncClient, host: str
) -> None:
    """Statuses without a body and bodies without a length break no connection."""
    file = MessageFile(name="a.png", url=f"{client.base_url}a.png", mime="image/png")
    sandbox.receive(PHONE, "", files=[file])
    sandbox.quirks = UNTIDY_HOSTS[host]
    responses = [await client.get(file.url) for _ in range(2)]
    expected = sandbox.respond("GET", "/v1/a.png")
    assert isinstance(expected, Response)
    assert {(expected.status, expected.body)} == {(r.status_code, r.content) for r in responses}


@pytest.mark.asyncio
async def test_requests_are_counted_on_a_port(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    """As long as they are in flight."""
    sandbox.latency = 0.01
    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(client.get(f"/conversation/{PHONE}"))
    assert 3 == sandbox.most_in_flight
    with anyio.fail_after(5):
        while sandbox.in_flight:
            await anyio.lowlevel.checkpoint()


@pytest.mark.asyncio
@pytest.mark.parametrize("latency", [0, 3600], ids=["silent", "slow"])
async def test_leaving_the_block_cuts_requests_off(sandbox: Sandbox, latency: float) -> None:
    """A request that would not be answered for long does not hold up a test."""
    if latency:
        sandbox.latency = latency
    else:
        sandbox.fail(ReadTimedOut())
    begun = asyncio.Event()
    sandbox.before_each_request = lambda _: begun.set()
    async with httpx.AsyncClient(headers=LOGIN) as client:
        async with serving(sandbox) as base_url:
            asking = asyncio.create_task(client.get(f"{base_url}/conversation/{PHONE}"))
            await begun.wait()
        with anyio.fail_after(5):
            with pytest.raises(httpx.RemoteProtocolError):
                await asking
    assert 0 == sandbox.in_flight


@pytest.mark.asyncio
async def test_serve_says_when_it_listens(sandbox: Sandbox) -> None:
    """The base URL works from the moment it is reported until `serve` is cancelled."""
    listening = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(sandbox, port=0, on_listening=listening.set_result))
    async with httpx.AsyncClient(headers=LOGIN) as client:
        url = f"{await listening}/conversation/{PHONE}"
        assert ask(sandbox).body == (await client.get(url)).content
        server.cancel()
        await asyncio.wait({server})
        assert server.cancelled()
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


@pytest.mark.asyncio
async def test_serve_needs_no_callback(sandbox: Sandbox) -> None:
    """It serves without a callback, and a cancel scope ends it cleanly."""
    with anyio.move_on_after(0.05) as scope:
        await serve(sandbox, port=0)
    assert scope.cancelled_caught


@pytest.mark.asyncio
async def test_taken_port_is_an_error(sandbox: Sandbox) -> None:
    """An OSError, rather than the end of the process."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve(sandbox, port=taken.getsockname()[1])


@pytest.mark.asyncio
@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_host_may_be_an_ipv6_address(sandbox: Sandbox) -> None:
    """Its base URL has the brackets it needs."""
    async with serving(sandbox, host="::1") as base_url, httpx.AsyncClient() as client:
        assert base_url.startswith("http://[::1]:")
        assert 400 == (await client.get(f"{base_url}/conversation/{PHONE}")).status_code


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("host", "reported"),
    [
        ("0.0.0.0", "http://127.0.0.1:"),  # noqa: S104 - that is what is tested
        ("", "http://127.0.0.1:"),
        pytest.param(
            "::",
            "http://[::1]:",
            marks=pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6"),
        ),
    ],
)
async def test_host_that_is_every_address_is_reported_as_one(
    sandbox: Sandbox, host: str, reported: str
) -> None:
    """No client reaches `0.0.0.0`, and a client takes it for another machine."""
    async with serving(sandbox, host=host) as base_url, httpx.AsyncClient() as client:
        assert base_url.startswith(reported)
        assert 400 == (await client.get(f"{base_url}/conversation/{PHONE}")).status_code


@pytest.mark.asyncio
async def test_application_runs_on_any_server(sandbox: Sandbox) -> None:
    """Where the path arrives decoded only, and nobody can hang up."""
    transport = httpx.ASGITransport(app(sandbox))
    async with httpx.AsyncClient(transport=transport, headers=LOGIN) as client:
        assert ask(sandbox).body == (await client.get(f"http://sandbox.example{PATH}")).content
        sandbox.fail(Disconnect())
        with pytest.raises(ConnectionAbortedError):
            await client.get(f"http://sandbox.example{PATH}")


@pytest.mark.parametrize("library", ["starlette", "uvicorn"])
def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """The error says how to get the extra."""
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, f"{library}.applications", None)
    monkeypatch.delitem(sys.modules, "smstools_async.sandbox._port", raising=False)
    monkeypatch.delattr(package, "_port", raising=False)
    with pytest.raises(ImportError, match=r"pip install 'smstools-async\[sandbox\]'"):
        app(Sandbox())
