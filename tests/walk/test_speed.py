"""How long a walk takes, in requests of 50 ms, and how much of the network it occupies."""

from collections.abc import Awaitable, Callable
from itertools import pairwise

import anyio
import pytest
from anyio.lowlevel import checkpoint

from smstools_async import Client, MessageOf
from smstools_async.sandbox import Sandbox
from tests.walk.schedules import PHONE, open_client
from tests.walk.virtual_time import Backend, virtual_backend
from tests.walk.ways import WAYS, Reading, Way

LATENCY = 0.05
PAGES = 20
PAGE_SIZE = 15
REQUESTS = 19
"""Of a walk through them: windows are somewhat larger than `PAGE_SIZE`, and overlap."""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    """Run each test in virtual time."""
    return virtual_backend(request.param)


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with 20 pages, and 50 ms per request."""
    sandbox = Sandbox(seed=1)
    for number in range(PAGES * PAGE_SIZE):
        sandbox.receive(PHONE, f"Mensagem {number}")
    sandbox.latency = LATENCY
    return sandbox


async def seconds(work: Callable[[], Awaitable[int]]) -> float:
    """Return how long `work` takes, which has to read all messages."""
    begin = anyio.current_time()
    assert await work() == PAGES * PAGE_SIZE
    return anyio.current_time() - begin


async def walk(client: Client, prefetch: int, a_page: float = 0.0) -> int:
    """Count the messages by the generator, working this many seconds on each page."""
    count = 0
    async for _ in client.iter_conversation(PHONE, page_size=PAGE_SIZE, prefetch=prefetch):
        count += 1
        if count % PAGE_SIZE == 0:
            await anyio.sleep(a_page)
    return count


async def stream(client: Client, prefetch: int, a_page: float = 0.0) -> int:
    """Count the messages by the stream, working this many seconds on each page."""
    count = 0
    conversation = client.conversation(PHONE, page_size=PAGE_SIZE)
    async with conversation.stream(prefetch=prefetch) as messages:
        async for _ in messages:
            count += 1
            if count % PAGE_SIZE == 0:
                await anyio.sleep(a_page)
    return count


async def window_of_each_row(client: Client) -> list[int]:
    """Return on which window each message comes; `client` knows the order of lists from then on."""
    pages = client.conversation(PHONE, page_size=PAGE_SIZE).pages(prefetch=0)
    lengths = [len(page) async for page in pages]
    return [number for number, length in enumerate(lengths, 1) for _ in range(length)]


@pytest.mark.anyio
@pytest.mark.parametrize(("prefetch", "share"), [(3, 0.4), (7, 0.32)])
async def test_pages_fetched_together_save_time(
    client: Client, prefetch: int, share: float
) -> None:
    """Rounds of 1, 2, 4, 8 pages take the time of one page each, the last looks at the end."""
    sequential = await seconds(lambda: walk(client, prefetch=0))
    assert sequential == pytest.approx(REQUESTS * LATENCY)
    assert await seconds(lambda: walk(client, prefetch)) <= share * sequential


@pytest.mark.anyio
async def test_a_stream_fetches_while_the_caller_works(client: Client) -> None:
    """Work of 50 ms a page and requests of 50 ms a page take little more than one of them."""
    sequential = await seconds(lambda: walk(client, prefetch=0, a_page=LATENCY))
    assert sequential == pytest.approx((PAGES + REQUESTS) * LATENCY)
    assert await seconds(lambda: stream(client, 0, a_page=LATENCY)) <= 0.6 * sequential


@pytest.mark.anyio
@pytest.mark.parametrize(("prefetch", "rounds"), [(2, 8), (4, 6), (7, 5)])
async def test_a_stream_fetches_pages_together(client: Client, prefetch: int, rounds: int) -> None:
    """As many as find room, first one, then two, then four of them."""
    sequential = await seconds(lambda: stream(client, prefetch=0))
    assert sequential == pytest.approx(REQUESTS * LATENCY)
    assert await seconds(lambda: stream(client, prefetch)) == pytest.approx(rounds * LATENCY)


@pytest.mark.anyio
@pytest.mark.parametrize(("prefetch", "rounds"), [(2, 8), (4, 6)])
async def test_requests_of_a_stream_go_on_while_the_caller_works(
    client: Client, prefetch: int, rounds: int
) -> None:
    """Whoever needs less time for a page than it takes to come waits for no more than before."""
    await window_of_each_row(client)
    took = await seconds(lambda: stream(client, prefetch, a_page=LATENCY / 5))
    assert took <= (rounds + 1) * LATENCY


@pytest.mark.anyio
async def test_a_slow_caller_never_waits_for_a_stream(client: Client) -> None:
    """Who needs 20 ms for a page that takes 50 ms to fetch waits for the first two alone."""
    work = 0.02
    took = await seconds(lambda: stream(client, prefetch=4, a_page=work))
    assert took == pytest.approx(PAGES * work + 2 * LATENCY, abs=LATENCY)


@pytest.mark.anyio
@pytest.mark.parametrize("iterators", [1, 8])
async def test_all_iterators_together_keep_to_max_connections(
    sandbox: Sandbox, iterators: int
) -> None:
    """However many walks fetch ahead, one client bounds the requests in flight."""
    async with (
        open_client(sandbox, max_connections=3) as client,
        anyio.create_task_group() as group,
    ):
        for _ in range(iterators):
            group.start_soon(walk, client, 8)
    assert 3 == sandbox.most_in_flight
    assert iterators * REQUESTS == len(sandbox.requests)


@pytest.mark.anyio
@pytest.mark.parametrize("prefetch", [0, 3, 8])
@pytest.mark.parametrize("window", [1, 4, 15])
async def test_an_early_end_wastes_one_round_at_most(
    client: Client, sandbox: Sandbox, window: int, prefetch: int
) -> None:
    """Whoever stops on a page has had no more than `prefetch` pages fetched beyond it."""
    windows = await window_of_each_row(client)
    before = len(sandbox.requests)
    messages = client.iter_conversation(PHONE, page_size=PAGE_SIZE, prefetch=prefetch)
    for _ in range(windows.index(window) + 1):
        await anext(messages)
    await messages.aclose()
    assert window <= len(sandbox.requests) - before <= window + prefetch


@pytest.mark.anyio
async def test_the_first_page_of_a_client_waits_for_the_second(
    client: Client, sandbox: Sandbox
) -> None:
    """Two pages show whether pages and rows run the same way; later walks know."""
    requests: list[int] = []
    for _ in range(2):
        before = len(sandbox.requests)
        messages = client.iter_conversation(PHONE, page_size=PAGE_SIZE, prefetch=0)
        await anext(messages)
        await messages.aclose()
        requests.append(len(sandbox.requests) - before)
    assert [2, 1] == requests


@pytest.mark.anyio
async def test_rounds_grow_slowly(client: Client, sandbox: Sandbox) -> None:
    """Whoever breaks off early has not had the most pages fetched for nothing."""
    windows = await window_of_each_row(client)
    messages = client.iter_conversation(PHONE, page_size=PAGE_SIZE, prefetch=7)
    in_flight = [sandbox.most_in_flight async for _ in messages]
    rounds = [1] + [2] * 2 + [4] * 4 + [8] * 12
    assert [rounds[window - 1] for window in windows] == in_flight


@pytest.mark.anyio
async def test_nothing_is_fetched_while_the_caller_works(client: Client, sandbox: Sandbox) -> None:
    """Between two messages of a generator no request is under way."""
    requests: list[int] = []
    async for _ in client.iter_conversation(PHONE, page_size=PAGE_SIZE, prefetch=7):
        before = len(sandbox.requests)
        await anyio.sleep(10 * LATENCY)
        requests.append(len(sandbox.requests) - before + sandbox.in_flight)
    assert [0] * PAGES * PAGE_SIZE == requests


@pytest.mark.anyio
@pytest.mark.parametrize("prefetch", [0, 1, 2, 5])
async def test_a_stream_waits_while_its_buffer_is_full(
    client: Client, sandbox: Sandbox, prefetch: int
) -> None:
    """It holds `prefetch` pages, one that waits for room, and no more."""
    ahead: set[int] = set()
    windows = iter(await window_of_each_row(client))
    before = len(sandbox.requests)
    conversation = client.conversation(PHONE, page_size=PAGE_SIZE)
    async with conversation.stream(prefetch=prefetch) as messages:
        async for _ in messages:
            await anyio.sleep(LATENCY)
            ahead.add(len(sandbox.requests) - before - next(windows))
    assert prefetch + 1 == max(ahead)


@pytest.mark.anyio
@pytest.mark.parametrize("concurrency", [1, 3])
async def test_many_conversations_are_read_at_once(sandbox: Sandbox, concurrency: int) -> None:
    """A conversation has one request under way, and `concurrency` bounds the conversations."""
    phones = [f"+55119{number:08}" for number in range(12)]
    for phone in phones:
        sandbox.add_conversation(phone, messages=30)
    async with (
        open_client(sandbox) as client,
        client.stream_conversations(phones, concurrency=concurrency, page_size=10) as items,
    ):
        assert 12 * 30 == len([item async for item in items if isinstance(item, MessageOf)])
    assert concurrency == sandbox.most_in_flight


@pytest.mark.anyio
@pytest.mark.parametrize("way", [*WAYS[:3], *WAYS[-2:]], ids=str)
async def test_other_tasks_run_every_hundred_messages(
    client: Client, sandbox: Sandbox, way: Way, anyio_backend: Backend
) -> None:
    """A walk over a long page does not block the event loop."""
    sandbox.latency = 0.0
    reading = Reading(client, way)
    turns: list[int] = []

    async def take_turns() -> None:
        while not reading.finished:
            turns.append(len(reading.taken))
            await checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(take_turns)
        await reading.run()
    most = max(after - before for before, after in pairwise([*turns, PAGES * PAGE_SIZE]))
    assert most <= (200 if anyio_backend[0] == "trio" else 100)  # trio shuffles whose turn is first
