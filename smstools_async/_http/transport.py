"""How bytes come off a socket: as httpx's own transport has it, but more at once.

Each piece of a body passes a time-out, a cancel scope, a lock and a state machine, which takes
longer than to copy it. httpcore asks for 64 KiB at once, and of an encrypted connection it gets one
record of 16 KiB, however many have come.
"""

import select
import ssl
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpcore
import httpx

BYTES_AT_ONCE = 256 * 1024
"""As many as asyncio takes off a socket, so that nothing has to be cut and copied."""
_LARGEST_BLOCK = 4 * 1024 * 1024
"""Bytes of the largest block that is ever freed, as far as the allocator is told."""


class WideTransport(httpx.AsyncHTTPTransport):
    """httpx's transport for HTTP/1.1, which takes nothing from the environment."""

    def __init__(self, tls: ssl.SSLContext, limits: httpx.Limits) -> None:
        super().__init__(verify=tls, limits=limits, trust_env=False)
        _keep_freed_memory()
        # The same pool once more, since httpx hands no `network_backend` on to it.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_WideBackend(),
        )


@cache
def _keep_freed_memory() -> None:
    """Have glibc keep what a page frees for the next one, up to twice the largest block.

    Else it would return the memory to the system and fault it in again, page by page. From which
    size on it does so, it learns from the largest block that was ever freed (mallopt(3),
    M_MMAP_THRESHOLD). This block is mapped, never touched, and takes no memory.
    """
    bytes(_LARGEST_BLOCK)


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

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - it is httpcore's
        """Wait for what comes next, and take what came with it; nothing: the end."""
        most = max(max_bytes, BYTES_AT_ONCE)
        first = await self._stream.read(most, timeout)
        if self._decrypted is None or not first:
            return first
        return first + b"".join(_records_at_hand(self._decrypted, most - len(first)))

    async def write(self, *args: Any, **kwargs: Any) -> None:
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
    """Whether something is to be read from a socket, if only its end; or it is closed (-1).

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
        pass  # the next one has not come as a whole, or is damaged, which the next read will tell
