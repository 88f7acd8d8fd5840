"""The live events of the FastAPI example, as its page and other programs receive them."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import anyio
import pytest

from examples.fastapi_app import app
from examples.fastapi_live import get_interval
from smstools_async.sandbox import Response, Sandbox
from tests.examples.conftest import PHONE
from tests.examples.web import EVENTS, Web, opened

pytestmark = pytest.mark.anyio

_LONG_AGO = {"since": "2001-01-01T00:00:00Z"}


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio, as uvicorn does."""
    return "asyncio"


@pytest.fixture
async def web(anyio_backend: str) -> AsyncIterator[Web]:
    """Serve the application for a conversation of three messages; it polls without pauses."""
    del anyio_backend  # requested, so that the fixture runs on the test's event loop
    sandbox = Sandbox()
    for text in ("um", "dois", "três"):
        sandbox.receive(PHONE, text)
    app.dependency_overrides[get_interval] = lambda: 0.01
    async with opened("fastapi_app", sandbox) as web:
        yield web
    app.dependency_overrides.clear()


Event = dict[str, str]


async def events_of(web: Web, last_event_id: str | None = None) -> AsyncGenerator[Event, None]:
    """Listen for as long as the generator is open; yield events in the terms of the standard."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    event: Event = {}
    async with web.http.stream("GET", EVENTS, params=_LONG_AGO, headers=headers) as response:
        async for line in response.aiter_lines():
            if line.startswith(":"):
                continue  # a comment, which browsers ignore too
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                yield event
                event = {}


async def hear(web: Web, count: int, last_event_id: str | None = None) -> list[Event]:
    """Listen to this many events, and hang up."""
    async with aclosing(events_of(web, last_event_id)) as events:
        return [await anext(events) for _ in range(count)]


def texts(events: list[Event]) -> list[Any]:
    """Return the texts of the messages among events."""
    return [json.loads(event["data"])["text"] for event in events if "data" in event]


async def test_what_came_since_is_sent_first_then_what_comes(web: Web) -> None:
    """Oldest first; each event has the complete message, and its id is a cursor."""
    async with aclosing(events_of(web)) as events:
        assert {"retry": "1000"} == await anext(events)
        heard = [await anext(events) for _ in range(3)]
        web.sandbox.receive(PHONE, "quatro")
        heard.append(await anext(events))
    assert ["um", "dois", "três", "quatro"] == texts(heard)
    assert web.sandbox.messages(PHONE)[0].to_dict() == json.loads(heard[-1]["data"])
    assert 4 == len({event["id"] for event in heard})


@pytest.mark.parametrize("heard", range(1, 5))
async def test_who_reconnects_receives_the_rest(web: Web, heard: int) -> None:
    """After the last event received, with what has arrived since; nothing twice."""
    web.sandbox.receive(PHONE, "quatro")
    first = await hear(web, 1 + heard)
    web.sandbox.receive(PHONE, "cinco")
    second = await hear(web, 1 + 5 - heard, first[-1]["id"])
    assert ["um", "dois", "três", "quatro", "cinco"] == texts(first) + texts(second)


async def test_only_what_came_since_is_sent(web: Web) -> None:
    """The moment counts, whatever there was before."""
    since = web.sandbox.messages(PHONE)[0].sent_at.isoformat()
    async with web.http.stream("GET", EVENTS, params={"since": since}) as response:
        lines = response.aiter_lines()
        data = next(line for line in [await anext(lines) for _ in range(3)] if "data" in line)
    assert "três" == json.loads(data.removeprefix("data: "))["text"]


async def test_an_error_is_an_event_and_ends_the_events(web: Web) -> None:
    """A browser then reconnects, later than usual, and continues where it was."""
    async with aclosing(events_of(web)) as events:
        heard = [await anext(events) for _ in range(4)]
        web.sandbox.fail(Response(status=501), times=None)
        heard += [event async for event in events]
    assert ["um", "dois", "três"] == texts(heard[:-1])
    last = heard[-1]
    assert ("problem", "30000") == (last["event"], last["retry"])
    assert "The gateway cannot be read." == json.loads(last["data"])["detail"]
    web.sandbox.stop_failing()
    web.sandbox.receive(PHONE, "quatro")
    assert ["quatro"] == texts(await hear(web, 2, last["id"]))


async def test_silence_is_filled(web: Web) -> None:
    """By comments, so that proxies keep the connection open."""
    with anyio.fail_after(60):
        async with web.http.stream("GET", EVENTS, params=_LONG_AGO) as response:
            comments = (line async for line in response.aiter_lines() if line.startswith(":"))
            async with aclosing(comments):
                assert [": ping"] * 3 == [await anext(comments) for _ in range(3)]


@pytest.mark.parametrize(
    ("path", "params", "headers"),
    [
        ("/conversations/nobody/events", _LONG_AGO, {}),
        (EVENTS, {}, {}),
        (EVENTS, {"since": "2025-06-05T08:44:46"}, {}),
        (EVENTS, _LONG_AGO, {"Last-Event-ID": "damaged"}),
        ("/conversations/nobody", {}, {}),
    ],
    ids=["phone", "no moment", "moment without zone", "cursor", "page"],
)
async def test_what_cannot_be_followed_is_refused(
    web: Web, path: str, params: dict[str, str], headers: dict[str, str]
) -> None:
    """By its status, after which browsers give up, and without a request to the gateway."""
    response = await web.http.get(path, params=params, headers=headers)
    assert response.status_code in {400, 422}
    assert [] == web.sandbox.requests
