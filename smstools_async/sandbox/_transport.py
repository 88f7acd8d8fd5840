"""The sandbox for httpx, in process. The only place of the sandbox that knows httpx."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Final

import httpx

from smstools_async.sandbox._faults import ConnectionRefused, Outcome, ReadTimedOut, Response

if TYPE_CHECKING:
    from smstools_async.sandbox._sandbox import Flight, Sandbox

_CHUNK: Final = 65_536


class SandboxTransport(httpx.AsyncBaseTransport):
    """Carries requests to a sandbox instead of the network. Made by `Sandbox.transport`."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request to any host.

        Raises:
            httpx.TransportError: The sandbox was told to fail so, or its latency is longer than
                the client's read time-out.
        """
        flight = self._sandbox.begin_flight()
        try:
            return _response(await self._outcome(request), flight, request)
        except BaseException:
            flight.end()
            raise

    async def _outcome(self, request: httpx.Request) -> Outcome:
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        return await self._sandbox.exchange(
            request.method, path, query, request.headers, patience=_read_timeout(request)
        )


def _read_timeout(request: httpx.Request) -> float | None:
    timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
    return timeouts.get("read")


def _response(outcome: Outcome, flight: "Flight", request: httpx.Request) -> httpx.Response:
    if not isinstance(outcome, Response):
        raise _transport_error(outcome, request)
    stream = _Body(outcome, flight, request)
    return httpx.Response(outcome.status, headers=outcome.all_headers(), stream=stream)


def _transport_error(outcome: Outcome, request: httpx.Request) -> httpx.TransportError:
    if isinstance(outcome, ConnectionRefused):
        return httpx.ConnectError("All connection attempts failed", request=request)
    if isinstance(outcome, ReadTimedOut):
        return httpx.ReadTimeout("", request=request)
    reason = "Server disconnected without sending a response."
    return httpx.RemoteProtocolError(reason, request=request)


class _Body(httpx.AsyncByteStream):
    """A body in pieces, as a network brings it; its request is in flight until it is closed."""

    def __init__(self, answer: Response, flight: "Flight", request: httpx.Request) -> None:
        self._flight = flight
        self._pieces = _pieces(answer, request)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    # No async generator: trio warns of those that are not read to their end.
    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self._flight.end()


def _pieces(answer: Response, request: httpx.Request) -> Iterator[bytes]:
    body = answer.body[: answer.cut_after]
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]
    if answer.cut_after is not None:
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body"
            f" (received {len(body)} bytes, expected {len(answer.body)})",
            request=request,
        )
