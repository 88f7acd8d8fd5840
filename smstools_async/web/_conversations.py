"""A conversation as web applications send it: page by page, or line by line."""

import json
from collections.abc import AsyncGenerator
from typing import Any, Final

from anyio.lowlevel import checkpoint

from smstools_async import Client, Message, Page, PageIterator, Progress, SmstoolsError
from smstools_async.web._problems import to_problem

_AT_ONCE: Final = 100


async def read_page(
    client: Client, phone: str, *, size: int = 50, cursor: str | None = None
) -> dict[str, Any]:
    """Return `messages`, newest first, and the `next_cursor` of the page after them, for JSON.

    Callers miss nothing and see nothing twice, whatever arrives while they turn pages. In a quiet
    conversation a page takes one request. On the last page `next_cursor` is `None`. Where the
    gateway contradicts itself, a `warning` says that messages may be missing or out of order.

    Raises:
        SmstoolsError: As for every walk.
        ValueError, TypeError: An argument is not valid.

    Example:
        >>> async def read_two_pages(client: Client) -> None:
        ...     page = await read_page(client, "+5511987654321")
        ...     page = await read_page(client, "+5511987654321", cursor=page["next_cursor"])
    """
    progress = Progress()
    messages = client.iter_conversation(phone, max_messages=size, cursor=cursor, progress=progress)
    page = [message.to_dict() async for message in messages]
    next_cursor = progress.cursor if len(page) == size else None
    return {"messages": page, "next_cursor": next_cursor} | _to_warning(progress)


async def open_lines(
    client: Client, phone: str, *, cursor: str | None = None
) -> AsyncGenerator[str, None]:
    """Wait for the first page, then return all of them, newest first, as JSON Lines.

    An error before the first page is raised here, where the response can still have its status.
    A later one is the last line, `{"problem": …}` with the cursor to resume from, and is raised, so
    that the server breaks the connection off: half a history never looks complete. Where the
    gateway contradicts itself, the last line is `{"warning": …}`. No request is under way and no
    connection is in use while lines are sent.

    Raises:
        SmstoolsError: Nothing can be read.
        ValueError, TypeError: An argument is not valid.

    Example:
        >>> async def send(client: Client) -> None:
        ...     async for line in await open_lines(client, "+5511987654321"):
        ...         assert line.startswith("{")
    """
    pages = client.conversation(phone, cursor=cursor).pages()
    first = await anext(pages, None)
    return _write_lines(first, pages)


async def _write_lines(
    page: Page[Message] | None, others: PageIterator[Message]
) -> AsyncGenerator[str, None]:
    try:
        while page is not None:
            for start in range(0, len(page), _AT_ONCE):
                await checkpoint()  # a server learns here that a caller has hung up
                yield "".join(_to_line(row.to_dict()) for row in page[start : start + _AT_ONCE])
            page = await anext(others, None)
    except SmstoolsError as error:
        yield _to_line({"problem": to_problem(error).body})
        raise
    if others.progress.degraded:
        yield _to_line(_to_warning(others.progress))


def _to_line(value: dict[str, Any]) -> str:
    return json.dumps(value) + "\n"  # in ASCII, so that nothing in a text can end the line


def _to_warning(progress: Progress) -> dict[str, Any]:
    detail = "The gateway contradicts itself: messages may be missing or out of order."
    return {"warning": {"detail": detail, "missing": progress.missing}} if progress.degraded else {}
