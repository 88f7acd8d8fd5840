"""How one request travels: address, credentials, gate, deadline, body, retry.

Traps of httpx 0.28 and httpcore 1.0 that shape this room, each with its test:

- Cancelling a request that waits for a connection, or a lone one at the wrong moment, can lose its
  slot in the pool for good. A semaphore of the pool's size in front of it and a child task for each
  request, both together, keep the pool whole; and a connection that was just made is not cancelled
  before it is in use, since httpcore would take it for a busy one ever after.
- A response keeps its body alive in a reference cycle; reading the raw stream does not.
- A read time-out is per chunk, so that a slow drip never times out: one deadline bounds the whole
  request.
- Decoders inflate without bounds and accept a body cut short: gzip is asked for, and undone here.
- Redirects carry `X-Client-*` headers to other hosts: they are not followed.
- Exceptions hold the request and thereby the secret: ours are raised outside of their handlers, and
  without the frames in which requests and answers live.
"""

import math
import random
import re
import ssl
import sys
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any, NoReturn, Protocol, TypeVar
from urllib.parse import quote

import anyio
import httpx

from smstools_async._answers import LOCKING_CODES, SERVER_TROUBLE_CODE, accept
from smstools_async._errors import (
    APIError,
    AuthenticationError,
    ClientClosedError,
    RequestTimeoutError,
    SmstoolsError,
    TransportError,
    UnexpectedAnswerError,
    quote_safely,
)
from smstools_async._models import Retry

T = TypeVar("T")
Timeout = httpx.Timeout
Params = Mapping[str, str | int | None]
Answer = tuple[int, Mapping[str, str], bytes]

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a decompressed body; a page of 2,000 messages takes about 0.6 MiB."""
_MASK = "••••"
_PORTS = range(1, 65536)
_PHASES = ("connect", "read", "write", "pool")
_MOST_DOUBLINGS = 64
_CONNECTED = ("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete")


class HttpClient(Protocol):
    """What is needed of an `httpx.AsyncClient`; an `httpx2.AsyncClient` has it too."""

    @property
    def is_closed(self) -> bool:
        """Whether `aclose` was called."""
        ...

    def build_request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = ...,
        headers: Mapping[str, str] | None = ...,
        json: Any = ...,
        extensions: dict[str, Any] | None = ...,
    ) -> Any:
        """Build a request on top of the client's own defaults."""
        ...

    async def send(self, request: Any, *, stream: bool = ..., follow_redirects: bool = ...) -> Any:
        """Send a request and return the response with its body unread."""
        ...


class Credentials:
    """A client id and secret that show themselves to nobody but the API.

    Raises:
        TypeError: one of them is no `str`.
        ValueError: one is empty or holds what no HTTP header may; it is not echoed.
    """

    __slots__ = ("_client_id", "_client_secret")

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._client_id = _check_header("client_id", client_id)
        self._client_secret = _check_header("client_secret", client_secret)

    def headers(self) -> dict[str, str]:
        """Return the headers the vendor's page asks for."""
        return {"X-Client-Id": self._client_id, "X-Client-Secret": self._client_secret}

    def conceal(self, words: str) -> str:
        """Mask the credentials in what a server echoes."""
        return words.replace(self._client_secret, _MASK).replace(self._client_id, _MASK)

    def __repr__(self) -> str:
        return f"Credentials(client_id={_MASK!r}, client_secret={_MASK!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A Client is neither pickled nor copied: its secret would go with it. Make one in each"
            " process"
        )


def _check_header(name: str, value: str) -> str:
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if not value or value != value.strip() or not (value.isascii() and value.isprintable()):
        raise ValueError(
            f"{name} (not shown) is empty, has spaces or a line break at an end, or characters that"
            " are not printable ASCII; copy it anew from Advanced > API authentication"
        )
    return value


def check_base_url(base_url: str) -> str:
    """Return `base_url` without a slash at its end.

    Raises:
        TypeError: it is no `str`.
        ValueError: it is not `https://host[:port][/path]`; plain `http` is for this machine alone.
    """
    if not isinstance(base_url, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"base_url must be a str, not {type(base_url).__name__}")
    url = _parse_url(base_url)
    if url is None or url.scheme not in ("http", "https"):
        raise ValueError(f"base_url={_shown(base_url)} is no address such as https://host/v1")
    if url.userinfo or set("?#") & set(base_url):
        raise ValueError(
            "base_url (not shown) has a user name, a query or a fragment; give host and path alone"
        )
    if url.scheme == "http" and not _is_this_machine(url.host):
        raise ValueError(
            f"base_url={_shown(base_url)} would send the secret unencrypted; use https"
        )
    return base_url.rstrip("/")


def _parse_url(text: str) -> httpx.URL | None:
    """Read an address as the HTTP client will."""
    try:
        url = httpx.URL(text)
        has_port = url.port is None or url.port in _PORTS
        is_whole = bool(url.host) and has_port and not re.search(r"\s", text)
    except (httpx.InvalidURL, ValueError):
        return None
    return url if is_whole else None


def _shown(url: str) -> str:
    return f"'{quote_safely(url.rpartition('@')[2])}'"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def split_path(path: str) -> tuple[str, ...]:
    """Return the parts of a path below the base URL, to be quoted one by one.

    Raises:
        TypeError: it is no `str`.
        ValueError: a part is empty, `.` or `..`, or there is a query.
    """
    if not isinstance(path, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"path must be a str such as '/message/inbox', not {type(path).__name__}")
    parts = tuple(path.removeprefix("/").split("/"))
    if any(part in ("", ".", "..") for part in parts) or set("?#\\") & set(path):
        raise ValueError(
            f"path={_shown(path)} must be plain parts below the base URL, such as '/message/inbox';"
            " a query goes into `params`"
        )
    return parts


class Session:
    """Sends requests to one base URL with one pair of credentials.

    Args:
        timeout: for connecting, for each wait for data and for the whole of one attempt, in
            seconds. With an `httpx.Timeout` the whole may take the sum of its parts.
        max_connections: requests under way at once.
        http_client: used as it is, and never closed.
    """

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        *,
        timeout: float | Timeout,
        retry: Retry,
        max_connections: int,
        http_client: HttpClient | None,
        user_agent: str,
    ) -> None:
        self._credentials = credentials
        self._base_url = check_base_url(base_url)
        self._phases = _read_phases(timeout)
        self._deadline = _read_deadline(timeout, self._phases)
        self._retry = retry
        self._gate = anyio.Semaphore(max_connections, fast_acquire=True)
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        self._own_client: httpx.AsyncClient | None = None
        if http_client is None:
            http_client = self._own_client = _open_client(max_connections)
            self._headers["User-Agent"] = user_agent
        self._client: HttpClient = http_client
        self._foreign_errors = _foreign_errors(http_client)
        self._refusal: tuple[Any, ...] | None = None
        self._is_closed = False

    @property
    def base_url(self) -> str:
        """The address every request goes to."""
        return self._base_url

    async def aclose(self) -> None:
        """Close the connections, unless the HTTP client was given."""
        self._is_closed = True
        if self._own_client is not None:
            await self._own_client.aclose()

    async def get(
        self,
        parts: Sequence[str],
        params: Params,
        decode: Callable[[bytes], T],
        on_wait: Callable[[float], None] = lambda _seconds: None,
    ) -> T:
        """Fetch `parts` below the base URL and decode the body; try again as `Retry` says.

        `on_wait` is told how long the next wait takes, in seconds, and 0 when it is over.

        Raises:
            SmstoolsError: the last attempt's error.
        """
        backoff = _Backoff(self._retry, on_wait)
        import stamina  # noqa: PLC0415 - a tenth of the time of `import smstools_async`

        attempts = stamina.retry_context(
            on=backoff.next_wait, attempts=self._retry.attempts, timeout=None
        )
        try:
            async for attempt in attempts:
                with attempt:
                    backoff.begin_attempt()
                    return await self.send("GET", parts, decode, params=params)
        finally:
            backoff.end_wait()
        raise AssertionError(
            "unreachable: the last attempt returns or raises"
        )  # pragma: no cover - stamina's contract

    async def send(
        self,
        method: str,
        parts: Sequence[str],
        decode: Callable[[bytes], T],
        *,
        params: Params | None = None,
        json: Any = None,
    ) -> T:
        """Send one request once and decode the body of a yes.

        Raises:
            SmstoolsError: whatever went wrong.
        """
        build = partial(self._build, method, parts, params or {}, json)
        self._check_open()
        try:
            async with self._gate:
                return await _in_child_task(partial(self._ask, build, decode))
        except AuthenticationError as refusal:
            if refusal.code in LOCKING_CODES:
                self._refusal = refusal.args
            raise

    def _check_open(self) -> None:
        if self._is_closed or self._client.is_closed:
            raise ClientClosedError
        if self._refusal is not None:
            raise AuthenticationError(*self._refusal)

    async def _ask(self, build: Callable[[], Any], decode: Callable[[bytes], T]) -> T:
        self._check_open()  # what happened to the others while this one waited counts
        answer = await self._exchange(build)
        return decode(accept(*answer, self._credentials.conceal))

    def _build(self, method: str, parts: Sequence[str], params: Params, json: Any) -> Any:
        path = "/".join(quote(part, safe="") for part in parts)
        sent = {key: value for key, value in params.items() if value is not None}
        request = self._client.build_request(
            method,
            f"{self._base_url}/{path}",
            params=sent or None,
            headers=self._headers,
            json=json,
            extensions={"timeout": self._phases},
        )
        # Last, since what cannot be built fails in frames that hold the headers.
        request.headers.update(self._credentials.headers())
        return request

    async def _exchange(self, build: Callable[[], Any]) -> Answer:
        no: Answer | None = None
        failure: SmstoolsError = RequestTimeoutError(
            f"No whole answer came within {self._deadline:g} seconds"
        )
        with anyio.move_on_after(self._deadline):
            try:
                response = await self._send(build())
                no = None if response.is_success else (response.status_code, response.headers, b"")
                return response.status_code, response.headers, await _read_body(response)
            except self._foreign_errors as error:
                failure = ClientClosedError() if self._is_closed else translate(error)
            except SmstoolsError as error:
                failure = error
        if no is None:
            raise failure
        return no  # a no stands, whatever becomes of its body

    async def _send(self, request: Any) -> Any:
        with anyio.CancelScope() as scope:

            async def spare_new_connections(event: str, _: object) -> None:
                scope.shield = event.endswith(_CONNECTED)

            request.extensions["trace"] = spare_new_connections
            return await self._client.send(request, stream=True, follow_redirects=False)


def _read_phases(timeout: float | Timeout) -> dict[str, float | None]:
    if isinstance(timeout, int | float) and not isinstance(timeout, bool):
        phases: dict[str, float | None] = dict.fromkeys(_PHASES, timeout)
    elif all(hasattr(timeout, phase) for phase in _PHASES):
        phases = {phase: getattr(timeout, phase) for phase in _PHASES}
    else:
        raise TypeError(
            f"timeout must be seconds or an httpx.Timeout, not {type(timeout).__name__}"
        )
    if not all(seconds is None or 0 < seconds < math.inf for seconds in phases.values()):
        raise ValueError(f"timeout={timeout}: give seconds, more than 0 and finite")
    return phases


def _read_deadline(timeout: float | Timeout, phases: Mapping[str, float | None]) -> float:
    if isinstance(timeout, int | float):
        return timeout
    return sum(math.inf if seconds is None else seconds for seconds in phases.values())


def _open_client(max_connections: int) -> httpx.AsyncClient:
    limits = httpx.Limits(
        max_connections=max_connections, max_keepalive_connections=max_connections
    )
    return httpx.AsyncClient(limits=limits, trust_env=False)


async def _in_child_task(call: Callable[[], Awaitable[T]]) -> T:
    """Await `call` in a task of its own, so that no cancellation meets httpcore's pool head-on."""
    results: list[T] = []
    failures: list[Exception] = []

    async def run() -> None:
        try:
            results.append(await call())
        except SmstoolsError as error:
            failures.append(_bare(error))
        except Exception as error:  # noqa: BLE001 - carried over as it is, out of any ExceptionGroup
            failures.append(error)

    async with anyio.create_task_group() as group:
        group.start_soon(run)
    if failures:
        raise failures.pop()
    if not results:  # asyncio lets anybody cancel the child alone
        raise anyio.get_cancelled_exc_class()
    return results.pop()


def _bare(error: SmstoolsError) -> SmstoolsError:
    """Return `error` without the frames and contexts that hold the request and the answer."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


async def _read_body(response: Any) -> bytes:
    try:
        if response.is_stream_consumed:  # by an event hook, or a transport that had it at hand
            return bytes(response.content)
        body = _Body(response.headers.get("content-encoding", "identity").strip().lower())
        with anyio.CancelScope() as reading:
            async for chunk in response.aiter_raw():
                if not body.takes(chunk):
                    # Not `break`: httpx's generators would stay unfinished, which trio warns of.
                    reading.cancel()
        return body.finish()
    finally:
        await response.aclose()


class _Body:
    """A body on its way in: inflated as it comes, and bounded."""

    def __init__(self, encoding: str) -> None:
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise UnexpectedAnswerError(
                f"The body is encoded as '{quote_safely(encoding)}', though only gzip was asked for"
            )
        self._inflater = None if encoding == "identity" else zlib.decompressobj(wbits=31)
        self._chunks: list[bytes] = []
        self._room = LARGEST_BODY
        self._failure: SmstoolsError | None = None

    def takes(self, chunk: bytes) -> bool:
        """Take what came from the wire, unless it makes no body any more."""
        if self._failure is None:
            self._chunks.append(self._inflate(chunk))
            self._room -= len(self._chunks[-1])
        if self._failure is None and self._room < 0:
            self._failure = UnexpectedAnswerError(f"The body is larger than {LARGEST_BODY} bytes")
        return self._failure is None

    def _inflate(self, chunk: bytes) -> bytes:
        if self._inflater is None:
            return chunk
        try:
            inflated = self._inflater.decompress(chunk, self._room + 1)
        except zlib.error:
            inflated = None
        if inflated is None or self._inflater.unused_data:
            self._failure = TransportError("The compressed body is damaged")
        return inflated or b""

    def finish(self) -> bytes:
        """Return the whole body, or refuse one that is damaged, too large or cut short."""
        if self._failure is not None:
            raise self._failure
        if self._inflater is not None and not self._inflater.eof:
            raise TransportError("The compressed body was cut short")
        return b"".join(self._chunks)


class _Backoff:
    """How long to wait before the next attempt of one request, if at all."""

    def __init__(self, retry: Retry, on_wait: Callable[[float], None]) -> None:
        self._retry = retry
        self._on_wait = on_wait
        self._attempts = 0
        self._latest_start = anyio.current_time() + retry.total_time
        self._is_waiting = False

    def begin_attempt(self) -> None:
        """Count an attempt."""
        self.end_wait()
        self._attempts += 1

    def end_wait(self) -> None:
        """Tell that no wait is under way any more."""
        if self._is_waiting:
            self._is_waiting = False
            self._on_wait(0)

    def next_wait(self, error: Exception) -> float | bool:
        """Return the seconds to wait after `error`, or `False` to give up."""
        if not self._may_pass(error) or self._attempts >= self._retry.attempts:
            return False
        wait = self._wait_after(error)
        if wait is None or anyio.current_time() + wait > self._latest_start:
            return False
        self._is_waiting = True
        self._on_wait(wait)
        return wait

    def _may_pass(self, error: Exception) -> bool:
        match error:
            case TransportError():
                return error.retryable
            case AuthenticationError():
                return False
            case APIError():
                return error.code == SERVER_TROUBLE_CODE or error.status in self._retry.statuses
            case _:
                return False

    def _wait_after(self, error: Exception) -> float | None:
        asked = error.retry_after if isinstance(error, APIError) else None
        if asked is not None:
            return asked if asked <= self._retry.retry_after_max else None
        longest = self._retry.backoff_initial * 2.0 ** min(self._attempts - 1, _MOST_DOUBLINGS)
        return random.uniform(0, min(longest, self._retry.backoff_max))  # noqa: S311 - jitter, no secret


def _foreign_errors(client: HttpClient) -> tuple[type[Exception], ...]:
    """Return the roots of the errors of `httpx` or `httpx2`, whichever made `client`."""
    for cls in type(client).__mro__:
        library: Any = sys.modules.get(cls.__module__.partition(".")[0])
        if cls is getattr(library, "AsyncClient", None) and hasattr(library, "HTTPError"):
            return (
                library.HTTPError,
                library.InvalidURL,
                library.CookieConflict,
                library.StreamError,
                ssl.SSLError,  # after the handshake httpcore lets it through
            )
    raise TypeError(
        f"http_client must be an AsyncClient of httpx or httpx2, not {type(client).__name__}"
    )


_TIMEOUTS = {
    "ConnectTimeout": "No connection was made in time",
    "ReadTimeout": "No data came in time",
    "WriteTimeout": "The request could not be sent in time",
    "PoolTimeout": "No connection of the pool came free in time",
    "TimeoutException": "The server did not answer in time",
}
_PASSING_FAILURES = {
    "ConnectError": "No connection could be made",
    "ProxyError": "The proxy made no connection",
    "NetworkError": "The connection broke",
    "RemoteProtocolError": "The server hung up or did not speak HTTP",
    "DecodingError": "The body could not be decoded",
    "SSLError": "The encryption of the connection broke",
}
_LASTING_FAILURES = {
    "LocalProtocolError": "The request is no valid HTTP",
    "UnsupportedProtocol": "The base URL's scheme is not supported",
    "InvalidURL": "The address cannot be read",
    "HTTPStatusError": "An event hook of the given http_client refused the status",
    "CookieConflict": "The given http_client has cookies that conflict",
    "StreamError": "The body was taken by an event hook or transport of the given http_client",
    "HTTPError": "The HTTP client failed",
}


def translate(error: Exception) -> TransportError:
    """Say what an error of the HTTP library means; the most specific class that is known counts."""
    detail = _describe_cause(error)
    for cls in type(error).__mro__:
        if cls.__name__ in _TIMEOUTS:
            return RequestTimeoutError(_TIMEOUTS[cls.__name__])
        if cls.__name__ in _PASSING_FAILURES:
            return TransportError(
                _PASSING_FAILURES[cls.__name__] + detail, not _is_untrusted(error)
            )
        if cls.__name__ in _LASTING_FAILURES:
            return TransportError(_LASTING_FAILURES[cls.__name__], retryable=False)
    raise AssertionError(type(error))  # pragma: no cover - a test walks all classes


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_untrusted(error: Exception) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def _describe_cause(error: Exception) -> str:
    """Return what the operating system said, which holds nothing of the request."""
    said = [
        getattr(cause, "verify_message", None) or cause.strerror
        for cause in _causes(error)
        if isinstance(cause, OSError)
    ]
    return f" ({quote_safely(str(said[-1]))})" if said and said[-1] else ""
