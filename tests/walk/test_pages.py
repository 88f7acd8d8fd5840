"""Pages: an iterator that continues after errors, time-outs and cancellation."""

from contextlib import suppress
from itertools import chain
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st

from smstools_async import (
    Client,
    InvalidRequestError,
    Message,
    Page,
    PageIterator,
    Progress,
)
from smstools_async.sandbox import Response, Sandbox
from tests.walk.schedules import PHONE, open_client
from tests.walk.virtual_time import Backend, virtual_backend

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    """Run each test in virtual time."""
    return virtual_backend(request.param)


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with a conversation of 45 messages."""
    return filled(45)


def filled(messages: int) -> Sandbox:
    """Make an account with a conversation of this many messages."""
    sandbox = Sandbox()
    fill(sandbox, messages)
    return sandbox


def fill(sandbox: Sandbox, messages: int) -> None:
    """Let this many messages arrive."""
    for number in range(messages):
        sandbox.receive(PHONE, f"Mensagem {number}")


async def test_pages_show_how_far_they_are(client: Client, sandbox: Sandbox) -> None:
    """Total, requests and cursor are those of the pages delivered."""
    pages = client.conversation(PHONE, page_size=10).pages(prefetch=0)
    assert (None, 0, None) == (pages.progress.total, pages.progress.requests, pages.cursor)
    page = await anext(pages)
    assert (45, 18, 1, 18) == (page.total, page.shown, page.page, page.limit)
    assert (45, 2) == (pages.progress.total, pages.progress.requests)
    rest = client.iter_conversation(PHONE, cursor=pages.cursor)
    assert list(sandbox.messages(PHONE)[18:]) == [message async for message in rest]


async def test_pages_know_their_end(client: Client) -> None:
    """Asked again after the end, they stay at their end without a request."""
    pages = client.conversation(PHONE, page_size=10).pages()
    lengths = [len(page) async for page in pages]
    assert [18, 14, 13] == lengths
    assert 4 == pages.progress.requests
    for _ in range(2):
        with pytest.raises(StopAsyncIteration):
            await anext(pages)
    assert 4 == pages.progress.requests


async def test_the_last_page_is_known_to_be_the_last(client: Client) -> None:
    """Once `total` was seen to count a list of many pages, no request confirms the end."""
    walk = client.iter_conversation(PHONE, page_size=10)
    assert 45 == len([message async for message in walk])
    pages = client.conversation(PHONE).pages()
    assert 45 == sum([len(page) async for page in pages])
    assert 1 == pages.progress.requests


async def test_no_messages_are_no_page(client: Client) -> None:
    """An empty conversation has a total, and nothing to iterate over."""
    pages = client.conversation("+5511900000000").pages()
    assert [] == [page async for page in pages]
    assert (0, 1) == (pages.progress.total, pages.progress.requests)


async def test_nothing_is_asked_for_before_the_first_page(client: Client, sandbox: Sandbox) -> None:
    """Making and iterating are two things."""
    pages = aiter(client.conversation(PHONE).pages())
    await checkpoint()
    assert ([], 0) == (sandbox.requests, pages.progress.requests)


async def test_the_next_loop_continues(client: Client, sandbox: Sandbox) -> None:
    """As with any iterator, a loop that was left leaves the rest to the next one."""
    pages = client.conversation(PHONE, page_size=10).pages()
    taken = [await anext(pages)]
    async for page in pages:
        taken.append(page)
        break
    taken += [page async for page in pages]
    assert list(sandbox.messages(PHONE)) == list(chain.from_iterable(taken))
    assert 4 == pages.progress.requests


async def test_a_loop_around_errors_loses_and_repeats_nothing(
    client: Client, sandbox: Sandbox
) -> None:
    """The next one continues with the page that failed."""
    sandbox.fail(Response.error(103, "Phone number is required or invalid"), page=3, times=2)
    pages = client.conversation(PHONE, page_size=10).pages(prefetch=0)
    messages: list[Message] = []
    for _ in range(3):
        with suppress(InvalidRequestError):
            async for page in pages:
                messages += page
    assert list(sandbox.messages(PHONE)) == messages


async def test_a_loop_of_another_task_does_no_harm(client: Client, sandbox: Sandbox) -> None:
    """It is refused, and whoever was first gets each page once."""
    sandbox.latency = 1.0
    pages = client.conversation(PHONE, page_size=10).pages()
    taken: list[Page[Message]] = []

    async def take_all() -> None:
        taken.extend([page async for page in pages])

    async with anyio.create_task_group() as group:
        group.start_soon(take_all)
        await anyio.sleep(1.5)
        with pytest.raises(RuntimeError, match="Another task is waiting"):
            await anext(aiter(pages))
    assert list(sandbox.messages(PHONE)) == list(chain.from_iterable(taken))


@given(
    total=st.integers(0, 60),
    page_size=st.integers(1, 25),
    prefetch=st.integers(0, 8),
    order=st.sampled_from(["newest", "oldest"]),
)
@settings(deadline=None, max_examples=40)
async def test_pages_hold_what_the_iteration_yields(
    total: int, page_size: int, prefetch: int, order: str
) -> None:
    """Put together, the pages are the conversation, whatever their size."""
    sandbox = filled(total)
    async with open_client(sandbox) as client:
        options: dict[str, Any] = {"page_size": page_size, "order": order}
        conversation = client.conversation(PHONE, **options)
        pages = [page async for page in conversation.pages(prefetch=prefetch)]
        messages = [message async for message in client.iter_conversation(PHONE, **options)]
    assert messages == list(chain.from_iterable(pages))
    assert all(len(page) for page in pages)


async def test_a_page_holds_only_what_is_new(client: Client, sandbox: Sandbox) -> None:
    """Where windows overlap since the history moved, what came before is left out."""

    def arrive(_: int) -> None:
        sandbox.receive(PHONE, "ok")

    messages = sandbox.messages(PHONE)
    sandbox.before_each_request = arrive
    pages = [page async for page in client.conversation(PHONE, page_size=10).pages(prefetch=0)]
    assert list(messages) == list(chain.from_iterable(pages))[-len(messages) :]
    assert any(len(page) < (page.shown or 0) for page in pages[:-1])


async def take(pages: PageIterator[Message]) -> Page[Message] | InvalidRequestError | None:
    """Return the next page, or the error; `None` at the end."""
    try:
        return await anext(pages)
    except InvalidRequestError as error:
        return error
    except StopAsyncIteration:
        return None


@pytest.mark.parametrize("prefetch", [0, 1, 8])
async def test_pages_continue_after_errors(client: Client, sandbox: Sandbox, prefetch: int) -> None:
    """Each page fails twice; the next `anext` asks for it again, and nothing is lost."""
    for number in range(1, 6):
        sandbox.fail(
            Response.error(103, "Phone number is required or invalid"), page=number, times=2
        )
    pages = client.conversation(PHONE, page_size=10).pages(prefetch=prefetch)
    messages: list[Message] = []
    cursors: list[tuple[str | None, str | None]] = []
    while (came := await take(pages)) is not None:
        if isinstance(came, InvalidRequestError):
            cursors.append((pages.cursor, came.cursor))
        else:
            messages += came
    assert list(sandbox.messages(PHONE)) == messages
    assert [(cursor, cursor) for cursor, _ in cursors] == cursors
    assert len(cursors) > 1


async def with_patience(pages: PageIterator[Message], seconds: float) -> list[Page[Message]]:
    """Take pages, waiting no longer than this for each call, until there are no more."""
    taken: list[Page[Message]] = []
    for _ in range(500):
        with anyio.move_on_after(seconds):
            try:
                taken.append(await anext(pages))
            except StopAsyncIteration:
                return taken
    raise AssertionError("no progress was made")


@pytest.mark.parametrize("prefetch", [0, 1, 8])
async def test_pages_continue_after_time_outs(
    client: Client, sandbox: Sandbox, prefetch: int
) -> None:
    """A caller's time-out costs the requests under way, and no page."""
    sandbox.latency = lambda number: 0.9 if number % 3 else 3.0
    pages = client.conversation(PHONE, page_size=10).pages(prefetch=prefetch)
    taken = await with_patience(pages, 1.0)
    assert list(sandbox.messages(PHONE)) == list(chain.from_iterable(taken))


async def test_responses_from_before_a_time_out_are_kept(client: Client, sandbox: Sandbox) -> None:
    """A slow page at the end of a round does not have those before it requested again."""
    fill(sandbox, 55)
    sandbox.latency = lambda number: 10.0 if number == 6 else 0.1
    pages = client.conversation(PHONE, page_size=10).pages(prefetch=3)
    taken = await with_patience(pages, 1.0)
    assert list(sandbox.messages(PHONE)) == list(chain.from_iterable(taken))
    asked = [(request.page, request.limit) for request in sandbox.requests]
    assert asked[5] == asked[6]
    assert 1 == len(asked) - len(set(asked))


async def test_a_time_out_does_not_widen_the_round(client: Client, sandbox: Sandbox) -> None:
    """Only rounds that came let the next one be longer."""
    sandbox.latency = 2.0
    pages = client.conversation(PHONE, page_size=10).pages(prefetch=8)
    for _ in range(5):
        with anyio.move_on_after(1.0):
            await anext(pages)
    assert (5, 1) == (len(sandbox.requests), sandbox.most_in_flight)


async def test_a_page_is_not_lost_when_the_hook_is_cut_off(
    client: Client, sandbox: Sandbox
) -> None:
    """A time-out while `on_page` runs leaves the page to the next call."""
    progress = Progress(on_page=lambda _: anyio.sleep(10))
    pages = client.conversation(PHONE).pages(progress=progress)
    with anyio.move_on_after(1):
        await anext(pages)
    assert list(sandbox.messages(PHONE)) == list(await anext(pages))


async def test_two_tasks_cannot_wait_for_one_iterator(client: Client, sandbox: Sandbox) -> None:
    """The second is refused with a reason, and the first gets its page."""
    sandbox.latency = 1.0
    pages = client.conversation(PHONE).pages()
    taken: list[Page[Message]] = []

    async def take_first() -> None:
        taken.append(await anext(pages))

    async with anyio.create_task_group() as group:
        group.start_soon(take_first)
        await anyio.sleep(0.5)
        with pytest.raises(RuntimeError, match="Another task is waiting"):
            await anext(pages)
    assert [sandbox.messages(PHONE)] == [page.rows for page in taken]


async def test_pages_that_came_together_let_other_tasks_run(
    client: Client, sandbox: Sandbox
) -> None:
    """Each page is a checkpoint, though no request is waited for."""
    fill(sandbox, 100)
    pages = client.conversation(PHONE, page_size=5).pages(prefetch=8)
    for _ in range(7):
        await anext(pages)
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await checkpoint()
            turns += 1

    async with anyio.create_task_group() as group:
        group.start_soon(take_turns)
        await checkpoint()
        before, requests = turns, len(sandbox.requests)
        for _ in range(2):
            await anext(pages)
        assert before < turns
        assert requests == len(sandbox.requests)
        group.cancel_scope.cancel()


@pytest.mark.parametrize("cut_after", range(0, 12, 3))
async def test_a_long_page_lets_others_run_and_is_whole_or_not_there(cut_after: int) -> None:
    """Whoever is cut off while its rows become messages gets all of them the next time."""
    sandbox = filled(2000)
    async with open_client(sandbox) as client:
        pages = client.conversation(PHONE, page_size=2000).pages()
        async with anyio.create_task_group() as group:
            group.start_soon(anext, pages)
            while not pages.progress.requests:
                await checkpoint()
            for _ in range(cut_after):
                await checkpoint()
            assert pages.cursor is None
            group.cancel_scope.cancel()
        assert sandbox.messages(PHONE) == (await anext(pages)).rows
        assert None is await anext(pages, None)
