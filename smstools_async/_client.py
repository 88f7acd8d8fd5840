"""The client: where everything begins and ends."""

import math
import os
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NoReturn, Self, overload

import attrs
from anyio.lowlevel import checkpoint

from smstools_async._arguments import (
    ArgumentError,
    ArgumentTypeError,
    check_choice,
    check_duration,
    check_number,
    check_type,
    check_whole,
)
from smstools_async._download.downloads import Bounds, Downloads
from smstools_async._http.body import LARGEST_BODY
from smstools_async._http.credentials import NOT_COPIED, read_credentials
from smstools_async._http.lifetime import Lifetime
from smstools_async._http.pools import HttpClient
from smstools_async._http.session import Session
from smstools_async._http.timeouts import Timeout
from smstools_async._http.urls import read_base_url, split_path
from smstools_async._models import Message, MessageFile
from smstools_async._phone import without_plus, write_phone
from smstools_async._reading.cursor import Cursor
from smstools_async._reading.many import ConversationsStream, Phones
from smstools_async._reading.progress import Progress, show
from smstools_async._reading.reader import Reader
from smstools_async._reading.selection import Selection, check_selection
from smstools_async._reading.source import Learned, Source
from smstools_async._resources.conversation import Conversation, conversation_source
from smstools_async._resources.listing import Listing, open_reader
from smstools_async._settings import Hooks, Retry
from smstools_async._version import __version__
from smstools_async._walk import Order
from smstools_async._wire.documents import decode_document
from smstools_async._wire.pages import OnBadRow

_LARGEST_FILE = 10 * 1024 * 1024
_USER_AGENT = f"smstools-async/{__version__}"


class Client:
    """Reads conversations from the Smstools gateway.

    Args:
        client_id: From Advanced > API authentication; by default `SMSTOOLS_CLIENT_ID` of the
            environment.
        client_secret: Likewise; by default `SMSTOOLS_CLIENT_SECRET`.
        base_url: Where the API is; by default `SMSTOOLS_BASE_URL`, or the vendor's documented URL.
        timeout: Seconds that one attempt of a request may take, from connecting to its last byte.
            An `httpx.Timeout` limits each phase by itself, and the attempt by their sum.
        retry: How often and for how long a failed request is retried; `None` sends each one once.
        max_connections: Requests under way at once, of all iterations together. More than 8 are
            spread over several pools, since one pool of httpx slows down.
        requests_per_second: Requests that begin per second, evenly spread, of all iterations
            together; `None`: no limit.
        max_body_bytes: How large one response may be, decompressed; a page of 2,000 messages takes
            about 600,000.
        hooks: Functions to call as requests are made.
        allow_insecure_http: Accept a base URL of plain `http` beyond this machine. The secret and
            all messages can then be read on the way.
        http_client: An `httpx.AsyncClient` or `httpx2.AsyncClient` to send requests with, such as
            one by `open_http_client`, for proxies, CAs and tests. It is used, never closed and
            never changed. Give it at least `max_connections` connections.
        download_client: Another one, to `download` with. It is used as it is: it must hold no
            credentials, and which addresses it connects to is its own business.

    Open it for as long as it is used, by `async with`, or close it by `aclose()`. It can be created
    outside of an event loop, and is bound to the first one it is used in; calls in another one
    raise a `RuntimeError`.

    Raises:
        ValueError: An argument cannot be right, or credentials are missing.
        TypeError: An argument is of the wrong type.

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
        check_whole("max_connections", max_connections, 1)
        check_whole("max_body_bytes", max_body_bytes, 1)
        _check_rate(requests_per_second)
        check_type("retry", retry, Retry | None, "a Retry or None")
        check_type("hooks", hooks, Hooks, "a Hooks")
        self._learned = Learned()
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

        After a refused login (codes 104, 116, 200, 1002, 1403) a client sends nothing more, since
        too many of them lock the account: every call raises the same `AuthenticationError`. This
        lets it send again, with the same credentials too, once the cause is fixed.

        Args:
            client_id: As for `Client`; by default `SMSTOOLS_CLIENT_ID` of the environment.
            client_secret: Likewise; by default `SMSTOOLS_CLIENT_SECRET`.

        Raises:
            ValueError, TypeError: As for `Client`; the old ones stay.

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

        An escape hatch for what has no types yet. `path` is below the base URL, each of its parts
        is quoted. `params` that are `None` are left out. A `GET` is retried as `retry` says, any
        other method is sent once, and `None` is returned where it succeeds with an empty body.

        Raises:
            SmstoolsError: As for every call.
            ValueError: `path` has empty parts, dots or a query, or `method` is not a word.

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
        """Download an attachment, from wherever its URL points to.

        The sender may have chosen the URL, so nothing but `http` and `https` is followed, through
        at most three redirects and never from `https` back to `http`, and only to public addresses.
        No credentials are sent. It is retried as `retry` says; at most `max_connections` downloads
        run at once, next to the requests to the API.

        A file appears on disk when it is complete, readable by its owner alone. Nothing is left of
        a download that failed or was cancelled.

        Args:
            file: One of a message's `files`.
            destination: `None` for the bytes themselves; a folder for a file in it, under its
                `safe_name`, with the ending of its media type where it has none, and a number where
                that name is taken; any other path for that very file, which is replaced if it is
                there, and keeps its permissions.
            max_bytes: A larger file is refused, before it is read where its host states the size.
            attempt_timeout: Seconds that one attempt may take, redirects included.
            allow_private: Also fetch from this machine and private networks. The metadata services
                of clouds stay forbidden, where the keys of a machine are.

        Returns:
            The bytes, or the path of the file.

        Raises:
            DownloadError: The host refused, the address is not public, or what came is not the
                file: too large, empty, a part of it, or a web page.
            TransportError: A failure of the network.
            ClientClosedError: The client was closed.
            OSError: The file cannot be written.
            ValueError, TypeError: An argument is wrong.

        Example:
            >>> async def photos(client: Client) -> list[bytes]:
            ...     page = await client.conversation("+5511987654321").page(limit=100)
            ...     files = [file for message in page for file in message.files]
            ...     return [await client.download(file) for file in files]
        """
        check_type("file", file, MessageFile, "a MessageFile, such as message.files[0]")
        check_whole("max_bytes", max_bytes, 1)
        check_duration("attempt_timeout", attempt_timeout)
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
        on_bad_row: OnBadRow = "raise",
        prefetch: int = 2,
        progress: Progress | None = None,
    ) -> AsyncGenerator[Message, None]:
        """Iterate over the messages exchanged with a phone number, each exactly once.

        Every message that is in the list when the iteration begins, and still is at its end, comes
        once, in whichever order the server lists them, and although pages shift while others arrive
        or vanish. Where that cannot be shown, an error says so, or `progress.degraded` with
        `progress.missing` and a warning in the log. Newest first, arrivals are left out; oldest
        first, they come last.

        Nothing is requested before the first message is asked for, and nothing runs while the
        caller works on one. A loop left by `break` leaves the generator to the garbage collector,
        harmlessly, though trio warns of it: close it by `contextlib.aclosing`. A time-out or
        cancellation while a message is awaited finishes the generator, as with any; the iterators
        of `conversation` survive it.

        Args:
            phone: In international format; spaces and punctuation are removed.
            max_messages: Stop after this many. 0: none, and no request.
            page_size: About how many messages are requested at once, 1 to 2,000; by default 1,000,
                or `max_messages` if that is less. Pages overlap, so that they can be joined without
                a gap: up to 20 rows or a sixteenth more than this are requested.
            since: Nothing older than this; an aware `datetime`.
            until: Only what is older than this; an aware `datetime`. In a sorted list, a long
                history is searched rather than read to get there.
            order: `"newest"` or `"oldest"` first. Lists in no order of time come in the server's.
            cursor: Where to resume, from `progress.cursor` or an error's `.cursor`. The other
                arguments may differ from those of the first walk, `phone` and `order` may not.
            on_bad_row: `"raise"` an error for a row that cannot be read, or `"skip"` it: it is
                counted in `progress.skipped_bad` and reported in the log.
            prefetch: How many pages may be fetched together with the one needed next.
            progress: An object to watch the walk by.

        Raises:
            SmstoolsError: With its `cursor` set, after all messages that came before the failure.
            ValueError, TypeError: An argument is not valid; raised by the first step.

        Example:
            >>> async def print_newest(client: Client) -> None:
            ...     async for message in client.iter_conversation("+5511987654321"):
            ...         print(message.sent_at, message.direction, message.text)
        """
        phone = write_phone(phone)
        selection = Selection(
            max_rows=max_messages,
            page_size=page_size,
            since=since,
            until=until,
            order=order,
            cursor=cursor,
            on_bad_row=on_bad_row,
        )
        check_selection(selection, rows="max_messages")
        reader = open_reader(
            self._conversation_source(phone), selection, prefetch=prefetch, progress=progress
        )
        while (batch := await reader.next_batch()) is not None:
            show(reader.progress, batch)
            while not batch.is_exhausted:
                await checkpoint()
                for message in batch.next_rows():
                    yield message

    def conversation(
        self,
        phone: str,
        *,
        max_messages: int | None = None,
        page_size: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        order: Order = "newest",
        cursor: Cursor | str | None = None,
        on_bad_row: OnBadRow = "raise",
    ) -> Conversation:
        """Return a handle on the messages exchanged with a phone number; nothing is requested yet.

        Iterate over it, or read it by `.pages()`, `.stream()`, `.watch()`, `.page()`, `.latest(n)`
        or `.count()`. The arguments are those of `iter_conversation`.

        Raises:
            CursorError: The cursor is damaged, or for another phone number or order.
            ValueError, TypeError: An argument is not valid.

        Example:
            >>> async def context(client: Client) -> list[str]:
            ...     messages = await client.conversation("+5511987654321").latest(5)
            ...     return [message.text for message in messages]
        """
        phone = write_phone(phone)
        selection = Selection(
            max_rows=max_messages,
            page_size=page_size,
            since=since,
            until=until,
            order=order,
            cursor=cursor,
            on_bad_row=on_bad_row,
        )
        check_selection(selection, rows="max_messages")
        return Listing(self._conversation_source(phone), selection, name=f"•••{phone[-2:]}")

    def stream_conversations(
        self,
        phones: Phones,
        *,
        concurrency: int = 4,
        on_error: Literal["raise", "yield"] = "raise",
        prefetch: int = 2,
        max_messages: int | None = None,
        page_size: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        order: Order = "newest",
        cursors: Mapping[str, Cursor | str] | None = None,
        on_bad_row: OnBadRow = "raise",
    ) -> ConversationsStream:
        """Read many conversations at once, as they come.

        Values are `MessageOf`, `ConversationEnd` when a conversation is complete, and
        `ConversationError` when one failed.

        Args:
            phones: Any iterable or async iterable; it is read as fast as conversations end. A phone
                number is read once, however it is written the second time.
            concurrency: Conversations under way at once.
            on_error: `"raise"` ends the stream with the first error; `"yield"` yields it as a
                `ConversationError`, and a failed conversation does not stop the others.
            prefetch: How many pages may wait, of all conversations together.
            max_messages: In each conversation.
            page_size: As for `iter_conversation`.
            since: As for `iter_conversation`.
            until: As for `iter_conversation`.
            order: As for `iter_conversation`.
            cursors: Where to resume, by phone number, however it is written; others begin at the
                beginning.
            on_bad_row: As for `iter_conversation`.

        Raises:
            ValueError, TypeError: An argument is not valid.

        Example:
            >>> from smstools_async import ConversationEnd, ConversationError, MessageOf
            >>> async def audit(client: Client, phones: list[str]) -> None:
            ...     async with client.stream_conversations(phones, on_error="yield") as items:
            ...         async for item in items:
            ...             match item:
            ...                 case MessageOf(phone=phone, message=message):
            ...                     print(message.text)
            ...                 case ConversationEnd(is_complete=False):
            ...                     print("incomplete")
            ...                 case ConversationError(error=error):
            ...                     print(error)
        """
        _check_phones(phones)
        check_whole("concurrency", concurrency, 1)
        check_whole("prefetch", prefetch, 0)
        check_choice("on_error", on_error, ("raise", "yield"))
        selection = Selection(
            max_rows=max_messages,
            page_size=page_size,
            since=since,
            until=until,
            order=order,
            on_bad_row=on_bad_row,
        )
        check_selection(selection, rows="max_messages")
        starts = _read_starts(cursors or {})

        def make_reader(phone: str) -> Reader[Message]:
            source = self._conversation_source(write_phone(phone))
            cursor = starts.get(_plain(phone))
            return open_reader(source, attrs.evolve(selection, cursor=cursor))

        return ConversationsStream(
            phones,
            make_reader,
            _plain,
            concurrency=concurrency,
            prefetch=prefetch,
            raises=on_error == "raise",
        )

    def _conversation_source(self, phone: str) -> Source[Message]:
        return conversation_source(self._session, phone, self._learned)

    def _decode_what_came(self, body: bytes) -> Any:
        return decode_document(body) if body.strip() else None


def _check_method(method: str) -> str:
    check_type("method", method, str, "a str such as 'GET'")
    if not (method.isascii() and method.isalpha()):
        raise ArgumentError("method", f"must be an HTTP method such as 'GET', got {method!r}")
    return method.upper()


def _check_rate(requests_per_second: float | None) -> None:
    if requests_per_second is not None:
        words = "a finite number of requests per second, more than 0"
        check_number(
            "requests_per_second", requests_per_second, words, lambda rate: 0 < rate < math.inf
        )


def _read_starts(cursors: Mapping[str, Cursor | str]) -> Mapping[str, Cursor | str]:
    check_type("cursors", cursors, Mapping, "a mapping of phones to cursors")
    return {_plain(phone): cursor for phone, cursor in cursors.items()}


def _plain(phone: str) -> str:
    """Return what the spellings of a phone number have in common, so that one cursor fits."""
    return without_plus(write_phone(phone))


def _check_phones(phones: Phones) -> None:
    if isinstance(phones, str):
        problem = "must be an iterable of phone numbers, got one str; give [phone]"
        raise ArgumentTypeError("phones", problem)
    check_type("phones", phones, Iterable | AsyncIterable, "an iterable of phone numbers")
