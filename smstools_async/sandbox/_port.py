"""The sandbox on a port. The only place of the sandbox that knows Starlette and uvicorn."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import TypeAlias
from urllib.parse import quote

import anyio

from smstools_async.sandbox._faults import Outcome, ReadTimedOut, Response
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
        "A sandbox on a port needs more: pip install 'smstools-async[sandbox]'. In process,"
        " `Sandbox.transport()` does without."
    ) from exc

_HangUp: TypeAlias = Callable[[Scope], None]


class _Service:
    """A sandbox as an ASGI application: an object, so that Starlette lets every method through."""

    def __init__(self, sandbox: Sandbox, hang_up: _HangUp) -> None:
        self._sandbox = sandbox
        self._hang_up = hang_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        flight = self._sandbox.begin_flight()
        try:
            await self._bring_about(await self._outcome(scope), scope, receive, send)
        finally:
            flight.end()

    async def _outcome(self, scope: Scope) -> Outcome:
        path = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
        query = scope["query_string"]
        return await self._sandbox.exchange(
            scope["method"], path.decode("latin-1"), query.decode("latin-1"), Headers(scope=scope)
        )

    async def _bring_about(
        self, outcome: Outcome, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if isinstance(outcome, Response):
            await _send(outcome, send)
            if outcome.cut_after is None:
                return
        if not isinstance(outcome, ReadTimedOut):
            self._hang_up(scope)
        await _client_to_leave(receive)


async def _send(answer: Response, send: Send) -> None:
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.all_headers().items()
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body, is_cut = answer.body[: answer.cut_after], answer.cut_after is not None
    await send({"type": "http.response.body", "body": body, "more_body": is_cut})


async def _client_to_leave(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _break_off(_: Scope) -> None:
    raise ConnectionAbortedError("The sandbox was told to break this connection.")


def app(sandbox: Sandbox, hang_up: _HangUp = _break_off) -> Starlette:
    """Make an application of `sandbox`; `hang_up` closes the connection of a request."""
    return Starlette(routes=[Route("/{path:path}", _Service(sandbox, hang_up))])


class _Server(uvicorn.Server):
    """A silent uvicorn, that can hang up on a client."""

    def __init__(self, sandbox: Sandbox, *, heeds_signals: bool) -> None:
        super().__init__(
            uvicorn.Config(
                app(sandbox, self.hang_up),
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
        self._heeds_signals = heeds_signals

    def hang_up(self, scope: Scope) -> None:
        """Close the connection that a request came by."""
        for connection in self.server_state.connections:
            if isinstance(connection, H11Protocol) and connection.client == scope["client"]:
                connection.transport.close()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut off what is in flight, then close."""
        for connection in self.server_state.connections:
            connection.transport.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave Ctrl-C to the program, unless serving is all that it does."""
        if self._heeds_signals:
            with super().capture_signals():
                yield
        else:
            yield


@asynccontextmanager
async def running(
    sandbox: Sandbox, host: str, port: int, *, heeds_signals: bool
) -> AsyncGenerator[tuple[str, asyncio.Task[None]], None]:
    """Serve until the block is left; the base URL takes connections from the first line on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        # Connections inherit it. asyncio sets it only where a socket names its protocol, as none of
        # `create_server` does, and without it each answer waits for a delayed acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = _Server(sandbox, heeds_signals=heeds_signals)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield _base_url(host, listener), task
        finally:
            server.should_exit = True
            with anyio.CancelScope(shield=True):  # closing takes a few tenths of a second
                await task


def _base_url(host: str, listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    if ip_address(address).is_unspecified:  # every address of this machine, and none to ask at
        host = "::1" if ":" in address else "127.0.0.1"
    bracketed = f"[{host}]" if ":" in host else host
    return f"http://{bracketed}:{port}/v1"
