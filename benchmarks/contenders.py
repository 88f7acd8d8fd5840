"""Loops that read a whole history and count its messages, as an engineer would write them by hand.

They read pages by number and are done when `total` messages came, so none of them notices when the
history moves.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any
from urllib.parse import quote

import attrs
import cattrs
import httpx
import msgspec

from benchmarks.meters import Meter
from benchmarks.source import Source

AHEAD = 8


@attrs.define
class File:
    """As the API writes it."""

    name: str
    image: str
    mime: str


@attrs.define
class Message:
    """As the API writes it; cattrs takes it as it comes."""

    messageId: str | None
    direction: str
    sender: str
    receiver: str
    message: str
    file: list[File] | None
    datetime: str
    unixDatetime: int
    deliveryStatus: str


@attrs.define
class Page:
    """As the API writes it."""

    conversation: list[Message]
    total: int
    shown: int
    page: int
    limit: int


class FileStruct(msgspec.Struct):
    """As the API writes it."""

    name: str
    image: str
    mime: str


class MessageStruct(msgspec.Struct):
    """As the API writes it."""

    messageId: str | None
    direction: str
    sender: str
    receiver: str
    message: str
    file: list[FileStruct] | None
    datetime: str
    unixDatetime: int
    deliveryStatus: str


class PageStruct(msgspec.Struct):
    """As the API writes it."""

    conversation: list[MessageStruct]
    total: int
    shown: int
    page: int
    limit: int


def address(source: Source, page: int) -> str:
    """Write the address of a page."""
    phone = quote(source.phone, safe="")
    return f"{source.base_url}/conversation/{phone}?page={page}&limit={source.page_size}"


async def httpx_and_cattrs(source: Source, meter: Meter) -> int:
    """Read with httpx and cattrs as they come, one page after the other."""
    converter = cattrs.Converter()
    count = 0
    client = httpx.AsyncClient(headers=source.headers, verify=source.tls or True)
    async with client, meter:
        for page in range(1, source.pages + 1):
            response = await client.get(address(source, page))
            response.raise_for_status()
            read = converter.structure(response.json(), Page)
            for _ in read.conversation:
                count += 1
    return count


async def aiohttp_and_msgspec(source: Source, meter: Meter) -> int:
    """Read with aiohttp into structs, one page after the other: what an expert would write."""
    decode = msgspec.json.Decoder(PageStruct).decode
    count = 0
    async with _aiohttp_session(source) as session, meter:
        for page in range(1, source.pages + 1):
            read = decode(await _fetch(session, source, page))
            for _ in read.conversation:
                count += 1
    return count


async def aiohttp_and_msgspec_ahead(source: Source, meter: Meter) -> int:
    """Do the same with so many requests under way at once."""
    decode = msgspec.json.Decoder(PageStruct).decode
    count = 0
    async with _aiohttp_session(source) as session, meter:
        async for body in _fetch_ahead(session, source):
            for _ in decode(body).conversation:
                count += 1
    return count


async def _fetch_ahead(session: Any, source: Source) -> AsyncIterator[bytes]:
    waiting = deque[asyncio.Task[bytes]]()
    for page in range(1, source.pages + 1):
        waiting.append(asyncio.create_task(_fetch(session, source, page)))
        if len(waiting) == AHEAD:
            yield await waiting.popleft()
    while waiting:
        yield await waiting.popleft()


def _aiohttp_session(source: Source) -> Any:
    aiohttp: Any = import_module("aiohttp")  # the type checkers run where it is not installed
    connector = aiohttp.TCPConnector(ssl=source.tls or True)
    return aiohttp.ClientSession(headers=source.headers, connector=connector)


async def _fetch(session: Any, source: Source, page: int) -> bytes:
    yarl: Any = import_module("yarl")
    async with session.get(yarl.URL(address(source, page), encoded=True)) as response:
        response.raise_for_status()
        body: bytes = await response.read()
        return body
