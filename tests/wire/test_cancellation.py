"""A call may be cancelled at any moment; the client and its pool stay whole."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import anyio
import pytest

from smstools_async import Client, Retry
from smstools_async.sandbox import Response, Sandbox
from tests.faults.fault import page
from tests.faults.server import Treatment, serving_faults
from tests.wire.asking import (
    AT_ONCE,
    CLIENT_ID,
    CLIENT_SECRET,
    PHONE,
    client_of,
    connecting,
    sandbox_of,
)
from tests.wire.conftest import Port
from tests.wire.rows import row

CONNECTIONS = 4
PAGE = page(*(row(message=f"Mensagem {number}") for number in range(50)))
IN_PIECES = Treatment(steps=tuple(PAGE[at : at + 2000] for at in range(0, len(PAGE), 2000)))


async def cancel_by_scopes(client: Client, calls: int) -> int:
    """Make calls, a few at once, and cancel each after some turns; return how many were served."""
    random, served = Random(7), 0

    async def call(turns: int) -> None:
        nonlocal served
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(give_up_after, turns, tasks.cancel_scope)
            await client.conversation(PHONE).page()
            served += 1
            tasks.cancel_scope.cancel()

    async def give_up_after(turns: int, scope: anyio.CancelScope) -> None:
        for _ in range(turns):
            await anyio.lowlevel.checkpoint()
        scope.cancel()

    for _ in range(calls // 10):
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(call, random.randrange(60))
    return served


async def cancel_tasks(client: Client, calls: int) -> int:
    """Make calls, a few at once, and cancel each task as asyncio does."""
    random, served = Random(7), 0

    async def call_and_cancel() -> None:
        nonlocal served
        task = asyncio.create_task(client.conversation(PHONE).page())
        for _ in range(random.randrange(60)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        served += not task.cancelled()

    for _ in range(calls // 10):
        await asyncio.gather(*(call_and_cancel() for _ in range(10)))
    return served


async def assert_whole(client: Client) -> None:
    """Every connection can be used at once; a lost one would leave a call waiting indefinitely."""
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            for _ in range(3 * CONNECTIONS):
                tasks.start_soon(client.conversation(PHONE).page)


@pytest.mark.anyio
async def test_hundreds_of_cancelled_calls_in_process() -> None:
    """Nothing is left in flight."""
    sandbox = sandbox_of()
    async with client_of(sandbox, max_connections=CONNECTIONS) as client:
        served = await cancel_by_scopes(client, 250)
        await assert_whole(client)
    assert 0 < served < 250
    assert 0 == sandbox.in_flight
    assert sandbox.most_in_flight <= CONNECTIONS


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_hundreds_of_cancelled_calls_on_trio() -> None:
    """On real connections, of a pool that was given: it loses no slot."""
    async with (
        serving_faults(IN_PIECES) as server,
        client_of(
            connecting(CONNECTIONS), base_url=server.base_url, max_connections=CONNECTIONS
        ) as client,
    ):
        assert 0 < await cancel_by_scopes(client, 500) < 500
        await assert_whole(client)


@pytest.mark.asyncio
@pytest.mark.parametrize("cancel", [cancel_by_scopes, cancel_tasks], ids=["scopes", "tasks"])
async def test_hundreds_of_cancelled_calls_on_asyncio(
    cancel: Callable[[Client, int], Awaitable[int]], port: Port
) -> None:
    """On real connections of our own, by cancel scopes and by asyncio itself."""
    async with Client(
        CLIENT_ID,
        CLIENT_SECRET,
        base_url=port.base_url,
        max_connections=CONNECTIONS,
        retry=None,
    ) as client:
        assert 0 < await cancel(client, 500) < 500
        await assert_whole(client)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["trio"])
@pytest.mark.parametrize("turns", range(8))
async def test_connection_that_was_just_made_is_not_lost(turns: int) -> None:
    """A cancellation waits for the moment when httpcore can take it."""
    async with (
        serving_faults(IN_PIECES) as server,
        client_of(connecting(1), base_url=server.base_url, max_connections=1) as client,
    ):
        for _ in range(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.conversation(PHONE).page)
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        with anyio.fail_after(5):
            await client.conversation(PHONE).page()


@pytest.mark.anyio
@pytest.mark.parametrize("turns", range(12))
async def test_cancelled_call_is_cancelled(turns: int) -> None:
    """At whatever moment: it neither returns nor raises anything else, and is not tried again."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=503), times=None)
    async with client_of(sandbox, retry=Retry(attempts=1000)) as client:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.conversation(PHONE).page)
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                scope.cancel()
        assert scope.cancelled_caught
        requests = len(sandbox.requests)
        await anyio.wait_all_tasks_blocked()
        assert requests == len(sandbox.requests)


@pytest.mark.asyncio
async def test_inner_task_cancelled_alone_cancels_the_call() -> None:
    """Asyncio lets anybody cancel any task, as some servers do when they stop."""
    sandbox = sandbox_of()
    sandbox.latency = 3600
    has_begun = asyncio.Event()
    sandbox.before_each_request = lambda _: has_begun.set()
    async with client_of(sandbox, timeout=7200, retry=AT_ONCE) as client:
        call = asyncio.create_task(client.conversation(PHONE).page())
        await has_begun.wait()
        (inner,) = asyncio.all_tasks() - {call, asyncio.current_task()}
        inner.cancel()
        await asyncio.wait({call})
        assert call.cancelled()
        sandbox.latency = 0
        assert 3 == len(await client.conversation(PHONE).page())


@pytest.mark.anyio
async def test_timeout_of_the_caller_leaves_the_client_usable() -> None:
    """The commonest way to cancel."""
    sandbox = Sandbox(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    sandbox.latency = 3600
    async with client_of(sandbox, timeout=7200, max_connections=1) as client:
        with pytest.raises(TimeoutError), anyio.fail_after(0.001):
            await client.conversation(PHONE).page()
        sandbox.latency = 0
        assert 0 == len(await client.conversation(PHONE).page())
