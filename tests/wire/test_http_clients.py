"""A client that is given does the work, of httpx or httpx2, and stays as it was."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from smstools_async import (
    AuthenticationError,
    Client,
    RequestTimeoutError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
)
from smstools_async.sandbox import Disconnect, Outcome, ReadTimedOut, Response
from tests.wire.asking import CLIENT_ID, CLIENT_SECRET, PHONE, Scripted, client_of
from tests.wire.conftest import Port
from tests.wire.rows import body_of, row

LIBRARIES = [pytest.param(library, id=library.__name__) for library in (httpx, httpx2)]
ELSEWHERE = "https://elsewhere.example/v1/conversation/1"


@asynccontextmanager
async def client_by(http_client: Any, **options: Any) -> AsyncGenerator[Client, None]:
    """Open a client that sends by `http_client`, each request once."""
    options = {"retry": None} | options
    async with (
        http_client,
        Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client, **options) as client,
    ):
        yield client


def settings_of(http_client: Any) -> dict[str, Any]:
    """Return all that a client of httpx can be changed in."""
    return {
        "headers": list(http_client.headers.raw),
        "cookies": dict(http_client.cookies),
        "params": str(http_client.params),
        "timeout": http_client.timeout,
        "base_url": http_client.base_url,
        "auth": http_client.auth,
        "hooks": http_client.event_hooks,
        "follow_redirects": http_client.follow_redirects,
        "trust_env": http_client.trust_env,
    }


@pytest.mark.asyncio
@pytest.mark.parametrize("library", LIBRARIES)
async def test_given_client_stays_as_it_was(library: ModuleType, port: Port) -> None:
    """Not closed, and not changed, after success and after failure."""
    http_client = library.AsyncClient(
        headers={"X-Own": "1"},
        params={"own": "2"},
        cookies={"own": "3"},
        timeout=7,
        base_url="https://own.example/",
    )
    before = settings_of(http_client)
    async with http_client:
        async with Client(
            CLIENT_ID,
            CLIENT_SECRET,
            base_url=port.base_url,
            http_client=http_client,
            retry=None,
        ) as client:
            await client.conversation(PHONE).page()
            port.sandbox.fail(Disconnect())
            with pytest.raises(TransportError):
                await client.conversation(PHONE).page()
        assert not http_client.is_closed
        assert before == settings_of(http_client)
        assert 404 == (await http_client.get(f"{port.base_url}/balance")).status_code


@pytest.mark.asyncio
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Response(body=body_of(row())), None),
        (Response(status=502, body=b"<html>"), "ServerError"),
        (Response(body=b""), "UnexpectedResponseError"),
        (Response(body=body_of(row()), cut_after=20), "TransportError"),
        (Disconnect(), "TransportError"),
        (ReadTimedOut(), "RequestTimeoutError"),
        (Response(status=307, headers={"Location": ELSEWHERE}), "UnexpectedResponseError"),
    ],
    ids=["page", "502", "empty", "cut", "disconnect", "silent", "redirect"],
)
async def test_both_libraries_work_on_the_wire(
    library: ModuleType, outcome: Outcome, expected: str | None, port: Port
) -> None:
    """Errors come out as ours, whichever library raised them."""
    port.sandbox.fail(outcome)
    options = {
        "base_url": port.base_url,
        "timeout": 0.05 if isinstance(outcome, ReadTimedOut) else 5,
    }
    async with client_by(library.AsyncClient(), **options) as client:
        if expected is None:
            assert 1 == len(await client.conversation(PHONE).page())
        else:
            with pytest.raises(SmstoolsError) as caught:
                await client.conversation(PHONE).page()
            assert expected == type(caught.value).__name__


@pytest.mark.anyio
@pytest.mark.parametrize("library", LIBRARIES)
async def test_subclass_of_a_client_will_do(library: ModuleType) -> None:
    """Its errors are those of the library it comes from."""
    own_client = type("OwnClient", (library.AsyncClient,), {"__module__": "nowhere.to.be.found"})

    def time_out(request: object) -> None:
        raise library.ReadTimeout("", request=request)

    async with client_by(own_client(transport=library.MockTransport(time_out))) as client:
        with pytest.raises(RequestTimeoutError):
            await client.conversation(PHONE).page()


@pytest.mark.parametrize(
    "make",
    [
        httpx.Client,
        httpx2.Client,
        Scripted,
        lambda: httpx,
        lambda: "client",
        lambda: httpx.AsyncClient,
    ],
    ids=["sync", "sync-2", "transport", "module", "text", "class"],
)
def test_anything_else_is_refused(make: Callable[[], Any]) -> None:
    """At once, rather than at the first request."""
    wrong = make()
    with pytest.raises(TypeError, match="http_client must be an AsyncClient of httpx or httpx2"):
        Client(CLIENT_ID, CLIENT_SECRET, http_client=wrong)
    if hasattr(wrong, "close"):
        wrong.close()


@pytest.mark.anyio
@pytest.mark.parametrize("library", LIBRARIES)
async def test_client_that_follows_redirects_does_not_follow_ours(library: ModuleType) -> None:
    """Neither library strips `X-Client-*` headers on the way to another host."""
    requests = list[Any]()

    def redirect(request: Any) -> Any:
        requests.append(request)
        return library.Response(302, headers={"Location": ELSEWHERE})

    transport = library.MockTransport(redirect)
    async with client_by(library.AsyncClient(transport=transport, follow_redirects=True)) as client:
        with pytest.raises(UnexpectedResponseError, match=r"points to host 'elsewhere\.example'"):
            await client.conversation(PHONE).page()
    assert ["api.smsgatewayapi.com"] == [request.url.host for request in requests]


@pytest.mark.anyio
@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize(
    "location",
    [
        ELSEWHERE,
        "//elsewhere.example/",
        "http://api.smsgatewayapi.com/v1/",
        "https://api.smsgatewayapi.com:444/v1/",
        "/v2/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
async def test_credentials_go_nowhere_else(status: int, location: str) -> None:
    """One request is all that is sent, wherever the server points."""
    server = Scripted(status=status, headers={"Location": location})
    async with client_of(server) as client:
        with pytest.raises((UnexpectedResponseError, TransportError)):
            await client.conversation(PHONE).page()
    assert 1 == len(server.requests)


def always(response: Any, library: ModuleType) -> Any:
    """Return a transport that has one response at hand."""

    def respond(_: object) -> Any:
        return response

    return library.MockTransport(respond)


async def read_and_keep(response: Any) -> None:
    """Read the body as hooks are told to."""
    await response.aread()


async def read_away(response: Any) -> None:
    """Read the body and keep nothing."""
    async for _ in response.aiter_bytes():
        pass


@pytest.mark.asyncio
@pytest.mark.parametrize("library", LIBRARIES)
async def test_event_hook_may_read_the_body(library: ModuleType, port: Port) -> None:
    """As those that log do."""
    http_client = library.AsyncClient(event_hooks={"response": [read_and_keep]})
    async with client_by(http_client, base_url=port.base_url) as client:
        assert 3 == len(await client.conversation(PHONE).page())


@pytest.mark.asyncio
@pytest.mark.parametrize("library", LIBRARIES)
async def test_event_hook_that_keeps_the_body_is_named(library: ModuleType, port: Port) -> None:
    """Nothing is left for us then."""
    http_client = library.AsyncClient(event_hooks={"response": [read_away]})
    async with client_by(http_client, base_url=port.base_url) as client:
        with pytest.raises(TransportError, match="read by an event hook") as caught:
            await client.conversation(PHONE).page()
    assert not caught.value.retryable


@pytest.mark.anyio
@pytest.mark.parametrize("library", LIBRARIES)
async def test_event_hook_that_refuses_the_status_is_named(library: ModuleType) -> None:
    """`raise_for_status` knows less than we do."""

    async def refuse(response: Any) -> None:
        response.raise_for_status()

    http_client = library.AsyncClient(
        transport=always(library.Response(404), library), event_hooks={"response": [refuse]}
    )
    async with client_by(http_client) as client:
        with pytest.raises(TransportError, match=r"An event hook .* refused the status"):
            await client.conversation(PHONE).page()


@pytest.mark.anyio
@pytest.mark.parametrize("library", LIBRARIES)
async def test_body_at_hand_is_taken(library: ModuleType) -> None:
    """Mock transports have it whole, and inflated."""
    transport = always(library.Response(200, content=body_of(row())), library)
    async with client_by(library.AsyncClient(transport=transport)) as client:
        assert 1 == len(await client.conversation(PHONE).page())


@pytest.mark.anyio
async def test_error_at_hand_is_taken() -> None:
    """With its code."""
    transport = always(httpx.Response(400, json={"error": "104"}), httpx)
    async with client_of(transport) as client:
        with pytest.raises(AuthenticationError):
            await client.conversation(PHONE).page()


@pytest.mark.anyio
async def test_request_is_as_the_vendor_asks() -> None:
    """Credentials in headers alone, the phone quoted whole, gzip offered, no body."""
    server = Scripted(json.dumps({"conversation": []}).encode())
    async with client_of(server) as client:
        await client.conversation("+55 11 98765-4321").page(2, limit=50)
    (request,) = server.requests
    assert "GET" == request.method
    assert "https://api.smsgatewayapi.com/v1/conversation/%2B5511987654321?page=2&limit=50" == str(
        request.url
    )
    assert CLIENT_ID == request.headers["x-client-id"]
    assert CLIENT_SECRET == request.headers["x-client-secret"]
    assert "application/json" == request.headers["accept"]
    assert "gzip" == request.headers["accept-encoding"]
    assert b"" == request.content


@pytest.mark.anyio
async def test_own_defaults_of_a_given_client_are_kept() -> None:
    """Its headers and parameters go along, its credentials do not replace ours."""
    server = Scripted(json.dumps({"conversation": []}).encode())
    http_client = httpx.AsyncClient(
        transport=server,
        headers={"User-Agent": "own/1", "X-Client-Id": "own", "X-Own": "own"},
        params={"own": "1"},
    )
    async with client_by(http_client) as client:
        await client.conversation(PHONE).page()
    (request,) = server.requests
    assert ("own/1", "own", CLIENT_ID) == (
        request.headers["user-agent"],
        request.headers["x-own"],
        request.headers["x-client-id"],
    )
    assert "1" == request.url.params["own"]


@pytest.mark.asyncio
async def test_own_client_reads_no_environment(monkeypatch: pytest.MonkeyPatch, port: Port) -> None:
    """A proxy named there would get to see the secret."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with Client(CLIENT_ID, CLIENT_SECRET, base_url=port.base_url, retry=None) as client:
        assert 3 == len(await client.conversation(PHONE).page())
