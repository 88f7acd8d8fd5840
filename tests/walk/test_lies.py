"""Servers that lie: the walk ends complete, or in an error; never silently short, never endless."""

from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest

from smstools_async import Client, Message, PaginationStalledError, Progress
from smstools_async._walk import Order
from smstools_async.sandbox import PageNumbers, Quirks, Response, Sandbox
from tests.walk.layouts import UNSORTED, Fill
from tests.walk.schedules import PHONE, identity, open_client

MOST_REQUESTS = 200
"""No walk of these histories may take more, whatever the server says."""

ECHOES = {"served": Quirks(), "asked": Quirks(page="requested", limit="requested")}
"""What the server says of the page and the limit it serves."""

Lie = Callable[[int, PageNumbers], object]


def always(said: object) -> Lie:
    """Make a `total` that is the same whatever the truth."""
    return lambda _real, _numbers: said


def one_less(real: int, _: PageNumbers) -> object:
    """Miss one."""
    return max(0, real - 1)


def one_more(real: int, _: PageNumbers) -> object:
    """See one that is not there."""
    return real + 1


def growing(real: int, numbers: PageNumbers) -> object:
    """Promise more with each request."""
    return real + 1000 * numbers.request


def written(real: int, _: PageNumbers) -> object:
    """Write the number as PHP may."""
    return str(real)


TOTALS: dict[str, Lie] = {
    "zero": always(0),
    "too small": always(10),
    "one too small": one_less,
    "one too big": one_more,
    "too big": always(2000),
    "growing for ever": growing,
    "a text": written,
    "words": always("many"),
    "negative": always(-5),
    "a fraction": always(2.5),
    "null": always(None),
}


def lie(sandbox: Sandbox, name: str) -> None:
    """Have the sandbox say a `total` of that name."""
    sandbox.quirks |= Quirks(total="missing" if name == "missing" else TOTALS[name])


def fill(sandbox: Sandbox, count: int) -> None:
    """Add a history without ties, so that rows tell which way they are sorted."""
    sandbox.add_conversation(PHONE)
    for number in range(count):
        sandbox.receive(PHONE, f"Mensagem {number}")


async def walk(sandbox: Sandbox, order: Order, page_size: int) -> list[Message] | None:
    """Walk; return the messages, or `None` if the walk gave up with an error."""
    async with open_client(sandbox) as client:
        messages = client.iter_conversation(PHONE, order=order, page_size=page_size)
        try:
            return [message async for message in messages]
        except PaginationStalledError:
            return None


def expected(sandbox: Sandbox, order: Order) -> list[Message]:
    """Return the truth."""
    return list(sandbox.messages(PHONE))[:: 1 if order == "newest" else -1]


@pytest.mark.anyio
@pytest.mark.parametrize("name", [*TOTALS, "missing"])
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_a_lying_total_never_shortens_a_walk(name: str, order: Order) -> None:
    """Whatever `total` says: all messages, or an error, and that after few requests."""
    server_orders: tuple[Order, Order] = ("newest", "oldest")
    for server_order in server_orders:
        for size, page_size in product((0, 5, 100, 234), (100, 1000)):
            sandbox = Sandbox()
            fill(sandbox, size)
            sandbox.quirks |= Quirks(page_order=server_order)
            lie(sandbox, name)
            got = await walk(sandbox, order, page_size)
            assert got in (None, expected(sandbox, order))
            assert len(sandbox.requests) < MOST_REQUESTS


@pytest.mark.anyio
@pytest.mark.parametrize(
    "name", ["zero", "too small", "one too small", "one too big", "too big", "a text", "missing"]
)
async def test_a_plainly_wrong_total_is_survived(name: str) -> None:
    """Newest first, a constant error costs a few looks at the end, and no row."""
    sandbox = Sandbox()
    fill(sandbox, 234)
    lie(sandbox, name)
    assert expected(sandbox, "newest") == await walk(sandbox, "newest", 100)
    assert len(sandbox.requests) <= 3 + 6


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("server_order", ["newest", "oldest"])
@pytest.mark.parametrize("echo", ["served", "asked"])
@pytest.mark.parametrize("max_limit", [37, 500])
async def test_a_clamped_limit_is_adopted(
    order: Order, server_order: Order, echo: str, max_limit: int
) -> None:
    """A server that gives fewer rows than asked for is read in pages of its own size."""
    sandbox = Sandbox()
    fill(sandbox, 1234)
    sandbox.quirks |= Quirks(max_limit=max_limit)
    sandbox.quirks |= Quirks(page_order=server_order)
    sandbox.quirks |= ECHOES[echo]
    assert expected(sandbox, order) == await walk(sandbox, order, 1000)


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("max_limit", [37, 500])
@pytest.mark.parametrize("name", ["zero", "missing", "one too small", "one too big"])
async def test_a_clamped_limit_beside_a_wrong_total_is_survived(
    order: Order, max_limit: int, name: str
) -> None:
    """A page that is short for a reason is told from one at the end."""
    sandbox = Sandbox()
    fill(sandbox, 700)
    sandbox.quirks |= Quirks(max_limit=max_limit)
    sandbox.quirks |= ECHOES["asked"]
    lie(sandbox, name)
    assert await walk(sandbox, order, 1000) in (None, expected(sandbox, order))
    assert len(sandbox.requests) < MOST_REQUESTS


def alternating(page: int, _: int) -> int:
    """Serve the first page for odd ones, the second for even ones."""
    return 2 - page % 2


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("served", [1, alternating], ids=["first", "A-B-A-B"])
@pytest.mark.parametrize("echo", ["served", "asked"])
async def test_a_server_that_repeats_itself_is_not_followed_for_ever(
    order: Order, served: int | Callable[[int, int], int], echo: str
) -> None:
    """The walk gives up, unless windows of other sizes show the rest after all."""
    sandbox = Sandbox()
    fill(sandbox, 1000)
    sandbox.quirks |= Quirks(serve_page=served)
    sandbox.quirks |= ECHOES[echo]
    assert await walk(sandbox, order, 100) in (None, expected(sandbox, order))
    assert len(sandbox.requests) < MOST_REQUESTS


@pytest.mark.anyio
async def test_the_error_of_a_stalled_walk_can_be_gone_on_from() -> None:
    """What was handed out is not lost: a mended server is read on from the error's cursor."""
    sandbox = Sandbox()
    fill(sandbox, 1000)
    sandbox.quirks |= Quirks(serve_page=lambda page, request: page if request < 5 else 1)
    taken: list[Message] = []
    async with open_client(sandbox) as client:
        with pytest.raises(PaginationStalledError) as stalled:  # noqa: PT012 - what came before it counts
            async for message in client.iter_conversation(PHONE, page_size=100):
                taken.append(message)  # noqa: PERF401 - likewise
        sandbox.quirks = Quirks()
        rest = client.iter_conversation(PHONE, page_size=100, cursor=stalled.value.cursor)
        taken += [message async for message in rest]
    assert len(taken) >= 300
    assert expected(sandbox, "newest") == taken


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("empty", [1, 2, 3, 5, 7])
async def test_a_hiccup_of_one_empty_page_is_looked_at_again(order: Order, empty: int) -> None:
    """An empty answer in the middle is not taken for the end."""
    sandbox = Sandbox()
    fill(sandbox, 650)
    sandbox.quirks |= Quirks(empty_requests={empty})
    assert expected(sandbox, order) == await walk(sandbox, order, 100)


@pytest.mark.anyio
async def test_a_page_that_stays_empty_is_read_through_other_windows() -> None:
    """Rows of page 3 can be asked for by other limits too."""
    sandbox = Sandbox()
    fill(sandbox, 650)
    sandbox.quirks |= Quirks(empty_pages={3})
    got = await walk(sandbox, "newest", 100)
    assert got in (None, expected(sandbox, "newest"))


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_five_thousand_empty_answers_are_not_waited_for(order: Order) -> None:
    """A server that speaks of messages and sends none is an error, not an empty history."""
    sandbox = Sandbox()
    fill(sandbox, 650)
    sandbox.quirks |= Quirks(empty_requests=range(1, 5001))
    assert await walk(sandbox, order, 100) is None
    assert len(sandbox.requests) < MOST_REQUESTS


@pytest.mark.anyio
@pytest.mark.parametrize("fill", UNSORTED)
async def test_a_list_without_order_is_read_in_its_own(
    client: Client, sandbox: Sandbox, fill: Fill
) -> None:
    """Times that go up and down are no guide; the rows come as the server has them, as reported."""
    fill(sandbox, 300)
    progress = Progress()
    got = [
        message
        async for message in client.iter_conversation(PHONE, page_size=40, progress=progress)
    ]
    assert list(sandbox.messages(PHONE)) == got
    assert progress.degraded
    assert progress.cursor is not None


@pytest.mark.anyio
@pytest.mark.parametrize("fill", UNSORTED)
@pytest.mark.parametrize("page_size", [40, 100])
async def test_a_moving_list_without_order_loses_and_repeats_nothing(
    client: Client, sandbox: Sandbox, page_size: int, fill: Fill
) -> None:
    """Arrivals and deletions shift it, and overlapping windows show by how much."""
    fill(sandbox, 300)
    first = Counter(map(identity, sandbox.messages(PHONE)))

    def move(request: int) -> None:
        sandbox.receive(PHONE, f"Chegou {request}", unix_time=1_800_000_000)

    sandbox.before_each_request = move
    walk = client.iter_conversation(PHONE, page_size=page_size)
    got = Counter([identity(message) async for message in walk])
    assert Counter() == first - got
    assert [] == [row for row, times in got.items() if times > 1]


@pytest.mark.anyio
@pytest.mark.parametrize("fill", UNSORTED)
async def test_limits_of_time_filter_a_list_without_order(
    client: Client, sandbox: Sandbox, fill: Fill
) -> None:
    """Nothing is stopped early: an older row may come after a newer one."""
    fill(sandbox, 200)
    truth = sandbox.messages(PHONE)
    since = sorted(truth, key=lambda message: message.unix_time)[100].sent_at
    walk = client.iter_conversation(PHONE, page_size=50, since=since)
    assert [message for message in truth if message.sent_at >= since] == [
        message async for message in walk
    ]


@pytest.mark.anyio
async def test_a_shown_that_is_wrong_does_not_matter(client: Client, sandbox: Sandbox) -> None:
    """Rows count, not what is said of them."""
    sandbox.fail(
        Response(
            body=b'{"total": 1, "shown": 99, "page": 1, "limit": 1000, "conversation": [{'
            b'"messageId": null, "direction": "inbound", "sender": "1", "receiver": "2",'
            b' "message": "Oi", "unixDatetime": 5}]}'
        )
    )
    assert ["Oi"] == [message.text async for message in client.iter_conversation(PHONE)]
