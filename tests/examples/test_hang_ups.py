"""Readers of the FastAPI example who hang up leave nothing behind."""

from random import Random

import pytest

from smstools_async.sandbox import Sandbox
from tests.examples.conftest import PHONE
from tests.examples.hang_ups import come_and_go, leftovers, read
from tests.examples.web import EVENTS, STREAM, opened, slow_reader

CONNECTIONS = 8
"""What the application's client keeps for the next requests."""


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio, as uvicorn does."""
    return "asyncio"


@pytest.fixture
def sandbox() -> Sandbox:
    """Give a conversation of more than any buffer on the way takes."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=4000)
    return sandbox


@pytest.mark.anyio
async def test_half_of_many_readers_hang_up(sandbox: Sandbox) -> None:
    """No task, generator, request or connection is left of them, and the others lack nothing."""
    async with opened("fastapi_app", sandbox) as web:
        before = await leftovers(web)
        await come_and_go(web, Random(1), readers=8)
        after = await leftovers(web)
    assert before[:4] == after[:4]
    assert after.sockets <= before.sockets + 2 * CONNECTIONS


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("app", "path"),
    [
        ("fastapi_app", STREAM),
        ("fastapi_app", EVENTS),
        ("starlette_app", STREAM),
        ("litestar_app", STREAM),
    ],
)
async def test_nothing_is_left_or_fetched_for_who_has_gone(
    sandbox: Sandbox, app: str, path: str
) -> None:
    """A reader of few lines costs few pages, since the slowest on the way sets the pace."""
    async with opened(app, sandbox) as web:
        before = await leftovers(web)
        async with slow_reader(web.http.base_url) as http:
            assert 10 == await read(http, path, 10)
        after = await leftovers(web)
        fetched = sum(request.limit or 0 for request in sandbox.requests)
    assert before[:4] == after[:4]
    assert fetched < 4000
