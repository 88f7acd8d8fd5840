"""How one request travels: address, credentials, gate, pace, deadline, retry, and who is told.

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

import logging
import math
import re
import ssl
import sys
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from functools import partial
from importlib import import_module
from ipaddress import ip_address
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Protocol, Self, TypeGuard, TypeVar
from urllib.parse import quote, urlencode

import anyio
import httpx

from smstools_async._errors import (
    AuthenticationError,
    ClientClosedError,
    RateLimitError,
    RequestTimeoutError,
    SmstoolsError,
    TransportError,
    quote_safely,
)
from smstools_async._http.body import LARGEST_BODY, Body
from smstools_async._http.responses import LOCKING_CODES, accept
from smstools_async._http.retry import Backoff, Budget, Pace
from smstools_async._models import Hooks, RequestInfo, ResponseInfo, Retry, RetryInfo

T = TypeVar("T")
Timeout = httpx.Timeout
Params = Mapping[str, str | int | None]
Answer = tuple[int, Mapping[str, str], bytes]

_LOG = logging.getLogger("smstools_async")
_LOG.addHandler(logging.NullHandler())  # what to do with the lines is for applications to say
_MASK = "••••"
_MOST_IN_A_POOL = 8
_PORTS = range(1, 65536)
_PHASES = ("connect", "read", "write", "pool")
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


def check_base_url(base_url: str, *, allow_http: bool = False) -> str:
    """Return `base_url` without a slash at its end.

    Raises:
        TypeError: it is no `str`.
        ValueError: it is not `https://host[:port][/path]`; plain `http` is for this machine alone,
            unless `allow_http`.
    """
    if not isinstance(base_url, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"base_url must be a str, not {type(base_url).__name__}")
    url = parse_url(base_url)
    if url is None or url.scheme not in ("http", "https"):
        raise ValueError(f"base_url={_shown(base_url)} is no address such as https://host/v1")
    if url.userinfo or set("?#") & set(base_url):
        raise ValueError(
            "base_url (not shown) has a user name, a query or a fragment; give host and path alone"
        )
    if url.scheme == "http" and not (allow_http or _is_this_machine(url.host)):
        raise ValueError(
            f"base_url={_shown(base_url)} would send the secret unencrypted; use https, or accept"
            " it by allow_insecure_http=True"
        )
    return base_url.rstrip("/")


def parse_url(text: str) -> httpx.URL | None:
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


class _Call(NamedTuple):
    """What is asked for, by however many attempts."""

    method: str
    parts: Sequence[str]
    params: Params
    json: Any = None

    @property
    def sent(self) -> Mapping[str, str | int]:
        """The parameters that are sent."""
        return {key: value for key, value in self.params.items() if value is not None}

    def describe(self, attempt: int) -> RequestInfo:
        """Return what may be told of it."""
        return RequestInfo(
            method=self.method,
            path="".join(f"/{quote_safely(part)}" for part in self.parts),
            params={key: quote_safely(str(value)) for key, value in self.sent.items()},
            attempt=attempt,
        )


class Report:
    """Tells the hooks and the log of one attempt, if anybody listens; a context manager.

    Of an attempt that is cancelled no end is told.
    """

    def __init__(self, hooks: Hooks, describe: Callable[[], RequestInfo]) -> None:
        self._hooks = hooks
        self._describe = describe
        self._begun_at = anyio.current_time()
        self._status: int | None = None
        self._size = 0

    def __enter__(self) -> Self:
        if self._hooks.on_request is not None:
            self._hooks.on_request(self._describe())
        return self

    def note_answer(self, status: int, size: int) -> None:
        """Note that a whole answer came."""
        self._status, self._size = status, size

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc is None or isinstance(exc, SmstoolsError):
            self._tell(exc)

    def _tell(self, error: SmstoolsError | None) -> None:
        if self._hooks.on_response is None and not _LOG.isEnabledFor(logging.DEBUG):
            return
        response = ResponseInfo(
            request=self._describe(),
            status=self._status,
            size=self._size,
            elapsed=anyio.current_time() - self._begun_at,
            error=error,
        )
        _LOG.debug("%s", _show_response(response))
        if self._hooks.on_response is not None:
            self._hooks.on_response(response)


def report_retry(hooks: Hooks, request: RequestInfo, error: SmstoolsError, wait: float) -> None:
    """Tell the hooks and the log that another attempt will be made."""
    next_attempt = request.attempt + 1
    _LOG.warning("%s: %s Attempt %d in %.1f s.", _show(request), error, next_attempt, wait)
    if hooks.on_retry is not None:
        hooks.on_retry(RetryInfo(request=request, error=error, wait=wait))


def _show_response(response: ResponseInfo) -> str:
    status = "no answer" if response.status is None else f"HTTP {response.status}"
    error = "" if response.error is None else f", {type(response.error).__name__}"
    return (
        f"{_show(response.request)}: {status}, {response.size:,} bytes"
        f" in {response.elapsed:.3f} s{error}"
    )


def _show(request: RequestInfo) -> str:
    query = urlencode(request.params).replace(quote("•"), "•")  # `safe` is for ASCII alone
    return f"{request.method} {request.path}{'?' if query else ''}{query}"


class Home:
    """The event loop that a client belongs to, the first one it is used in.

    In another one its connections would be dead, and its locks would wait for ever.
    """

    def __init__(self) -> None:
        from anyio.lowlevel import current_token  # noqa: PLC0415 - httpx imports it as late

        self._find = current_token
        self._token: object = None

    def check(self) -> None:
        """Refuse to be used anywhere else.

        Raises:
            RuntimeError: this is another event loop.
        """
        token = self._find()
        if self._token is None:
            self._token = token
        if token != self._token:
            raise RuntimeError(
                "This Client was used in another event loop before, which it belongs to; make one"
                " in each"
            )


class Session:
    """Sends requests to one base URL with one pair of credentials.

    Args:
        timeout: for connecting, for each wait for data and for the whole of one attempt, in
            seconds. With an `httpx.Timeout` the whole may take the sum of its parts.
        max_connections: requests under way at once.
        requests_per_second: requests that begin per second; `None`: as they come.
        max_body_bytes: how large an answer may be, inflated.
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
        home: Home,
        requests_per_second: float | None = None,
        max_body_bytes: int = LARGEST_BODY,
        allow_insecure_http: bool = False,
        hooks: Hooks = Hooks(),  # noqa: B008 - frozen
    ) -> None:
        import_module("stamina")  # later, it would be the longest turn of the event loop
        self._credentials = credentials
        self._base_url = check_base_url(base_url, allow_http=allow_insecure_http)
        self._phases = _read_phases(timeout)
        self._deadline = _read_deadline(timeout, self._phases)
        self._retry = retry
        self._budget = Budget(retry.budget)
        self._gate = anyio.Semaphore(max_connections, fast_acquire=True)
        self._desk = anyio.Lock(fast_acquire=True)
        """Where one answer at a time is read, each in a turn of its own: a page takes longest."""
        self._pace = Pace(requests_per_second)
        self._largest_body = max_body_bytes
        self._hooks = hooks
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        self._own_clients = _open_clients(max_connections) if http_client is None else []
        self._lanes = _Lanes(self._own_clients if http_client is None else [http_client])
        if http_client is None:
            self._headers["User-Agent"] = user_agent
        self._foreign_errors = foreign_errors(type(self._lanes.first))
        self._refusal: tuple[Any, ...] | None = None
        self._home = home
        self._is_closed = False

    @property
    def base_url(self) -> str:
        """The address every request goes to."""
        return self._base_url

    def use_credentials(self, credentials: Credentials) -> None:
        """Send these from now on, and forget that others were refused."""
        self._credentials = credentials
        self._refusal = None

    async def aclose(self) -> None:
        """Close the connections, unless the HTTP client was given."""
        self._is_closed = True
        for client in self._own_clients:
            await client.aclose()

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
        call = _Call("GET", parts, params)
        backoff = Backoff(self._retry, self._budget, anyio.current_time, on_wait)
        send = partial(self._send, call, decode, backoff)
        return await retried(send, backoff, partial(self._tell_retry, call, backoff))

    def _tell_retry(self, call: _Call, backoff: Backoff, error: SmstoolsError, wait: float) -> None:
        report_retry(self._hooks, call.describe(backoff.attempts), error, wait)

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
        once = Backoff(self._retry, self._budget, anyio.current_time)
        return await self._send(_Call(method, parts, params or {}, json), decode, once)

    async def _send(self, call: _Call, decode: Callable[[bytes], T], backoff: Backoff) -> T:
        self._check_open()
        self._home.check()
        async with self._gate:
            while (wait := self._pace.take_turn(anyio.current_time())) > 0:  # noqa: ASYNC110 - a clock sets nothing off
                await anyio.sleep(wait)
            backoff.begin_attempt()
            return await in_child_task(partial(self._ask, call, decode, backoff))

    def _check_open(self) -> None:
        if self._is_closed or self._lanes.first.is_closed:
            raise ClientClosedError
        if self._refusal is not None:
            raise AuthenticationError(*self._refusal)

    async def _ask(self, call: _Call, decode: Callable[[bytes], T], backoff: Backoff) -> T:
        self._check_open()  # what happened to the others while this one waited counts
        credentials = self._credentials  # of this request, even if they change meanwhile
        keeps_connection = not backoff.distrusts_connection
        build = partial(self._build, call, credentials, keeps_connection=keeps_connection)
        with Report(self._hooks, partial(call.describe, backoff.attempts)) as report:
            try:
                status, headers, body = await self._exchange(build)
                report.note_answer(status, len(body))
                async with self._desk:
                    await checkpoint()
                    return decode(accept(status, headers, body, credentials.conceal))
            except SmstoolsError as error:
                self._heed(error, credentials)
                raise

    def _heed(self, error: SmstoolsError, credentials: Credentials) -> None:
        """Let an error be a lesson to all requests of this session."""
        match error:
            case AuthenticationError(code=code) if code in LOCKING_CODES:
                if credentials is self._credentials:
                    self._refusal = error.args
            case RateLimitError(retry_after=float() as seconds):
                if seconds <= self._retry.retry_after_max:
                    self._pace.pause(anyio.current_time(), seconds)
            case _:
                pass

    def _build(self, call: _Call, credentials: Credentials, *, keeps_connection: bool) -> Any:
        request = self._lanes.first.build_request(
            call.method,
            self._address(call),
            headers=self._headers if keeps_connection else self._headers | {"Connection": "close"},
            json=call.json,
            extensions={"timeout": self._phases},
        )
        # Last, since what cannot be built fails in frames that hold the headers.
        request.headers.update(credentials.headers())
        return request

    def _address(self, call: _Call) -> str:
        """Write the whole address at once: httpx would parse it a second time for its query."""
        path = "/".join(quote(part, safe="") for part in call.parts)
        query = httpx.QueryParams(call.sent)
        return f"{self._base_url}/{path}?{query}" if query else f"{self._base_url}/{path}"

    async def _exchange(self, build: Callable[[], Any]) -> Answer:
        no: Answer | None = None
        failure: SmstoolsError = RequestTimeoutError(
            f"No whole answer came within {self._deadline:g} seconds"
        )
        with anyio.move_on_after(self._deadline):
            try:
                with self._lanes.freest() as client:
                    response = await _dispatch(client, build())
                    status, headers = response.status_code, response.headers
                    no = None if response.is_success else (status, headers, b"")
                    return status, headers, await _read_body(response, self._largest_body)
            except self._foreign_errors as error:
                failure = ClientClosedError() if self._is_closed else translate(error)
            except SmstoolsError as error:
                failure = error
        if no is None:
            raise failure
        return no  # a no stands, whatever becomes of its body


async def checkpoint() -> None:
    """Let other tasks have their turn, and notice a cancellation."""
    await anyio.sleep(0)  # noqa: ASYNC115 - `anyio.lowlevel` would double the time of our import


async def _dispatch(client: HttpClient, request: Any) -> Any:
    with anyio.CancelScope() as scope:

        async def spare_new_connections(event: str, _: object) -> None:
            scope.shield = event.endswith(_CONNECTED)

        request.extensions["trace"] = spare_new_connections
        return await client.send(request, stream=True, follow_redirects=False)


class _Lanes:
    """HTTP clients side by side, of which each request takes the one with the least to do."""

    def __init__(self, clients: Sequence[HttpClient]) -> None:
        self.first: HttpClient = clients[0]
        """The one of a sequence of requests, each after the other."""
        self._clients = clients
        self._under_way = [0] * len(clients)

    @contextmanager
    def freest(self) -> Generator[HttpClient]:
        """Give the first client that has the fewest requests under way."""
        lane = self._under_way.index(min(self._under_way))
        self._under_way[lane] += 1
        try:
            yield self._clients[lane]
        finally:
            self._under_way[lane] -= 1


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


def share_connections(max_connections: int) -> tuple[int, int]:
    """Return how many pools there are to be, and how large each one."""
    pools = math.ceil(max_connections / _MOST_IN_A_POOL)
    return pools, math.ceil(max_connections / pools)


def _open_clients(max_connections: int) -> list[httpx.AsyncClient]:
    """Open clients with so many connections together, and no more than 8 each.

    The time that a pool of httpcore takes for each request grows with the square of its
    connections.
    """
    from smstools_async._http.transport import WideTransport  # noqa: PLC0415 - httpx imports httpcore as late

    count, most = share_connections(max_connections)
    limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
    tls = httpx.create_ssl_context(trust_env=False)  # once, since it takes longer than a request
    return [
        httpx.AsyncClient(transport=WideTransport(tls, limits), trust_env=False)
        for _ in range(count)
    ]


async def retried(
    send: Callable[[], Awaitable[T]],
    backoff: Backoff,
    tell: Callable[[SmstoolsError, float], None] = lambda _error, _seconds: None,
) -> T:
    """Await `send`, and again for as long as `backoff` says; `tell` is told of each wait.

    It is for `send` to tell `backoff` when the attempt begins, since it may have to queue before.

    Raises:
        SmstoolsError: the last attempt's error.
    """
    try:
        return await _retried(send, backoff, tell)
    except SmstoolsError as error:
        backoff.fail(error)
        failure = copy(error)  # this one tenacity holds until the collector comes
    finally:
        backoff.end_wait()
    try:
        raise failure
    finally:
        del failure  # its traceback holds this frame


async def _retried(
    send: Callable[[], Awaitable[T]],
    backoff: Backoff,
    tell: Callable[[SmstoolsError, float], None],
) -> T:
    try:
        return await _attempt(send, backoff)
    except SmstoolsError as error:
        made_already = [error]

    import stamina  # noqa: PLC0415 - loaded with the session

    def wait_after(error: Exception) -> float | bool:
        if not isinstance(error, SmstoolsError) or (wait := backoff.next_wait(error)) is None:
            return False
        tell(error, wait)
        return wait

    async for attempt in stamina.retry_context(  # pragma: no branch - the last attempt raises
        on=wait_after, attempts=backoff.most_attempts, timeout=None
    ):
        with attempt:
            if made_already:
                raise made_already.pop()
            return await _attempt(send, backoff)
    raise AssertionError("stamina lets nothing but an error or a result out")  # pragma: no cover


async def _attempt(send: Callable[[], Awaitable[T]], backoff: Backoff) -> T:
    result = await send()
    backoff.succeed()
    return result


def _is_group(error: BaseException) -> TypeGuard[BaseExceptionGroup[BaseException]]:
    return isinstance(error, BaseExceptionGroup)


@contextmanager
def ungrouped() -> Generator[None]:
    """Let an exception that is alone in its group come as itself, such as a `KeyboardInterrupt`."""
    try:
        yield
    except BaseExceptionGroup as group:
        alone: BaseException = group
        while _is_group(alone) and len(alone.exceptions) == 1:
            alone = alone.exceptions[0]
        raise alone from None


async def in_child_task(call: Callable[[], Awaitable[T]]) -> T:
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

    with ungrouped():
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


async def _read_body(response: Any, most: int) -> bytes:
    try:
        if response.is_stream_consumed:  # by an event hook, or a transport that had it at hand
            return bytes(response.content)
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        body = Body(encoding, most)
        with anyio.CancelScope() as reading:
            async for chunk in response.aiter_raw():
                if not body.takes(chunk):
                    # Not `break`: httpx's generators would stay unfinished, which trio warns of.
                    reading.cancel()
        return body.finish()
    finally:
        await response.aclose()


def foreign_errors(client: type[object]) -> tuple[type[Exception], ...]:
    """Return the roots of the errors of `httpx` or `httpx2`, whichever made this class."""
    for cls in client.__mro__:
        library: Any = sys.modules.get(cls.__module__.partition(".")[0])
        if cls is getattr(library, "AsyncClient", None) and hasattr(library, "HTTPError"):
            return (
                library.HTTPError,
                library.InvalidURL,
                library.CookieConflict,
                library.StreamError,
                ssl.SSLError,  # after the handshake httpcore lets it through
            )
    raise TypeError(f"http_client must be an AsyncClient of httpx or httpx2, not {client.__name__}")


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
    return f" ({' '.join(str(said[-1]).split())})" if said and said[-1] else ""
