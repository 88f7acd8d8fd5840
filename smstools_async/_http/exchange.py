"""One request over one HTTP client: sent, and its response read.

Traps of httpx 0.28 and httpcore 1.0 that shape this module, each with its test:

- A connection that was just made is not cancelled before it is in use: httpcore would take it for a
  busy one ever after.
- A response keeps its body alive in a reference cycle; reading the raw stream does not.
- Decoders inflate without bounds and accept a body cut short: gzip is asked for, and undone here.
- Redirects carry `X-Client-*` headers to other hosts: they are not followed.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import anyio
import anyio.lowlevel
import attrs

from smstools_async._http.body import Body
from smstools_async._http.logged_urls import hide_details
from smstools_async._http.pools import HttpClient

_CONNECTED: Final = (
    "connect_tcp.complete",
    "connect_unix_socket.complete",
    "start_tls.complete",
)


@attrs.frozen(kw_only=True)
class Received:
    """A response, with its body read."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


async def dispatch(client: HttpClient, request: Any) -> Any:
    """Send a request and return the response with its body unread; redirects are not followed."""
    with anyio.CancelScope() as scope:

        async def trace(event: str, details: dict[str, Any]) -> None:
            scope.shield = event.endswith(_CONNECTED)
            hide_details(event, details)

        request.extensions["trace"] = trace
        return await client.send(request, stream=True, follow_redirects=False)


async def read_body(response: Any, most: int, conceal: Callable[[str], str]) -> bytes:
    """Read a body to its end, inflated, and close the response.

    Raises:
        UnexpectedResponseError: It has more than `most` bytes, or is encoded as was not asked for.
        TransportError: It is damaged or was cut short.
    """
    try:
        if response.is_stream_consumed:  # by an event hook, or a transport that had it at hand
            return bytes(response.content)
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        body = Body(encoding, most, conceal)
        with anyio.CancelScope() as reading:
            async for chunk in response.aiter_raw():
                if not await _is_taken(body, chunk):
                    # Not `break`: httpx's generators would stay unfinished, which trio warns of.
                    reading.cancel()
        return body.finish()
    finally:
        await response.aclose()


async def _is_taken(body: Body, chunk: bytes) -> bool:
    """Add a chunk to a body, with checkpoints where it inflates far; return if more may come."""
    for step, may_continue in enumerate(body.take(chunk)):
        if not may_continue:
            return False
        if step:
            await anyio.lowlevel.checkpoint()
    return True
