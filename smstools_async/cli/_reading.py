"""What is read from a conversation to look at: its size, its end, its news."""

from collections.abc import Iterable
from contextlib import aclosing
from datetime import UTC, tzinfo
from pathlib import Path

import click

from smstools_async import Message, Progress
from smstools_async.cli._destinations import check_folder
from smstools_async.cli._running import tell
from smstools_async.cli._service import Service
from smstools_async.cli._terminal import visible
from smstools_async.cli._wording import counted_of


async def count(service: Service, phone: str) -> None:
    """Print how many messages there are with `phone`."""
    async with service.client(phone) as client:
        click.echo(await client.count_conversation(phone))


async def show(service: Service, phone: str, *, most: int, utc: bool, picture: Path | None) -> None:
    """Print the last messages as a chat, the newest last; or draw them into a picture."""
    if picture:
        check_folder(picture)
    progress = Progress()
    async with service.client(phone) as client:
        newest_first = client.iter_conversation(phone, max_messages=most, progress=progress)
        messages = [message async for message in newest_first]
    messages.reverse()
    amount = counted_of(len(messages), progress.total, "message")
    heading = f"{amount} with {visible(phone)}, times {'in UTC' if utc else 'of this machine'}\n"
    zone = UTC if utc else None
    if picture:
        _draw(messages, heading, zone, picture)
    else:
        _print(messages, heading, zone)


def _print(messages: Iterable[Message], heading: str, zone: tzinfo | None) -> None:
    from smstools_async.cli._chat import Chat  # noqa: PLC0415 - rich takes 30 ms

    click.echo(heading)
    chat = Chat(zone)
    for message in messages:
        chat.show(message)


def _draw(messages: Iterable[Message], heading: str, zone: tzinfo | None, picture: Path) -> None:
    from smstools_async.cli._chat import Chat  # noqa: PLC0415 - rich takes 30 ms
    from smstools_async.cli._picture import picture_console, write_picture  # noqa: PLC0415 - as well

    console = picture_console()
    console.print(heading)
    chat = Chat(zone, console)
    for message in messages:
        chat.show(message)
    write_picture(console, "smstools-async show", picture)
    tell(f"{heading.strip()} → {picture}")


async def watch(
    service: Service,
    phone: str,
    *,
    resume_from: str | None,
    interval: float,
    utc: bool,
    progress: Progress,
) -> None:
    """Print messages as they come, for ever."""
    from smstools_async.cli._chat import Chat  # noqa: PLC0415 - rich takes 30 ms

    chat = Chat(UTC if utc else None)
    async with (
        service.client(phone, lively=True) as client,
        aclosing(
            client.watch_conversation(
                phone,
                cursor=resume_from,
                interval=interval,
                max_interval=12 * interval,
                progress=progress,
            )
        ) as messages,
    ):
        client.conversation_pages(phone, order="oldest", cursor=resume_from)  # checks them
        tell(f"Waiting for messages with {phone}. Ctrl-C ends it.")
        async for message in messages:
            chat.show(message)
