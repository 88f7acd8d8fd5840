"""Nothing of an answer stays in memory after its call, even while the collector does not run."""

import gc
import sys
import tracemalloc
import weakref
from collections.abc import Iterator
from contextlib import suppress

import httpx
import httpx2
import pytest

from smstools_async import Client, SmstoolsError
from smstools_async._wire.messages import decode_conversation
from smstools_async.sandbox import Response, Sandbox, serving
from tests.wire.asking import AT_ONCE, CLIENT_ID, CLIENT_SECRET, PHONE, client_of, sandbox_of
from tests.wire.rows import body_of, row

CALLS = 5
KIB = 1024
LARGE = [row(message="x" * 1000)] * 300


@pytest.fixture(autouse=True)
def without_collector() -> Iterator[None]:
    """Let reference counts do all the work."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def growth_of(client: Client) -> int:
    """Call some times; return by how many KiB memory has grown for good."""

    async def call() -> None:
        with suppress(SmstoolsError):
            await client.conversation(PHONE).page()

    await call()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(CALLS):
            await call()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) // KIB


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer",
    [
        Response(body=body_of(*LARGE)),
        Response(body=body_of(*LARGE)[:-9]),
        Response(body=body_of(*LARGE, row(message=5))),
        Response(body=body_of(*LARGE), cut_after=300 * KIB),
        Response(body=body_of(*LARGE, error="105")),
        Response(status=500, body=b'{"errorMsg": "' + b"x" * 300 * KIB + b'"}'),
        Response(headers={"Content-Encoding": "br"}, body=body_of(*LARGE)),
    ],
    ids=["page", "cut-json", "wrong-shape", "cut", "with-error", "500", "brotli"],
)
async def test_bodies_are_let_go(answer: Response) -> None:
    """Each has 300 KiB; what stays are the small cycles of other libraries."""
    sandbox = sandbox_of()
    sandbox.fail(answer, times=None)
    async with client_of(sandbox) as client:
        assert await growth_of(client) < 30 * CALLS


def test_a_kept_message_takes_five_blocks() -> None:
    """Itself, its id, text, time and date; phones and words are shared, nothing else is kept."""
    rows = [row(messageId=f"id {number}", unixDatetime=10**9 - number) for number in range(1000)]
    body = body_of(*rows)
    decode_conversation(body)
    before = sys.getallocatedblocks()
    page = decode_conversation(body).structured()
    assert 5 == pytest.approx((sys.getallocatedblocks() - before) / len(page), abs=0.1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "http_client_class", [httpx.AsyncClient, httpx2.AsyncClient], ids=["httpx", "httpx2"]
)
async def test_bodies_of_connections_are_let_go(
    http_client_class: type[httpx.AsyncClient] | type[httpx2.AsyncClient],
) -> None:
    """By both libraries, although one ties its responses into a cycle."""
    sandbox = Sandbox(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    for _ in range(300):
        sandbox.receive(PHONE, "x" * 1000)
    async with serving(sandbox) as base_url, http_client_class() as http_client:
        client = Client(
            CLIENT_ID, CLIENT_SECRET, base_url=base_url, http_client=http_client, retry=None
        )
        assert await growth_of(client) < 60 * CALLS


@pytest.mark.asyncio
async def test_error_of_a_retried_request_is_freed_at_once() -> None:
    """The frames of the call form no cycle with it."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=503), times=None)
    async with client_of(sandbox, retry=AT_ONCE) as client:
        assert (await error_of(client))() is None


async def error_of(client: Client) -> weakref.ref[SmstoolsError]:
    """Return a reference to the error of a call."""
    try:
        await client.conversation(PHONE).page()
    except SmstoolsError as error:
        return weakref.ref(error)
    raise AssertionError("it did not fail")
