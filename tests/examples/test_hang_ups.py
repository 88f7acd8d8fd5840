"""Readers of the web examples who hang up leave nothing behind, not even a line in the log."""

import logging
import socket
import struct
from random import Random

import anyio
import pytest
from anyio.abc import SocketAttribute

from smstools_async.sandbox import Sandbox
from tests.examples.conftest import PHONE
from tests.examples.hang_ups import Leftovers, come_and_go, leftovers, read
from tests.examples.web import EVENTS, STREAM, Web, opened, slow_reader

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
async def test_half_of_many_readers_hang_up(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """No task, generator, request or connection is left of them, and the others lack nothing."""
    async with opened("fastapi_app", sandbox) as web:
        before = await leftovers(web)
        await come_and_go(web, Random(1), readers=8)
        after = await leftovers(web)
    assert_nothing_is_left(before, after)
    assert after.sockets <= before.sockets + 2 * CONNECTIONS
    assert [] == warnings_in(caplog)


def assert_nothing_is_left(before: Leftovers, after: Leftovers) -> None:
    """Compare all but the sockets, of which the client keeps some for the next requests."""
    assert all(now <= then for now, then in zip(after[:4], before[:4], strict=True))


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what any library found worth a warning, or worse."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


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
    sandbox: Sandbox, app: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A reader of few lines costs few pages, since the slowest on the way sets the pace."""
    async with opened(app, sandbox) as web:
        before = await leftovers(web)
        async with slow_reader(web.http.base_url) as http:
            assert 10 == await read(http, path, 10)
        after = await leftovers(web)
        fetched = sum(request.limit or 0 for request in sandbox.requests)
    assert_nothing_is_left(before, after)
    assert fetched < 4000
    assert [] == warnings_in(caplog)


@pytest.mark.anyio
@pytest.mark.parametrize("size", [1, 20_000, 600_000], ids=["first", "some", "most"])
@pytest.mark.parametrize("path", [STREAM, EVENTS], ids=["lines", "events"])
async def test_broken_connections_are_not_logged(
    sandbox: Sandbox, path: str, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The framework sees a reset connection at an await of its own choice, and stays quiet."""
    async with opened("fastapi_app", sandbox) as web:
        await leftovers(web)
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(read_and_reset, web, path, size)
        await leftovers(web)
    assert [] == warnings_in(caplog)


async def read_and_reset(web: Web, path: str, size: int) -> None:
    """Read this many bytes of a response, then reset the connection."""
    url = web.http.base_url
    async with await anyio.connect_tcp(url.host, url.port or 80) as stream:
        connection = stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - no database is near
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        target = f"{path}?since=2001-01-01T00:00:00Z"
        await stream.send(f"GET {target} HTTP/1.1\r\nHost: {url.host}\r\n\r\n".encode())
        while size > 0:
            size -= len(await stream.receive())
