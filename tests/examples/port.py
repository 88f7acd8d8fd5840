"""A web application on a port of this machine, by uvicorn, as its users would run it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class Server(uvicorn.Server):
    """A uvicorn that leaves signals alone and can hang up on everybody."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave Ctrl-C to the tests."""
        yield

    def hang_up(self) -> None:
        """Break off all connections, as a restart or a proxy would."""
        for connection in self.connections:
            connection.transport.close()

    @property
    def connections(self) -> list[H11Protocol]:
        """Return the connections that are open."""
        every = self.server_state.connections
        return [connection for connection in every if isinstance(connection, H11Protocol)]

    @property
    def tasks(self) -> int:
        """Return how many requests are being worked on."""
        return len(self.server_state.tasks)


@asynccontextmanager
async def running(app: Any) -> AsyncGenerator[tuple[str, Server], None]:
    """Serve an application, its lifespan included, for as long as the block is open."""
    config = uvicorn.Config(app, http="h11", log_config=None, timeout_graceful_shutdown=0)
    server = Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)  # the reader sets the pace
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
        finally:
            server.hang_up()
            server.should_exit = True
            await task
