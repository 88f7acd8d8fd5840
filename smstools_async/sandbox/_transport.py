"""The sandbox for httpx, in process. The only module of the sandbox that imports httpx."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Protocol

import anyio
import httpx

from smstools_async.sandbox._in_flight import Flight
from smstools_async.sandbox._responses import ConnectionRefused, Outcome, ReadTimedOut, Response


class Service(Protocol):
    """What the transport needs of a sandbox."""

    def begin_flight(self) -> Flight:
        """Count a request as in flight."""
        ...

    async def exchange(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        /,
        *,
        read_timeout: float | None,
    ) -> Outcome:
        """Respond to one request after its latency."""
        ...


class SandboxTransport(httpx.AsyncBaseTransport):
    """Carries requests to a sandbox instead of the network. Made by `Sandbox.transport`."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request to any host.

        Raises:
            httpx.TransportError: A failure was planned, or the latency is longer than the read
                time-out of the client.
        """
        flight = self._service.begin_flight()
        try:
            return _response(await self._outcome(request), flight, request)
        except BaseException:
            flight.end()
            raise

    async def _outcome(self, request: httpx.Request) -> Outcome:
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        return await self._service.exchange(
            request.method, path, query, request.headers, read_timeout=_read_timeout(request)
        )


def _read_timeout(request: httpx.Request) -> float | None:
    timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
    return timeouts.get("read")


def _response(outcome: Outcome, flight: Flight, request: httpx.Request) -> httpx.Response:
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

    def __init__(self, response: Response, flight: Flight, request: httpx.Request) -> None:
        self._flight = flight
        self._request = request
        self._delay = response.piece_delay
        self._pieces = _pieces(response, request)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    # No async generator: trio warns of those that are not read to their end.
    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            await self._wait()
            return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self._flight.end()

    async def _wait(self) -> None:
        timeout = _read_timeout(self._request)
        if timeout is not None and self._delay > timeout:
            await anyio.sleep(timeout)
            raise httpx.ReadTimeout("", request=self._request)
        if self._delay:
            await anyio.sleep(self._delay)


def _pieces(response: Response, request: httpx.Request) -> Iterator[bytes]:
    yield from response.pieces()
    if response.cut_after is not None:
        received = len(response.body[: response.cut_after])
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body"
            f" (received {received} bytes, expected {len(response.body)})",
            request=request,
        )
