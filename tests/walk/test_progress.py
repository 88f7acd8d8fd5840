"""What a walk tells of itself while it goes on."""

from contextlib import aclosing
from typing import Any, Literal

import anyio
import pytest
from anyio.lowlevel import checkpoint

from smstools_async import Client, Message, Progress, ServerError
from smstools_async.sandbox import Quirks, Response, Sandbox
from tests.walk.schedules import PHONE
from tests.walk.virtual_time import Backend, virtual_backend

pytestmark = pytest.mark.anyio

Order = Literal["newest", "oldest"]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    """Run each test in virtual time."""
    return virtual_backend(request.param)


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with a conversation of 45 messages."""
    sandbox = Sandbox()
    for number in range(45):
        sandbox.receive(PHONE, f"Mensagem {number}")
    return sandbox


async def test_before_a_walk_there_is_nothing_to_tell() -> None:
    """A new object counts nothing and knows nothing."""
    progress = Progress()
    assert (0, 0, 0, 0) == (
        progress.yielded,
        progress.skipped,
        progress.requests,
        progress.arrived,
    )
    assert (None, None, None) == (progress.total, progress.cursor, progress.fraction)
    assert (False, 0.0) == (progress.degraded, progress.waiting)


async def test_a_walk_not_begun_tells_as_little(client: Client) -> None:
    """The first `anext` begins it; until then nothing was asked."""
    progress = Progress()
    iteration = client.iter_conversation(PHONE, progress=progress)
    assert (None, 0, None) == (progress.total, progress.requests, progress.fraction)
    await iteration.aclose()


async def test_each_message_counts_when_it_is_delivered(client: Client, sandbox: Sandbox) -> None:
    """At every message, `yielded` and `requests` are those up to it, and `total` is known."""
    progress = Progress()
    walk = client.iter_conversation(PHONE, page_size=10, prefetch=0, progress=progress)
    seen = [
        (progress.total, progress.yielded, len(sandbox.requests) - progress.requests)
        async for _ in walk
    ]
    assert [(45, count, 0) for count in range(1, 46)] == seen
    assert len(sandbox.requests) == progress.requests <= 6


async def test_each_cursor_goes_on_with_the_next_message(client: Client, sandbox: Sandbox) -> None:
    """At every message, the cursor includes it and no other."""
    progress = Progress()
    messages = list(sandbox.messages(PHONE))
    async for message in client.iter_conversation(PHONE, page_size=7, progress=progress):
        rest = client.iter_conversation(PHONE, cursor=progress.cursor)
        assert messages[messages.index(message) + 1 :] == [later async for later in rest]


async def test_the_end_changes_nothing_but_the_fraction(client: Client) -> None:
    """What was delivered stays told when the walk is over."""
    progress = Progress()
    walk = client.iter_conversation(PHONE, max_messages=20, progress=progress)
    cursors = [progress.cursor async for _ in walk]
    assert cursors[-1] == progress.cursor
    assert (45, 20, 1) == (progress.total, progress.yielded, progress.requests)
    assert 1.0 == progress.fraction


async def test_rows_left_out_are_skipped(client: Client, sandbox: Sandbox) -> None:
    """Rows out of range were received all the same; two came twice, to confirm the end."""
    messages = sandbox.messages(PHONE)
    progress = Progress()
    walk = client.iter_conversation(PHONE, since=messages[9].sent_at, progress=progress)
    assert 10 == len([message async for message in walk])
    assert (10, 37) == (progress.yielded, progress.skipped)


async def test_arrivals_are_counted(client: Client, sandbox: Sandbox) -> None:
    """`arrived` tells why a walk from new to old takes longer than `total` made expect."""
    progress = Progress()
    async for _ in client.iter_conversation(PHONE, page_size=10, prefetch=0, progress=progress):
        if progress.yielded == 5:
            for _ in range(3):
                sandbox.receive(PHONE, "ok")
    assert (48, 45, 3) == (progress.total, progress.yielded, progress.arrived)


async def test_a_server_without_order_is_told_of(client: Client, sandbox: Sandbox) -> None:
    """Rows that are sorted neither way are delivered, and `doubts` says so."""
    first = sandbox.messages(PHONE)[-1].unix_time
    for number in range(10):
        sandbox.receive(PHONE, f"Atrasada {number}", unix_time=first + 7 * number % 10)
    progress = Progress()
    walk = client.iter_conversation(PHONE, page_size=20, progress=progress)
    assert list(sandbox.messages(PHONE)) == [message async for message in walk]
    assert progress.degraded
    assert ("times run neither way through the list",) == progress.doubts
    rest = client.iter_conversation(PHONE, cursor=progress.cursor)
    assert [] == [message async for message in rest]


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("server_order", ["newest", "oldest"])
@pytest.mark.parametrize("prefetch", [0, 4])
async def test_the_fraction_grows_with_each_message(
    client: Client, sandbox: Sandbox, order: Order, server_order: Order, prefetch: int
) -> None:
    """On a quiet history it goes from nothing to 1 by equal steps."""
    sandbox.quirks |= Quirks(page_order=server_order)
    progress = Progress()
    walk = client.iter_conversation(
        PHONE, page_size=10, order=order, prefetch=prefetch, progress=progress
    )
    fractions = [progress.fraction async for _ in walk]
    assert [count / 45 for count in range(1, 46)] == pytest.approx(fractions)
    assert 1.0 == progress.fraction


async def test_the_fraction_can_be_read_at_any_moment(client: Client) -> None:
    """Another task that looks at every step sees it grow, and 1 at the very end."""
    progress = Progress()
    fractions: list[float] = []

    async def look() -> None:
        while progress.fraction != 1.0:
            fractions.append(progress.fraction or 0.0)
            await checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(look)
        async for _ in client.iter_conversation(PHONE, page_size=10, progress=progress):
            assert progress.yielded == 45 or progress.fraction != 1.0
            await checkpoint()
    assert sorted(fractions) == fractions


async def test_the_fraction_of_a_stream_is_that_of_the_caller(client: Client) -> None:
    """Pages that wait in the buffer are not done."""
    progress = Progress()
    async with client.conversation(PHONE, page_size=15).stream(progress=progress) as messages:
        await anyio.sleep(10)
        assert (3, 0, 0.0) == (progress.requests, progress.yielded, progress.fraction)
        await anext(messages)
        assert 1 / 45 == progress.fraction
        assert 44 == len([message async for message in messages])
        assert 1.0 == progress.fraction


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("server_order", ["newest", "oldest"])
async def test_a_resumed_walk_is_as_far_as_its_cursor(
    client: Client, sandbox: Sandbox, order: Order, server_order: Order
) -> None:
    """What an earlier walk delivered lies behind."""
    sandbox.quirks |= Quirks(page_order=server_order)
    first = Progress()
    walk = client.iter_conversation(PHONE, order=order, max_messages=20, progress=first)
    assert 20 == len([message async for message in walk])
    second = Progress()
    rest = client.iter_conversation(
        PHONE, order=order, page_size=10, cursor=first.cursor, progress=second
    )
    fractions = [second.fraction async for _ in rest]
    assert [count / 45 for count in range(21, 46)] == pytest.approx(fractions)


async def test_the_fraction_of_nothing_is_one_at_its_end(client: Client) -> None:
    """An empty conversation is done when it is known to be empty."""
    progress = Progress()
    assert [] == [
        message async for message in client.iter_conversation("+5511900000000", progress=progress)
    ]
    assert (0, 1.0) == (progress.total, progress.fraction)


async def test_without_a_total_there_is_no_fraction(client: Client, sandbox: Sandbox) -> None:
    """A server that does not count leaves it open how far the walk is."""
    sandbox.quirks |= Quirks(total="missing")
    progress = Progress()
    walk = client.iter_conversation(PHONE, page_size=10, progress=progress)
    assert [(None, None)] * 45 == [(progress.total, progress.fraction) async for _ in walk]


async def test_the_fraction_stays_below_one_however_little_the_server_counts(
    client: Client, sandbox: Sandbox
) -> None:
    """A total that is too small does not make more than all of it."""
    sandbox.quirks |= Quirks(total=7)
    progress = Progress()
    walk = client.iter_conversation(PHONE, page_size=10, progress=progress)
    fractions = [progress.fraction async for _ in walk]
    assert 45 == len(fractions)
    assert {0 <= (fraction or 0) <= 1 for fraction in fractions} == {True}


@pytest.mark.parametrize("call", ["generator", "pages"])
async def test_the_hook_is_called_for_each_page_and_at_the_end(client: Client, call: str) -> None:
    """It sees how many requests were made, and what was delivered before the page."""
    seen: list[tuple[int, int, float | None]] = []
    progress = Progress(
        on_page=lambda progress: seen.append(
            (progress.requests, progress.yielded, progress.fraction)
        )
    )
    if call == "generator":
        walk = client.iter_conversation(PHONE, page_size=15, prefetch=0, progress=progress)
        assert 45 == len([message async for message in walk])
    else:
        pages = client.conversation(PHONE, page_size=15).pages(prefetch=0, progress=progress)
        assert 45 == sum([len(page) async for page in pages])
    assert [(2, 0, 0.0), (2, 23, 23 / 45), (3, 42, 42 / 45), (3, 45, 1.0)] == seen


async def test_the_hook_of_a_stream_is_called_when_pages_come(client: Client) -> None:
    """Pages come ahead of the caller, who may not have had one yet."""
    seen: list[tuple[int, int]] = []
    progress = Progress(on_page=lambda progress: seen.append((progress.requests, progress.yielded)))
    async with client.conversation(PHONE, page_size=15).stream(progress=progress) as messages:
        await anyio.sleep(1)
        assert [(2, 0), (2, 0), (3, 0)] == seen
        assert 45 == len([message async for message in messages])
    assert 4 == len(seen)


async def test_the_hook_may_be_a_coroutine_function(client: Client) -> None:
    """It is awaited, so that it can store the cursor before the walk goes on."""
    stored: list[str | None] = []

    async def store(progress: Progress) -> None:
        await anyio.sleep(1)
        stored.append(progress.cursor)

    progress = Progress(on_page=store)
    walk = client.iter_conversation(PHONE, page_size=15, progress=progress)
    assert 45 == len([message async for message in walk])
    assert 4 == len(stored)
    assert progress.cursor == stored[-1]


@pytest.mark.parametrize("wrong", [5, "print"], ids=["number", "name"])
async def test_the_hook_has_to_be_a_function(wrong: Any) -> None:
    """It is refused where it is given, and not from inside the walk."""
    given = type(wrong).__name__
    with pytest.raises(TypeError, match=f"on_page must be a function .*, got {given}"):
        Progress(on_page=wrong)


async def take_all(
    client: Client, call: str, progress: Progress, taken: list[Message], pause: float = 0.0
) -> None:
    """Take all messages, one after the other."""
    if call == "generator":
        async for message in client.iter_conversation(PHONE, page_size=10, progress=progress):
            taken.append(message)  # noqa: PERF401 - one by one
    else:
        async with client.conversation(PHONE, page_size=10).stream(progress=progress) as messages:
            await anyio.sleep(pause)
            async for message in messages:
                taken.append(message)
                await anyio.sleep(pause)


@pytest.mark.parametrize("call", ["generator", "stream"])
async def test_a_cursor_stored_by_the_hook_misses_nothing(client: Client, call: str) -> None:
    """Whenever the process dies, the walk goes on with the first message not delivered."""
    stored: list[tuple[int, str | None]] = []
    taken: list[Message] = []
    progress = Progress(on_page=lambda progress: stored.append((len(taken), progress.cursor)))
    await take_all(client, call, progress, taken, pause=1.0)
    for count, cursor in stored:
        rest = client.iter_conversation(PHONE, cursor=cursor)
        assert taken[count:] == [message async for message in rest]


@pytest.mark.parametrize("call", ["generator", "stream"])
async def test_an_error_of_the_hook_comes_as_itself(client: Client, call: str) -> None:
    """The caller's own mistake ends the walk, unchanged."""
    progress = Progress(on_page=lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        await take_all(client, call, progress, [])


async def test_the_cursor_of_a_resumed_walk_is_there_from_the_start(client: Client) -> None:
    """A walk that is stopped before its first message goes on where the last one did."""
    pages = client.conversation(PHONE, page_size=10).pages()
    await anext(pages)
    at_first_page: list[str | None] = []
    progress = Progress(on_page=lambda progress: at_first_page.append(progress.cursor))
    walk = client.iter_conversation(PHONE, cursor=pages.cursor, progress=progress)
    async with aclosing(walk) as messages:
        await anext(messages)
    assert [pages.cursor] == at_first_page


async def test_a_retry_that_waits_is_told_of(client: Client, sandbox: Sandbox) -> None:
    """While a request waits for its next attempt, `waiting` says how long; then it is 0 again."""
    throttled = Response(status=429, headers={"Retry-After": "3"})
    sandbox.fail(throttled, times=2, page=1)
    progress = Progress()
    seen: list[float] = []

    async def look() -> None:
        for _ in range(8):
            seen.append(progress.waiting)
            await anyio.sleep(1)

    async with anyio.create_task_group() as group:
        group.start_soon(look)
        await anyio.sleep(0.5)
        walk = client.iter_conversation(PHONE, progress=progress)
        assert 45 == len([message async for message in walk])
    assert [0, 3, 3, 3, 3, 3, 3, 0] == seen


async def test_the_longest_of_several_waits_is_told_of(client: Client, sandbox: Sandbox) -> None:
    """Of pages fetched together, the one that waits longest holds the others up."""
    progress = Progress()
    pages = client.conversation(PHONE, page_size=5).pages(progress=progress)
    for _ in range(2):
        await anext(pages)
    for request, seconds in ((3, "2"), (4, "5")):
        throttled = Response(status=429, headers={"Retry-After": seconds})
        sandbox.fail(throttled, from_request=request)
    seen: list[float] = []

    async def look() -> None:
        for second in (1, 2, 3):
            await anyio.sleep(second)
            seen.append(progress.waiting)

    async with anyio.create_task_group() as group:
        group.start_soon(look)
        await anext(pages)
    assert [5, 5, 0] == seen


async def test_nothing_waits_after_a_time_out(client: Client, sandbox: Sandbox) -> None:
    """A wait that was cut off is over."""
    sandbox.fail(Response(status=429, headers={"Retry-After": "30"}), times=None)
    progress = Progress()
    pages = client.conversation(PHONE).pages(progress=progress)
    with anyio.move_on_after(1):
        await anext(pages)
    assert 0.0 == progress.waiting


async def test_nothing_waits_after_an_error(client: Client, sandbox: Sandbox) -> None:
    """The last attempt is followed by no wait."""
    sandbox.fail(Response(status=503), times=None)
    progress = Progress()
    with pytest.raises(ServerError):
        await anext(client.iter_conversation(PHONE, progress=progress))
    assert (0.0, 1) == (progress.waiting, progress.requests)


async def test_a_second_walk_begins_to_count_anew(client: Client) -> None:
    """One object shows one walk, the last it was handed to."""
    progress = Progress()
    first = client.iter_conversation(PHONE, progress=progress)
    assert 45 == len([message async for message in first])
    second = client.iter_conversation(PHONE, max_messages=0, progress=progress)
    assert [] == [message async for message in second]
    assert (0, 0, None) == (progress.yielded, progress.requests, progress.cursor)


async def test_the_repr_tells_the_numbers(client: Client) -> None:
    """It can be logged as it is."""
    progress = Progress()
    async with aclosing(client.iter_conversation(PHONE, progress=progress)) as messages:
        await anext(messages)
    assert "Progress(total=45, yielded=1, requests=2, degraded=False, missing=0)" == repr(progress)
