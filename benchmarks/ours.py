"""Our own ways to read a whole history, each counting its messages."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from benchmarks.contenders import address
from benchmarks.meters import Meter
from benchmarks.source import CLIENT_ID, CLIENT_SECRET, Source
from smstools_async import Client
from smstools_async._http.transport import WideTransport
from smstools_async._wire.messages import decode_conversation


@asynccontextmanager
async def opened(source: Source, max_connections: int = 8) -> AsyncGenerator[Client]:
    """Open a client, by default as it comes; one that trusts the server's certificate, if any."""
    async with AsyncExitStack() as stack:
        given = None
        if source.tls is not None:
            limits = httpx.Limits(max_connections=max_connections)
            given = httpx.AsyncClient(transport=WideTransport(source.tls, limits))
            await stack.enter_async_context(given)
        client = Client(
            CLIENT_ID,
            CLIENT_SECRET,
            base_url=source.base_url,
            max_connections=max_connections,
            http_client=given,
        )
        yield await stack.enter_async_context(client)


async def bare_loop(source: Source, meter: Meter) -> int:
    """Read with httpx and make messages, with nothing around: what every walk costs at least."""
    count = 0
    client = httpx.AsyncClient(headers=source.headers, verify=source.tls or True)
    async with client, meter:
        for page in range(1, source.pages + 1):
            request = client.build_request("GET", address(source, page))
            response = await client.send(request, stream=True)
            body = b"".join([chunk async for chunk in response.aiter_raw()])
            await response.aclose()
            for _ in decode_conversation(body, phone=source.phone).structured():
                count += 1
    return count


async def iteration(source: Source, meter: Meter, prefetch: int = 2) -> int:
    """Read by `iter_conversation`."""
    count = 0
    async with opened(source) as client, meter:
        messages = client.iter_conversation(
            source.phone, page_size=source.page_size, prefetch=prefetch
        )
        async for _ in messages:
            count += 1
    return count


async def iteration_ahead(source: Source, meter: Meter) -> int:
    """Read by `iter_conversation`, eight pages together."""
    return await iteration(source, meter, prefetch=7)


async def iteration_alone(source: Source, meter: Meter) -> int:
    """Read by `iter_conversation`, one page after the other."""
    return await iteration(source, meter, prefetch=0)


async def pages(source: Source, meter: Meter) -> int:
    """Read by `pages`."""
    count = 0
    async with opened(source) as client, meter:
        async for page in client.conversation(source.phone, page_size=source.page_size).pages():
            count += len(page)
    return count


async def stream(source: Source, meter: Meter, prefetch: int = 2) -> int:
    """Read by `stream`."""
    count = 0
    async with (
        opened(source) as client,
        meter,
        client.conversation(source.phone, page_size=source.page_size).stream(
            prefetch=prefetch
        ) as messages,
    ):
        async for _ in messages:
            count += 1
    return count


async def stream_ahead(source: Source, meter: Meter) -> int:
    """Read by `stream`, with room for seven pages."""
    return await stream(source, meter, prefetch=7)


async def many(source: Source, meter: Meter, phones: int, concurrency: int) -> int:
    """Read many phones by `stream_conversations`."""
    numbers = [f"+55119{number:08}" for number in range(phones)]
    count = 0
    async with (
        opened(source, concurrency) as client,
        meter,
        client.stream_conversations(
            numbers, concurrency=concurrency, page_size=source.page_size
        ) as items,
    ):
        async for _ in items:
            count += 1
    return count


async def many_at_8(source: Source, meter: Meter) -> int:
    """Read two hundred phones, eight at once."""
    return await many(source, meter, 200, 8)


async def many_at_32(source: Source, meter: Meter) -> int:
    """Read two hundred phones, 32 at once."""
    return await many(source, meter, 200, 32)


async def many_at_64(source: Source, meter: Meter) -> int:
    """Read two hundred phones, 64 at once."""
    return await many(source, meter, 200, 64)
