"""Requests of all calls together pass one limiter, so that the pool is never crowded."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from smstools_async import Client, Hooks
from tests.wire.asking import PHONE, client_of, sandbox_of


@pytest.mark.anyio
@pytest.mark.parametrize("max_connections", [1, 3, 8])
async def test_no_more_are_under_way_than_connections(max_connections: int) -> None:
    """Of fifty calls at once; none is lost."""
    sandbox = sandbox_of()
    pages = list[int]()

    async def ask(client: Client) -> None:
        pages.append(len(await client.conversation(PHONE).page()))

    opening = client_of(sandbox, max_connections=max_connections)
    async with opening as client, anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(ask, client)
    assert [3] * 50 == pages
    assert max_connections == sandbox.most_in_flight


@pytest.mark.anyio
async def test_default_is_eight() -> None:
    """What httpx's pool handles well."""
    sandbox = sandbox_of()
    async with client_of(sandbox) as client, anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(client.conversation(PHONE).page)
    assert 8 == sandbox.most_in_flight


@pytest.mark.anyio
async def test_call_cancelled_in_the_queue_leaves_no_gap() -> None:
    """Its place goes to the next one."""
    sandbox = sandbox_of()
    has_begun = anyio.Event()
    sandbox.before_each_request = lambda _: has_begun.set()
    async with client_of(sandbox, max_connections=1) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.conversation(PHONE).page)
        await has_begun.wait()
        with anyio.move_on_after(0):
            await client.conversation(PHONE).page()
        assert 3 == len(await client.conversation(PHONE).page())
    assert 2 == len(sandbox.requests)


@pytest.mark.anyio
async def test_requests_of_every_kind_pass_it() -> None:
    """Those of endpoints that are not modelled, too."""
    sandbox = sandbox_of()
    path = f"/conversation/{PHONE}"
    async with client_of(sandbox, max_connections=2) as client, anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(client.request, "GET", path)
            tasks.start_soon(client.conversation(PHONE).count)
    assert 2 == sandbox.most_in_flight


@pytest.mark.anyio
async def test_answers_are_read_in_a_turn_each() -> None:
    """Others get their turn in between, even if all answers come at once."""
    sandbox = sandbox_of()
    turn = 0
    read_in: list[int] = []
    hooks = Hooks(on_response=lambda _: read_in.append(turn))
    async with client_of(sandbox, hooks=hooks) as client, anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(client.conversation(PHONE).page)
        while len(read_in) < 8:
            turn += 1
            await checkpoint()
    assert 8 == len(set(read_in))
