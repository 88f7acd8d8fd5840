"""Watching: new messages as they come, asked for politely."""

import random
from collections import Counter
from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing, asynccontextmanager
from typing import Literal

import anyio
import pytest

from smstools_async import (
    Client,
    CursorError,
    Message,
    PaginationError,
    Progress,
    ServerError,
)
from smstools_async.sandbox import Quirks, Response, Sandbox
from tests.walk.schedules import PHONE, Order, identity
from tests.walk.virtual_time import Backend, virtual_backend

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    """Run each test in virtual time."""
    return virtual_backend(request.param)


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with a conversation of 30 messages."""
    sandbox = Sandbox()
    for number in range(30):
        sandbox.receive(PHONE, f"Mensagem {number}")
    return sandbox


async def watch(
    messages: AsyncGenerator[Message, None], seconds: float, taken: list[Message]
) -> None:
    """Take what comes for so long."""
    with anyio.move_on_after(seconds):
        async with aclosing(messages):
            async for message in messages:
                taken.append(message)  # noqa: PERF401 - one by one, until time is up


@asynccontextmanager
async def watching(messages: AsyncGenerator[Message, None]) -> AsyncGenerator[list[Message], None]:
    """Watch in the background while the block changes the history."""
    taken: list[Message] = []
    async with anyio.create_task_group() as group:
        group.start_soon(watch, messages, 10_000, taken)
        await anyio.sleep(1)
        yield taken
        group.cancel_scope.cancel()


@pytest.mark.parametrize("server_order", ["newest", "oldest"])
@pytest.mark.parametrize("total", [0, 1, 30, 250])
async def test_a_watch_begins_with_what_arrives(
    client: Client, sandbox: Sandbox, total: int, server_order: str
) -> None:
    """Oldest first, and nothing of what was there before, be it much or nothing."""
    sandbox.quirks |= Quirks(page_order="newest" if server_order == "newest" else "oldest")
    phone = "+5521900000000"
    for number in range(total):
        sandbox.receive(phone, f"Mensagem {number}")
    async with watching(client.conversation(phone).watch()) as taken:
        first = [sandbox.receive(phone, text) for text in ("Oi", "Tudo bem?")]
        await anyio.sleep(100)
        later = [sandbox.send(phone, "Tudo!"), sandbox.receive(phone, "Que bom")]
        await anyio.sleep(100)
    assert first + later == taken


async def test_a_watch_goes_on_from_a_cursor(client: Client, sandbox: Sandbox) -> None:
    """What arrived since the cursor was written comes first."""
    progress = Progress()
    walk = client.iter_conversation(PHONE, order="oldest", max_messages=12, progress=progress)
    assert 12 == len([message async for message in walk])
    async with watching(client.conversation(PHONE, cursor=progress.cursor).watch()) as taken:
        sandbox.receive(PHONE, "Oi")
        await anyio.sleep(100)
    assert list(sandbox.messages(PHONE))[-13::-1] == taken


async def test_progress_of_a_watch_counts_on(client: Client, sandbox: Sandbox) -> None:
    """Over all looks, also while there is nothing new."""
    progress = Progress()
    async with watching(client.conversation(PHONE).watch(progress=progress)) as taken:
        for number in range(1, 4):
            sandbox.receive(PHONE, f"Aviso {number}")
            await anyio.sleep(100)
            assert number == progress.yielded == len(taken)
            assert 1 < progress.requests < len(sandbox.requests)


async def test_messages_of_the_starting_second_are_told_apart(
    client: Client, sandbox: Sandbox
) -> None:
    """What was there in that second stays out, what arrives in it comes, equal texts included."""
    second = sandbox.messages(PHONE)[0].unix_time + 5
    for text in ("ok", "ok", "sim"):
        sandbox.receive(PHONE, text, unix_time=second)
    sandbox.quirks |= Quirks(shuffle_ties=True)
    async with watching(client.conversation(PHONE).watch()) as taken:
        for text in ("ok", "sim", "sim", "novo"):
            sandbox.receive(PHONE, text, unix_time=second)
            await anyio.sleep(100)
    assert ["ok", "sim", "sim", "novo"] == [message.text for message in taken]


async def test_a_second_longer_than_a_page_is_told_apart(client: Client, sandbox: Sandbox) -> None:
    """However many messages the newest second has."""
    second = sandbox.messages(PHONE)[0].unix_time + 5
    for number in range(230):
        sandbox.receive(PHONE, f"Aviso {number}", unix_time=second)
    async with watching(client.conversation(PHONE).watch()) as taken:
        expected = sandbox.receive(PHONE, "novo", unix_time=second)
        await anyio.sleep(100)
    assert [expected] == taken


def asking_times(sandbox: Sandbox) -> list[float]:
    """Note when each request comes, in whole seconds from the first."""
    times: list[float] = []
    sandbox.before_each_request = lambda _: times.append(anyio.current_time())
    return times


def since_first(times: list[float]) -> list[int]:
    """Return the times in whole seconds from the first."""
    return [round(time - times[0]) for time in times]


async def test_a_quiet_conversation_is_asked_for_less_and_less(
    client: Client, sandbox: Sandbox
) -> None:
    """After 5, 10, 20, 40, then each 60 seconds; one request each time, once the list is known."""
    times = asking_times(sandbox)
    await watch(client.conversation(PHONE).watch(), 300, [])
    assert [0, 0, 0, 5, 15, 35, 75, 135, 195, 255] == since_first(times)


async def test_the_intervals_can_be_chosen(client: Client, sandbox: Sandbox) -> None:
    """From `interval`, doubled up to `max_interval`."""
    times = asking_times(sandbox)
    await watch(client.conversation(PHONE).watch(interval=1, max_interval=3), 13, [])
    assert [0, 0, 0, 1, 3, 6, 9, 12] == since_first(times)


async def test_the_intervals_can_be_equal(client: Client, sandbox: Sandbox) -> None:
    """Then there is no patience to lose."""
    times = asking_times(sandbox)
    await watch(client.conversation(PHONE).watch(interval=7, max_interval=7), 30, [])
    assert [0, 0, 0, 7, 14, 21, 28] == since_first(times)


async def test_after_news_a_watch_asks_often_again(client: Client, sandbox: Sandbox) -> None:
    """People answer soon, or not for long."""
    times = asking_times(sandbox)
    async with watching(client.conversation(PHONE).watch()) as taken:
        await anyio.sleep(80)
        sandbox.receive(PHONE, "Oi")
        await anyio.sleep(100)
    assert 1 == len(taken)
    assert [75, 135, 140, 150, 170] == since_first(times)[6:]


async def test_work_on_a_message_is_not_hurried(client: Client, sandbox: Sandbox) -> None:
    """Nothing is asked for while the caller has a message."""
    messages = client.conversation(PHONE).watch()
    async with aclosing(messages), anyio.create_task_group() as group:
        group.start_soon(receive_later, sandbox, 1)
        await anext(messages)
        requests = len(sandbox.requests)
        await anyio.sleep(1000)
        assert requests == len(sandbox.requests)


async def receive_later(sandbox: Sandbox, seconds: float) -> None:
    """Let a message arrive in so many seconds."""
    await anyio.sleep(seconds)
    sandbox.receive(PHONE, "Oi")


async def test_an_error_tells_where_to_go_on(client: Client, sandbox: Sandbox) -> None:
    """A watch that broke is resumed with all that arrived meanwhile."""
    taken: list[Message] = []
    messages = client.conversation(PHONE).watch()
    async with anyio.create_task_group() as group:
        group.start_soon(receive_later, sandbox, 1)
        taken.append(await anext(messages))
    sandbox.fail(Response(status=503), times=None)
    with pytest.raises(ServerError) as caught:
        await anext(messages)
    sandbox.stop_failing()
    expected = [taken[0], sandbox.receive(PHONE, "Tudo bem?")]
    await watch(client.conversation(PHONE, cursor=caught.value.cursor).watch(), 100, taken)
    assert expected == taken


@pytest.mark.parametrize("ties", [1, 150])
async def test_an_error_before_the_first_look_is_over_has_no_cursor(
    client: Client, sandbox: Sandbox, ties: int
) -> None:
    """Where to begin is not known yet, not even when half of the newest second was read."""
    second = sandbox.messages(PHONE)[0].unix_time + 5
    for number in range(ties):
        sandbox.receive(PHONE, f"Aviso {number}", unix_time=second)
    sandbox.fail(Response(status=503), from_request=1 if ties == 1 else 2, times=None)
    with pytest.raises(ServerError) as caught:
        await anext(client.conversation(PHONE).watch())
    assert caught.value.cursor is None


async def test_progress_tells_where_to_begin_the_next_watch(
    client: Client, sandbox: Sandbox
) -> None:
    """Before the first message too, so that a restarted process misses nothing."""
    progress = Progress()
    taken: list[Message] = []
    expected: list[Message] = []
    for number in range(5):
        cursor = progress.cursor
        watched = client.conversation(PHONE, cursor=cursor).watch(progress=progress)
        await watch(watched, 7, taken)
        expected.append(sandbox.receive(PHONE, f"Nova {number}"))
    await watch(client.conversation(PHONE, cursor=progress.cursor).watch(), 7, taken)
    assert expected == taken


async def test_a_watch_stopped_while_its_caller_works_goes_on_behind_that_message(
    client: Client, sandbox: Sandbox
) -> None:
    """The cursor includes the message handed out, and no other of its page."""
    progress = Progress()
    walk = client.iter_conversation(PHONE, order="oldest", max_messages=1, progress=progress)
    assert 1 == len([message async for message in walk])
    expected = list(sandbox.messages(PHONE))[-2::-1]
    taken: list[Message] = []
    for _ in expected:
        messages = client.conversation(PHONE, cursor=progress.cursor).watch(progress=progress)
        async with aclosing(messages):
            taken.append(await anext(messages))
    assert expected == taken


async def test_an_empty_cursor_is_no_missing_one(client: Client, sandbox: Sandbox) -> None:
    """A cursor that got lost on the way is refused, instead of skipping what arrived since."""
    with pytest.raises(CursorError):
        await anext(client.conversation(PHONE, cursor="").watch())
    assert [] == sandbox.requests


async def test_a_newest_first_cursor_is_refused(client: Client, sandbox: Sandbox) -> None:
    """It tells what is older, not what is newer."""
    pages = client.conversation(PHONE, max_messages=5).pages()
    await anext(pages)
    requests = len(sandbox.requests)
    with pytest.raises(CursorError, match="order='newest'"):
        await anext(client.conversation(PHONE, cursor=pages.cursor).watch())
    assert requests == len(sandbox.requests)


async def test_a_list_without_order_cannot_be_watched(client: Client, sandbox: Sandbox) -> None:
    """What is new may be anywhere, so nothing is delivered as if it were."""
    phone = "+5521900000000"
    for number in range(30):
        sandbox.receive(phone, f"Mensagem {number}", unix_time=1_700_000_000 + number * 7919 % 1000)
    with pytest.raises(PaginationError, match="what is new cannot be found") as caught:
        await anext(client.conversation(phone).watch())
    assert caught.value.cursor is None


async def test_rows_out_of_order_do_not_make_a_list_without_order(
    client: Client, sandbox: Sandbox
) -> None:
    """Neither among those that were there before, nor among those that arrive."""
    first = sandbox.messages(PHONE)[0].unix_time
    for number in (4, 1, 3):
        sandbox.receive(PHONE, f"Atrasada {number}", unix_time=first + number)
    async with watching(client.conversation(PHONE).watch()) as taken:
        expected = [
            sandbox.receive(PHONE, f"Nova {number}", unix_time=first + number)
            for number in (9, 2, 8, 3, 7, 5, 6)
        ]
        await anyio.sleep(100)
        expected.append(sandbox.receive(PHONE, "Mais uma", unix_time=first + 4))
        await anyio.sleep(100)
    assert expected == taken


@pytest.mark.parametrize("server_order", ["newest", "oldest"])
@pytest.mark.parametrize("back", [0, 1, 2, 5])
async def test_a_late_message_comes_on_resuming(
    client: Client, sandbox: Sandbox, server_order: Order, back: int
) -> None:
    """Its time lies before that of messages delivered already, and its place where times say."""
    sandbox.quirks |= Quirks(page_order=server_order, sort_by="time")
    progress = Progress()
    walk = client.iter_conversation(PHONE, order="oldest", progress=progress)
    assert 30 == len([message async for message in walk])
    late = sandbox.receive(PHONE, "Atrasada", unix_time=sandbox.messages(PHONE)[back].unix_time)
    rest = client.iter_conversation(PHONE, order="oldest", cursor=progress.cursor)
    assert [late] == [message async for message in rest]


@pytest.mark.parametrize("server_order", ["newest", "oldest"])
@pytest.mark.parametrize("back", [0, 1, 2, 5])
async def test_a_late_message_comes_while_watching(
    client: Client, sandbox: Sandbox, server_order: Order, back: int
) -> None:
    """In the order in which it is found."""
    sandbox.quirks |= Quirks(page_order=server_order, sort_by="time")
    async with watching(client.conversation(PHONE).watch()) as taken:
        expected = [sandbox.receive(PHONE, "Pontual")]
        await anyio.sleep(100)
        second = sandbox.messages(PHONE)[back].unix_time
        expected.append(sandbox.receive(PHONE, "Atrasada", unix_time=second))
        await anyio.sleep(100)
    assert expected == taken


@pytest.mark.parametrize("sort_by", ["entry", "time"])
async def test_a_watch_survives_a_late_message(
    client: Client, sandbox: Sandbox, sort_by: Literal["entry", "time"]
) -> None:
    """A process that is started again and again from its cursor gets each message once."""
    phone = "+5521900000000"
    sandbox.quirks |= Quirks(sort_by=sort_by)
    for number in range(50):
        sandbox.receive(phone, f"Mensagem {number}", unix_time=1_700_000_000 + 10 * number)
    progress = Progress()
    taken: list[Message] = []
    await watch(client.conversation(phone).watch(progress=progress), 7, taken)
    for text, second in (("n1", 1000), ("atrasada", 960), ("n2", 1010)):
        sandbox.receive(phone, text, unix_time=1_700_000_000 + second)
        for _ in range(3):
            watched = client.conversation(phone, cursor=progress.cursor).watch(progress=progress)
            await watch(watched, 7, taken)
    assert ["n1", "atrasada", "n2"] == [message.text for message in taken]


@pytest.mark.parametrize("seed", range(5))
async def test_a_moving_history_is_watched_exactly_once(
    client: Client, sandbox: Sandbox, seed: int
) -> None:
    """Bursts, ties, deletions, expiry and restarts: what arrived and stayed comes once."""
    draw = random.Random(seed)
    sandbox.quirks |= Quirks(shuffle_ties=draw.random() < 0.5)
    sandbox.quirks |= Quirks(page_order="newest" if draw.random() < 0.5 else "oldest")
    arrived = Counter[Hashable]()
    gone = Counter[Hashable]()
    second = sandbox.messages(PHONE)[0].unix_time

    def move(request: int) -> None:
        nonlocal second
        if request == 1:
            return
        for _ in range(draw.choice((0, 0, 0, 0, 1, 1, 3, 130))):
            second += draw.choice((0, 0, 1, 10))
            text = draw.choice(("ok", "sim", f"Pedido {draw.random()}"))
            arrived[identity(sandbox.receive(PHONE, text, unix_time=second))] += 1
        for message in draw.sample(sandbox.messages(PHONE), draw.choice((0, 0, 2))):
            sandbox.delete(PHONE, message)
            gone[identity(message)] += 1
        gone.update(map(identity, sandbox.expire(PHONE, draw.choice((0, 0, 1)))))

    sandbox.before_each_request = move
    progress = Progress()
    taken: list[Message] = []
    for _ in range(6):
        watched = client.conversation(PHONE, cursor=progress.cursor).watch(progress=progress)
        await watch(watched, draw.choice((3, 12, 50)), taken)
    sandbox.before_each_request = None
    await watch(client.conversation(PHONE, cursor=progress.cursor).watch(), 10, taken)
    handed_out = Counter(map(identity, taken))
    assert Counter() == (arrived - gone) - handed_out
    assert Counter() == handed_out - arrived
    times = [message.unix_time for message in taken]
    assert sorted(times) == times
