"""How one request travels: checked, limited, sent, and decided upon by what comes back."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
import attrs

from smstools_async._errors import (
    AuthenticationError,
    ClientClosedError,
    RateLimitError,
    RequestTimeoutError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
)
from smstools_async._http.body import LARGEST_BODY
from smstools_async._http.calls import Call, Params
from smstools_async._http.credentials import Credentials
from smstools_async._http.exchange import Received, dispatch, read_body
from smstools_async._http.foreign_errors import foreign_errors, translate
from smstools_async._http.lifetime import Lifetime
from smstools_async._http.limiter import Limiter
from smstools_async._http.logged_urls import redact_numbers
from smstools_async._http.opening import open_pools
from smstools_async._http.pools import HttpClient, Pools
from smstools_async._http.reports import Report
from smstools_async._http.responses import LOCKING_CODES, accept
from smstools_async._http.retry import Backoff
from smstools_async._http.sending import Sender
from smstools_async._http.timeouts import Timeout, read_timeout
from smstools_async._http.urls import join_url
from smstools_async._settings import Hooks, Retry

T = TypeVar("T")


def _ignore(_seconds: float) -> None:
    pass


class Session:
    """Sends requests to one base URL with one pair of credentials.

    Args:
        base_url: Where the API is, checked.
        timeout: For connecting, for each wait for data and for one complete attempt, in
            seconds. With an `httpx.Timeout` an attempt may take the sum of its parts.
        retry: `None`: each request is sent once.
        max_connections: Requests under way at once.
        requests_per_second: Requests that begin per second; `None`: no limit.
        max_body_bytes: How large a body may be, inflated.
        http_client: Used as it is, and never closed.
    """

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        *,
        timeout: float | Timeout,
        retry: Retry | None,
        max_connections: int,
        http_client: HttpClient | None,
        user_agent: str,
        lifetime: Lifetime,
        requests_per_second: float | None = None,
        max_body_bytes: int = LARGEST_BODY,
        hooks: Hooks = Hooks(),  # noqa: B008 - frozen
    ) -> None:
        self._credentials = credentials
        self._base_url = base_url
        self._time_limits = read_timeout(timeout)
        self._longest_pause = 0.0 if retry is None else retry.retry_after_max
        self._limiter = Limiter(max_connections, requests_per_second)
        self._sender = Sender(retry=retry, hooks=hooks, limiter=self._limiter, check=self._check)
        self._decode_lock = anyio.Lock(fast_acquire=True)
        """Lets one response at a time be decoded, each in a turn of the event loop of its own."""
        self._largest_body = max_body_bytes
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if http_client is None:
            self._headers["User-Agent"] = user_agent
        self._http_client = http_client
        self._pools = open_pools(max_connections) if http_client is None else Pools([http_client])
        self._foreign_errors = foreign_errors(type(self._pools.first))
        self._refusal: tuple[Any, ...] | None = None
        self._lifetime = lifetime

    @property
    def base_url(self) -> str:
        """Where every request goes."""
        return self._base_url

    def use_credentials(self, credentials: Credentials) -> None:
        """Send these from now on, and forget that others were refused."""
        self._credentials = credentials
        self._refusal = None

    async def aclose(self) -> None:
        """Close the connections, unless the HTTP client was given."""
        await self._pools.aclose()

    async def get(
        self,
        parts: Sequence[str],
        params: Params,
        decode: Callable[[bytes], T],
        on_wait: Callable[[float], None] = _ignore,
    ) -> T:
        """Fetch `parts` below the base URL and decode the body; retry as `Retry` says.

        `on_wait` is called with the length of each wait in seconds, and with 0 when it is over.

        Raises:
            SmstoolsError: The last attempt's error.
        """
        call = Call(method="GET", parts=parts, params=params)
        return await self._sender.send(partial(self._attempt, call, decode), call.describe, on_wait)

    async def send(
        self,
        method: str,
        parts: Sequence[str],
        decode: Callable[[bytes], T],
        *,
        params: Params | None = None,
        json: Any = None,
    ) -> T:
        """Send one request once and decode the body of a success.

        Raises:
            SmstoolsError: Its error.
        """
        call = Call(method=method, parts=parts, params=params or {}, json=json)
        return await self._sender.send_once(partial(self._attempt, call, decode), call.describe)

    def _check(self) -> None:
        self._lifetime.check("http_client", self._http_client)
        if self._refusal is not None:
            raise AuthenticationError(*self._refusal)

    async def _attempt(
        self, call: Call, decode: Callable[[bytes], T], report: Report, backoff: Backoff
    ) -> T:
        credentials = self._credentials  # of this request, even if they change in between
        build = partial(
            self._build, call, credentials, keeps_connection=not backoff.distrusts_connection
        )
        try:
            received = await self._exchange(build, credentials)
            report.note_response(received.status, len(received.body))
            async with self._decode_lock:
                await anyio.lowlevel.checkpoint()
                return decode(
                    accept(received.status, received.headers, received.body, credentials.conceal)
                )
        except SmstoolsError as error:
            self._learn_from(error, credentials)
            if _casts_doubt_on_connections(error):
                await self._pools.drop_idle()
            raise

    def _learn_from(self, error: SmstoolsError, credentials: Credentials) -> None:
        """Apply to all requests of this session what one error says."""
        match error:
            case AuthenticationError(code=code) if code in LOCKING_CODES:
                if credentials is self._credentials:
                    self._refusal = error.args
            case RateLimitError(retry_after=float() as seconds):
                if seconds <= self._longest_pause:
                    self._limiter.pause(seconds)
            case _:
                pass

    def _build(self, call: Call, credentials: Credentials, *, keeps_connection: bool) -> Any:
        request = self._pools.first.build_request(
            call.method,
            join_url(self._base_url, call.parts, call.sent_params),
            headers=self._headers if keeps_connection else self._headers | {"Connection": "close"},
            json=call.json,
            extensions={"timeout": self._time_limits.phases},
        )
        redact_numbers(request)
        # Last, since what cannot be built fails in frames that hold the headers.
        request.headers.update(credentials.headers())
        return request

    async def _exchange(self, build: Callable[[], Any], credentials: Credentials) -> Received:
        refused: Received | None = None
        failure: SmstoolsError = RequestTimeoutError(
            f"No complete response came within {self._time_limits.total:g} seconds"
        )
        with anyio.move_on_after(self._time_limits.total):
            try:
                with self._pools.freest() as client:
                    response = await dispatch(client, build())
                    received = Received(
                        status=response.status_code, headers=response.headers, body=b""
                    )
                    refused = None if response.is_success else received
                    body = await read_body(response, self._largest_body, credentials.conceal)
                    return attrs.evolve(received, body=body)
            except self._foreign_errors as error:
                failure = ClientClosedError() if self._lifetime.is_closed else translate(error)
            except SmstoolsError as error:
                failure = error
        if refused is None:
            raise failure
        return refused  # an error response stands, whatever becomes of its body


def _casts_doubt_on_connections(error: SmstoolsError) -> bool:
    """Whether other kept connections may be dead or out of step as well."""
    return isinstance(error, TransportError | UnexpectedResponseError) and error.retryable
