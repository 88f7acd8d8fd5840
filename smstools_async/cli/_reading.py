"""What is read from a conversation to look at: its size, its latest messages, its new ones."""

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path

import click

from smstools_async import Message, Progress
from smstools_async.cli import _source
from smstools_async.cli._parts import check_folder
from smstools_async.cli._reporting import report
from smstools_async.cli._service import Service
from smstools_async.cli._terminal import visible
from smstools_async.cli._wording import counted_of


async def count(service: Service, phone: str) -> None:
    """Print how many messages there are with `phone`."""
    async with service.client(phone) as client:
        click.echo(await _source.count(client, phone))


async def show(
    service: Service, phone: str, *, most: int, zone: tzinfo, picture: Path | None
) -> None:
    """Print the latest messages as a chat, the newest last; or draw them into a picture."""
    if picture:
        check_folder(picture)
    async with service.client(phone) as client:
        messages, total = await _source.latest(client, phone, most)
    amount = counted_of(len(messages), total, "message")
    heading = f"{amount} with {visible(phone)}, times in {zone}\n"
    if picture:
        _draw(messages, heading, zone, picture)
    else:
        _print(messages, heading, zone)


def _print(messages: Iterable[Message], heading: str, zone: tzinfo) -> None:
    from smstools_async.cli._chat import Chat  # noqa: PLC0415 - rich takes 30 ms

    click.echo(heading)
    chat = Chat(zone)
    for message in messages:
        chat.show(message)


def _draw(messages: Iterable[Message], heading: str, zone: tzinfo, picture: Path) -> None:
    from smstools_async.cli._chat import Chat  # noqa: PLC0415 - rich takes 30 ms
    from smstools_async.cli._picture import picture_console, write_picture  # noqa: PLC0415 - as well

    console = picture_console()
    console.print(heading)
    chat = Chat(zone, console)
    for message in messages:
        chat.show(message)
    write_picture(console, "smstools-async show", picture)
    report(f"{heading.strip()} → {picture}")


async def watch(
    service: Service,
    phone: str,
    *,
    resume_from: str | None,
    interval: float,
    zone: tzinfo,
    progress: Progress,
) -> None:
    """Print messages as they arrive, until interrupted."""
    from smstools_async.cli._chat import Chat  # noqa: PLC0415 - rich takes 30 ms

    chat = Chat(zone)
    async with service.client(phone, lively=True) as client:
        _source.check_watch(client, phone, resume_from)
        report(f"Waiting for messages with {phone}. Ctrl-C stops it.")
        async with _source.watch(
            client, phone, cursor=resume_from, interval=interval, progress=progress
        ) as messages:
            async for message in messages:
                chat.show(message)
