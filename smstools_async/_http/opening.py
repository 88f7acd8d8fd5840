"""Opening HTTP clients: those of a `Client`, and one for a company's network."""

import math
import os
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final, NoReturn

import httpx

from smstools_async._http.pools import Pools
from smstools_async._http.urls import parse_url

if TYPE_CHECKING:
    from smstools_async._http.transport import WideTransport

_MOST_IN_A_POOL: Final = 8
Path = str | os.PathLike[str]


def share_connections(max_connections: int) -> tuple[int, int]:
    """Return how many pools there are to be, and how large each one."""
    pools = math.ceil(max_connections / _MOST_IN_A_POOL)
    return pools, math.ceil(max_connections / pools)


def open_pools(max_connections: int) -> Pools:
    """Open clients with this many connections together, and no more than 8 each.

    The time that a pool of httpcore takes for each request grows with the square of its
    connections.
    """
    count, most = share_connections(max_connections)
    tls = httpx.create_ssl_context(trust_env=False)  # once, since it takes longer than a request
    own = [_open(transport) for transport in (_transport(tls, most) for _ in range(count))]
    return Pools([client for client, _ in own], own)


def _open(transport: "WideTransport") -> "tuple[httpx.AsyncClient, WideTransport]":
    return _without_cookies(transport), transport


def _transport(
    tls: ssl.SSLContext, max_connections: int, proxy: str | None = None
) -> "WideTransport":
    from smstools_async._http.transport import WideTransport, make_proxy  # noqa: PLC0415 - brings httpcore: 100 ms

    limits = httpx.Limits(
        max_connections=max_connections, max_keepalive_connections=max_connections
    )
    return WideTransport(tls, limits, None if proxy is None else make_proxy(proxy))


def _without_cookies(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Open a client that reads nothing from the environment, and neither keeps nor sends cookies.

    An API has no use for them, and the head of each request would grow with every one.
    """
    cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(transport=transport, cookies=cookies, trust_env=False)


def open_http_client(
    *,
    proxy: str | None = None,
    ca_file: Path | None = None,
    client_cert: Path | None = None,
    client_key: Path | None = None,
    max_connections: int = 8,
) -> httpx.AsyncClient:
    """Open an HTTP client for a network with a proxy, a CA or client certificates of its own.

    Give it to `Client` as `http_client`, and as `download_client` where attachments are to go the
    same way. Nothing is read from the environment. Close it after the clients that use it.

    Args:
        proxy: `http://host:port` or `https://host:port`, with `user:password@` before the host
            where the proxy asks for them. The proxy looks up host names; what is sent through it
            stays encrypted from end to end.
        ca_file: Certificates to trust in addition to the public ones, in PEM format.
        client_cert: A certificate that shows who is calling, in PEM format.
        client_key: Its private key, where it is in a file of its own; not encrypted.
        max_connections: As many as `Client` is given, or more.

    Raises:
        ValueError: `proxy` is not a valid URL, or a file holds no certificate or key.
        OSError: A file cannot be read.

    Example:
        >>> async def count(phone: str) -> int:
        ...     http_client = open_http_client(proxy="http://proxy.example:3128")
        ...     async with http_client, Client(http_client=http_client) as client:
        ...         return await client.conversation(phone).count()
    """
    tls = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        _trust(tls, ca_file)
    if client_cert is not None:
        _show(tls, client_cert, client_key)
    if proxy is not None:
        _check_proxy(proxy)
    return _without_cookies(_transport(tls, max_connections, proxy))


def _trust(tls: ssl.SSLContext, ca_file: Path) -> None:
    try:
        tls.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        raise ValueError(
            f"ca_file='{os.fspath(ca_file)}' holds no certificate; give a file in PEM format, which"
            " has lines such as -----BEGIN CERTIFICATE-----"
        ) from None


def _show(tls: ssl.SSLContext, client_cert: Path, client_key: Path | None) -> None:
    try:
        tls.load_cert_chain(client_cert, client_key, password=_refuse_to_ask)
    except ssl.SSLError:
        raise ValueError(
            f"client_cert='{os.fspath(client_cert)}' does not hold a certificate that fits its"
            " private key; give both in PEM format, the key in the same file or as client_key"
        ) from None


def _refuse_to_ask() -> NoReturn:
    """Keep OpenSSL from asking for a password on the terminal."""
    raise ValueError("client_key is encrypted; give one that is not, readable by its owner alone")


def _check_proxy(proxy: str) -> None:
    url = parse_url(proxy)
    if url is None or url.scheme not in ("http", "https"):
        raise ValueError(
            "proxy (not shown, since it may hold a password) is not a valid URL; give one such as"
            " http://proxy.example:3128"
        )
