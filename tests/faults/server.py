"""A server of real sockets that treats whoever connects as a script says."""

import socket
import ssl
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from pathlib import Path

import anyio
import anyio.abc
import attrs
from anyio.streams.tls import TLSStream

CERTIFICATES = Path(__file__).with_name("certificates")
"""Of no worth: they were made for these tests, and are trusted by nobody else."""
_HERE = "127.0.0.1"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_END_OF_HEAD = b"\r\n\r\n"


class Deed(Enum):
    """What a server can do other than speak."""

    RESET = "break the connection off, which the other side sees as a reset"
    HANG_UP = "close the connection"
    HANG_UP_HALF = "say that nothing more will come, and keep the connection"
    FALL_SILENT = "do nothing, indefinitely"


@attrs.frozen
class Endless:
    """The same bytes again and again, until the other side has had enough."""

    piece: bytes
    pause: float = 0
    """In seconds, after each piece."""


Step = bytes | Deed | Endless


@attrs.frozen(kw_only=True)
class Treatment:
    """What a client gets."""

    steps: tuple[Step, ...] = ()
    """After the last one the connection stays open for the next request."""
    is_asked: bool = True
    """Whether a request is waited for, rather than treated as it connects."""
    certificate: str | None = None
    """The one of `CERTIFICATES` that is shown before all else; `None`: no encryption."""
    is_there: bool = True
    """Whether anybody listens at all."""


class FaultServer:
    """Listens on a port of this machine, and treats each request in the way that is set."""

    def __init__(self, tasks: anyio.abc.TaskGroup) -> None:
        self._tasks = tasks
        self._treatment = Treatment()
        self._listener: anyio.abc.Listener[anyio.abc.SocketStream] | None = None
        self.port = 0

    @property
    def base_url(self) -> str:
        """Where a client without encryption finds it."""
        return f"http://{_HERE}:{self.port}/v1"

    async def treat(self, treatment: Treatment) -> None:
        """Set what comes from now on."""
        self._treatment = treatment
        if treatment.is_there and self._listener is None:
            await self._open()
        elif not treatment.is_there:
            await self.shut()

    async def _open(self) -> None:
        ports = await anyio.create_tcp_listener(local_host=_HERE, local_port=self.port)
        (listener,) = ports.listeners
        self.port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's
        self._listener = listener
        self._tasks.start_soon(self._serve, listener)

    async def shut(self) -> None:
        """Listen no more; who is connected stays so."""
        if self._listener is not None:
            await self._listener.aclose()
            self._listener = None

    async def _serve(self, listener: anyio.abc.Listener[anyio.abc.SocketStream]) -> None:
        with suppress(anyio.ClosedResourceError):
            await listener.serve(self._take, self._tasks)

    async def _take(self, connection: anyio.abc.SocketStream) -> None:
        try:
            await self._converse(await self._encrypt(connection))
        except (anyio.BrokenResourceError, anyio.EndOfStream, ssl.SSLError):
            pass  # one of the two has left
        finally:
            await anyio.aclose_forcefully(connection)

    async def _encrypt(self, connection: anyio.abc.SocketStream) -> anyio.abc.ByteStream:
        if self._treatment.certificate is None:
            return connection
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / self._treatment.certificate)
        return await TLSStream.wrap(
            connection, server_side=True, ssl_context=context, standard_compatible=False
        )

    async def _converse(self, connection: anyio.abc.ByteStream) -> None:
        while True:
            if self._treatment.is_asked:
                await _hear_request(connection)
            for step in self._treatment.steps:
                await _perform(step, connection)


async def _hear_request(connection: anyio.abc.ByteStream) -> None:
    heard = b""
    while not heard.endswith(_END_OF_HEAD):
        heard += await connection.receive()


async def _perform(step: Step, connection: anyio.abc.ByteStream) -> None:
    match step:
        case bytes():
            await connection.send(step)
        case Endless():
            while True:
                await connection.send(step.piece)
                await anyio.sleep(step.pause)
        case Deed.RESET:
            raw = connection.extra(anyio.abc.SocketAttribute.raw_socket)  # noqa: S610 - anyio's
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            raise anyio.EndOfStream
        case Deed.HANG_UP:
            raise anyio.EndOfStream
        case Deed.HANG_UP_HALF:
            await connection.send_eof()
        case Deed.FALL_SILENT:
            await anyio.sleep_forever()


@asynccontextmanager
async def serving_faults(treatment: Treatment) -> AsyncGenerator[FaultServer, None]:
    """Run a server as long as the block lasts."""
    async with anyio.create_task_group() as tasks:
        server = FaultServer(tasks)
        await server.treat(Treatment())
        await server.treat(treatment)
        try:
            yield server
        finally:
            await server.shut()
            tasks.cancel_scope.cancel()
