"""The service in front of the account: how requests are responded to, logged and counted."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import anyio
import anyio.lowlevel

from smstools_async.sandbox._attachments import attachment
from smstools_async.sandbox._authentication import Authentication, checked_credentials
from smstools_async.sandbox._cache import PageCache
from smstools_async.sandbox._conversation import conversation, misrouted
from smstools_async.sandbox._deviations import NO_QUIRKS, DeviatingAccount
from smstools_async.sandbox._in_flight import Flight, InFlight
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._rate_limit import Limiter, RateLimit
from smstools_async.sandbox._requests import LoggedRequest, decode_query
from smstools_async.sandbox._responses import Outcome, ReadTimedOut, Response
from smstools_async.sandbox._transport import SandboxTransport

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


class Sandbox(DeviatingAccount):
    """An account of the SMS gateway in memory, which responds as the vendor's service does.

    Fill it, give its `transport()` to httpx, and plan what goes wrong. Phones are equal when their
    digits are, so `+5511…` and `5511…` name the same conversation; whether the vendor sees it so is
    unknown.

    Everything random follows from the seed, and times follow no clock unless `now` is given:
    without it, histories end early in June 2025 and each arrival comes a second after the last.

    Args:
        client_id: The valid `X-Client-Id`.
        client_secret: The valid `X-Client-Secret`.
        seed: Repeats everything random.
        now: Returns the Unix time in seconds.
        quirks: How this service departs from the documented one.

    Example:
        >>> import asyncio, httpx
        >>> sandbox = Sandbox()
        >>> sandbox.add_conversation("+5511987654321", messages=120)
        >>> async def first_page():
        ...     headers = {"X-Client-Id": "sandbox-id", "X-Client-Secret": "sandbox-secret"}
        ...     async with httpx.AsyncClient(transport=sandbox.transport()) as client:
        ...         url = "https://sandbox.example/v1/conversation/5511987654321?limit=50"
        ...         return (await client.get(url, headers=headers)).json()
        >>> page = asyncio.run(first_page())
        >>> page["total"], page["shown"], page["page"], page["limit"]
        (120, 50, 1, 50)
    """

    def __init__(
        self,
        *,
        client_id: str = "sandbox-id",
        client_secret: str = "sandbox-secret",  # noqa: S107 - opens nothing but a sandbox
        seed: int = 0,
        now: Callable[[], int] | None = None,
        quirks: Quirks = NO_QUIRKS,
    ) -> None:
        super().__init__(seed=seed, now=now, quirks=quirks)
        self.client_id: str = client_id
        self.client_secret: str = client_secret
        self.latency: float | Callable[[int], float] = 0.0
        """Seconds from a request to its response; a callable gets the number of the request."""
        self.rate_limit: RateLimit | None = None
        """Measured by `now`, or by `time.monotonic` where the sandbox has no clock."""
        self.before_each_request: Callable[[int], object] | None = None
        """Called with the number of the request, from 1, before the rows for it are read: change
        the sandbox in it, and the history moves while it is read."""
        self.requests: list[LoggedRequest] = []
        """Every request so far, oldest first; may be cleared."""
        self._request_count = 0
        self._cache = PageCache()
        self._in_flight = InFlight()
        self._authentication = Authentication()
        self._limiter = Limiter(now or time.monotonic)

    def __repr__(self) -> str:
        return (
            f"Sandbox(client_id={self.client_id!r}, client_secret='•••',"
            f" conversations={len(self._conversations)}, requests={self._request_count})"
        )

    @property
    def in_flight(self) -> int:
        """How many requests have begun and neither got their last byte nor been cancelled.

        Example:
            >>> Sandbox().in_flight
            0
        """
        return self._in_flight.count

    @property
    def most_in_flight(self) -> int:
        """The most requests that were ever in flight at once.

        Example:
            >>> Sandbox().most_in_flight
            0
        """
        return self._in_flight.most

    def unlock(self) -> None:
        """Forget failed logins, as the vendor's support would.

        Example:
            >>> Sandbox().unlock()
        """
        self._authentication.failed_logins = 0

    def transport(self) -> SandboxTransport:
        """Return a transport for `httpx.AsyncClient` that responds in process, whatever the host.

        It serves attachments too: give it to `Client` as `http_client` and as `download_client`.

        Example:
            >>> import httpx
            >>> client = httpx.AsyncClient(transport=Sandbox().transport())
        """
        return SandboxTransport(self)

    def respond(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> Outcome:
        """Respond to one request without any HTTP and without its latency.

        Args:
            method: In upper case.
            path: Percent-encoded, from the root, without the query.
            query: What follows the question mark.
            headers: Their names in lower case, or a mapping that ignores case.

        Example:
            >>> Sandbox().respond("GET", "/v1/conversation/5511987654321").body
            b'{"error":"104","errorMsg":"Invalid credentials"}'
        """
        return self._outcome(self._logged(method, path, query, headers))

    async def exchange(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] = _NO_HEADERS,
        *,
        on_kept_connection: bool = False,
        read_timeout: float | None = None,
    ) -> Outcome:
        """Respond to one request after its latency.

        Args:
            method: As for `respond`.
            path: As for `respond`.
            query: As for `respond`.
            headers: As for `respond`.
            on_kept_connection: Whether the connection carried a request before.
            read_timeout: How long the client waits, in seconds; a longer latency ends in
                `ReadTimedOut` after that time.

        Example:
            >>> import anyio
            >>> sandbox = Sandbox()
            >>> sandbox.latency = 0.001
            >>> anyio.run(sandbox.exchange, "GET", "/v1/balance").status
            404
        """
        request = self._logged(method, path, query, headers, on_kept_connection=on_kept_connection)
        outcome = None if self.quirks.reads_late else self._outcome(request)
        latency = self.latency(request.number) if callable(self.latency) else self.latency
        if read_timeout is not None and latency > read_timeout:
            await _wait(read_timeout)
            return ReadTimedOut()
        await _wait(latency)
        return outcome or self._outcome(request)

    def begin_flight(self) -> Flight:
        """Count a request as in flight until `end` is called on what this returns.

        Example:
            >>> sandbox = Sandbox()
            >>> flight = sandbox.begin_flight()
            >>> flight.end()
            >>> sandbox.in_flight, sandbox.most_in_flight
            (0, 1)
        """
        return self._in_flight.begin()

    def _logged(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        *,
        on_kept_connection: bool = False,
    ) -> LoggedRequest:
        self._request_count += 1
        request = LoggedRequest(
            number=self._request_count,
            method=method,
            path=path,
            params=decode_query(query),
            credentials=checked_credentials(
                headers, client_id=self.client_id, client_secret=self.client_secret
            ),
            accepts_gzip="gzip" in headers.get("accept-encoding", ""),
            is_on_kept_connection=on_kept_connection,
        )
        self.requests.append(request)
        return request

    def _outcome(self, request: LoggedRequest) -> Outcome:
        if self.before_each_request:
            self.before_each_request(request.number)
        return self._faults.outcome(request, lambda: self._response(request))

    def _response(self, request: LoggedRequest) -> Response:
        return (
            attachment(request, self._files_at(request.path), self.quirks)
            or self._limiter.refusal(self.rate_limit)
            or misrouted(request)
            or self._authentication.refusal(request.credentials, self.quirks)
            or self._cache.respond(
                request,
                self.quirks.cached_requests,
                lambda: conversation(request, self._conversations.get, self.quirks, self._seed),
            )
        )


async def _wait(seconds: float) -> None:
    """Wait; none at all still yields to the event loop."""
    if seconds > 0:
        await anyio.sleep(seconds)
    else:
        await anyio.lowlevel.checkpoint()
