"""The sandbox in process: faults, latency, and what is in flight."""

import asyncio
import math

import anyio
import httpx
import pytest
import trio
import trio.testing

from smstools_async import MessageFile
from smstools_async.sandbox import (
    ConnectionRefused,
    Disconnect,
    Outcome,
    Quirks,
    ReadTimedOut,
    Response,
    Sandbox,
)
from tests.sandbox.asking import LOGIN, PHONE, URL, ask, client_of, texts


@pytest.fixture
def sandbox() -> Sandbox:
    """Return a conversation with a thousand messages."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=1000)
    return sandbox


@pytest.mark.anyio
async def test_responds_alike_in_process(sandbox: Sandbox) -> None:
    """A client gets what `respond` returns, from any host, in pieces."""
    async with client_of(sandbox) as client, client.stream("GET", f"{URL}?limit=900") as response:
        pieces = [piece async for piece in response.aiter_raw()]
    expected = ask(sandbox, "limit=900")
    assert expected.body == b"".join(pieces)
    assert len(pieces) > 2
    assert expected.all_headers() == dict(response.headers)
    assert expected.status == response.status_code


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (ConnectionRefused(), httpx.ConnectError),
        (ReadTimedOut(), httpx.ReadTimeout),
        (Disconnect(), httpx.RemoteProtocolError),
        (Disconnect(after_bytes=10), httpx.RemoteProtocolError),
        (Disconnect(after_bytes=0), httpx.RemoteProtocolError),
        (Response(body=b"{}", cut_after=1), httpx.RemoteProtocolError),
    ],
    ids=["refused", "timed-out", "disconnect", "cut", "cut-at-once", "cut-response"],
)
async def test_faults_reach_the_client(
    sandbox: Sandbox, outcome: Outcome, error: type[httpx.TransportError]
) -> None:
    """As the errors httpx would raise; the next request is answered again."""
    sandbox.fail(outcome)
    async with client_of(sandbox) as client:
        with pytest.raises(error) as caught:
            await client.get(URL)
        assert 200 == (await client.get(URL)).status_code
    assert URL == str(caught.value.request.url)
    assert 0 == sandbox.in_flight


@pytest.mark.asyncio
async def test_cut_body_gives_what_came_before(sandbox: Sandbox) -> None:
    """The head of the true response arrives, with the length of the complete body."""
    sandbox.fail(Disconnect(after_bytes=70_000))
    received = b""
    async with client_of(sandbox) as client, client.stream("GET", URL) as response:
        with pytest.raises(httpx.RemoteProtocolError, match="received 70000 bytes, expected"):  # noqa: PT012 - raised by the loop
            async for piece in response.aiter_raw():
                received += piece
    whole = ask(sandbox).body
    assert whole[:70_000] == received
    assert str(len(whole)) == response.headers["content-length"]


def test_faults_hit_what_they_are_meant_for(sandbox: Sandbox) -> None:
    """By count, by number of the request, by page and by phone; in the order they were planned."""
    sandbox.fail(Response(status=500), from_request=3, times=2)
    sandbox.fail(Response(status=501), page=2)
    sandbox.fail(Response(status=502), phone="5521912345678", times=None)
    pages = [1, 2, 1, 1, 2, 1]
    statuses = [ask(sandbox, f"page={page}").status for page in pages]
    assert [200, 501, 500, 500, 200, 200] == statuses
    other = [ask(sandbox, path="/v1/conversation/+5521912345678").status for _ in range(3)]
    assert [502, 502, 502] == other


def test_fault_may_be_made_of_the_true_response(sandbox: Sandbox) -> None:
    """A callable gets it; headers are replaced whatever their case."""
    true = ask(sandbox)
    sandbox.fail(lambda response: response.with_headers({"content-type": "text/plain"}))
    changed = ask(sandbox)
    assert true.body == changed.body
    assert {"content-type": "text/plain"} == changed.headers


def test_faults_of_a_page_spare_attachments(sandbox: Sandbox) -> None:
    """Files have no pages, although every request has a page by default."""
    file = MessageFile(name="a.png", url="https://files.example/a.png", mime="image/png")
    sandbox.receive(PHONE, "", files=[file])
    sandbox.fail(Response(status=500), page=1)
    assert [200, 500] == [ask(sandbox, path="/a.png").status, ask(sandbox).status]


def test_faults_of_kept_connections_spare_new_ones(sandbox: Sandbox) -> None:
    """In process there are none."""
    sandbox.fail(Response(status=500), on_kept_connections=True)
    assert 200 == ask(sandbox).status


@pytest.mark.parametrize(("timeout", "received"), [(5, 12), (0.5, None)])
def test_body_may_drip(sandbox: Sandbox, timeout: float, received: int | None) -> None:
    """Each piece after its delay; a client that waits less for one gives up."""
    sandbox.fail(Response(body=b"twelve bytes", piece_bytes=5, piece_delay=1))

    async def read() -> tuple[int | None, float]:
        begin = trio.current_time()
        async with client_of(sandbox, timeout=timeout) as client:
            try:
                body = (await client.get(URL)).content
            except httpx.ReadTimeout:
                return None, trio.current_time() - begin
        return len(body), trio.current_time() - begin

    clock = trio.testing.MockClock(autojump_threshold=0)
    length, seconds = trio.run(read, clock=clock)
    assert received == length
    assert pytest.approx(min(3, timeout)) == seconds


def test_faults_can_be_stopped(sandbox: Sandbox) -> None:
    """Even those that would last indefinitely."""
    sandbox.fail(Response(status=500), times=None)
    assert [500, 500] == [ask(sandbox).status for _ in range(2)]
    sandbox.stop_failing()
    assert 200 == ask(sandbox).status


def test_faults_can_be_planned_by_the_hook(sandbox: Sandbox) -> None:
    """The hook runs first, so that it can fail the very request it is called for."""

    def fail_at_times(request: int) -> None:
        if request in {2, 3}:
            sandbox.fail(Response.error(105, "Server error", status=500, headers={"Via": "x"}))

    sandbox.before_each_request = fail_at_times
    responses = [ask(sandbox) for _ in range(4)]
    assert [200, 500, 500, 200] == [response.status for response in responses]
    assert "x" == responses[1].all_headers()["via"]


def test_latency_passes_on_the_clock_of_the_loop(sandbox: Sandbox) -> None:
    """A virtual clock need not wait; requests in flight together wait together."""
    sandbox.latency = lambda request: 10.0 * request

    async def ask_thrice() -> float:
        begin = trio.current_time()
        async with client_of(sandbox, timeout=60) as client, trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(client.get, URL)
        return trio.current_time() - begin

    clock = trio.testing.MockClock(autojump_threshold=0)
    assert 30 == pytest.approx(trio.run(ask_thrice, clock=clock))
    assert (0, 3) == (sandbox.in_flight, sandbox.most_in_flight)


def test_latency_beyond_the_patience_of_the_client_times_out(sandbox: Sandbox) -> None:
    """After the client's read time-out, neither sooner nor later."""
    sandbox.latency = math.inf

    async def lose_patience() -> float:
        begin = trio.current_time()
        async with client_of(sandbox, timeout=30) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(URL)
        return trio.current_time() - begin

    clock = trio.testing.MockClock(autojump_threshold=0)
    assert 30 == pytest.approx(trio.run(lose_patience, clock=clock))


@pytest.mark.parametrize(("reads_late", "text"), [(False, "early"), (True, "late")])
def test_rows_are_read_before_or_after_the_latency(reads_late: bool, text: str) -> None:  # noqa: FBT001 - a parameter of the test
    """What arrives while a request is in flight is in its response only when rows are read late."""
    sandbox = Sandbox()
    sandbox.receive(PHONE, "early")
    sandbox.latency = 10
    sandbox.quirks |= Quirks(reads_late=reads_late)

    async def ask_while_something_arrives() -> list[str]:
        async with client_of(sandbox, timeout=60) as client, trio.open_nursery() as nursery:
            nursery.start_soon(let_arrive)
            return texts((await client.get(URL)).json())

    async def let_arrive() -> None:
        await trio.sleep(5)
        sandbox.receive(PHONE, "late")

    clock = trio.testing.MockClock(autojump_threshold=0)
    assert text == trio.run(ask_while_something_arrives, clock=clock)[0]


@pytest.mark.anyio
async def test_others_get_their_turn_during_a_request(sandbox: Sandbox) -> None:
    """Without any latency, too, requests interleave as on a network."""
    async with client_of(sandbox) as client, anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(client.get, URL)
    assert 5 == sandbox.most_in_flight


@pytest.mark.anyio
async def test_cancelled_request_is_not_in_flight(sandbox: Sandbox) -> None:
    """Nor is one whose body was given up."""
    sandbox.latency = 60
    async with client_of(sandbox, timeout=90) as client:
        with anyio.move_on_after(0):
            await client.get(URL)
        sandbox.latency = 0
        async with client.stream("GET", URL):
            assert 1 == sandbox.in_flight
    assert (0, 1) == (sandbox.in_flight, sandbox.most_in_flight)
    assert 2 == len(sandbox.requests)


@pytest.mark.asyncio
async def test_request_without_a_timeout_waits(sandbox: Sandbox) -> None:
    """A transport may be used without a client: nobody gives up, and closing twice is harmless."""
    sandbox.latency = 0.001
    request = httpx.Request("GET", URL, headers=LOGIN)
    response = await sandbox.transport().handle_async_request(request)
    await response.aread()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    await response.stream.aclose()
    assert (200, 0) == (response.status_code, sandbox.in_flight)


@pytest.mark.asyncio
async def test_error_of_the_hook_reaches_the_test(sandbox: Sandbox) -> None:
    """An assertion within the hook is not swallowed."""

    def object_to(request: int) -> None:
        raise AssertionError(request)

    sandbox.before_each_request = object_to
    async with client_of(sandbox) as client:
        with pytest.raises(AssertionError, match="1"):
            await asyncio.wait_for(client.get(URL), 5)
    assert 0 == sandbox.in_flight
