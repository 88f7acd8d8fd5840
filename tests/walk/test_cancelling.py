"""Cancelled at any moment: nothing is left behind, nothing is lost, and it can be resumed."""

import asyncio
import random
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager, suppress
from itertools import count
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream, SocketListener
from anyio.lowlevel import checkpoint

from smstools_async import (
    Client,
    ConversationError,
    Message,
    MessageOf,
    PageIterator,
    Progress,
)
from smstools_async._reading.many import Item
from smstools_async.sandbox import Response, Sandbox
from tests.walk.schedules import PHONE
from tests.walk.virtual_time import virtual_backend
from tests.walk.ways import WAYS, Reading, Way

pytestmark = pytest.mark.anyio

PAGE_SIZE = 5
TOTAL = 18

Work = Callable[[], Coroutine[Any, Any, None]]


async def cancel_scope(work: Work, steps: int) -> None:
    """Begin `work`, and cancel its scope after this many steps of the event loop."""
    async with anyio.create_task_group() as group:
        group.start_soon(work)
        for _ in range(steps):
            await checkpoint()
        group.cancel_scope.cancel()


async def cancel_task(work: Work, steps: int) -> None:
    """Begin `work` as an asyncio task, and cancel it after this many steps of the event loop."""
    task = asyncio.ensure_future(work())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() or task.exception() is None


Cancel = Callable[[Work, int], Coroutine[Any, Any, None]]

in_each_way = pytest.mark.parametrize(
    ("anyio_backend", "cancel"),
    [("asyncio", cancel_scope), ("asyncio", cancel_task), ("trio", cancel_scope)],
    ids=["asyncio-scope", "asyncio-task", "trio-scope"],
)


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with a conversation of four pages."""
    sandbox = Sandbox()
    for number in range(TOTAL):
        sandbox.receive(PHONE, f"Mensagem {number}")
    return sandbox


@in_each_way
@pytest.mark.parametrize("way", [WAYS[0], *WAYS[2::3], WAYS[6]], ids=str)
async def test_a_reading_can_be_cancelled_at_every_step(
    client: Client, sandbox: Sandbox, way: Way, cancel: Cancel
) -> None:
    """No task and no request stay, and the cursor resumes with what was not delivered."""
    messages = list(sandbox.messages(PHONE))
    tasks = len(anyio.get_running_tasks())
    for steps in count():
        reading = Reading(client, way, page_size=PAGE_SIZE)
        await cancel(reading.run, steps)
        assert (tasks, 0) == (len(anyio.get_running_tasks()), sandbox.in_flight)
        rest = client.iter_conversation(PHONE, cursor=reading.cursor)
        assert messages == reading.taken + [message async for message in rest]
        if reading.finished:
            assert messages == reading.taken
            break


@in_each_way
@pytest.mark.parametrize("prefetch", [0, 8])
async def test_pages_continue_after_each_cancellation(
    client: Client, sandbox: Sandbox, prefetch: int, cancel: Cancel
) -> None:
    """Cut off at any step, the same iterator delivers all the rest, nothing twice."""
    messages = list(sandbox.messages(PHONE))
    for steps in range(0, 120, 4):
        pages = client.conversation(PHONE, page_size=PAGE_SIZE).pages(prefetch=prefetch)
        taken: list[Message] = []

        async def take(pages: PageIterator[Message] = pages, taken: list[Message] = taken) -> None:
            async for page in pages:
                taken.extend(page)

        await cancel(take, steps)
        await take()
        assert messages == taken


@in_each_way
async def test_a_stream_continues_after_each_cancellation(
    client: Client, sandbox: Sandbox, cancel: Cancel
) -> None:
    """Cut off at any step, also just when a page is delivered, its caller misses none."""
    messages = list(sandbox.messages(PHONE))
    for steps in range(60):
        taken: list[Message] = []
        async with client.conversation(PHONE, page_size=PAGE_SIZE).stream(prefetch=0) as stream:

            async def take(
                stream: AsyncIterator[Message] = stream, taken: list[Message] = taken
            ) -> None:
                async for message in stream:
                    taken.append(message)  # noqa: PERF401 - one by one, until it is cut off

            await cancel(take, steps)
            await take()
        assert messages == taken


@in_each_way
async def test_a_stream_of_many_continues_after_each_cancellation(
    client: Client, sandbox: Sandbox, cancel: Cancel
) -> None:
    """Errors that are yielded are not missed either."""
    phones = [PHONE, "nobody@example", "+5511900000000", "+5511900000001"]
    messages = list(sandbox.messages(PHONE))
    for steps in range(0, 60, 2):
        taken: list[Item] = []
        async with client.stream_conversations(
            phones, concurrency=2, page_size=PAGE_SIZE, prefetch=0, on_error="yield"
        ) as stream:

            async def take(
                stream: AsyncIterator[Item] = stream,
                taken: list[Item] = taken,
            ) -> None:
                async for item in stream:
                    taken.append(item)  # noqa: PERF401 - likewise

            await cancel(take, steps)
            await take()
        assert messages == [item.message for item in taken if isinstance(item, MessageOf)]
        assert ["nobody@example"] == [
            item.phone for item in taken if isinstance(item, ConversationError)
        ]


@in_each_way
async def test_a_stream_can_be_left_at_every_step(
    client: Client, sandbox: Sandbox, cancel: Cancel
) -> None:
    """Also while it is being left for another reason."""
    tasks = len(anyio.get_running_tasks())
    left: list[bool] = []

    async def leave_early() -> None:
        async with client.stream_conversations(
            [PHONE, "+5511900000000"], page_size=1, prefetch=5
        ) as items:
            await anext(items)
        left.append(True)

    for steps in count():
        await cancel(leave_early, steps)
        assert (tasks, 0) == (len(anyio.get_running_tasks()), sandbox.in_flight)
        if left:
            break


@in_each_way
async def test_a_watch_can_be_cancelled_at_every_step(
    client: Client, sandbox: Sandbox, cancel: Cancel
) -> None:
    """Its progress says where to watch on."""
    start = Progress()
    walk = client.iter_conversation(PHONE, order="oldest", max_messages=1, progress=start)
    assert 1 == len([message async for message in walk])
    expected = list(sandbox.messages(PHONE))[-2::-1]
    taken: list[Message] = []
    for steps in count():
        progress = Progress()
        taken.clear()

        async def watch(cursor: str | None, progress: Progress = progress) -> None:
            watched = client.conversation(PHONE, order="oldest", cursor=cursor).watch(
                progress=progress
            )
            async with aclosing(watched) as messages:
                async for message in messages:
                    taken.append(message)
                    await checkpoint()

        await cancel(lambda: watch(start.cursor), steps)
        if len(taken) == len(expected):
            break
        cursor = progress.cursor or start.cursor
        rest = client.iter_conversation(PHONE, order="oldest", cursor=cursor)
        assert expected == taken + [message async for message in rest]


@asynccontextmanager
async def listening(sandbox: Sandbox) -> AsyncGenerator[str, None]:
    """Let `sandbox` speak HTTP on connections, in pieces, with room for others in between."""

    async def answer(connection: ByteStream) -> None:
        first, *lines = (await connection.receive()).decode().split("\r\n")
        method, target, _ = first.split()
        path, _, query = target.partition("?")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        answer = sandbox.respond(method, path, query, headers)
        assert isinstance(answer, Response)
        await connection.send(b"HTTP/1.1 200 OK\r\n")
        await checkpoint()
        await connection.send(b"Content-Length: %d\r\n\r\n" % len(answer.body))
        await checkpoint()
        await connection.send(answer.body)

    async def converse(connection: ByteStream) -> None:
        async with connection:
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):  # the client has left
                while True:
                    await answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        async with (
            await SocketListener.from_socket(server) as listener,
            anyio.create_task_group() as group,
        ):
            group.start_soon(listener.serve, converse)
            yield f"http://{host}:{port}/v1"
            group.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("anyio_backend", "cancel"),
    [("asyncio", cancel_task), ("trio", cancel_scope)],
    ids=["asyncio-task", "trio-scope"],
)
async def test_five_hundred_cancellations_leave_the_connections_whole(
    sandbox: Sandbox, cancel: Cancel
) -> None:
    """Walks that compete for a few connections are cut off at random; then all requests succeed."""
    draw = random.Random(1)
    async with (
        listening(sandbox) as base_url,
        Client(
            sandbox.client_id,
            sandbox.client_secret,
            base_url=base_url,
            max_connections=3,
            retry=None,
        ) as client,
    ):

        async def read_several() -> None:
            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(Reading(client, draw.choice(WAYS), page_size=PAGE_SIZE).run)

        for _ in range(50):
            await cancel(read_several, draw.randint(0, 60))
        answered: list[int] = []

        async def ask() -> None:
            answered.append(await client.conversation(PHONE).count())

        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                for _ in range(30):
                    group.start_soon(ask)
    assert [TOTAL] * 30 == answered


@pytest.mark.parametrize("anyio_backend", [virtual_backend("asyncio")], ids=["asyncio"])
@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_time_out_of_asyncio_is_asyncios(
    client: Client, sandbox: Sandbox, way: Way
) -> None:
    """`asyncio.timeout` around a reading ends as it should, and leaves no cancellation pending."""
    sandbox.latency = 20.0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await Reading(client, way).run()
    task = asyncio.current_task()
    assert task is not None
    assert 0 == task.cancelling()
    await asyncio.sleep(0)
