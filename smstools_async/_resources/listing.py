"""One list of the account, and every way to read it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Generic, TypeVar

import attrs

from smstools_async._arguments import ArgumentError, check_duration, check_type, check_whole
from smstools_async._errors import UnexpectedResponseError
from smstools_async._models import Page
from smstools_async._reading.course import Course
from smstools_async._reading.cursor import Cursor, check_cursor, write_cursor
from smstools_async._reading.iterators import PageIterator, RowIterator
from smstools_async._reading.progress import Progress
from smstools_async._reading.reader import Reader
from smstools_async._reading.selection import Selection, begin_walk, check_selection
from smstools_async._reading.source import Source
from smstools_async._reading.stream import Stream
from smstools_async._reading.watch import find_head, watch
from smstools_async._walk import LARGEST_LIMIT, Order, Place, Window

RowT = TypeVar("RowT")

_WATCH_PAGE_SIZE = 100


class Listing(Generic[RowT]):
    """A list of the account, as far as it was selected: a description, which requests nothing.

    Iterate over it, or choose another way to read: by pages, read ahead in the background, as it
    grows, one page, the latest rows.
    """

    def __init__(self, source: Source[RowT], selection: Selection, *, name: str) -> None:
        check_selection(selection)
        self._source = source
        self._selection = selection
        self._name = name
        if selection.cursor is not None and not isinstance(selection.cursor, Place):
            check_cursor(selection.cursor, source.scope)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name}, {self._selection!r})"

    def __aiter__(self) -> RowIterator[RowT]:
        """Iterate over the rows, each exactly once, by an iterator that survives failures.

        It fetches two pages ahead; `pages` and `stream` let callers choose.
        """
        return RowIterator(self._reader(prefetch=2))

    def pages(self, *, prefetch: int = 2, progress: Progress | None = None) -> PageIterator[RowT]:
        """Iterate over the pages, new rows only, by an iterator that survives failures.

        Args:
            prefetch: How many pages may be fetched together with the one needed next.
            progress: An object to watch the walk by; the iterator has one of its own.

        Raises:
            ValueError, TypeError: An argument is not valid.

        Example:
            >>> from smstools_async import Client
            >>> async def store(client: Client) -> None:
            ...     async for page in client.conversation("+5511987654321", order="oldest").pages():
            ...         print(len(page), "new of", page.total)
        """
        return PageIterator(self._reader(prefetch=prefetch, progress=progress))

    def stream(self, *, prefetch: int = 2, progress: Progress | None = None) -> Stream[RowT]:
        """Read ahead in the background, while the caller works on the rows.

        Use it where the work on a page takes some time. The task lives as long as the `async with`
        block.

        Args:
            prefetch: How many pages may wait, besides the one that the caller works on.
            progress: An object to watch the walk by; the stream has one of its own.

        Raises:
            ValueError, TypeError: An argument is not valid.

        Example:
            >>> from smstools_async import Client
            >>> async def index(client: Client) -> None:
            ...     async with client.conversation("+5511987654321").stream() as messages:
            ...         async for message in messages:
            ...             print(message.text)
        """
        return Stream(self._reader(prefetch=prefetch, progress=progress), prefetch)

    async def watch(
        self,
        *,
        interval: float = 5.0,
        max_interval: float = 60.0,
        progress: Progress | None = None,
    ) -> AsyncGenerator[RowT, None]:
        """Yield new rows as they come, indefinitely: oldest first, late ones as they are found.

        The API can only be polled: `interval` seconds after news, and after each quiet response
        twice as long as before, up to `max_interval`. It begins after the listing's `cursor`, which
        has to come from an oldest-first walk; without one, with what arrives from now on.

        Args:
            interval: Seconds between requests while rows come.
            max_interval: Seconds between requests while none do.
            progress: Its `cursor` is where to begin the next watch; it counts over all requests.

        Raises:
            SmstoolsError: With its `cursor` set.
            ValueError, TypeError: An argument is not valid; raised by the first step.

        Example:
            >>> from smstools_async import Client
            >>> async def reply(client: Client) -> None:
            ...     async for message in client.conversation("+5511987654321").watch():
            ...         print(message.text)
        """
        _check_interval(interval, max_interval)
        _check_progress(progress)
        start: Cursor | str | Place | None = self._selection.cursor
        shown = progress or Progress()
        if start is None:
            start = await find_head(self._reader_of(self._for_watching(None, "newest")))
        begin = partial(self._begin_watching, progress=shown)
        async with aclosing(watch(begin, start, interval, max_interval)) as rows:
            async for row in rows:
                yield row

    async def page(self, number: int = 1, *, limit: int = 1000) -> Page[RowT]:
        """Fetch one page, by the vendor's own parameters; one request.

        To read a complete list, iterate: pages fetched by number lose or repeat rows when others
        arrive or vanish in between.

        Args:
            number: From 1. Beyond the last one the page is empty, as far as is known.
            limit: Rows per page, 1 to 2,000.

        Raises:
            SmstoolsError: As for every call.
            ValueError, TypeError: An argument is not valid (the API's errors 136 and 135).

        Example:
            >>> from smstools_async import Client, Message
            >>> async def newest(client: Client) -> Message:
            ...     return (await client.conversation("+5511987654321").page(limit=1))[0]
        """
        check_whole("number", number, 1)
        check_whole("limit", limit, 1, LARGEST_LIMIT)
        window = Window(number, limit)
        fetched = await self._source.fetch(window, _ignore_wait, self._selection.on_bad_row)
        return fetched.structured()

    async def latest(self, n: int) -> list[RowT]:
        """Return the `n` newest rows, the oldest of them first.

        Raises:
            SmstoolsError: As for every call.
            ValueError, TypeError: `n` is not valid.

        Example:
            >>> from smstools_async import Client, Message
            >>> async def context(client: Client) -> list[Message]:
            ...     return await client.conversation("+5511987654321").latest(20)
        """
        check_whole("n", n, 0)
        selection = attrs.evolve(self._selection, max_rows=n, order="newest", cursor=None)
        reader = self._reader_of(selection)
        rows: list[RowT] = []
        while (batch := await reader.next_batch()) is not None:
            rows += await batch.as_page()
        return rows[::-1]

    async def count(self) -> int:
        """Return how many rows the server reports; one request for one row.

        Raises:
            SmstoolsError: As for every call.
            UnexpectedResponseError: Also when the response has no usable `total`.

        Example:
            >>> from smstools_async import Client
            >>> async def is_known(client: Client) -> bool:
            ...     return await client.conversation("+5511987654321").count() > 0
        """
        page = await self.page(limit=1)
        if page.total is None:
            raise UnexpectedResponseError(
                "The response has no usable `total`", ("$.total: not a count",)
            )
        return page.total

    def _reader(self, *, prefetch: int, progress: Progress | None = None) -> Reader[RowT]:
        return self._reader_of(self._selection, prefetch=prefetch, progress=progress)

    def _reader_of(
        self, selection: Selection, *, prefetch: int = 0, progress: Progress | None = None
    ) -> Reader[RowT]:
        return open_reader(self._source, selection, prefetch=prefetch, progress=progress)

    def _for_watching(self, start: Cursor | str | Place | None, order: Order) -> Selection:
        return attrs.evolve(
            self._selection,
            cursor=start,
            order=order,
            max_rows=None,
            page_size=self._selection.page_size or _WATCH_PAGE_SIZE,
        )

    def _begin_watching(
        self, start: Cursor | str | Place | None, progress: Progress
    ) -> Reader[RowT]:
        return self._reader_of(self._for_watching(start, "oldest"), progress=progress)


def open_reader(
    source: Source[RowT],
    selection: Selection,
    *,
    prefetch: int = 0,
    progress: Progress | None = None,
) -> Reader[RowT]:
    """Begin a walk.

    Raises:
        CursorError, ValueError, TypeError: An argument is not valid.
    """
    check_whole("prefetch", prefetch, 0)
    _check_progress(progress)
    state = begin_walk(selection, source.scope, source.learned)
    beginning = None
    if isinstance(selection.cursor, Place):
        beginning = write_cursor(selection.cursor, source.scope, selection.order)
    elif selection.cursor is not None:
        beginning = Cursor(selection.cursor)
    course = Course(source, state, beginning)
    return Reader(course, prefetch=prefetch, progress=progress, on_bad_row=selection.on_bad_row)


def _ignore_wait(_: float) -> None:
    """Nobody watches a single page."""


def _check_progress(progress: Progress | None) -> None:
    check_type("progress", progress, Progress | None, "a Progress, as in Progress(on_page=…)")


def _check_interval(interval: float, max_interval: float) -> None:
    check_duration("interval", interval)
    check_duration("max_interval", max_interval)
    if max_interval < interval:
        problem = f"must be at least interval={interval}, got {max_interval}"
        raise ArgumentError("max_interval", problem)
