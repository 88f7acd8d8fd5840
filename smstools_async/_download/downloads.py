"""How a file travels from wherever a message says it is.

Whoever sent the message may have chosen the URL, and its host may answer whatever it likes:

- Files are asked for by a client of their own, another one for each redirect: it knows no
  credentials, cookies or settings of the environment, and shares no connection.
- A host is looked up once, each of its addresses must be public, and one of those very addresses is
  dialled; the name stays what the certificate is checked against. So a second answer of the name
  server (DNS rebinding) changes nothing, and a redirect is looked at as the first URL is.
- Encodings that inflate are not asked for and not undone; what is read is counted as it comes.
- Generators of httpx that are left before their end stay unfinished, which trio warns of: they are
  brought to their end by a cancellation of their own.
- Files are written in threads, so that a slow disk does not stop the event loop.
"""

import errno
import os
import re
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import anyio
import httpx

from smstools_async._download.addresses import may_be_dialled
from smstools_async._errors import (
    ClientClosedError,
    DownloadError,
    RequestTimeoutError,
    SmstoolsError,
    TransportError,
    quote_safely,
)
from smstools_async._files import create_beside, put_in_place, put_under_free_name
from smstools_async._http.responses import read_retry_after
from smstools_async._http.retry import Backoff, Budget
from smstools_async._http.session import (
    Home,
    HttpClient,
    Report,
    foreign_errors,
    in_child_task,
    parse_url,
    report_retry,
    retried,
    translate,
)
from smstools_async._models import Hooks, MessageFile, RequestInfo, Retry

T = TypeVar("T")
LookUp = Callable[[str, int], Awaitable[Sequence[str]]]

_PORTS: Final = {"http": 80, "https": 443}
_MOST_REDIRECTS: Final = 3
_CONNECT_TIMEOUT: Final = 10.0
"""Seconds for each address of a host, so that a dead one leaves time for the next."""
_BUFFER: Final = 256 * 1024
"""Bytes that go to a thread at once, since a way there and back takes a tenth of a millisecond."""


class Bounds(NamedTuple):
    """How far one download may go."""

    max_bytes: int
    timeout: float
    """Seconds for one attempt, redirects included."""
    allow_private: bool


async def _in_thread(call: Callable[..., T], *args: object) -> T:
    from anyio import to_thread  # noqa: PLC0415 - a twentieth of the time of `import smstools_async`

    return await to_thread.run_sync(call, *args)


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host`, the best one first."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Downloads:
    """Downloads the files of messages, so many at once.

    Args:
        http_client: used as it is in place of clients of their own, and never closed; whom it
            connects to is its own business.
        look_up: how a host is looked up.
    """

    def __init__(
        self,
        *,
        retry: Retry,
        max_connections: int,
        http_client: HttpClient | None,
        user_agent: str,
        home: Home,
        hooks: Hooks = Hooks(),  # noqa: B008 - frozen
        look_up: LookUp = look_up,
    ) -> None:
        self._hooks = hooks
        self._retry = retry
        self._budget = Budget(retry.budget)
        self._gate = anyio.Semaphore(max_connections, fast_acquire=True)
        self._headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        self._http_client = http_client
        if http_client is None:
            self._headers["User-Agent"] = user_agent
        self._foreign_errors = foreign_errors(
            type(http_client) if http_client else httpx.AsyncClient
        )
        self._look_up = look_up
        self._home = home
        self._is_closed = False

    def close(self) -> None:
        """Begin no more downloads."""
        self._is_closed = True

    async def to_memory(self, file: MessageFile, bounds: Bounds) -> bytes:
        """Download `file` and return what is in it."""
        memory = _Memory()
        await self._bring(file, memory, bounds)
        return bytes(memory.content)

    async def to_file(self, file: MessageFile, destination: str, bounds: Bounds) -> Path:
        """Download `file` to a path, or under a free name in a folder; return where it is."""
        # In a task of its own, since only there no cancellation leaves a thread alone with a file.
        return await in_child_task(partial(self._to_file, file, destination, bounds))

    async def _to_file(self, file: MessageFile, destination: str, bounds: Bounds) -> Path:
        place = await _in_thread(_find_place, destination, file.safe_name)
        try:
            await self._bring(file, place, bounds)
            return await _in_thread(place.finish)
        finally:
            place.clear()

    async def _bring(self, file: MessageFile, sink: "_Sink", bounds: Bounds) -> None:
        url = _read_url(file.url)
        self._home.check()
        backoff = Backoff(self._retry, self._budget, anyio.current_time)
        attempt = partial(self._attempt, url, file, sink, bounds, backoff)
        await retried(attempt, backoff, partial(self._tell_retry, url, backoff))

    def _tell_retry(
        self, url: httpx.URL, backoff: Backoff, error: SmstoolsError, wait: float
    ) -> None:
        report_retry(self._hooks, _describe(url, backoff), error, wait)

    async def _attempt(
        self, url: httpx.URL, file: MessageFile, sink: "_Sink", bounds: Bounds, backoff: Backoff
    ) -> None:
        async with self._gate:
            if self._is_closed:
                raise ClientClosedError
            backoff.begin_attempt()
            with Report(self._hooks, partial(_describe, url, backoff)) as report:
                reception = _Reception(file=file, sink=sink, bounds=bounds, report=report)
                await in_child_task(partial(self._follow_in_time, url, reception))

    async def _follow_in_time(self, url: httpx.URL, reception: "_Reception") -> None:
        with anyio.move_on_after(reception.bounds.timeout):
            return await self._follow(url, reception)
        raise RequestTimeoutError(f"No whole file came within {reception.bounds.timeout:g} seconds")

    async def _follow(self, url: httpx.URL, reception: "_Reception") -> None:
        for _ in range(1 + _MOST_REDIRECTS):
            target = await self._ask(url, reception)
            if target is None:
                return
            url = _redirected(url, target)
        raise DownloadError(f"its host redirects more than {_MOST_REDIRECTS} times")

    async def _ask(self, url: httpx.URL, reception: "_Reception") -> str | None:
        """Take in the file, or return where its host points to."""
        try:
            async with await self._client(reception.bounds) as client:
                response = await client.send(
                    self._request(client, url, reception.bounds.timeout),
                    stream=True,
                    follow_redirects=False,
                )
                try:
                    if response.next_request is not None:
                        return str(response.next_request.url)
                    await reception.take(response)
                finally:
                    await response.aclose()
        except self._foreign_errors as error:
            raise translate(error) from None
        return None

    def _request(self, client: HttpClient, url: httpx.URL, timeout: float) -> Any:
        phases = {"connect": min(timeout, _CONNECT_TIMEOUT), "read": timeout, "write": timeout}
        return client.build_request(
            "GET", str(url), headers=self._headers, extensions={"timeout": phases}
        )

    async def _client(self, bounds: Bounds) -> AbstractAsyncContextManager[HttpClient]:
        if self._http_client is not None:
            return nullcontext(self._http_client)
        tls = await _in_thread(_make_tls)
        transport = _CheckedTransport(self._look_up, bounds.allow_private, tls)
        return httpx.AsyncClient(transport=transport, trust_env=False)


def _describe(url: httpx.URL, backoff: Backoff) -> RequestInfo:
    """Tell the host alone: a path may be a key to the file."""
    path = f"{url.scheme}://{quote_safely(url.host)}/…"
    return RequestInfo(method="GET", path=path, params={}, attempt=backoff.attempts)


@cache
def _make_tls() -> ssl.SSLContext:
    """Read all the certificates there are, once in a process: it takes longer than a download."""
    return httpx.create_ssl_context(trust_env=False)


def _read_url(text: str) -> httpx.URL:
    url = parse_url(text)
    if url is None or url.scheme not in ("http", "https"):
        raise DownloadError("its URL is none of http or https")
    if url.userinfo:
        raise DownloadError("its URL holds a user name, which would be sent as a credential")
    return url


def _redirected(url: httpx.URL, text: str) -> httpx.URL:
    target = _read_url(text)
    if (url.scheme, target.scheme) == ("https", "http"):
        raise DownloadError("its host redirects from https to http")
    return target


class _CheckedTransport(httpx.AsyncBaseTransport):
    """Looks a host up, checks all its addresses, and dials one of them."""

    def __init__(self, look_up: LookUp, allow_private: bool, tls: ssl.SSLContext) -> None:  # noqa: FBT001 - private, and by position it reads well
        from smstools_async._http.transport import WideTransport  # noqa: PLC0415 - httpx imports httpcore as late

        self._look_up = look_up
        self._allow_private = allow_private
        self._network = WideTransport(tls, httpx.Limits(max_keepalive_connections=0))

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
        except OSError as error:
            said = quote_safely(str(error.strerror))
            raise TransportError(f"No host was found ({said})") from None
        for address in addresses:
            if not may_be_dialled(address, allow_private=self._allow_private):
                raise DownloadError(
                    f"its host leads to {address}, which is no public address (`allow_private`)"
                )
        return addresses


class _Sink(Protocol):
    """Where the bytes of a file go."""

    async def begin(self) -> None:
        """Forget what came so far."""
        ...

    async def take(self, data: bytes) -> None:
        """Take what comes next."""
        ...


class _Reception(NamedTuple):
    """What is asked of an answer before and while it is taken in."""

    file: MessageFile
    sink: _Sink
    bounds: Bounds
    report: Report

    async def take(self, response: Any) -> None:
        """Take the file in.

        Raises:
            DownloadError: the answer is a no, or not the file.
        """
        self._check(response)
        await self.sink.begin()
        chunks = _chunks(response)
        try:
            size = await self._take_all(chunks)
        finally:
            await _finish(chunks)
        self.report.note_answer(response.status_code, size)

    def _check(self, response: Any) -> None:
        status, headers = response.status_code, response.headers
        if not response.is_success:
            self.report.note_answer(status, 0)
            reason = f"its host answered HTTP {status}"
            raise DownloadError(reason, status, read_retry_after(headers))
        encoding = headers.get("content-encoding", "identity")
        if encoding.strip().lower() != "identity":
            raise DownloadError(
                f"it came encoded as '{quote_safely(encoding)}', which was not asked for"
            )
        if _stated_size(headers) > self.bounds.max_bytes:
            raise self._too_large()
        if _is_web_page(headers.get("content-type", "")) and not _is_web_page(self.file.mime):
            raise DownloadError("its host sent a web page in its place")

    async def _take_all(self, chunks: AsyncGenerator[bytes, None]) -> int:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > self.bounds.max_bytes:
                raise self._too_large()
            await self.sink.take(chunk)
        if not size:
            raise DownloadError("it is empty")
        return size

    def _too_large(self) -> DownloadError:
        return DownloadError(f"it is larger than {self.bounds.max_bytes} bytes (`max_bytes`)")


def _stated_size(headers: Mapping[str, str]) -> int:
    stated = headers.get("content-length", "")
    return int(stated) if re.fullmatch(r"[0-9]{1,18}", stated) else 0


def _is_web_page(media_type: str) -> bool:
    return "html" in media_type.lower()


async def _chunks(response: Any) -> AsyncGenerator[bytes, None]:
    if response.is_stream_consumed:  # by an event hook, or a transport that had it at hand
        yield response.content
        return
    async for chunk in response.aiter_raw():
        yield chunk


async def _finish(chunks: AsyncGenerator[bytes, None]) -> None:
    """Let the generators within one another end, the innermost first."""
    with anyio.CancelScope() as reading:
        reading.cancel()
        async for _ in chunks:
            pass


class _Memory:
    """Keeps a file in memory."""

    def __init__(self) -> None:
        self.content = bytearray()

    async def begin(self) -> None:
        self.content.clear()

    async def take(self, data: bytes) -> None:
        self.content += data


class _Place:
    """Lets a file grow beside its place, until it is whole."""

    def __init__(self, target: Path, put: Callable[[Path, Path], Path]) -> None:
        self._target = target
        self._put = put
        self._part = create_beside(target)
        self._buffer = bytearray()

    async def begin(self) -> None:
        self._buffer.clear()
        await _in_thread(os.truncate, self._part, 0)

    async def take(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= _BUFFER:
            await _in_thread(self._flush)

    def finish(self) -> Path:
        """Write the rest, and rename; for a thread."""
        self._flush()
        return self._put(self._part, self._target)

    def clear(self) -> None:
        """Remove what is not whole."""
        self._part.unlink(missing_ok=True)

    def _flush(self) -> None:
        with self._part.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(self._buffer)
        self._buffer.clear()


def _find_place(destination: str, name: str) -> _Place:
    path = Path(destination)
    if path.is_dir():
        return _Place(path / name, put_under_free_name)
    if destination.endswith(("/", os.sep)):
        raise FileNotFoundError(errno.ENOENT, "No such folder", destination)
    if path.exists() and not path.is_file():
        raise ValueError(f"destination={destination!r} is neither a folder nor a file")
    return _Place(path.resolve(), put_in_place)  # a link stays a link
