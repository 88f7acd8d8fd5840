"""The client: where everything begins and ends."""

import math
import os
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType, UnionType
from typing import Any, Literal, NoReturn, Self, overload

import anyio
from anyio.lowlevel import checkpoint

from smstools_async._cursor import Cursor, Order, read_cursor
from smstools_async._download.downloads import Bounds, Downloads
from smstools_async._errors import UnexpectedResponseError
from smstools_async._http.body import LARGEST_BODY
from smstools_async._http.credentials import NOT_COPIED, read_credentials
from smstools_async._http.lifetime import Lifetime
from smstools_async._http.pools import HttpClient
from smstools_async._http.session import Session
from smstools_async._http.timeouts import Timeout
from smstools_async._http.urls import read_base_url, split_path
from smstools_async._models import Message, MessageFile, Page
from smstools_async._phone import without_plus, write_phone
from smstools_async._reading.pages import (
    ConversationPages,
    ConversationStream,
    Course,
    Fetch,
    MessageStream,
    Phones,
    Progress,
    Reader,
    find_head,
    require_order,
)
from smstools_async._settings import Hooks, Retry
from smstools_async._version import __version__
from smstools_async._walk import LARGEST_LIMIT, Walk, Window
from smstools_async._wire.documents import decode_document
from smstools_async._wire.messages import decode_conversation
from smstools_async._wire.pages import DecodedPage

_DEFAULT_PAGE_SIZE = 1000
_WATCH_PAGE_SIZE = 100
_ANY_PHONE = "000"
_LARGEST_FILE = 10 * 1024 * 1024
_USER_AGENT = f"smstools-async/{__version__}"


class Client:
    """Reads conversations from the Smstools gateway.

    Args:
        client_id: from Advanced > API authentication; else `SMSTOOLS_CLIENT_ID` of the environment.
        client_secret: likewise; else `SMSTOOLS_CLIENT_SECRET`.
        base_url: where the API is; else `SMSTOOLS_BASE_URL`, else the vendor's documented address.
        timeout: seconds that one attempt of a request may take from connecting to its last byte.
            An `httpx.Timeout` bounds each phase by itself, and the whole by their sum.
        retry: how often and for how long a failed request is retried; `None` sends each one once.
        max_connections: requests under way at once, of all iterations together. More than 8 are
            spread over several pools, since one pool of httpx slows down.
        requests_per_second: requests that begin per second, evenly spread, of all iterations
            together; `None`: as they come.
        max_body_bytes: how large one answer may be, inflated; a page of 2,000 messages takes about
            600,000.
        hooks: functions to call as requests are made.
        allow_insecure_http: accept a base URL of plain `http` beyond this machine. The secret and
            all messages can then be read on the way.
        http_client: an `httpx.AsyncClient` or `httpx2.AsyncClient` to send requests with, for
            proxies, other transports and tests. It is used, never closed and never changed. Give it
            at least `max_connections` connections.
        download_client: another one, to `download` with. It is used as it is: it must hold no
            credentials, and nobody but itself checks to which addresses it connects.

    Open it for as long as it is used, by `async with`, or close it by `aclose()`. It may be made
    outside of an event loop, and belongs to the first one it is used in; calls in another one raise
    a `RuntimeError`.

    Raises:
        ValueError: an argument cannot be right, or credentials are missing.
        TypeError: an argument is of the wrong type.

    Example:
        >>> import asyncio
        >>> import httpx
        >>> from smstools_async import Client
        >>> from smstools_async.sandbox import Sandbox
        >>> sandbox = Sandbox()
        >>> sandbox.add_conversation("+5511987654321", messages=2500)
        >>> async def count_inbound() -> int:
        ...     http_client = httpx.AsyncClient(transport=sandbox.transport())
        ...     async with http_client, Client(
        ...         sandbox.client_id, sandbox.client_secret, http_client=http_client
        ...     ) as client:
        ...         messages = client.iter_conversation("+5511987654321")
        ...         return sum([message.direction == "inbound" async for message in messages])
        >>> asyncio.run(count_inbound()) > 500
        True
    """

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | Timeout = 30.0,
        retry: Retry | None = Retry(),  # noqa: B008 - frozen
        max_connections: int = 8,
        requests_per_second: float | None = None,
        max_body_bytes: int = LARGEST_BODY,
        hooks: Hooks = Hooks(),  # noqa: B008 - frozen
        allow_insecure_http: bool = False,
        http_client: HttpClient | None = None,
        download_client: HttpClient | None = None,
    ) -> None:
        _check_range("max_connections", max_connections, 1, None)
        _check_range("max_body_bytes", max_body_bytes, 1, None)
        _check_rate(requests_per_second)
        if not isinstance(retry, Retry | None):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
            raise TypeError(f"retry must be a Retry or None, not {type(retry).__name__}")
        if not isinstance(hooks, Hooks):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
            raise TypeError(f"hooks must be a Hooks, not {type(hooks).__name__}")
        self._lifetime = Lifetime()
        self._session = Session(
            read_credentials(client_id, client_secret),
            read_base_url(base_url, allow_http=allow_insecure_http),
            timeout=timeout,
            retry=retry,
            max_connections=max_connections,
            http_client=http_client,
            user_agent=_USER_AGENT,
            lifetime=self._lifetime,
            requests_per_second=requests_per_second,
            max_body_bytes=max_body_bytes,
            hooks=hooks,
        )
        self._downloads = Downloads(
            retry=retry,
            max_connections=max_connections,
            http_client=download_client,
            user_agent=_USER_AGENT,
            lifetime=self._lifetime,
            hooks=hooks,
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_COPIED)

    def __repr__(self) -> str:
        return f"Client(base_url={self._session.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; calls from now on raise `ClientClosedError`.

        A given `http_client` stays open. Closing twice does nothing. A cancellation takes effect
        once the connections are closed.

        Raises:
            RuntimeError: The client was used in another event loop.
        """
        self._lifetime.close()
        await self._session.aclose()

    def set_credentials(
        self, client_id: str | None = None, client_secret: str | None = None
    ) -> None:
        """Use other credentials from the next request on, as after their rotation.

        After a refused login (codes 104, 116, 200, 1002, 1403) a client asks no more, since too
        many of them lock the account: every call raises the same `AuthenticationError`. This lets
        it ask again, by the same credentials too, once whatever was wrong is mended.

        Args:
            client_id: as for `Client`; else `SMSTOOLS_CLIENT_ID` of the environment.
            client_secret: likewise; else `SMSTOOLS_CLIENT_SECRET`.

        Raises:
            ValueError, TypeError: as for `Client`; the old ones stay.

        Example:
            >>> def rotate(client: Client, secrets: dict[str, str]) -> None:
            ...     client.set_credentials(secrets["client_id"], secrets["client_secret"])
        """
        self._session.use_credentials(read_credentials(client_id, client_secret))

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | None] | None = None,
        json: Any = None,
    ) -> Any:
        """Send a request to any endpoint of the API, and return its JSON.

        A way out for what is not modelled yet. `path` is below the base URL, each of its parts is
        quoted. `params` that are `None` are left out. A `GET` is tried again as `retry` says, any
        other method is sent once, and `None` is returned where it succeeds without a word.

        Raises:
            SmstoolsError: as for every call.
            ValueError: `path` has empty parts, dots or a query, or `method` is no word.

        Example:
            >>> async def credits(client: Client) -> str:
            ...     return (await client.request("GET", "/balance"))["credits"]
        """
        parts, method = split_path(path), _check_method(method)
        if method == "GET" and json is None:
            return await self._session.get(parts, params or {}, decode_document)
        return await self._session.send(
            method, parts, self._decode_what_came, params=params, json=json
        )

    async def get_conversation(
        self, phone: str, *, page: int = 1, limit: int = 1000
    ) -> Page[Message]:
        """Fetch one page, by the vendor's words; one request.

        For a whole history use `iter_conversation`: pages fetched by number lose or repeat messages
        when others arrive or vanish in between.

        Args:
            phone: in international format; spaces and punctuation are removed.
            page: from 1. Beyond the last one the page is empty, as far as is known.
            limit: messages per page, 1 to 2,000.

        Raises:
            SmstoolsError: as for every call.
            ValueError: `page` or `limit` is out of range (the API's errors 136 and 135).

        Example:
            >>> async def latest(client: Client) -> Message:
            ...     return (await client.get_conversation("+55 11 98765-4321", limit=1))[0]
        """
        _check_range("page", page, 1, None)
        _check_range("limit", limit, 1, LARGEST_LIMIT)
        fetch = self._fetch_from(write_phone(phone))
        return (await fetch(Window(page, limit), lambda _seconds: None)).structured()

    async def count_conversation(self, phone: str) -> int:
        """Ask how many messages there are with `phone`; one request for one row.

        Raises:
            SmstoolsError: as for every call.
            UnexpectedResponseError: also when the answer has no `total` that is a number.

        Example:
            >>> async def is_known(client: Client) -> bool:
            ...     return await client.count_conversation("+5511987654321") > 0
        """
        page = await self.get_conversation(phone, limit=1)
        if page.total is None:
            raise UnexpectedResponseError("The answer does not count", ("$.total: not a count",))
        return page.total

    @overload
    async def download(
        self,
        file: MessageFile,
        destination: None = None,
        *,
        max_bytes: int = _LARGEST_FILE,
        attempt_timeout: float = 60.0,
        allow_private: bool = False,
    ) -> bytes: ...
    @overload
    async def download(
        self,
        file: MessageFile,
        destination: str | os.PathLike[str],
        *,
        max_bytes: int = _LARGEST_FILE,
        attempt_timeout: float = 60.0,
        allow_private: bool = False,
    ) -> Path: ...
    async def download(
        self,
        file: MessageFile,
        destination: str | os.PathLike[str] | None = None,
        *,
        max_bytes: int = _LARGEST_FILE,
        attempt_timeout: float = 60.0,
        allow_private: bool = False,
    ) -> bytes | Path:
        """Download a file that came with a message, from wherever its URL points to.

        The sender may have chosen the URL, so nothing but `http` and `https` is followed, through
        three redirects at most and never from `https` back to `http`, and only to public addresses.
        No credentials are sent. It is tried again as `retry` says; as many downloads run at once as
        requests may, apart from those.

        A file on disk is there when it is whole, readable by its owner alone. Nothing is left of
        one that failed or was cancelled.

        Args:
            file: one of a message's `files`.
            destination: `None` for the bytes themselves; a folder for a file in it, under its
                `safe_name`, with a number where that is taken; any other path for that very file,
                which is replaced if it is there, and keeps its permissions.
            max_bytes: a larger file is refused, before it is read where its host tells the size.
            attempt_timeout: seconds that one attempt may take, all in all.
            allow_private: also fetch from this machine and private networks. Link-local addresses
                stay forbidden: clouds keep the keys of a machine there.

        Returns:
            The bytes, or the path of the file.

        Raises:
            DownloadError: the host said no, the address is not public, or what came is not the
                file: too large, empty, compressed, or a web page.
            TransportError: trouble of the network.
            ClientClosedError: the client was closed.
            OSError: the file cannot be written.
            ValueError, TypeError: an argument is wrong.

        Example:
            >>> async def photos(client: Client) -> list[bytes]:
            ...     page = await client.get_conversation("+5511987654321", limit=100)
            ...     files = [file for message in page for file in message.files]
            ...     return [await client.download(file) for file in files]
        """
        _check_type("file", file, MessageFile, "a MessageFile, such as message.files[0]")
        _check_range("max_bytes", max_bytes, 1, None)
        _check_seconds("attempt_timeout", attempt_timeout)
        bounds = Bounds(max_bytes=max_bytes, timeout=attempt_timeout, allow_private=allow_private)
        if destination is None:
            return await self._downloads.to_memory(file, bounds)
        return await self._downloads.to_file(file, os.fspath(destination), bounds)

    async def iter_conversation(
        self,
        phone: str,
        *,
        max_messages: int | None = None,
        page_size: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        order: Order = "newest",
        cursor: Cursor | str | None = None,
        prefetch: int = 2,
        progress: Progress | None = None,
    ) -> AsyncGenerator[Message, None]:
        """Hand out the messages exchanged with one phone, each exactly once.

        Every message that was there when the iteration began, and still is, comes once, although
        pages shift while others arrive or vanish. From new to old, arrivals are left out; from old
        to new, they come last.

        Nothing is requested before the first message is asked for, and nothing runs while the
        caller works on one. A loop left by `break` leaves the generator to the garbage collector,
        harmlessly, though trio warns of it: close it by `contextlib.aclosing`. A time-out or
        cancellation while a message is awaited finishes the generator, as with any; use
        `conversation_pages`, or go on from a cursor.

        Args:
            phone: in international format; spaces and punctuation are removed.
            max_messages: stop after so many. 0: none, and no request.
            page_size: messages asked for at once, 1 to 2,000; by default 1,000, or `max_messages`
                if that is less. Where a page would be too small to tell what moved, more are asked
                for.
            since: nothing older than this; an aware `datetime`.
            until: only what is older than this; an aware `datetime`. A long history is searched
                rather than read to get there.
            order: `"newest"` or `"oldest"` first.
            cursor: where to go on, from `progress.cursor` or an error's `.cursor`. The other
                arguments may differ from those of the first walk, `phone` and `order` may not.
            prefetch: how many pages may be fetched together with the one needed next.
            progress: an object to watch the walk by.

        Raises:
            SmstoolsError: with its `cursor` set, after all messages that came before the trouble.
            ValueError, TypeError: an argument is wrong; raised by the first step.

        Example:
            >>> async def print_latest(client: Client) -> None:
            ...     async for message in client.iter_conversation("+5511987654321"):
            ...         print(message.sent_at, message.direction, message.text)
        """
        reader = self._reader(
            phone,
            max_messages=max_messages,
            page_size=page_size,
            since=since,
            until=until,
            order=order,
            cursor=cursor,
            prefetch=prefetch,
            progress=progress,
        )
        while (batch := await reader.next_batch()) is not None:
            reader.progress.show(batch)
            while not batch.is_exhausted:
                await checkpoint()
                for message in batch.next_messages():
                    yield message

    def conversation_pages(
        self,
        phone: str,
        *,
        max_messages: int | None = None,
        page_size: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        order: Order = "newest",
        cursor: Cursor | str | None = None,
        prefetch: int = 2,
        progress: Progress | None = None,
    ) -> ConversationPages:
        """Walk a conversation page by page, by an iterator that survives errors and time-outs.

        The arguments are those of `iter_conversation`.

        Raises:
            ValueError, TypeError: an argument is wrong.

        Example:
            >>> async def store(client: Client) -> None:
            ...     async for page in client.conversation_pages("+5511987654321", order="oldest"):
            ...         print(len(page), "new of", page.total)
        """
        reader = self._reader(
            phone,
            max_messages=max_messages,
            page_size=page_size,
            since=since,
            until=until,
            order=order,
            cursor=cursor,
            prefetch=prefetch,
            progress=progress,
        )
        return ConversationPages(reader)

    def stream_conversation(
        self,
        phone: str,
        *,
        buffer: int = 2,
        max_messages: int | None = None,
        page_size: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        order: Order = "newest",
        cursor: Cursor | str | None = None,
        progress: Progress | None = None,
    ) -> AbstractAsyncContextManager[MessageStream]:
        """Read a conversation ahead in the background, while the caller works on its messages.

        Use it where the work on a page takes some time. The task lives as long as the `async with`
        block. As many pages are fetched together as there is room for: `buffer` pages may wait,
        besides the one that the caller works on. A larger `buffer` is to a stream what a larger
        `prefetch` is to `iter_conversation`.

        The other arguments are those of `iter_conversation`.

        Raises:
            ValueError, TypeError: an argument is wrong.

        Example:
            >>> async def index(client: Client) -> None:
            ...     async with client.stream_conversation("+5511987654321") as messages:
            ...         async for message in messages:
            ...             print(message.text)
        """
        _check_range("buffer", buffer, 0, None)
        reader = self._reader(
            phone,
            max_messages=max_messages,
            page_size=page_size,
            since=since,
            until=until,
            order=order,
            cursor=cursor,
            prefetch=buffer,
            progress=progress,
        )
        return MessageStream(reader, buffer)

    def stream_conversations(
        self,
        phones: Phones,
        *,
        concurrency: int = 4,
        on_error: Literal["raise", "yield"] = "raise",
        buffer: int = 2,
        max_messages: int | None = None,
        page_size: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        order: Order = "newest",
        cursors: Mapping[str, Cursor | str] | None = None,
    ) -> AbstractAsyncContextManager[ConversationStream]:
        """Read many conversations at once, as they come.

        Args:
            phones: any iterable or async iterable; it is read as fast as conversations end.
            concurrency: conversations under way at once.
            on_error: `"raise"` ends the stream with the first error; `"yield"` hands it out as an
                item in its conversation's place, and goes on with the others.
            buffer: how many pages may wait, of all conversations together.
            max_messages: in each conversation.
            page_size: as in `iter_conversation`.
            since: as in `iter_conversation`.
            until: as in `iter_conversation`.
            order: as in `iter_conversation`.
            cursors: where to go on, by phone, however it is spelt; phones that are not in it begin
                at the beginning.

        Raises:
            ValueError, TypeError: an argument is wrong.

        Example:
            >>> async def audit(client: Client, phones: list[str]) -> None:
            ...     async with client.stream_conversations(phones, on_error="yield") as items:
            ...         async for item in items:
            ...             print(item.error or item.message)
        """
        _check_phones(phones)
        _check_range("concurrency", concurrency, 1, None)
        _check_range("buffer", buffer, 0, None)
        if on_error not in ("raise", "yield"):
            raise ValueError(f"on_error={on_error!r}: give 'raise' or 'yield'")
        starts = _read_starts(cursors or {})
        make_reader = partial(
            self._reader,
            max_messages=max_messages,
            page_size=page_size,
            since=since,
            until=until,
            order=order,
        )
        make_reader(_ANY_PHONE)  # what is wrong for every phone is raised now
        return ConversationStream(
            phones,
            lambda phone: make_reader(phone, cursor=starts.get(_plain(phone))),
            concurrency=concurrency,
            buffer=buffer,
            yield_errors=on_error == "yield",
        )

    async def watch_conversation(
        self,
        phone: str,
        *,
        cursor: Cursor | str | None = None,
        interval: float = 5.0,
        max_interval: float = 60.0,
        progress: Progress | None = None,
    ) -> AsyncGenerator[Message, None]:
        """Hand out new messages as they come, oldest first, for ever.

        The API can only be asked again and again: `interval` seconds after news, and after each
        quiet answer twice as long as before, up to `max_interval`.

        Args:
            phone: as in `iter_conversation`.
            cursor: begin after this one, made by an oldest-first walk or an earlier watch. Without,
                begin with what arrives from now on.
            interval: seconds between requests while messages come.
            max_interval: seconds between requests while none do.
            progress: its `cursor` is where to begin the next watch; it counts over all looks.

        Raises:
            SmstoolsError: with its `cursor` set.
            ValueError, TypeError: an argument is wrong; raised by the first step.

        Example:
            >>> async def answer(client: Client) -> None:
            ...     async for message in client.watch_conversation("+5511987654321"):
            ...         print(message.text)
        """
        _check_interval(interval, max_interval)
        _check_progress(progress)
        begin = partial(self._reader, phone, page_size=_WATCH_PAGE_SIZE)
        latest = await find_head(begin()) if cursor is None else cursor
        pause = interval
        earlier: Course | None = None
        while True:
            reader = begin(order="oldest", cursor=latest, progress=progress)
            if earlier is not None:
                reader.course.count_on_from(earlier)
            while (batch := await reader.next_batch()) is not None:
                require_order(reader.course, latest)
                reader.progress.show(batch)
                pause = interval
                while not batch.is_exhausted:
                    await checkpoint()
                    for message in batch.next_messages():
                        yield message
            latest, earlier = reader.course.cursor or latest, reader.course
            await anyio.sleep(pause)
            pause = min(2 * pause, max_interval)

    def _reader(
        self,
        phone: str,
        *,
        max_messages: int | None = None,
        page_size: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        order: Order = "newest",
        cursor: Cursor | str | None = None,
        prefetch: int = 0,
        progress: Progress | None = None,
    ) -> Reader:
        """Check the arguments and begin a walk."""
        phone = write_phone(phone)
        _check_range("prefetch", prefetch, 0, None)
        _check_progress(progress)
        if order not in ("newest", "oldest"):
            raise ValueError(f"order={order!r}: give 'newest' or 'oldest'")
        first, last = _first_and_last(since, until, order)
        walk = Walk(
            phone=phone,
            order=order,
            page_size=_choose_page_size(page_size, max_messages),
            max_messages=max_messages,
            first=first,
            last=last,
            resume=None if cursor is None else read_cursor(cursor, phone, order),
        )
        return Reader(
            self._fetch_from(phone),
            Course(walk, phone, order),
            prefetch=prefetch,
            progress=progress,
        )

    def _decode_what_came(self, body: bytes) -> Any:
        return decode_document(body) if body.strip() else None

    def _fetch_from(self, phone: str) -> Fetch:
        parts = ("conversation", phone)
        decode = partial(decode_conversation, phone=phone)

        async def fetch(window: Window, on_wait: Callable[[float], None]) -> DecodedPage[Message]:
            params = {"page": window.page, "limit": window.limit}
            return await self._session.get(parts, params, decode, on_wait)

        return fetch


def _check_method(method: str) -> str:
    if not isinstance(method, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"method must be a str such as 'GET', not {type(method).__name__}")
    if not (method.isascii() and method.isalpha()):
        raise ValueError(f"method={method!r} is none of HTTP's; give 'GET' or another one")
    return method.upper()


def _check_range(name: str, value: int, least: int, most: int | None) -> None:
    if isinstance(value, bool) or not isinstance(value, int):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < least or (most is not None and value > most):
        limits = f"{least} or more" if most is None else f"{least} to {most}"
        raise ValueError(f"{name}={value}: give {limits}")


def _check_rate(requests_per_second: float | None) -> None:
    if requests_per_second is None:
        return
    words = "a number of requests per second"
    if isinstance(requests_per_second, bool):
        raise TypeError(f"requests_per_second must be {words}, not bool")
    _check_type("requests_per_second", requests_per_second, int | float, words)
    if not 0 < requests_per_second < math.inf:
        raise ValueError(
            f"requests_per_second={requests_per_second}: give requests per second, more than 0"
        )


def _choose_page_size(page_size: int | None, max_messages: int | None) -> int:
    if max_messages is not None:
        _check_range("max_messages", max_messages, 0, None)
    if page_size is not None:
        _check_range("page_size", page_size, 1, LARGEST_LIMIT)
        return page_size
    if max_messages is None:
        return _DEFAULT_PAGE_SIZE
    return min(max(2, max_messages), _DEFAULT_PAGE_SIZE)  # one row cannot tell how rows are sorted


def _first_and_last(
    since: datetime | None, until: datetime | None, order: Order
) -> tuple[int | None, int | None]:
    """Return the first and last second wanted, in the direction of the walk."""
    earliest = None if since is None else _whole_seconds("since", since)
    latest = None if until is None else _whole_seconds("until", until) - 1
    if latest is not None and latest < 0:
        raise ValueError(f"until={until} is not after 1970; nothing could be found")
    if earliest is not None and latest is not None and earliest > latest:
        raise ValueError(f"since={since} is not before until={until}; nothing could be found")
    return (latest, earliest) if order == "newest" else (earliest, latest)


def _whole_seconds(name: str, moment: datetime) -> int:
    if not isinstance(moment, datetime):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"{name} must be a datetime, not {type(moment).__name__}")
    if moment.utcoffset() is None:
        raise ValueError(f"{name}={moment} has no time zone; give one, such as tzinfo=UTC")
    return max(0, math.ceil(moment.timestamp()))


def _read_starts(cursors: Mapping[str, Cursor | str]) -> Mapping[str, Cursor | str]:
    _check_type("cursors", cursors, Mapping, "a mapping of phones to cursors")
    return {_plain(phone): cursor for phone, cursor in cursors.items()}


def _plain(phone: str) -> str:
    """Return what a phone's spellings have in common, for which one cursor is right."""
    return without_plus(write_phone(phone))


def _check_phones(phones: Phones) -> None:
    if isinstance(phones, str):
        raise TypeError("phones must be an iterable of phones, not one str; give [phone]")
    _check_type("phones", phones, Iterable | AsyncIterable, "an iterable of phones")


def _check_progress(progress: Progress | None) -> None:
    if progress is not None:
        _check_type("progress", progress, Progress, "a Progress, as in Progress(on_page=…)")


def _check_interval(interval: float, max_interval: float) -> None:
    _check_type("interval", interval, int | float, "a number of seconds")
    _check_type("max_interval", max_interval, int | float, "a number of seconds")
    if not 0 < interval <= max_interval < math.inf:
        raise ValueError(
            f"interval={interval}, max_interval={max_interval}: give seconds, more than 0,"
            " finite, and the longer one last"
        )


def _check_seconds(name: str, seconds: float) -> None:
    _check_type(name, seconds, int | float, "a number of seconds")
    if not 0 < seconds < math.inf:
        raise ValueError(f"{name}={seconds}: give seconds, more than 0 and finite")


def _check_type(name: str, value: object, wanted: type | UnionType, words: str) -> None:
    if not isinstance(value, wanted):
        raise TypeError(f"{name} must be {words}, not {type(value).__name__}")
