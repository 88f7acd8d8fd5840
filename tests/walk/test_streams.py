"""Streams: reading ahead for as long as a block is open, and not a moment longer."""

import asyncio
from asyncio import CancelledError
from bisect import bisect_left
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing
from itertools import accumulate
from typing import TypeVar

import anyio
import pytest
from anyio.lowlevel import checkpoint

from smstools_async import (
    Client,
    ConversationEnd,
    ConversationError,
    ConversationsStream,
    CursorError,
    InvalidRequestError,
    Message,
    MessageOf,
    ServerError,
    SmstoolsError,
    Stream,
)
from smstools_async._reading.many import Item
from smstools_async.sandbox import Response, Sandbox
from tests.walk.schedules import PHONE
from tests.walk.virtual_time import Backend, virtual_backend

pytestmark = pytest.mark.anyio

PHONES = [f"+55119{number:08}" for number in range(5)]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    """Run each test in virtual time."""
    return virtual_backend(request.param)


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with conversations of 25 messages with six phones.

    With `page_size=10` there are two pages, of 18 and 7 messages that were not on the first.
    """
    sandbox = Sandbox()
    for phone in (PHONE, *PHONES):
        fill(sandbox, phone, 25)
    return sandbox


def fill(sandbox: Sandbox, phone: str, messages: int) -> None:
    """Let this many messages arrive from `phone`."""
    for number in range(messages):
        sandbox.receive(phone, f"Mensagem {number} de {phone}")


def by_phone(items: Iterable[Item]) -> Mapping[str, list[Message]]:
    """Sort messages by their phones."""
    messages: defaultdict[str, list[Message]] = defaultdict(list)
    for item in items:
        if isinstance(item, MessageOf):
            messages[item.phone].append(item.message)
    return messages


async def learn_order(client: Client, page_size: int = 10) -> list[int]:
    """Have the client learn the order of lists; return how many messages each page brings.

    Its first walk delivers no page before the second one has shown that pages are not turned.
    """
    conversation = client.conversation(PHONE, page_size=page_size)
    return [len(page) async for page in conversation.pages(prefetch=0)]


def pages_of(items: Iterable[Item], lengths: list[int]) -> int:
    """Return how many pages `items` have come from, if each conversation has such `lengths`."""
    ends = [*accumulate(lengths)]
    return sum(bisect_left(ends, len(messages)) + 1 for messages in by_phone(items).values())


def errors_of(items: Iterable[Item]) -> Mapping[str, Exception]:
    """Return the errors by phone."""
    return {item.phone: item.error for item in items if isinstance(item, ConversationError)}


def ended(items: Iterable[Item]) -> list[str]:
    """Return the phones of the conversations that ended."""
    return [item.phone for item in items if isinstance(item, ConversationEnd)]


AnyStream = Stream[Message] | ConversationsStream
MakeStream = Callable[[Client], AnyStream]


def one(client: Client) -> AnyStream:
    """Make a stream of one conversation."""
    return client.conversation(PHONE, page_size=10).stream(prefetch=0)


def many(client: Client) -> AnyStream:
    """Make a stream of five conversations."""
    return client.stream_conversations(PHONES, page_size=10, prefetch=0)


T = TypeVar("T")


async def collect(items: AsyncIterator[T], into: list[T]) -> None:
    """Take all there is, so that what came before an error is kept."""
    async for item in items:
        into.append(item)  # noqa: PERF401 - a comprehension would lose them


class UsersError(Exception):
    """A bug in the caller's own code."""


class Stop(BaseException):
    """Something like a `KeyboardInterrupt`, that no `except Exception` catches."""


# One conversation


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("prefetch", [0, 1, 100])
async def test_a_stream_yields_the_conversation_in_order(
    client: Client, sandbox: Sandbox, prefetch: int, order: str
) -> None:
    """Each message comes once, however many pages may wait."""
    step = 1 if order == "newest" else -1
    stream = client.conversation(
        PHONE, page_size=4, order="newest" if step == 1 else "oldest"
    ).stream(prefetch=prefetch)
    async with stream as messages:
        assert list(sandbox.messages(PHONE)[::step]) == [message async for message in messages]


async def test_a_stream_knows_where_it_is(client: Client, sandbox: Sandbox) -> None:
    """The cursor is that of the message just delivered, also when the block was left."""
    async with client.conversation(PHONE, page_size=4).stream() as messages:
        assert messages.cursor is None
        for _ in range(10):
            await anext(messages)
    rest = client.iter_conversation(PHONE, cursor=messages.cursor)
    assert list(sandbox.messages(PHONE)[10:]) == [message async for message in rest]


async def test_a_resumed_stream_is_where_it_began(client: Client) -> None:
    """Before its first message its cursor is the one given, though pages wait already."""
    pages = client.conversation(PHONE, page_size=4).pages()
    await anext(pages)
    async with client.conversation(PHONE, cursor=pages.cursor).stream() as messages:
        await anyio.sleep(1)
        assert pages.cursor == messages.cursor


async def test_a_stream_continues_after_a_time_out(client: Client, sandbox: Sandbox) -> None:
    """The task reads on while its caller is impatient, and nothing is lost."""
    sandbox.latency = 0.7
    taken: list[Message] = []
    async with client.conversation(PHONE, page_size=4).stream() as messages:
        while len(taken) < 25:
            with anyio.move_on_after(0.2):
                taken.append(await anext(messages))
    assert list(sandbox.messages(PHONE)) == taken
    assert 3 == len(sandbox.requests)


async def test_an_ended_stream_stays_ended(client: Client) -> None:
    """Asked again, it says so again."""
    async with client.conversation(PHONE).stream() as messages:
        assert 25 == len([message async for message in messages])
        assert [] == [message async for message in messages]


async def test_a_failed_stream_stays_failed(client: Client, sandbox: Sandbox) -> None:
    """A second loop must not look like the end of the history."""
    sandbox.fail(Response.error(103, "Phone number is required or invalid"), page=2, times=None)
    async with client.conversation(PHONE, page_size=20).stream() as messages:
        with pytest.raises(InvalidRequestError):
            assert [message async for message in messages]
        with pytest.raises(InvalidRequestError):
            await anext(messages)


@pytest.mark.parametrize("make", [one, many])
async def test_a_stream_reads_from_when_it_is_opened(
    client: Client, sandbox: Sandbox, make: MakeStream
) -> None:
    """Making it asks for nothing; opening it does, before a message is wanted."""
    stream = make(client)
    await anyio.sleep(1)
    assert [] == sandbox.requests
    async with stream:
        await anyio.sleep(1)
        assert sandbox.requests


@pytest.mark.parametrize("make", [one, many])
async def test_a_stream_is_opened_once(client: Client, make: MakeStream) -> None:
    """A second block needs a second stream."""
    stream = make(client)
    async with stream:
        with pytest.raises(RuntimeError, match="opened once"):
            await stream.__aenter__()
    with pytest.raises(RuntimeError, match="opened once"):
        await stream.__aenter__()


@pytest.mark.parametrize("make", [one, many])
async def test_a_stream_gives_nothing_before_it_is_opened(client: Client, make: MakeStream) -> None:
    """The error shows how to open it."""
    stream = make(client)
    with pytest.raises(RuntimeError, match="Open the stream first: `async with"):
        await anext(aiter(stream))


@pytest.mark.parametrize("make", [one, many])
async def test_closing_a_stream_that_was_not_opened_does_nothing(
    client: Client, make: MakeStream
) -> None:
    """An exit stack may hold it before it is needed."""
    stream = make(client)
    async with AsyncExitStack() as stack:
        stack.push_async_exit(stream)
    async with stream as items:
        await anext(items)


@pytest.mark.parametrize("make", [one, many])
@pytest.mark.parametrize("taken", [0, 1, 10, 25])
async def test_a_stream_gives_nothing_after_its_block(
    client: Client, make: MakeStream, taken: int
) -> None:
    """Not even what is left of a page that it has already."""
    stream = make(client)
    async with stream as items:
        for _ in range(taken):
            await anext(items)
    with pytest.raises(RuntimeError, match="block was left"):
        await anext(items)


@pytest.mark.parametrize("make", [one, many])
async def test_leaving_a_stream_stops_its_requests(
    client: Client, sandbox: Sandbox, make: MakeStream
) -> None:
    """When the block is left, nothing is in flight, and nothing follows."""
    sandbox.latency = 1.0
    stream = make(client)
    async with stream:
        await anyio.sleep(0.5)
    assert 0 == sandbox.in_flight
    requests = len(sandbox.requests)
    await anyio.sleep(10)
    assert requests == len(sandbox.requests)


@pytest.mark.parametrize("make", [one, many])
async def test_leaving_a_stream_leaves_no_task(client: Client, make: MakeStream) -> None:
    """Its tasks are gone when the block is left, early or not."""
    before = len(anyio.get_running_tasks())
    stream = make(client)
    async with stream:
        await anyio.sleep(1)
        assert before < len(anyio.get_running_tasks())
    assert before == len(anyio.get_running_tasks())


@pytest.mark.parametrize("make", [one, many])
@pytest.mark.parametrize(
    "error", [UsersError, Stop, KeyboardInterrupt, GeneratorExit, CancelledError]
)
@pytest.mark.parametrize("taken", [0, 1])
async def test_an_error_in_the_block_comes_out_as_itself(
    client: Client, make: MakeStream, error: type[BaseException], taken: int
) -> None:
    """No group around it, and no other error beside it."""
    stream = make(client)
    raised = error("mine")

    async def leave_by_error() -> None:
        async with stream as items:
            for _ in range(taken):
                await anext(items)
            raise raised

    with pytest.raises(error) as caught:
        await leave_by_error()
    assert raised is caught.value
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize("make", [one, many])
async def test_an_error_in_the_block_wins_over_one_in_the_background(
    client: Client, sandbox: Sandbox, make: MakeStream
) -> None:
    """What is not taken is not raised."""
    sandbox.fail(Response.error(103, "Phone number is required or invalid"), times=None)
    stream = make(client)

    async def leave_by_error() -> None:
        async with stream:
            await anyio.sleep(1)
            raise UsersError

    with pytest.raises(UsersError):
        await leave_by_error()


async def test_a_failure_that_nobody_takes_is_not_raised(client: Client, sandbox: Sandbox) -> None:
    """Leaving before the page that failed is leaving early."""
    sandbox.fail(Response.error(103, "Phone number is required or invalid"), page=3, times=None)
    async with client.conversation(PHONE, page_size=4).stream() as messages:
        await anext(messages)
        await anyio.sleep(1)


async def test_streams_can_be_left_in_any_nesting(client: Client, sandbox: Sandbox) -> None:
    """Within a block that is left by an error, all inner ones are."""

    async def nest() -> None:
        async with AsyncExitStack() as stack:
            for phone in PHONES:
                messages = await stack.enter_async_context(client.conversation(phone).stream())
                await anext(messages)
            raise UsersError

    with pytest.raises(UsersError):
        await nest()
    assert 0 == sandbox.in_flight


@pytest.mark.parametrize("make", [one, many])
async def test_two_tasks_cannot_wait_for_one_stream(
    client: Client, sandbox: Sandbox, make: MakeStream
) -> None:
    """The second is refused in words, since each would get half of a conversation."""
    sandbox.latency = 1.0
    stream = make(client)
    async with stream as items, anyio.create_task_group() as group:
        group.start_soon(items.__anext__)
        await anyio.sleep(0.5)
        with pytest.raises(RuntimeError, match="Another task is waiting"):
            await anext(items)


async def test_a_task_that_waits_learns_that_the_block_was_left(
    client: Client, sandbox: Sandbox
) -> None:
    """It neither waits indefinitely nor sees an end."""
    sandbox.latency = 10.0
    refusals: list[str] = []

    async def wait(messages: AsyncIterator[Message]) -> None:
        with pytest.raises(RuntimeError) as refusal:
            await anext(messages)
        refusals.append(str(refusal.value))

    async with (
        anyio.create_task_group() as group,
        client.conversation(PHONE).stream() as messages,
    ):
        group.start_soon(wait, messages)
        await anyio.sleep(1)
    assert ["This stream's `async with` block was left; make a new stream"] == refusals


@pytest.mark.parametrize("make", [one, many])
async def test_another_task_cannot_leave_a_stream(
    client: Client, sandbox: Sandbox, make: MakeStream
) -> None:
    """The error says what to do; reading stops, and the task that opened it can still leave it."""
    sandbox.latency = 1.0
    stream = make(client)
    await stream.__aenter__()
    await anyio.sleep(0.5)
    async with anyio.create_task_group() as group:
        group.start_soon(leave_in_vain, stream)
    await anyio.sleep(1)
    assert 0 == sandbox.in_flight
    with pytest.raises(RuntimeError, match="block was left"):
        await anext(aiter(stream))
    await stream.__aexit__(None, None, None)


async def leave_in_vain(stream: AnyStream) -> None:
    """Leave a stream that another task opened."""
    with pytest.raises(RuntimeError, match="leave its `async with` block in the task that opened"):
        await stream.__aexit__(None, None, None)


@pytest.mark.parametrize("make", [one, many])
@pytest.mark.parametrize("anyio_backend", [virtual_backend("asyncio")], ids=["asyncio"])
async def test_a_stream_of_a_fixture_says_what_to_do(
    client: Client, sandbox: Sandbox, make: MakeStream
) -> None:
    """Some plugins open a fixture in a task that has ended when another one closes it."""
    tasks = len(anyio.get_running_tasks())
    stream = make(client)
    await asyncio.create_task(stream.__aenter__())
    await leave_in_vain(stream)
    await anyio.sleep(1)
    assert (tasks, 0) == (len(anyio.get_running_tasks()), sandbox.in_flight)


# Many conversations


async def test_many_conversations_are_each_in_order(client: Client, sandbox: Sandbox) -> None:
    """Between them there is no order, and none gets another's messages."""
    async with client.stream_conversations(PHONES, page_size=4) as items:
        messages = by_phone([item async for item in items])
    assert {phone: list(sandbox.messages(phone)) for phone in PHONES} == messages


async def test_conversations_overlap(client: Client, sandbox: Sandbox) -> None:
    """A slow one does not delay the others; each takes two requests."""
    sandbox.latency = lambda number: 20.0 if number == 1 else 0.5
    begin = anyio.current_time()
    finished: dict[str, float] = {}
    async with client.stream_conversations(PHONES, concurrency=2) as items:
        async for item in items:
            finished[item.phone] = anyio.current_time() - begin
    assert pytest.approx([20.5, 1, 2, 3, 4]) == [finished[phone] for phone in PHONES]


async def test_two_hundred_phones(client: Client, sandbox: Sandbox) -> None:
    """Many phones take no more at once than a few."""
    phones = [f"+55219{number:08}" for number in range(200)]
    for phone in phones:
        fill(sandbox, phone, 3)
    tasks = len(anyio.get_running_tasks())
    async with client.stream_conversations(phones, concurrency=5) as items:
        most = 0
        read: list[Item] = []
        async for item in items:
            read.append(item)
            most = max(most, len(anyio.get_running_tasks()) - tasks)
    assert {phone: list(sandbox.messages(phone)) for phone in phones} == by_phone(read)
    assert most <= 1 + 3 * 5  # reading ahead; and a conversation, its window, its request


async def test_no_phones_are_no_items(client: Client) -> None:
    """An empty list is read to its end."""
    async with client.stream_conversations([]) as items:
        assert [] == [item async for item in items]


@pytest.mark.parametrize("prefetch", [0, 2])
async def test_conversations_wait_while_the_buffer_is_full(
    client: Client, sandbox: Sandbox, prefetch: int
) -> None:
    """`prefetch` pages, one page of each conversation under way, and no more is held."""
    lengths = await learn_order(client, page_size=5)
    before = len(sandbox.requests)
    async with client.stream_conversations(
        PHONES, concurrency=3, prefetch=prefetch, page_size=5
    ) as items:
        held: list[int] = []
        taken: list[Item] = []
        while len(ended(taken)) < len(PHONES):
            await anyio.sleep(1)
            held.append(len(sandbox.requests) - before - pages_of(taken, lengths))
            taken.append(await anext(items))
    assert [prefetch + 3] * lengths[0] == held[: lengths[0]]
    assert prefetch + 3 == max(held)


async def phones_from_a_queue(pulled: list[str]) -> AsyncGenerator[str, None]:
    """Yield phones as they come, and note which were asked for."""
    for phone in PHONES:
        await anyio.sleep(0.1)
        pulled.append(phone)
        yield phone


async def test_phones_may_come_from_an_async_iterable(client: Client, sandbox: Sandbox) -> None:
    """They are asked for as conversations end, never ahead of a free place."""
    sandbox.latency = 1.0
    pulled: list[str] = []
    ahead: list[int] = []
    async with (
        aclosing(phones_from_a_queue(pulled)) as phones,
        client.stream_conversations(phones, concurrency=2) as items,
    ):
        done = 0
        async for _ in items:
            ahead.append(len(pulled) - done // 25)
            done += 1
    assert PHONES == pulled
    assert max(ahead) <= 2


@pytest.mark.parametrize("kind", ["iterable", "async-iterable"])
async def test_an_error_of_the_phones_comes_behind_their_conversations(
    client: Client, sandbox: Sandbox, kind: str
) -> None:
    """Phones that came are read to their end, then the caller's own error comes as itself."""

    def failing() -> Iterator[str]:
        yield from PHONES[:2]
        raise UsersError

    async def failing_async() -> AsyncGenerator[str, None]:
        for phone in failing():
            yield phone
            await checkpoint()

    read: list[Item] = []
    phones = failing() if kind == "iterable" else failing_async()
    async with client.stream_conversations(phones, page_size=10) as items:
        with pytest.raises(UsersError):
            await collect(items, read)
    assert {phone: list(sandbox.messages(phone)) for phone in PHONES[:2]} == by_phone(read)


async def test_errors_can_be_yielded_instead(client: Client, sandbox: Sandbox) -> None:
    """With `on_error="yield"` each comes in its conversation's place; the others continue."""
    (first, _) = await learn_order(client)
    sandbox.fail(Response.error(103, "refused"), phone=PHONES[1], page=2, times=None)
    sandbox.fail(Response(status=503), phone=PHONES[3], times=None)
    async with client.stream_conversations(PHONES, on_error="yield", page_size=10) as items:
        read = [item async for item in items]
    errors = errors_of(read)
    assert {PHONES[1]: InvalidRequestError, PHONES[3]: ServerError} == {
        phone: type(error) for phone, error in errors.items()
    }
    assert {
        phone: list(sandbox.messages(phone)[: first if phone == PHONES[1] else None])
        for phone in PHONES
        if phone != PHONES[3]
    } == by_phone(read)
    assert {PHONES[0], PHONES[2], PHONES[4]} == set(ended(read))
    last = [item for item in read if item.phone == PHONES[1]][-1]
    assert isinstance(last, ConversationError)


@pytest.mark.parametrize(
    ("phone", "error"),
    [("nobody@example", ValueError), (5511987654321, TypeError), (None, TypeError)],
    ids=["no-phone", "number", "none"],
)
async def test_a_bad_phone_spoils_only_itself(
    client: Client, sandbox: Sandbox, phone: object, error: type[Exception]
) -> None:
    """Lists of phones come from other people; one wrong entry is one error, without a cursor."""
    phones: list[object] = [PHONES[0], phone, PHONES[1]]
    async with client.stream_conversations(phones, on_error="yield") as items:  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - the mistake
        read = [item async for item in items]
    (found,) = errors_of(read).values()
    assert isinstance(found, error)
    assert not hasattr(found, "cursor")
    assert {phone: list(sandbox.messages(phone)) for phone in PHONES[:2]} == by_phone(read)


async def test_a_bad_cursor_spoils_only_its_conversation(client: Client) -> None:
    """It was kept for another phone, or is no cursor."""
    cursors = {PHONES[0]: "resume me"}
    async with client.stream_conversations(PHONES, on_error="yield", cursors=cursors) as items:
        read = [item async for item in items]
    assert {PHONES[0]: CursorError} == {
        phone: type(error) for phone, error in errors_of(read).items()
    }
    assert 4 * 25 == sum(isinstance(item, MessageOf) for item in read)


async def test_the_first_error_ends_the_stream(client: Client, sandbox: Sandbox) -> None:
    """With `on_error="raise"` what was fetched comes first, and nothing is fetched any more."""
    (first, _) = await learn_order(client)
    sandbox.latency = 1.0
    sandbox.fail(Response.error(103, "refused"), phone=PHONES[1], page=2, times=None)
    read: list[Item] = []
    async with client.stream_conversations(PHONES, page_size=10) as items:
        with pytest.raises(InvalidRequestError) as caught:
            await collect(items, read)
        requests = len(sandbox.requests)
        await anyio.sleep(60)
        assert requests == len(sandbox.requests)
        with pytest.raises(InvalidRequestError):
            await anext(items)
    assert list(sandbox.messages(PHONES[1])[:first]) == by_phone(read)[PHONES[1]]
    assert items.cursors[PHONES[1]] == caught.value.cursor


@pytest.mark.parametrize("taken", [0, 1, 9, 10, 11, 60, 124, 125])
async def test_many_conversations_can_be_resumed(
    client: Client, sandbox: Sandbox, taken: int
) -> None:
    """Wherever the stream is left, `cursors` resume with what was not delivered."""
    async with client.stream_conversations(PHONES, page_size=10, prefetch=3) as items:
        before = [await anext(items) for _ in range(taken)]
    cursors = items.cursors
    assert {item.phone for item in before} == set(cursors)
    async with client.stream_conversations(PHONES, cursors=cursors) as items:
        after = [item async for item in items]
    assert {phone: list(sandbox.messages(phone)) for phone in PHONES} == by_phone(before + after)


async def test_cursors_are_found_however_phones_are_written(client: Client) -> None:
    """With or without spaces and a plus, as a cursor fits both."""
    async with client.stream_conversations(PHONES[:1]) as items:
        async for _ in items:
            pass
    cursors = {PHONES[0].replace("+55", "55 "): items.cursors[PHONES[0]]}
    async with client.stream_conversations(PHONES[:1], cursors=cursors) as items:
        assert [] == [item async for item in items if isinstance(item, MessageOf)]


async def test_cursors_do_not_change_in_the_callers_hands(client: Client) -> None:
    """What was read from the stream stays as it was."""
    async with client.stream_conversations(PHONES, page_size=10) as items:
        await anext(items)
        cursors = items.cursors
        first = dict(cursors)
        assert 124 + len(PHONES) == len([item async for item in items])
    assert first == cursors


async def test_a_locked_out_client_fails_for_every_phone(client: Client, sandbox: Sandbox) -> None:
    """After one refused login no further request is made; each conversation tells so."""
    sandbox.client_secret = "changed"  # noqa: S105 - of a sandbox
    async with client.stream_conversations(PHONES, concurrency=1, on_error="yield") as items:
        read = [item async for item in items]
    assert PHONES == [item.phone for item in read]
    assert all(isinstance(error, SmstoolsError) for error in errors_of(read).values())
    assert PHONES == list(errors_of(read))
    assert 1 == len(sandbox.requests)
