"""Traps of asynchronous iteration, each of them reproduced before it was avoided here."""

import asyncio
import gc
import inspect
import logging
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing

import anyio
import pytest
import trio
from anyio.lowlevel import checkpoint

from smstools_async import (
    Client,
    InvalidRequestError,
    Listing,
    Message,
    PageIterator,
    PaginationError,
    Progress,
)
from smstools_async._wire.pages import DecodedPage
from smstools_async.sandbox import Quirks, Response, Sandbox
from tests.walk.schedules import PHONE, open_client
from tests.walk.virtual_time import virtual_backend
from tests.walk.ways import WAYS, Reading, Way

pytestmark = pytest.mark.anyio

TOTAL = 60
FIRST, SECOND = 18, 14
"""New messages on the first two pages with `page_size=10`, which are fetched before the first."""

on_virtual_asyncio = pytest.mark.parametrize(
    "anyio_backend", [virtual_backend("asyncio")], ids=["asyncio"]
)


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with a conversation of 60 messages."""
    return filled()


def filled(messages: int = TOTAL) -> Sandbox:
    """Make an account with a conversation of this many messages."""
    sandbox = Sandbox()
    for number in range(messages):
        sandbox.receive(PHONE, f"Mensagem {number}")
    return sandbox


REFUSAL = Response.error(103, "Phone number is required or invalid")


# Generators


def test_the_iteration_is_an_async_generator_function() -> None:
    """Frameworks that inspect it, such as those for web streaming, see what it is."""
    assert inspect.isasyncgenfunction(Client.iter_conversation)
    assert inspect.isasyncgenfunction(Listing[Message].watch)


async def test_nothing_happens_before_the_first_step(client: Client, sandbox: Sandbox) -> None:
    """A generator that is made and not used requests nothing, and needs no closing."""
    tasks = len(anyio.get_running_tasks())
    client.iter_conversation(PHONE)
    client.conversation(PHONE).watch()
    await checkpoint()
    assert ([], tasks) == (sandbox.requests, len(anyio.get_running_tasks()))


async def test_nothing_runs_between_messages(client: Client) -> None:
    """No task is open while the caller runs (PEP 789)."""
    tasks = len(anyio.get_running_tasks())
    walk = client.iter_conversation(PHONE, page_size=10, prefetch=8)
    assert [tasks] * TOTAL == [len(anyio.get_running_tasks()) async for _ in walk]


async def test_a_failing_page_does_not_cancel_the_callers_other_work(
    client: Client, sandbox: Sandbox
) -> None:
    """With a task group open across `yield`, the work would be cut off and the error lost."""
    sandbox.fail(REFUSAL, page=3, times=None)
    walk = client.iter_conversation(PHONE, page_size=10, prefetch=8)
    for _ in range(11):
        await anext(walk)
    await anyio.wait_all_tasks_blocked()
    rest: list[Message] = []
    with pytest.raises(InvalidRequestError):
        await collect(walk, rest)
    assert FIRST + SECOND - 11 == len(rest)


async def collect(messages: AsyncIterator[Message], into: list[Message]) -> None:
    """Take all there is, so that what came before an error is kept."""
    async for message in messages:
        into.append(message)  # noqa: PERF401 - a comprehension would lose them


async def test_a_cancellation_elsewhere_does_not_reach_into_an_open_iteration(
    client: Client,
) -> None:
    """A scope that begins between two messages may end between two others."""
    walk = client.iter_conversation(PHONE, page_size=10)
    await anext(walk)
    with anyio.CancelScope() as scope:
        await anext(walk)
        scope.cancel()
        await checkpoint()
    assert scope.cancelled_caught
    assert TOTAL - 2 == len([message async for message in walk])


async def test_two_tasks_cannot_share_a_generator(client: Client, sandbox: Sandbox) -> None:
    """Python itself refuses the second, and the first continues undisturbed."""
    walk = client.iter_conversation(PHONE)
    refusals: list[str] = []

    def interrupt(_: int) -> None:
        with pytest.raises(RuntimeError) as refusal:
            anext(walk).__await__().__next__()
        refusals.append(str(refusal.value))

    sandbox.before_each_request = interrupt
    assert TOTAL == len([message async for message in walk])
    assert {"anext(): asynchronous generator is already running"} == set(refusals)


@on_virtual_asyncio
async def test_wait_for_finishes_a_generator(client: Client, sandbox: Sandbox) -> None:
    """Its next step looks like the end of the history; only the cursor shows that it is not."""
    progress = Progress()
    walk = client.iter_conversation(PHONE, page_size=10, prefetch=0, progress=progress)
    for _ in range(FIRST + SECOND):
        await anext(walk)
    sandbox.latency = 20.0
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(anext(walk), 1)
    sandbox.latency = 0.0
    assert [] == [message async for message in walk]
    rest = client.iter_conversation(PHONE, cursor=progress.cursor)
    assert TOTAL - FIRST - SECOND == len([message async for message in rest])


@on_virtual_asyncio
async def test_wait_for_does_not_finish_pages(client: Client, sandbox: Sandbox) -> None:
    """A class iterator continues where it was."""
    pages = client.conversation(PHONE, page_size=10).pages(prefetch=0)
    taken = [*await anext(pages), *await anext(pages)]
    sandbox.latency = 20.0
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(anext(pages), 1)
    sandbox.latency = 0.0
    async for page in pages:
        taken += page
    assert list(sandbox.messages(PHONE)) == taken


def test_pages_have_no_flag_to_loop_on() -> None:
    """The last page may be known only by one more request, so `while not finished` would fail."""
    assert not hasattr(PageIterator, "finished")


@pytest.mark.parametrize("total", [0, 1, 12, 20, 29, 31, 45])
async def test_a_loop_of_single_pages_ends_with_none(total: int) -> None:
    """Wherever the list ends within its last page, `anext(pages, None)` returns `None` there."""
    sandbox = filled(total)
    taken: list[Message] = []
    async with open_client(sandbox) as client:
        pages = client.conversation(PHONE, page_size=4).pages()
        while (page := await anext(pages, None)) is not None:
            taken += page
        assert None is await anext(pages, None)
    assert list(sandbox.messages(PHONE)) == taken


@on_virtual_asyncio
async def test_wait_for_does_not_finish_a_stream(client: Client, sandbox: Sandbox) -> None:
    """What comes after the time-out is there for the next step."""
    sandbox.latency = 2.0
    taken: list[Message] = []
    async with client.conversation(PHONE, page_size=30).stream() as messages:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(messages), 1)
        await collect(messages, taken)
    assert list(sandbox.messages(PHONE)) == taken


# What is left open


@pytest.fixture
def complaints(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Give what the event loop logs, and have warnings raised where they arise."""
    caplog.set_level(logging.WARNING)
    messages: list[str] = []
    gc.freeze()
    yield messages
    gc.collect()
    gc.unfreeze()
    messages += [record.getMessage() for record in caplog.records]
    assert [] == messages


async def leave_by_break(client: Client) -> None:
    """Leave a generator in the middle of a page, and to the garbage collector."""
    async for _ in client.iter_conversation(PHONE, page_size=10, prefetch=8):
        break
    gc.collect()


@pytest.mark.usefixtures("complaints")
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_loop_left_by_break_is_silent_on_asyncio(client: Client, sandbox: Sandbox) -> None:
    """The garbage collector closes the generator; nothing is lost, logged or warned of."""
    tasks = len(anyio.get_running_tasks())
    for _ in range(3):
        await leave_by_break(client)
    await anyio.wait_all_tasks_blocked()
    assert (tasks, 0) == (len(anyio.get_running_tasks()), sandbox.in_flight)


@pytest.mark.usefixtures("complaints")
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_a_loop_left_by_break_is_hinted_at_by_trio(client: Client, sandbox: Sandbox) -> None:
    """Trio advises `aclosing` for any generator left open; beside that nothing happens."""
    tasks = len(anyio.get_running_tasks())
    with pytest.warns(ResourceWarning, match="Surround its use in 'async with aclosing"):
        await leave_by_break(client)
    await anyio.wait_all_tasks_blocked()
    assert (tasks, 0) == (len(anyio.get_running_tasks()), sandbox.in_flight)


@pytest.mark.usefixtures("complaints")
async def test_a_generator_closed_by_aclosing_is_silent(client: Client) -> None:
    """It delegates to no other generator, which trio would find open."""
    async with aclosing(client.iter_conversation(PHONE, page_size=10)) as messages:
        async for _ in messages:
            break
    async with aclosing(client.conversation(PHONE).watch(interval=0.01)):
        pass
    gc.collect()
    await checkpoint()


@pytest.mark.usefixtures("complaints")
async def test_pages_left_by_break_are_silent(client: Client) -> None:
    """A class iterator has nothing to close, on either loop."""
    async for _ in client.conversation(PHONE, page_size=10).pages(prefetch=8):
        break
    gc.collect()
    await checkpoint()


@pytest.mark.usefixtures("complaints")
async def test_a_stream_left_by_break_is_silent(client: Client) -> None:
    """The end of its block closes it."""
    async with client.conversation(PHONE, page_size=10).stream() as messages:
        async for _ in messages:
            break
    async with client.stream_conversations([PHONE], page_size=10) as items:
        async for _ in items:
            break
    del messages, items
    gc.collect()
    await checkpoint()


@pytest.mark.usefixtures("complaints")
async def test_a_stream_never_opened_is_silent(client: Client) -> None:
    """Nothing of it exists before its block begins."""
    client.conversation(PHONE).stream()
    client.stream_conversations([PHONE])
    gc.collect()
    await checkpoint()


@pytest.mark.parametrize("run", [asyncio.run, trio.run], ids=["asyncio", "trio"])
@pytest.mark.usefixtures("complaints")
def test_an_event_loop_may_end_before_an_iteration(
    run: Callable[..., object],
) -> None:
    """The loop closes what is open; that needs nothing that is gone by then."""
    kept: list[AsyncIterator[Message]] = []

    async def leave_open() -> None:
        async with open_client(filled()) as client:
            walk = client.iter_conversation(PHONE, page_size=10)
            kept.append(walk)
            await anext(walk)

    work: Callable[[], Awaitable[None]] = leave_open
    run(work() if run is asyncio.run else work)
    kept.clear()
    gc.collect()


# Streams


@pytest.mark.parametrize("way", WAYS[-2:], ids=str)
async def test_an_error_within_a_block_is_not_wrapped_into_a_group(
    client: Client, sandbox: Sandbox, way: Way
) -> None:
    """A context manager that just opens a task group raises an `ExceptionGroup`."""
    sandbox.fail(REFUSAL, page=2, times=None)
    with pytest.raises(InvalidRequestError) as caught:
        await Reading(client, way, page_size=10).run()
    assert caught.value.__context__ is None


# Memory


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Turn the cyclic garbage collector off, and let it forget what is there."""
    gc.disable()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.enable()


def pages_alive() -> int:
    """Count the pages in memory."""
    return sum(isinstance(thing, DecodedPage) for thing in gc.get_objects())


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("prefetch", [0, 2])
async def test_a_page_delivered_is_freed_at_once(client: Client, prefetch: int) -> None:
    """Memory is bounded by the prefetched pages, not by the history or the garbage collector."""
    before = pages_alive()
    held: list[int] = []
    progress = Progress(on_page=lambda _: held.append(pages_alive() - before))
    async for _ in client.iter_conversation(
        PHONE, page_size=5, prefetch=prefetch, progress=progress
    ):
        pass
    assert 2 + prefetch == max(held)


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_walk_that_is_over_is_freed_at_once(client: Client, way: Way) -> None:
    """Nothing refers to itself in a circle."""
    before = pages_alive()
    reading = Reading(client, way, page_size=10)
    await reading.run()
    del reading
    assert before == pages_alive()


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_walk_that_failed_is_freed_at_once(
    client: Client, sandbox: Sandbox, way: Way
) -> None:
    """An error, its traceback and what that shows form no circle either."""
    sandbox.quirks |= Quirks(empty_requests=range(3, 1000))
    before = pages_alive()
    error = await failure(client, way)
    reference = weakref.ref(error)
    del error
    assert reference() is None
    assert before == pages_alive()


async def failure(client: Client, way: Way) -> PaginationError:
    """Return the error of a reading that is to fail."""
    try:
        await Reading(client, way, page_size=10).run()
    except PaginationError as error:
        return error
    raise AssertionError("it did not fail")
