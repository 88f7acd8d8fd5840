"""Which machine is connected to for a URL that a stranger chose.

A host is looked up once, each of its addresses must be public, and one of those very addresses is
dialled; the name stays what the certificate is checked against. So a second response of the name
server (DNS rebinding) changes nothing: this is what keeps a URL from reaching into your network
(SSRF).
"""

import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread
import httpx

from smstools_async._download.addresses import may_be_dialled
from smstools_async._errors import DownloadError, TransportError, quote_safely

if TYPE_CHECKING:
    from smstools_async._http.transport import WideTransport

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]

_PORTS: Final = {"http": 80, "https": 443}


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host`, the best one first."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def open_checked_client(look_up: LookUp, *, allow_private: bool) -> httpx.AsyncClient:
    """Open a client for one request, which shares no connection, cookie or setting with others.

    Raises:
        TransportError: The certificates cannot be read, as when too many files are open.
    """
    try:
        tls = await anyio.to_thread.run_sync(_make_tls)
    except OSError as error:
        raise _no_connection(error) from None
    transport = CheckedTransport(look_up, _network(tls), allow_private=allow_private)
    return httpx.AsyncClient(transport=transport, trust_env=False)


@cache
def _make_tls() -> ssl.SSLContext:
    """Read all public certificates, once in a process: it takes longer than a download."""
    return httpx.create_ssl_context(trust_env=False)


def _network(tls: ssl.SSLContext) -> "WideTransport":
    from smstools_async._http.transport import WideTransport  # noqa: PLC0415 - brings httpcore: 100 ms

    return WideTransport(tls, httpx.Limits(max_keepalive_connections=0))


def _no_connection(error: OSError) -> TransportError:
    said = quote_safely(str(error.strerror or type(error).__name__))
    return TransportError(f"No connection could be made ({said})")


class CheckedTransport(httpx.AsyncBaseTransport):
    """Looks a host up, checks all its addresses, and dials one of them."""

    def __init__(
        self, look_up: LookUp, network: httpx.AsyncBaseTransport, *, allow_private: bool
    ) -> None:
        self._look_up = look_up
        self._network = network
        self._allow_private = allow_private

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` to the first address that takes a connection."""
        *others, last = await self._addresses(request.url)
        for address in others:
            try:
                return await self._send(request, address)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._send(request, last)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._network.aclose()

    async def _send(self, request: httpx.Request, address: str) -> httpx.Response:
        host = request.url.raw_host.decode("ascii")
        dialled = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # `Host` is among them, as it was
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await self._network.handle_async_request(dialled)

    async def _addresses(self, url: httpx.URL) -> Sequence[str]:
        host, port = url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
        try:
            addresses = await self._look_up(host, port)
        except socket.gaierror as error:
            said = quote_safely(str(error.strerror))
            raise TransportError(f"No host was found ({said})") from None
        except OSError as error:
            raise _no_connection(error) from None
        for address in addresses:
            if not may_be_dialled(address, allow_private=self._allow_private):
                raise DownloadError(
                    f"its host leads to {address}, which is not a public address (`allow_private`)"
                )
        return addresses
