"""The calls to the library that read a conversation: all of them, in the command's terms."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Literal, NotRequired, TypedDict

from smstools_async import Client, Message, Progress


class Bounds(TypedDict):
    """Which messages to read, and how many per request."""

    max_messages: int | None
    page_size: int | None
    since: datetime | None
    until: datetime | None
    on_bad_row: NotRequired[Literal["raise", "skip"]]


class Selection(Bounds):
    """Which messages to read, and in which order."""

    order: Literal["newest", "oldest"]


async def count(client: Client, phone: str) -> int:
    """Return how many messages the service reports."""
    return await client.conversation(phone).count()


async def latest(client: Client, phone: str, number: int) -> tuple[list[Message], int | None]:
    """Return the latest messages, the newest last, and how many there are in all, if known."""
    progress = Progress()
    newest_first = client.iter_conversation(phone, max_messages=number, progress=progress)
    messages = [message async for message in newest_first]
    return messages[::-1], progress.total


def read(
    client: Client, phone: str, selection: Selection, *, cursor: str | None, progress: Progress
) -> aclosing[AsyncGenerator[Message, None]]:
    """Iterate over the messages of a selection, within a block that closes the iteration."""
    return aclosing(client.iter_conversation(phone, **selection, cursor=cursor, progress=progress))


def check(client: Client, phone: str, selection: Selection, cursor: str | None) -> None:
    """Check the arguments of `read` without a request.

    Raises:
        ValueError, CursorError: One of them is wrong.
    """
    client.conversation(phone, **selection, cursor=cursor).pages()


def watch(
    client: Client, phone: str, *, cursor: str | None, interval: float, progress: Progress
) -> aclosing[AsyncGenerator[Message, None]]:
    """Iterate over new messages, within a block that closes the iteration."""
    return aclosing(
        client.conversation(phone, cursor=cursor).watch(
            interval=interval, max_interval=12 * interval, progress=progress
        )
    )


def check_watch(client: Client, phone: str, cursor: str | None) -> None:
    """Check the arguments of `watch` without a request.

    Raises:
        ValueError, CursorError: One of them is wrong.
    """
    client.conversation(phone, order="oldest", cursor=cursor).pages()
