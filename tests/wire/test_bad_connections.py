"""A request whose kept connection is dead or out of step is repeated on a new one."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import anyio.abc
import anyio.lowlevel
import attrs
import pytest

from smstools_async import Client
from tests.wire.asking import AT_ONCE, CLIENT_ID, CLIENT_SECRET, PHONE
from tests.wire.rows import body_of, row

pytestmark = pytest.mark.anyio

EMPTY = json.dumps({"total": 0, "shown": 0, "page": 1, "limit": 1, "conversation": []}).encode()
CONNECTIONS = 8


def response(body: bytes = EMPTY, **headers: str) -> bytes:
    """Return a response as it goes over the wire."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (lines.encode(), len(body)) + body


def page_of(phone: str) -> bytes:
    """Return a page with one message of a phone."""
    return response(body_of(row(sender=phone)))


@attrs.define
class Server:
    """Responds to requests on connections that it counts."""

    behind: bytes = b""
    """What the first connection sends before its first response."""
    headers: dict[str, str] = attrs.field(factory=dict[str, str])
    body: bytes = EMPTY
    heads: list[bytes] = attrs.field(factory=list[bytes])
    requests: list[int] = attrs.field(factory=list[int])
    """Of each connection."""
    dead: int = 0
    """Connections up to this one reset when a request comes."""
    gate: anyio.Event = attrs.field(factory=anyio.Event)
    open: int = 0

    async def serve(self, connection: anyio.abc.ByteStream) -> None:
        """Respond until the client leaves."""
        self.requests.append(0)
        number = len(self.requests)
        self.open += 1
        try:
            while True:
                await self._respond(connection, number)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass
        finally:
            self.open -= 1
            await anyio.aclose_forcefully(connection)

    async def _respond(self, connection: anyio.abc.ByteStream, number: int) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += await connection.receive()
        self.heads.append(head)
        self.requests[number - 1] += 1
        if number <= self.dead:
            raise anyio.EndOfStream
        await self.gate.wait()
        await connection.send(self.behind + response(self.body, **self.headers))
        self.behind = b""


@asynccontextmanager
async def serving(server: Server) -> AsyncGenerator[Client, None]:
    """Open a client of a server on this machine."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port: int = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - not Django
    base_url = f"http://127.0.0.1:{port}/v1"
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, server.serve)
        async with Client(CLIENT_ID, CLIENT_SECRET, base_url=base_url, retry=AT_ONCE) as client:
            yield client
        tasks.cancel_scope.cancel()


async def open_all(server: Server, client: Client) -> None:
    """Have eight connections opened and kept."""
    async with anyio.create_task_group() as tasks:
        for _ in range(CONNECTIONS):
            tasks.start_soon(client.conversation(PHONE).count)
        while sum(server.requests) < CONNECTIONS:
            await anyio.lowlevel.checkpoint()
        server.gate.set()


async def test_dead_connections_cost_one_retry() -> None:
    """As after a restart of the gateway: the others are dead as well, and are not tried."""
    async with serving(server := Server()) as client:
        await open_all(server, client)
        server.dead = CONNECTIONS
        requests = sum(server.requests)
        for _ in range(3):
            assert 0 == await client.conversation(PHONE).count()
    assert requests + 4 == sum(server.requests)


async def test_page_of_another_phone_is_asked_for_on_a_new_connection() -> None:
    """The old one is two responses behind, and would give another phone's page once more."""
    server = Server(behind=page_of("551100000001") * 2, body=body_of(row(sender=PHONE)))
    server.gate.set()
    async with serving(server) as client:
        assert 1 == len(await client.conversation(PHONE).page())
    assert [1, 1] == server.requests


async def test_response_that_is_not_json_is_asked_for_on_a_new_connection() -> None:
    """Whatever put the page of a proxy there may have put more."""
    server = Server(behind=response(b"<html>"))
    server.gate.set()
    async with serving(server) as client:
        assert 0 == await client.conversation(PHONE).count()
    assert [1, 1] == server.requests


async def test_cookies_are_neither_kept_nor_sent() -> None:
    """The head of each request would grow by them, without bound."""
    server = Server(headers={"Set_Cookie": "session=" + "x" * 500})
    server.gate.set()
    async with serving(server) as client:
        for _ in range(3):
            await client.conversation(PHONE).count()
    assert 1 == len({len(head) for head in server.heads})
    assert b"cookie" not in server.heads[-1].lower()


async def test_cancelled_closing_closes_all_connections() -> None:
    """What cancelled it takes effect after that; closing again does nothing more."""
    async with serving(server := Server()) as client:
        await open_all(server, client)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await client.aclose()
        await client.aclose()
        while server.open:
            await anyio.lowlevel.checkpoint()
