"""The sandbox on a port. The only module of the sandbox that imports Starlette and uvicorn."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import quote
from weakref import WeakSet

import anyio

from smstools_async.sandbox._responses import Outcome, ReadTimedOut, Response
from smstools_async.sandbox._sandbox import Sandbox

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.datastructures import Headers
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ImportError as exc:
    raise ImportError(
        "A sandbox on a port needs an extra: pip install 'smstools-async[sandbox]'. In process,"
        " `Sandbox.transport()` needs none."
    ) from exc


class _Connections(Protocol):
    """What a server knows of the connections behind requests."""

    def close(self, scope: Scope, /) -> None:
        """Close the connection of a request."""

    def is_kept(self, scope: Scope, /) -> bool:
        """Return whether the connection carried a request before, and remember that it does now."""
        ...


class _UnknownConnections:
    """A server of the user's own, which shows nothing of its connections."""

    def close(self, _: Scope) -> None:
        """Raise, so that the server ends the request in its own way."""
        raise ConnectionAbortedError("A planned fault breaks this connection.")

    def is_kept(self, _: Scope) -> bool:
        """Return that nothing is known of an earlier request."""
        return False


class _Service:
    """A sandbox as an ASGI application: an object, so that Starlette lets every method through."""

    def __init__(self, sandbox: Sandbox, connections: _Connections) -> None:
        self._sandbox = sandbox
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        flight = self._sandbox.begin_flight()
        try:
            await self._bring_about(await self._outcome(scope), scope, receive, send)
        finally:
            flight.end()

    async def _outcome(self, scope: Scope) -> Outcome:
        path = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
        return await self._sandbox.exchange(
            scope["method"],
            path.decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            Headers(scope=scope),
            on_kept_connection=self._connections.is_kept(scope),
        )

    async def _bring_about(
        self, outcome: Outcome, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if isinstance(outcome, Response):
            await _send(outcome, send)
            if outcome.cut_after is None:
                return
        if not isinstance(outcome, ReadTimedOut):
            self._connections.close(scope)
        await _disconnection(receive)


async def _send(response: Response, send: Send) -> None:
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.all_headers().items()
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    for piece in response.pieces():
        if response.piece_delay:
            await anyio.sleep(response.piece_delay)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    is_cut = response.cut_after is not None
    await send({"type": "http.response.body", "body": b"", "more_body": is_cut})


async def _disconnection(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def app(sandbox: Sandbox, connections: _Connections | None = None) -> Starlette:
    """Make an application of `sandbox`; `connections` are those of the server it runs on."""
    service = _Service(sandbox, connections or _UnknownConnections())
    return Starlette(routes=[Route("/{path:path}", service)])


class _Server(uvicorn.Server):
    """A silent uvicorn that can close single connections."""

    def __init__(self, sandbox: Sandbox, *, handles_signals: bool) -> None:
        super().__init__(
            uvicorn.Config(
                app(sandbox, self),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=0,
            )
        )
        self._handles_signals = handles_signals
        self._used = WeakSet[H11Protocol]()

    def close(self, scope: Scope) -> None:
        """Close the connection of a request."""
        for connection in self._connections_of(scope):
            connection.transport.close()

    def is_kept(self, scope: Scope) -> bool:
        """Return whether the connection carried a request before, and remember that it does now."""
        connections = self._connections_of(scope)
        is_kept = any(connection in self._used for connection in connections)
        self._used.update(connections)
        return is_kept

    def _connections_of(self, scope: Scope) -> list[H11Protocol]:
        return [
            connection
            for connection in self.server_state.connections
            if isinstance(connection, H11Protocol) and connection.client == scope["client"]
        ]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every connection at once, then the server."""
        for connection in self.server_state.connections:
            connection.transport.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave Ctrl-C to the program, unless serving is all that it does."""
        if self._handles_signals:
            with super().capture_signals():
                yield
        else:
            yield


@asynccontextmanager
async def running(
    sandbox: Sandbox, host: str, port: int, *, handles_signals: bool
) -> AsyncGenerator[tuple[str, asyncio.Task[None]], None]:
    """Serve until the block is left; connections are accepted from its first line on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        # Connections inherit it. asyncio sets it only where a socket names its protocol, as none of
        # `create_server` does, and without it each response waits for a delayed acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = _Server(sandbox, handles_signals=handles_signals)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield _base_url(host, listener), task
        finally:
            server.should_exit = True
            with anyio.CancelScope(shield=True):  # closing takes a few tenths of a second
                await task


def _base_url(host: str, listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    if ip_address(address).is_unspecified:  # every address of this machine; clients need one
        host = "::1" if ":" in address else "127.0.0.1"
    bracketed = f"[{host}]" if ":" in host else host
    return f"http://{bracketed}:{port}/v1"
