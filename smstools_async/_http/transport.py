"""How bytes come off a socket: as by httpx's own transport, but more at once.

Each piece of a body passes a timeout, a cancel scope, a lock and a state machine, which takes
longer than to copy it. httpcore asks for 64 KiB at once, and of an encrypted connection it gets one
record of 16 KiB, however many have come. httpx has no way to pass a `network_backend` on to
httpcore, so this is a transport of our own over `httpcore.AsyncConnectionPool`; delete it once
httpx has one.
"""

import select
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpcore
import httpx

from smstools_async._http.heads import Heads

BYTES_AT_ONCE: Final = 256 * 1024
"""As many as asyncio takes off a socket, so that nothing has to be cut and copied."""
_FOREIGN: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


class WideTransport(httpx.AsyncBaseTransport):
    """An HTTP/1.1 transport that reads nothing from the environment.

    Args:
        tls: Which certificates are trusted, and which one is shown.
        limits: How many connections there are, and how many of them are kept.
        proxy: Through which all connections go.
    """

    def __init__(
        self, tls: ssl.SSLContext, limits: httpx.Limits, proxy: httpcore.Proxy | None = None
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            proxy=proxy,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_WideBackend(),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the response with its body unread."""
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _errors_of_httpx():
            response: Any = await self._pool.handle_async_request(sent)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Stream(response),
            extensions=response.extensions,
        )

    async def drop_idle(self) -> None:
        """Close the connections that wait for a request: they may be dead, or out of step."""
        for connection in self._pool.connections:
            if connection.is_idle():
                await connection.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def make_proxy(url: str) -> httpcore.Proxy:
    """Return the proxy at `url`, with the user name and password in it."""
    proxy = httpx.Proxy(url)
    return httpcore.Proxy(
        url=httpcore.URL(
            scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/"
        ),
        auth=proxy.raw_auth,
    )


@contextmanager
def _errors_of_httpx() -> Generator[None]:
    """Raise httpcore's errors as those of httpx, which have the same names."""
    try:
        yield
    except _FOREIGN as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


class _Stream(httpx.AsyncByteStream):
    def __init__(self, response: Any) -> None:
        self._response = response
        self._parts: AsyncIterable[bytes] = response.stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async for piece in self._parts:
                yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


class _WideBackend(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._backend: Any = httpcore.AnyIOBackend()

    async def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        """Connect, to a stream that reads more at once."""
        return _WideStream(await self._backend.connect_tcp(*args, **kwargs))


class _WideStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._decrypted: ssl.SSLObject | None = stream.get_extra_info("ssl_object")
        self._socket: Any = stream.get_extra_info("socket")
        self._heads = Heads()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - it is httpcore's
        """Wait for what comes next, and take what came with it; nothing: the end."""
        data = await self._read(max(max_bytes, BYTES_AT_ONCE), timeout)
        if not self._heads.accept(data):
            raise httpcore.RemoteProtocolError("Too many header lines")
        return data

    async def _read(self, most: int, timeout: float | None) -> bytes:  # noqa: ASYNC109 - it is httpcore's
        first = await self._stream.read(most, timeout)
        if self._decrypted is None or not first:
            return first
        return first + b"".join(_records_at_hand(self._decrypted, most - len(first)))

    async def write(self, *args: Any, **kwargs: Any) -> None:
        self._heads.begin()
        await self._stream.write(*args, **kwargs)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        return _WideStream(await self._stream.start_tls(*args, **kwargs))

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self._socket is not None and hasattr(select, "poll"):
            return _is_readable(self._socket.fileno())
        return self._stream.get_extra_info(info)


def _is_readable(number: int) -> bool:
    """Whether something can be read from a socket, if only its end; or it is closed (-1).

    httpcore asks this of each idle connection whenever a request begins or ends, and anyio takes
    ten times as long to find the socket.
    """
    if number < 0:
        return True
    looking = select.poll()
    looking.register(number, select.POLLIN)
    return bool(looking.poll(0))


def _records_at_hand(decrypted: ssl.SSLObject, most: int) -> Iterator[bytes]:
    try:
        while most > 0 and (record := decrypted.read(most)):
            most -= len(record)
            yield record
    except ssl.SSLError:
        pass  # the next one has not come completely, or is damaged, which the next read reports
