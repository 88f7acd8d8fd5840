"""What a walk costs: which pages are asked for, and how many."""

import math
import random
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from smstools_async import Client, Progress
from smstools_async.sandbox import Sandbox
from tests.counting import counting_calls
from tests.walk.schedules import PHONE, Order
from tests.walk.ways import WAYS, Reading, Way


def asked(sandbox: Sandbox) -> list[tuple[int | None, int | None]]:
    """Return page and limit of each request."""
    return [(request.page, request.limit) for request in sandbox.requests]


@pytest.mark.anyio
@pytest.mark.parametrize("way", [way for way in WAYS if way.call != "streams"], ids=str)
async def test_a_message_costs_one_call(client: Client, sandbox: Sandbox, way: Way) -> None:
    """To deliver it; making it takes none, and files and overlaps less than two more."""
    sandbox.add_conversation(PHONE, messages=4000)
    reading = Reading(client, way, page_size=2000)
    with counting_calls() as calls:
        await reading.run()
    assert 4000 == len(reading.taken)
    assert 3 * 4000 > len(calls)


@pytest.mark.anyio
async def test_five_thousand_messages_take_five_requests(client: Client, sandbox: Sandbox) -> None:
    """A quiet history is read in windows that overlap, each once and in order."""
    sandbox.add_conversation(PHONE, messages=5000)
    messages = [message async for message in client.iter_conversation(PHONE)]
    assert list(sandbox.messages(PHONE)) == messages
    assert [(1, 1062), (2, 1060), (3, 1059), (4, 1058), (5, 1057)] == asked(sandbox)


@pytest.mark.anyio
@pytest.mark.parametrize("prefetch", [0, 1, 3, 8])
@pytest.mark.parametrize(("total", "page_size"), [(1, 7), (7, 7), (8, 7), (350, 7), (999, 100)])
async def test_quiet_history_costs_at_most_one_request_more_than_its_pages(
    client: Client, sandbox: Sandbox, total: int, page_size: int, prefetch: int
) -> None:
    """At most one more request confirms the end, and nothing is fetched beyond it."""
    sandbox.add_conversation(PHONE)
    for number in range(total):
        sandbox.receive(PHONE, f"Mensagem {number}")
    walk = client.iter_conversation(PHONE, page_size=page_size, prefetch=prefetch)
    assert total == len([message async for message in walk])
    assert len(sandbox.requests) <= math.ceil(total / page_size) + 1


@pytest.mark.anyio
async def test_empty_history_takes_one_request(client: Client, sandbox: Sandbox) -> None:
    """A phone without messages is an ordinary, empty answer."""
    assert [] == [message async for message in client.iter_conversation(PHONE)]
    assert [(1, 1062)] == asked(sandbox)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("most", "expected"),
    [(0, []), (1, [(1, 2)]), (10, [(1, 10)]), (1000, [(1, 1000)]), (1001, [(1, 1062)])],
)
async def test_max_messages_asks_for_no_more_than_it_needs(
    client: Client, sandbox: Sandbox, most: int, expected: list[tuple[int, int]]
) -> None:
    """Of one row asked for alone nobody could tell which way the server sorts, so two are."""
    sandbox.add_conversation(PHONE, messages=3000)
    walk = client.iter_conversation(PHONE, max_messages=most, prefetch=8)
    assert list(sandbox.messages(PHONE)[:most]) == [message async for message in walk]
    assert expected == asked(sandbox)


def arrive(sandbox: Sandbox, draw: random.Random) -> None:
    """Let some messages arrive."""
    for _ in range(draw.randint(0, 5)):
        sandbox.receive(PHONE, "ok")


def expire(sandbox: Sandbox, draw: random.Random) -> None:
    """Let the oldest messages expire."""
    sandbox.expire(PHONE, draw.randint(0, 3))


def vanish(sandbox: Sandbox, draw: random.Random) -> None:
    """Delete messages anywhere."""
    sandbox.delete(PHONE, *draw.sample(sandbox.messages(PHONE), draw.randint(0, 3)))


MOVEMENTS = {
    "arrivals": (arrive,),
    "expiries": (expire,),
    "both": (arrive, expire),
    "deletions": (vanish,),
    "all": (arrive, expire, vanish),
}


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("prefetch", [2, 7])
@pytest.mark.parametrize("movements", MOVEMENTS.values(), ids=MOVEMENTS)
async def test_moving_history_costs_at_most_fifteen_percent_more(
    client: Client,
    sandbox: Sandbox,
    movements: Iterable[Callable[[Sandbox, random.Random], None]],
    prefetch: int,
    order: Order,
) -> None:
    """Windows overlap by some rows only, once the history is seen to move."""
    sandbox.add_conversation(PHONE, messages=20_000)
    draw = random.Random(prefetch)

    def move(_: int) -> None:
        for movement in movements:
            movement(sandbox, draw)

    sandbox.before_each_request = move
    walk = client.iter_conversation(PHONE, page_size=1000, prefetch=prefetch, order=order)
    count = len([message async for message in walk])
    assert math.ceil(count / 1000) * 1.15 >= len(sandbox.requests)


@pytest.mark.anyio
async def test_oldest_first_of_one_page_takes_two_requests(
    client: Client, sandbox: Sandbox
) -> None:
    """The second one confirms that the short page is the end of the list."""
    sandbox.add_conversation(PHONE, messages=1000)
    messages = [message async for message in client.iter_conversation(PHONE, order="oldest")]
    assert list(reversed(sandbox.messages(PHONE))) == messages
    assert [(1, 1062), (2, 998)] == asked(sandbox)


@pytest.mark.anyio
async def test_oldest_first_reads_from_the_far_end(client: Client, sandbox: Sandbox) -> None:
    """It costs one request more for learning the order, and collects nothing."""
    sandbox.add_conversation(PHONE, messages=5000)
    progress = Progress()
    walk = client.iter_conversation(PHONE, order="oldest", progress=progress)
    messages = [message async for message in walk]
    assert list(reversed(sandbox.messages(PHONE))) == messages
    assert progress.requests == len(sandbox.requests) == 6


@pytest.mark.anyio
async def test_until_in_a_long_history_is_searched_for(client: Client, sandbox: Sandbox) -> None:
    """Single rows are looked at, instead of reading a hundred thousand."""
    sandbox.add_conversation(PHONE, messages=100_000)
    truth = sandbox.messages(PHONE)
    until = truth[70_000].sent_at
    walk = client.iter_conversation(PHONE, until=until, max_messages=500)
    expected = [message for message in truth if message.sent_at < until][:500]
    assert expected == [message async for message in walk]
    assert len(sandbox.requests) <= 20
    assert sum(request.limit or 0 for request in sandbox.requests) < 5000


@pytest.mark.anyio
async def test_since_stops_a_newest_first_walk_early(client: Client, sandbox: Sandbox) -> None:
    """A whole page of older messages ends it, and no later one is requested."""
    sandbox.add_conversation(PHONE, messages=10_000)
    truth = sandbox.messages(PHONE)
    since = truth[1500].sent_at
    walk = client.iter_conversation(PHONE, since=since, prefetch=0)
    assert [message for message in truth if message.sent_at >= since] == [
        message async for message in walk
    ]
    assert [(1, 1062), (2, 1060), (3, 1059)] == asked(sandbox)


@pytest.mark.anyio
async def test_ramp_fetches_no_more_than_one_window_ahead(client: Client, sandbox: Sandbox) -> None:
    """A loop that is left after the first message has requested two pages."""
    sandbox.add_conversation(PHONE, messages=10_000)
    asked_after: list[int] = []
    count = 0
    async for _ in client.iter_conversation(PHONE, page_size=500, prefetch=7):
        count += 1
        if count % 500 == 1:
            asked_after.append(len(sandbox.requests))
    assert [2, 2, 2, 6, 6, 6, 6, 14] == asked_after[:8]
    assert all(later - earlier <= 8 for earlier, later in pairwise(asked_after))
