"""Errors come in their place, as themselves, and with a cursor to resume from."""

from collections import Counter

import anyio
import httpx
import pytest

from smstools_async import (
    Client,
    ClientClosedError,
    InvalidRequestError,
    PaginationStalledError,
    ServerError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
)
from smstools_async.sandbox import Disconnect, Quirks, Response, Sandbox
from tests.walk.schedules import PHONE
from tests.walk.virtual_time import Backend, virtual_backend
from tests.walk.ways import WAYS, Reading, Way

PAGE_SIZE = 10
BEFORE_PAGE_4 = 18 + 14 + 13
"""New rows on the first three windows, of 18, 16 and 15 rows that overlap by 2."""

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("way", WAYS, ids=str)]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    """Run each test in virtual time, so that retries take none."""
    return virtual_backend(request.param)


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with 16 pages of 10 messages."""
    sandbox = Sandbox()
    for number in range(16 * PAGE_SIZE):
        sandbox.receive(PHONE, f"Mensagem {number}")
    return sandbox


async def fail(reading: Reading, error: type[Exception]) -> Exception:
    """Run a reading that is to fail, and return its error."""
    with pytest.raises(error) as caught:
        await reading.run()
    assert type(caught.value) is error  # and no group, and no heir
    return caught.value


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Response.error(103, "Phone number is required or invalid"), InvalidRequestError),
        (Response.error(105, "Server error", status=500), ServerError),
        (Response(body=b"<html>", headers={"Content-Type": "text/html"}), UnexpectedResponseError),
        (Disconnect(after_bytes=100), TransportError),
    ],
    ids=["refused", "server", "no-json", "cut"],
)
async def test_an_error_comes_behind_the_pages_before_it(
    client: Client,
    sandbox: Sandbox,
    way: Way,
    fault: Response | Disconnect,
    error: type[SmstoolsError],
) -> None:
    """Page 4 fails for good: three pages come, then its error, and its cursor misses nothing."""
    sandbox.fail(fault, page=4, times=None)
    reading = Reading(client, way, page_size=PAGE_SIZE)
    failure = await fail(reading, error)
    assert isinstance(failure, SmstoolsError)
    messages = list(sandbox.messages(PHONE))
    assert messages[:BEFORE_PAGE_4] == reading.taken
    assert reading.cursor == failure.cursor
    sandbox.stop_failing()
    rest = Reading(client, Way("generator", 1), page_size=7, cursor=failure.cursor)
    await rest.run()
    assert messages == reading.taken + rest.taken


async def test_an_error_on_the_first_page_has_no_cursor(
    client: Client, sandbox: Sandbox, way: Way
) -> None:
    """Nothing was delivered, so there is no place to resume from."""
    sandbox.fail(Response(status=503), times=None)
    reading = Reading(client, way)
    failure = await fail(reading, ServerError)
    assert isinstance(failure, SmstoolsError)
    assert [] == reading.taken
    assert failure.cursor is None


async def test_an_error_of_a_resumed_walk_has_at_least_its_cursor(
    client: Client, sandbox: Sandbox, way: Way
) -> None:
    """A walk that fails at once leaves its caller where it began."""
    first = client.conversation(PHONE, page_size=PAGE_SIZE).pages()
    await anext(first)
    sandbox.fail(Response(status=503), times=None)
    key = "cursors" if way.call == "streams" else "cursor"
    cursor = {PHONE: first.cursor} if way.call == "streams" else first.cursor
    failure = await fail(Reading(client, way, **{key: cursor}), ServerError)
    assert isinstance(failure, SmstoolsError)
    assert first.cursor == failure.cursor


async def test_a_failure_that_passes_is_not_seen(
    client: Client, sandbox: Sandbox, way: Way
) -> None:
    """Requests are retried, each for itself."""
    for page in range(1, 5):
        sandbox.fail(Response(status=503), page=page, times=2)
    reading = Reading(client, way, page_size=PAGE_SIZE)
    await reading.run()
    assert list(sandbox.messages(PHONE)) == reading.taken
    tries = Counter((request.page, request.limit) for request in sandbox.requests)
    assert 4 * 2 == len(sandbox.requests) - len(tries)


async def test_a_failed_page_behind_the_end_does_not_matter(
    client: Client, sandbox: Sandbox, way: Way
) -> None:
    """An error is raised only when the page it came for is needed."""
    messages = sandbox.messages(PHONE)
    sandbox.fail(Response.error(103, "Phone number is required or invalid"), page=4, times=None)
    reading = Reading(client, way, page_size=PAGE_SIZE, since=messages[24].sent_at)
    await reading.run()
    assert list(messages[:25]) == reading.taken


async def test_a_stalled_walk_fails_as_plainly(client: Client, sandbox: Sandbox, way: Way) -> None:
    """What the walk itself finds wrong comes as failures of requests do."""
    sandbox.quirks |= Quirks(empty_requests=range(4, 1000))
    reading = Reading(client, way, page_size=PAGE_SIZE)
    failure = await fail(reading, PaginationStalledError)
    assert isinstance(failure, PaginationStalledError)
    sandbox.quirks = Quirks()
    rest = client.iter_conversation(PHONE, cursor=failure.cursor)
    messages = [*reading.taken, *[message async for message in rest]]
    assert list(sandbox.messages(PHONE)) == messages


async def test_a_client_closed_under_way_fails_in_place(
    client: Client, sandbox: Sandbox, way: Way
) -> None:
    """What was under way is delivered, then the closed client is reported."""
    sandbox.latency = 0.05
    reading = Reading(client, way, page_size=PAGE_SIZE)
    failure: Exception | None = None

    async def close() -> None:
        await anyio.sleep(0.12)
        await client.aclose()

    async with anyio.create_task_group() as group:
        group.start_soon(close)
        failure = await fail(reading, ClientClosedError)
    assert isinstance(failure, ClientClosedError)
    seen = max((request.page or 0) * (request.limit or 0) for request in sandbox.requests)
    assert list(sandbox.messages(PHONE)[:seen]) == reading.taken
    assert reading.cursor == failure.cursor


class Broken(httpx.AsyncBaseTransport):
    """A transport with a bug of its own."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Fail as no transport should."""
        raise ZeroDivisionError(request.method)


async def test_a_mistake_in_the_callers_transport_comes_as_itself(way: Way) -> None:
    """No error is wrapped into a group, whoever made it."""
    async with (
        httpx.AsyncClient(transport=Broken()) as http_client,
        Client("id", "secret", http_client=http_client) as client,
    ):
        failure = await fail(Reading(client, way), ZeroDivisionError)
    assert "GET" == str(failure)
