"""What httpx and httpcore log of this library's requests holds nothing private, by default."""

import json
import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from smstools_async import Client, MessageFile, SmstoolsError
from tests.processes import ROOT
from tests.wire.asking import AT_ONCE, CLIENT_ID, CLIENT_SECRET, PHONE
from tests.wire.test_bad_connections import EMPTY, Server, serving

SIGNATURE = "marked-signature-77aa"
TEXT = "marked-text-51f0"
MARKED = (CLIENT_ID, CLIENT_SECRET, SIGNATURE, TEXT, PHONE, PHONE[-8:])
ECHO = f"{CLIENT_ID} {CLIENT_SECRET} {SIGNATURE} {TEXT} {PHONE}"
LIBRARIES = [httpx, httpx2]
URL = f"https://api.smsgatewayapi.com/v1/conversation/{PHONE}?page=1&limit=1000"


def lines_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return all that the records hold, however they will be shown."""
    return [f"{record.getMessage()} {vars(record)}" for record in caplog.records]


def assert_unmarked(lines: list[str]) -> None:
    """Find no marked value in any line."""
    assert not [(mark, line) for line in lines for mark in MARKED if mark in line]


@pytest.mark.anyio
@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (EMPTY, {"Set_Cookie": f"session={ECHO}", "X_Echo": ECHO}),
        (json.dumps({"error": "103", "errorMsg": ECHO}).encode(), {"X_Echo": ECHO}),
        (b"<html>" + ECHO.encode(), {"Location": f"https://{SIGNATURE}.example/"}),
    ],
    ids=["page", "error", "html"],
)
async def test_own_client_logs_nothing_private(
    body: bytes, headers: dict[str, str], level: int, caplog: pytest.LogCaptureFixture
) -> None:
    """All libraries log at that level; the server echoes all that it was sent."""
    caplog.set_level(level)
    server = Server(body=body, headers=headers)
    server.gate.set()
    async with serving(server) as client:
        file = MessageFile(
            name=f"{TEXT}.png", url=client_url(client) + f"/{TEXT}?sig={SIGNATURE}", mime="image/"
        )
        with suppress(SmstoolsError):
            await client.conversation(PHONE).page()
        with suppress(SmstoolsError):
            await client.download(file, allow_private=True)
    assert [name for name in ("httpx", "smstools_async") if name in logged_by(caplog)]
    if level == logging.DEBUG:
        assert "httpcore.http11" in logged_by(caplog)
    assert_unmarked(lines_of(caplog))


def client_url(client: Client) -> str:
    """Return the base URL of a client."""
    return repr(client).split("'")[1]


def logged_by(caplog: pytest.LogCaptureFixture) -> set[str]:
    """Return the names of loggers that logged something."""
    return {record.name for record in caplog.records}


@pytest.mark.anyio
async def test_broken_response_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Httpcore logs exceptions, and h11 quotes what it could not read."""
    caplog.set_level(logging.DEBUG)
    server = Server(behind=f"{ECHO}\r\n".encode() * 9)
    server.gate.set()
    async with serving(server) as client:
        assert 0 == await client.conversation(PHONE).count()
    assert_unmarked(lines_of(caplog))


@asynccontextmanager
async def client_of(library: ModuleType) -> AsyncGenerator[tuple[Client, list[Any]], None]:
    """Open a client with an HTTP client of either library, and note the requests it sends."""
    sent = list[Any]()

    def respond(request: Any) -> Any:
        sent.append(request)
        return library.Response(200, content=EMPTY)

    async with (
        library.AsyncClient(transport=library.MockTransport(respond)) as http_client,
        Client(
            CLIENT_ID,
            CLIENT_SECRET,
            http_client=http_client,
            download_client=http_client,
            retry=AT_ONCE,
        ) as client,
    ):
        yield client, sent


@pytest.mark.anyio
@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.__name__)
async def test_given_client_logs_nothing_private(
    library: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither it nor its logger is changed: the URL of the request shows less in a log line."""
    logger = logging.getLogger(library.__name__)
    filters = list(logger.filters)
    caplog.set_level(logging.DEBUG)
    async with client_of(library) as (client, _):
        await client.conversation(PHONE).page()
        file = MessageFile(
            name="a", url=f"https://files.example:444/{TEXT}?sig={SIGNATURE}", mime=""
        )
        await client.download(file)
    assert filters == logger.filters
    lines = [record.getMessage() for record in caplog.records if record.name == library.__name__]
    assert "GET https://api.smsgatewayapi.com/v1/conversation/•••21?page=1" in lines[0]
    assert "GET https://files.example:444/… " in lines[1]
    assert_unmarked(lines_of(caplog))


WAYS_TO_READ: dict[str, Callable[[Any], str]] = {
    "str": str,
    "format": "{}".format,
    "copy": lambda url: str(url.copy_with()),
    "join": lambda url: str(url.join("?page=1&limit=1000")),
    "parts": lambda url: f"https://{url.host}{url.raw_path.decode()}",
}


@pytest.mark.anyio
@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.__name__)
@pytest.mark.parametrize("way", WAYS_TO_READ)
async def test_url_is_complete_for_whoever_sends_it(library: ModuleType, way: str) -> None:
    """Transports, caches, mocks and signatures read it as any other."""
    async with client_of(library) as (client, sent):
        await client.conversation(PHONE).page()
    (request,) = sent
    assert URL == WAYS_TO_READ[way](request.url)
    assert request.url == library.URL(URL)
    assert hash(request.url) == hash(library.URL(URL))
    assert PHONE not in repr(request.url)


def test_retries_without_logging_write_nothing() -> None:
    """A program that does not set up logging has nothing to silence."""
    command = [sys.executable, "-m", "tests.wire.unlogged"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert ("4 attempts\n", "") == (done.stdout, done.stderr)
