"""Clients of a sandbox, and servers that do on the wire what a test tells them."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
import httpx
import trio
import trio.testing

from smstools_async import Client, Retry
from smstools_async._http.transport import WideTransport
from smstools_async.sandbox import Sandbox

T = TypeVar("T")

PHONE = "5511987654321"
CLIENT_ID = "canary-id-7f3a"
CLIENT_SECRET = "canary-secret-9c1e"  # noqa: S105 - a canary
NO_TLS = ssl.create_default_context()
"""Made once, since it takes longer than most tests, and not used by any server here."""
AT_ONCE = Retry(backoff_initial=0)
"""Tries again as often as by default, without waiting."""


def sandbox_of(messages: int = 3) -> Sandbox:
    """Return a sandbox with one conversation, which the canaries open."""
    sandbox = Sandbox(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    sandbox.add_conversation(PHONE, messages=messages)
    return sandbox


@asynccontextmanager
async def client_of(
    server: Sandbox | httpx.AsyncBaseTransport, **options: Any
) -> AsyncGenerator[Client, None]:
    """Open a client that reaches nothing but `server`, and tries each request once."""
    transport = server.transport() if isinstance(server, Sandbox) else server
    options = {"retry": None} | options
    async with (
        httpx.AsyncClient(transport=transport) as http_client,
        Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client, **options) as client,
    ):
        yield client


def run_virtually(call: Callable[[], Awaitable[T]]) -> T:
    """Run `call` on a clock that jumps whenever everybody waits."""
    return trio.run(call, clock=trio.testing.MockClock(autojump_threshold=0))


class Chunks(httpx.AsyncByteStream):
    """A body in pieces; a number is a pause of so many seconds, an error is raised."""

    def __init__(self, pieces: Iterable[bytes | float | Exception]) -> None:
        self._pieces = iter(pieces)
        self.is_closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    # No async generator: trio warns of those that are not read to their end.
    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, bytes):
                return piece
            await anyio.sleep(piece)
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Note that the body was let go."""
        self.is_closed = True


class Scripted(httpx.AsyncBaseTransport):
    """A transport that gives each request the same answer, with its body on the way."""

    def __init__(
        self,
        *pieces: bytes | float | Exception,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.requests: list[httpx.Request] = []
        self.bodies: list[Chunks] = []
        self._pieces = pieces
        self._status = status
        self._headers = headers or {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as told."""
        await anyio.lowlevel.checkpoint()
        self.requests.append(request)
        self.bodies.append(Chunks(self._pieces))
        return httpx.Response(self._status, headers=self._headers, stream=self.bodies[-1])


def connecting(connections: int = 8) -> WideTransport:
    """Return the transport of a client's own to servers without TLS, with so many connections."""
    return WideTransport(NO_TLS, httpx.Limits(max_connections=connections))
