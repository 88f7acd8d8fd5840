"""What the examples for FastAPI, Starlette and Litestar have in common: pages and streams."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from smstools_async.sandbox import Response, Sandbox
from tests.examples.conftest import PHONE
from tests.examples.web import STREAM, THREAD, Web, opened

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Run on asyncio, as uvicorn does."""
    return "asyncio"


@pytest.fixture(scope="module", params=["fastapi_app", "starlette_app", "litestar_app"])
async def served(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Web]:
    """Serve each application, for a conversation of 2,500 messages."""
    del anyio_backend  # requested, so that the fixture runs on the tests' event loop
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=2500)
    async with opened(request.param, sandbox) as web:
        yield web


@pytest.fixture
def web(served: Web) -> Web:
    """Return an application that has received no request, with a gateway that works."""
    served.sandbox.stop_failing()
    served.sandbox.requests.clear()
    return served


def as_dicts(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the conversation as callers should see it, newest first."""
    return [message.to_dict() for message in sandbox.messages(PHONE)]


async def read_lines(web: Web, lines: list[dict[str, Any]], cursor: str | None = None) -> None:
    """Read the stream to its end; what comes before an error is in `lines`."""
    params = {"cursor": cursor} if cursor else {}
    async with web.http.stream("GET", STREAM, params=params) as response:
        assert 200 == response.status_code
        assert response.headers["content-type"].startswith("application/jsonl")
        async for line in response.aiter_lines():
            lines.append(json.loads(line))  # noqa: PERF401 - one by one, until it breaks off


async def test_pages_lead_through_a_conversation_once(web: Web) -> None:
    """From cursor to cursor, although messages arrive concurrently; the last page has none."""
    expected, read, cursor = as_dicts(web.sandbox), list[Any](), ""
    for size in (900, 900, 900):
        params = {"page_size": str(size)} | ({"cursor": cursor} if cursor else {})
        page = await web.http.get(THREAD, params=params)
        read += page.json()["messages"]
        cursor = page.json()["next_cursor"]
        web.sandbox.receive(PHONE, "Oi")
    assert expected == read
    assert cursor is None


async def test_a_quiet_conversation_is_turned_at_one_request_a_page(web: Web) -> None:
    """Pages of 50 by cursor, through 5,000 messages; 1.05 requests a page are allowed."""
    phone = "+5531987654321"
    web.sandbox.add_conversation(phone, messages=5000)
    path, params, pages, read = f"/conversations/{phone}/messages", dict[str, str](), 0, 0
    while pages == 0 or params:
        page = (await web.http.get(path, params=params)).json()
        pages, read = pages + 1, read + len(page["messages"])
        params = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
    assert 5000 == read
    assert pages <= 101
    assert len(web.sandbox.requests) <= 1.05 * pages


async def test_a_page_has_fifty_messages_and_takes_one_request(web: Web) -> None:
    """Unless another size is requested."""
    page = (await web.http.get(THREAD)).json()
    assert as_dicts(web.sandbox)[:50] == page["messages"]
    assert 1 == len(web.sandbox.requests)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
async def test_pages_lead_through_a_conversation_in_no_order(web: Web, size: int) -> None:
    """A cursor remembers rows, so it needs no order of times."""
    phone = f"+552199876543{size}"
    for second in (4, 1, 3):
        web.sandbox.receive(phone, str(second), unix_time=second)
    params: dict[str, str | int] | None = {"page_size": size}
    texts = list[str]()
    while params:
        page = (await web.http.get(f"/conversations/{phone}/messages", params=params)).json()
        texts += [message["text"] for message in page["messages"]]
        params = page["next_cursor"] and {"page_size": size, "cursor": page["next_cursor"]}
    assert ["3", "1", "4"] == texts


@pytest.mark.parametrize("page_size", ["0", "1001", "-1", "many", "9" * 5000, ""])
async def test_a_page_size_out_of_range_is_refused(web: Web, page_size: str) -> None:
    """Before the gateway gets a request."""
    response = await web.http.get(THREAD, params={"page_size": page_size})
    assert response.status_code in {400, 422}
    assert [] == web.sandbox.requests


async def test_a_stream_holds_every_message(web: Web) -> None:
    """A line each, newest first, to its marked end."""
    lines: list[dict[str, Any]] = []
    await read_lines(web, lines)
    assert as_dicts(web.sandbox) == lines


async def test_a_stream_of_nothing_is_empty(web: Web) -> None:
    """A conversation without messages is not an error."""
    response = await web.http.get("/conversations/+5511900000000/messages.jsonl")
    assert (200, "") == (response.status_code, response.text)


@pytest.mark.parametrize("end", ["messages", "messages.jsonl"])
@pytest.mark.parametrize("phone", ["nobody", "11987654321", "+551198765432100000", "+5511 98%0a"])
async def test_what_is_not_a_phone_number_is_refused(web: Web, phone: str, end: str) -> None:
    """By its status, before there is a stream, and without a request to the gateway."""
    response = await web.http.get(f"/conversations/{phone}/{end}")
    assert response.status_code in {400, 404, 422}
    assert [] == web.sandbox.requests


@pytest.mark.parametrize("path", [THREAD, STREAM])
async def test_a_damaged_cursor_is_refused(web: Web, path: str) -> None:
    """It is the caller's mistake, and the gateway gets no request."""
    response = await web.http.get(path, params={"cursor": "damaged"})
    assert problem(400, "This cursor does not fit. Start over without one.") == received(response)
    assert [] == web.sandbox.requests


@pytest.mark.parametrize("path", [THREAD, STREAM])
@pytest.mark.parametrize(
    ("response", "status", "detail"),
    [
        (Response(status=400), 422, "The gateway refuses this number."),
        (Response(status=404), 404, "The gateway does not know this number."),
        (Response(status=501), 502, "The gateway cannot be read."),
    ],
    ids=["invalid", "unknown", "broken"],
)
async def test_what_the_gateway_refuses_is_a_problem(
    web: Web, path: str, response: Response, status: int, detail: str
) -> None:
    """By its status, for streams too; callers learn nothing about our account."""
    web.sandbox.fail(response)
    assert problem(status, detail) == received(await web.http.get(path))


@pytest.mark.parametrize("path", [THREAD, STREAM])
async def test_a_busy_gateway_says_when_to_come_back(web: Web, path: str) -> None:
    """Its `Retry-After` is passed on to the caller."""
    web.sandbox.fail(Response(status=429, headers={"Retry-After": "120"}))
    response = await web.http.get(path)
    assert problem(503, "The gateway is busy. Try again later.") == received(response)
    assert "120" == response.headers["retry-after"]


async def test_a_stream_that_breaks_off_is_not_complete(web: Web) -> None:
    """Its last line says what happened, its end is missing, and a cursor brings the rest."""
    web.sandbox.fail(Response(status=400), page=3)
    lines: list[dict[str, Any]] = []
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
        await read_lines(web, lines)
    last = lines.pop()["problem"]
    assert "The gateway refuses this number." == last["detail"]
    rest: list[dict[str, Any]] = []
    await read_lines(web, rest, last["cursor"])
    assert as_dicts(web.sandbox) == lines + rest


def problem(status: int, detail: str) -> tuple[int, str, int, str]:
    """Say what is expected of a problem."""
    return status, "application/problem+json", status, detail


def received(response: httpx.Response) -> tuple[int, str, int, str]:
    """Return what a caller receives."""
    body = response.json()
    return (
        response.status_code,
        response.headers["content-type"],
        body["status"],
        body["detail"],
    )
