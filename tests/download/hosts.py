"""Hosts of files: servers on this machine that do on the wire what a test tells them."""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
from anyio.streams.tls import TLSListener

from smstools_async import Client, MessageFile, Retry
from smstools_async._download.downloads import Bounds, Downloads
from smstools_async._http.lifetime import Lifetime

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
CLIENT_ID = "canary-id-7f3a"
CLIENT_SECRET = "canary-secret-9c1e"  # noqa: S105 - a canary
AT_ONCE = Retry(backoff_initial=0)
"""Tries again as often as by default, without waiting."""

Converse = Callable[[anyio.abc.ByteStream], Awaitable[None]]


class Host:
    """A host that gives one answer after another, the last one indefinitely, and keeps requests."""

    def __init__(self, *answers: bytes | Converse) -> None:
        self.answers = list(answers)
        self.heard: list[bytes] = []
        self.port = 0
        self.open_connections = 0

    @property
    def url(self) -> str:
        """Where its file is."""
        return f"http://127.0.0.1:{self.port}/1.png"

    async def take(self, connection: anyio.abc.ByteStream) -> None:
        """Answer one request, and hang up."""
        self.open_connections += 1
        try:
            self.heard.append(await _read_request(connection))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if isinstance(answer, bytes):
                await connection.send(answer)
            else:
                await answer(connection)
        except (anyio.BrokenResourceError, anyio.EndOfStream):
            pass  # the client has left
        finally:
            self.open_connections -= 1
            await anyio.aclose_forcefully(connection)


async def _read_request(connection: anyio.abc.ByteStream) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += await connection.receive()
    return request


@asynccontextmanager
async def hosting(
    *answers: bytes | Converse, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Host, None]:
    """Let a host listen on this machine, which speaks TLS where it has a context for it."""
    host = Host(*answers)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    host.port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - no Django here
    async with listener, anyio.create_task_group() as tasks:
        speaker = listener if tls is None else TLSListener(listener, tls)
        tasks.start_soon(speaker.serve, host.take)
        yield host
        tasks.cancel_scope.cancel()


def answer(
    body: bytes = PICTURE, status: str = "200 OK", headers: Mapping[str, str] | None = None
) -> bytes:
    """Return an answer as it goes over the wire."""
    defaults = {"Content-Type": "image/png", "Content-Length": str(len(body))}
    all_headers = {**defaults, **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """Return an answer that points elsewhere."""
    return answer(b"", status, {"Location": location})


def file_at(url: str, name: str = "boleto.png", mime: str = "image/") -> MessageFile:
    """Return a file as a message has it."""
    return MessageFile(name=name, url=url, mime=mime)


@asynccontextmanager
async def opened(**options: Any) -> AsyncGenerator[Client, None]:
    """Open a client that tries each download once."""
    options = {"retry": None} | options
    async with Client(CLIENT_ID, CLIENT_SECRET, **options) as client:
        yield client


LookUp = Callable[[str, int], Awaitable[Sequence[str]]]


def book(*addresses: str) -> LookUp:
    """Return a look-up that finds these addresses for every name."""

    async def look_up(_host: str, _port: int) -> Sequence[str]:
        await anyio.lowlevel.checkpoint()
        return addresses

    return look_up


async def fetch(url: str, look_up: LookUp, *, allow_private: bool = False) -> bytes:
    """Download from a URL once, with a look-up that reaches no name server."""
    downloads = Downloads(
        retry=None,
        max_connections=1,
        http_client=None,
        user_agent="test",
        lifetime=Lifetime(),
        look_up=look_up,
    )
    bounds = Bounds(max_bytes=1_000_000, timeout=20, allow_private=allow_private)
    return await downloads.to_memory(file_at(url), bounds)
