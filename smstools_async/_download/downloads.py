"""How a file travels from wherever a message says it is.

Whoever sent the message may have chosen the URL, and its host may respond with whatever it likes:

- Files are asked for by a client of their own, another one for each redirect: it knows no
  credentials, cookies or settings of the environment, and shares no connection.
- A redirect is checked as the first URL is.
- What is read is counted as it comes, decoded.
- Generators of httpx that are left before their end stay unfinished, which trio warns of: they are
  brought to their end by a cancellation of their own.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
import anyio.lowlevel
import anyio.to_thread
import attrs
import httpx

from smstools_async._download.content import Content
from smstools_async._download.dialling import LookUp, look_up, open_checked_client
from smstools_async._download.sinks import Memory, Place, Sink, find_place
from smstools_async._errors import DownloadError, RequestTimeoutError
from smstools_async._http.exchange import dispatch
from smstools_async._http.foreign_errors import foreign_errors, translate
from smstools_async._http.lifetime import Lifetime
from smstools_async._http.limiter import Limiter
from smstools_async._http.logged_urls import redact_to_host, show_origin
from smstools_async._http.pools import HttpClient
from smstools_async._http.reports import Report
from smstools_async._http.responses import read_retry_after
from smstools_async._http.retry import Backoff
from smstools_async._http.sending import Sender
from smstools_async._http.tasks import in_child_task
from smstools_async._http.urls import parse_url
from smstools_async._models import MessageFile
from smstools_async._names import ending_of
from smstools_async._settings import Hooks, RequestInfo, Retry

_MOST_REDIRECTS: Final = 3
_CONNECT_TIMEOUT: Final = 10.0
"""Seconds for each address of a host, so that a dead one leaves time for the next."""
_OK: Final = 200
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@attrs.frozen(kw_only=True)
class Bounds:
    """How far one download may go."""

    max_bytes: int
    timeout: float
    """Seconds for one attempt, redirects included."""
    allow_private: bool


@attrs.frozen(kw_only=True)
class _Task:
    """A file, where it goes, and how far that may go."""

    file: MessageFile
    sink: Sink
    bounds: Bounds


class Downloads:
    """Downloads attachments, at most `max_connections` at once.

    Args:
        http_client: Used as it is in place of clients of their own, and never closed; which
            machines it connects to is its own business.
        look_up: How a host is looked up.
    """

    def __init__(
        self,
        *,
        retry: Retry | None,
        max_connections: int,
        http_client: HttpClient | None,
        user_agent: str,
        lifetime: Lifetime,
        hooks: Hooks = Hooks(),  # noqa: B008 - frozen
        look_up: LookUp = look_up,
    ) -> None:
        check = partial(lifetime.check, "download_client", http_client)
        limiter = Limiter(max_connections, None)
        self._sender = Sender(retry=retry, hooks=hooks, limiter=limiter, check=check)
        self._headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        self._http_client = http_client
        if http_client is None:
            self._headers["User-Agent"] = user_agent
        self._foreign_errors = foreign_errors(
            type(http_client) if http_client else httpx.AsyncClient
        )
        self._look_up = look_up

    async def to_memory(self, file: MessageFile, bounds: Bounds) -> bytes:
        """Download `file` and return its content."""
        memory = Memory()
        await self._fetch(file, memory, bounds)
        return bytes(memory.content)

    async def to_file(self, file: MessageFile, destination: str, bounds: Bounds) -> Path:
        """Download `file` to a path, or under a free name in a folder; return where it is."""
        places = list[Place]()
        try:
            # In a task of its own: there no cancellation leaves a thread alone with a file.
            await in_child_task(partial(self._fill, places, file, destination, bounds))
            return places[0].put()
        finally:
            for place in places:
                place.clear()

    async def _fill(
        self, places: list[Place], file: MessageFile, destination: str, bounds: Bounds
    ) -> None:
        find = partial(find_place, destination, file.safe_name)
        places.append(await anyio.to_thread.run_sync(find))
        await self._fetch(file, places[0], bounds)

    async def _fetch(self, file: MessageFile, sink: Sink, bounds: Bounds) -> None:
        _read_url(file.url)  # before anything else happens
        attempt = partial(self._attempt, _Task(file=file, sink=sink, bounds=bounds))
        await self._sender.send(attempt, partial(_describe, file))

    async def _attempt(self, task: _Task, report: Report, _backoff: Backoff) -> None:
        with anyio.move_on_after(task.bounds.timeout):
            return await self._follow(task, report)
        raise RequestTimeoutError(f"No complete file came within {task.bounds.timeout:g} seconds")

    async def _follow(self, task: _Task, report: Report) -> None:
        url = _read_url(task.file.url)
        for _ in range(1 + _MOST_REDIRECTS):
            target = await self._ask(url, task, report)
            if target is None:
                return
            url = _redirected(url, target)
        raise DownloadError(f"its host redirects more than {_MOST_REDIRECTS} times")

    async def _ask(self, url: httpx.URL, task: _Task, report: Report) -> str | None:
        """Take in the file, or return where its host points to."""
        try:
            async with await self._client(task.bounds) as client:
                response = await dispatch(client, self._request(client, url, task.bounds.timeout))
                try:
                    location = response.headers.get("location")
                    if response.status_code in _REDIRECTS and location is not None:
                        return str(location)
                    await _take(response, task, report)
                finally:
                    await response.aclose()
        except self._foreign_errors as error:
            raise translate(error) from None
        return None

    def _request(self, client: HttpClient, url: httpx.URL, timeout: float) -> Any:
        phases = {"connect": min(timeout, _CONNECT_TIMEOUT), "read": timeout, "write": timeout}
        request = client.build_request(
            "GET", str(url), headers=self._headers, extensions={"timeout": phases}
        )
        redact_to_host(request)
        return request

    async def _client(self, bounds: Bounds) -> AbstractAsyncContextManager[HttpClient]:
        if self._http_client is not None:
            return nullcontext(self._http_client)
        return await open_checked_client(self._look_up, allow_private=bounds.allow_private)


def _describe(file: MessageFile, attempt: int) -> RequestInfo:
    """Describe an attempt by the host alone: a path may be a key to the file."""
    return RequestInfo(
        method="GET", path=show_origin(_read_url(file.url)), params={}, attempt=attempt
    )


def _read_url(text: str) -> httpx.URL:
    url = parse_url(text)
    if url is None or url.scheme not in ("http", "https"):
        raise DownloadError("its URL is not a valid http or https URL")
    if url.userinfo:
        raise DownloadError("its URL holds a user name, which would be sent as a credential")
    return url


def _redirected(url: httpx.URL, location: str) -> httpx.URL:
    try:
        target = _read_url(str(url.join(location)))
    except httpx.InvalidURL:
        raise DownloadError("its host redirects to a URL that cannot be parsed") from None
    if (url.scheme, target.scheme) == ("https", "http"):
        raise DownloadError("its host redirects from https to http")
    return target


async def _take(response: Any, task: _Task, report: Report) -> None:
    """Take the file in.

    Raises:
        DownloadError: The response is an error, or not the file.
    """
    status, headers = response.status_code, response.headers
    if status != _OK:
        report.note_response(status, 0)
        raise DownloadError(_describe_status(status), status, read_retry_after(headers))
    if _stated_size(headers) > task.bounds.max_bytes:
        raise DownloadError(f"it is larger than {task.bounds.max_bytes} bytes (`max_bytes`)")
    content = Content(
        task.file,
        encoding="" if response.is_stream_consumed else headers.get("content-encoding", ""),
        label=headers.get("content-type", ""),
        most=task.bounds.max_bytes,
    )
    await task.sink.begin()
    await _take_all(response, content, task.sink)
    await task.sink.finish(task.file.mime if ending_of(task.file.mime) else content.kind or "")
    report.note_response(status, content.size)


def _describe_status(status: int) -> str:
    said = f"its host responded with HTTP {status}"
    return f"{said}, which is not a complete file" if 200 < status < 300 else said  # noqa: PLR2004 - RFC 9110, section 15.3


def _stated_size(headers: Mapping[str, str]) -> int:
    stated = headers.get("content-length", "")
    return int(stated) if re.fullmatch(r"[0-9]{1,18}", stated) else 0


async def _take_all(response: Any, content: Content, sink: Sink) -> None:
    chunks = _chunks(response)
    try:
        async for chunk in chunks:
            for piece in content.take(chunk):
                await sink.take(piece)
                await anyio.lowlevel.checkpoint()  # one chunk can inflate to a thousand pieces
        for piece in content.finish():
            await sink.take(piece)
    finally:
        await _finish(chunks)


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
