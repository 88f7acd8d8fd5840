"""A client is made from checked arguments, and makes single requests."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from smstools_async import (
    AuthenticationError,
    Client,
    InvalidRequestError,
    NotFoundError,
    RequestTimeoutError,
    Retry,
    ServerError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
    __version__,
)
from smstools_async.sandbox import (
    ConnectionRefused,
    Disconnect,
    Outcome,
    ReadTimedOut,
    Response,
    Sandbox,
)

PHONE = "+5511987654321"
BASE_URL = "https://gateway.example/v1"
MakeClient = Callable[..., Client]


@pytest.fixture
def sandbox() -> Sandbox:
    """Return an account with one conversation of 120 messages."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=120)
    return sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    """Return a client of the sandbox, which tries each request twice."""
    return Client(
        sandbox.client_id,
        sandbox.client_secret,
        http_client=httpx.AsyncClient(transport=sandbox.transport()),
        retry=Retry(attempts=2, backoff_initial=0),
    )


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the variables of whoever runs the tests."""
    for name in ("SMSTOOLS_CLIENT_ID", "SMSTOOLS_CLIENT_SECRET", "SMSTOOLS_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


async def sent_by(client: Client) -> httpx.Request:
    """Let a client ask for its balance; return the request."""
    with respx.mock(assert_all_mocked=True) as router:
        router.route().respond(json={"credits": "12.5"})
        async with client:
            await client.request("GET", "/balance")
        request: httpx.Request = router.calls.last.request
        return request


@pytest.mark.asyncio
async def test_credentials_come_from_arguments_or_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each by itself, and the argument goes first."""
    monkeypatch.setenv("SMSTOOLS_CLIENT_ID", "id-of-environment")
    monkeypatch.setenv("SMSTOOLS_CLIENT_SECRET", "secret-of-environment")
    request = await sent_by(Client(client_secret="secret-given"))  # noqa: S106 - opens nothing
    assert "id-of-environment" == request.headers["x-client-id"]
    assert "secret-given" == request.headers["x-client-secret"]
    request = await sent_by(Client("id-given"))
    assert "id-given" == request.headers["x-client-id"]
    assert "secret-of-environment" == request.headers["x-client-secret"]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((), "client_id"), (("x",), "client_secret"), ((None, "x"), "client_id")],
)
def test_missing_credential_names_both_ways_to_give_it(
    arguments: tuple[str, ...], name: str
) -> None:
    """The argument, and the variable of the environment."""
    with pytest.raises(ValueError, match=rf"{name} is missing: .*Client\({name}=…\)") as caught:
        Client(*arguments)
    assert f"SMSTOOLS_{name.upper()}" in str(caught.value)


@pytest.mark.parametrize("name", ["SMSTOOLS_CLIENT_ID", "SMSTOOLS_CLIENT_SECRET"])
def test_empty_variable_is_no_credential(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It is named, and called empty, since it is there."""
    monkeypatch.setenv("SMSTOOLS_CLIENT_ID", "x")
    monkeypatch.setenv("SMSTOOLS_CLIENT_SECRET", "x")
    monkeypatch.setenv(name, "")
    with pytest.raises(ValueError, match=f"{name} in the environment is empty"):
        Client()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"client_id": 7}, "client_id must be a str, got int"),
        ({"client_secret": b"x"}, "client_secret must be a str, got bytes"),
        ({"base_url": b"https://x"}, "base_url must be a str, got bytes"),
        ({"base_url": 7}, "base_url must be a str, got int"),
        ({"max_body_bytes": 1.5}, "max_body_bytes must be an int, got float"),
        ({"timeout": None}, "timeout must be seconds or an httpx.Timeout, got NoneType"),
        ({"timeout": "30"}, "timeout must be seconds or an httpx.Timeout, got str"),
        ({"timeout": True}, "timeout must be seconds or an httpx.Timeout, got bool"),
        ({"timeout": (1, 2)}, "timeout must be seconds or an httpx.Timeout, got tuple"),
        ({"retry": 3}, "retry must be a Retry or None, got int"),
        ({"max_connections": "8"}, "max_connections must be an int, got str"),
        ({"max_connections": 8.0}, "max_connections must be an int, got float"),
        ({"max_connections": True}, "max_connections must be an int, got bool"),
        ({"http_client": "x"}, "http_client must be an AsyncClient of httpx or httpx2, got str"),
    ],
)
def test_argument_of_a_wrong_type_is_refused(arguments: dict[str, Any], words: str) -> None:
    """The error names the argument, and both types."""
    given: dict[str, Any] = {"client_id": "x", "client_secret": "x", **arguments}
    with pytest.raises(TypeError, match=words):
        Client(**given)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timeout": 0}, "timeout must be positive and finite, in seconds, got 0"),
        ({"timeout": -1}, "timeout must be positive and finite, in seconds, got -1"),
        ({"timeout": float("nan")}, "timeout must be positive and finite, in seconds, got nan"),
        ({"timeout": float("inf")}, "timeout must be positive and finite, in seconds, got inf"),
        (
            {"timeout": httpx.Timeout(5, read=0)},
            "timeout must be positive and finite, in seconds, got Timeout",
        ),
        (
            {"timeout": httpx.Timeout(5, pool=float("nan"))},
            "timeout must be positive and finite, in seconds, got Timeout",
        ),
        ({"max_connections": 0}, "max_connections must be 1 or more, got 0"),
        ({"max_connections": -8}, "max_connections must be 1 or more, got -8"),
        ({"max_body_bytes": 0}, "max_body_bytes must be 1 or more, got 0"),
    ],
)
def test_argument_out_of_range_is_refused(arguments: dict[str, Any], words: str) -> None:
    """The error names the argument, its value, and what to give."""
    given: dict[str, Any] = {"client_id": "x", "client_secret": "x", **arguments}
    with pytest.raises(ValueError, match=words):
        Client(**given)


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("https://api.smstools.com/v1", "https://api.smstools.com/v1"),
        ("https://api.smstools.com/v1/", "https://api.smstools.com/v1"),
        ("https://api.smstools.com", "https://api.smstools.com"),
        ("https://api.smstools.com/X/", "https://api.smstools.com/X"),
        ("HTTPS://api.smstools.com:8443/a/b", "HTTPS://api.smstools.com:8443/a/b"),
        ("https://português.example/v1", "https://português.example/v1"),
        ("http://localhost:1/v1", "http://localhost:1/v1"),
        ("http://localhost:65535/v1", "http://localhost:65535/v1"),
        ("http://127.0.0.1:8025/v1", "http://127.0.0.1:8025/v1"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://[::1]:8025/v1", "http://[::1]:8025/v1"),
        (None, "https://api.smsgatewayapi.com/v1"),
        ("", "https://api.smsgatewayapi.com/v1"),
    ],
)
def test_base_url_may_be_any_safe_address(base_url: str | None, shown: str) -> None:
    """The documented one by default; without TLS it must be this machine."""
    assert f"Client(base_url={shown!r})" == repr(Client("x", "x", base_url=base_url))


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("api.smstools.com/v1", "is not a valid base URL; give one such as https://host/v1"),
        ("https://", "is not a valid base URL"),
        ("https:///v1", "is not a valid base URL"),
        ("ftp://host/v1", "is not a valid base URL"),
        ("ftp://user:password@host/v1", "base_url='ftp://host/v1' is not a valid base URL"),
        ("ftp://user:x@password@host/v1", "base_url='ftp://host/v1' is not a valid base URL"),
        ("javascript:alert(1)", "is not a valid base URL"),
        ("https://host:0/v1", "is not a valid base URL"),
        ("https://host:65536/v1", "is not a valid base URL"),
        ("https://host:99999/v1", "is not a valid base URL"),
        ("https://host:x/v1", "is not a valid base URL"),
        ("https://[::1/v1", "is not a valid base URL"),
        ("https://ho st/v1", "is not a valid base URL"),
        ("https://host/v1 ", "is not a valid base URL"),
        (" https://host/v1", "is not a valid base URL"),
        ("https://host/v1\n", "is not a valid base URL"),
        ("https://host/\x00", "is not a valid base URL"),
        ("https://xn--/v1", "is not a valid base URL"),
        ("https://" + "a" * 70_000, "is not a valid base URL"),
        ("http://api.smstools.com/v1", "would send the secret unencrypted"),
        ("http://localhost.evil.example/v1", "would send the secret unencrypted"),
        ("http://127.0.0.1.evil.example/v1", "would send the secret unencrypted"),
        ("http://10.0.0.1/v1", "would send the secret unencrypted"),
        ("http://0.0.0.0/v1", "would send the secret unencrypted"),
        ("https://user@host/v1", "has a user name, a query or a fragment"),
        ("https://user:password@host/v1", "has a user name, a query or a fragment"),
        ("https://host/v1?key=1", "has a user name, a query or a fragment"),
        ("https://host/v1?", "has a user name, a query or a fragment"),
        ("https://host/v1#x", "has a user name, a query or a fragment"),
        ("https://host/v1#", "has a user name, a query or a fragment"),
    ],
)
def test_base_url_that_is_unsafe_is_refused(base_url: str, words: str) -> None:
    """A password in it is not shown."""
    with pytest.raises(ValueError, match=words) as caught:
        Client("x", "x", base_url=base_url)
    assert "password" not in str(caught.value)
    assert 400 > len(str(caught.value))


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("127.0.0.1:8025", "127.0.0.1:8025"),
        ("https://10.20.30.40:99999/v1", "https://10.20.30.40:99999/v1"),
        ("ftp://user:password@host:2121/v1", "ftp://host:2121/v1"),
        ("api.example/v1/conversation/5511987654321", "api.example/v1/conversation/•••21"),
        ("5511987654321", "•••21"),
    ],
)
def test_wrong_base_url_is_shown_with_its_source(
    base_url: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Host and port as they are, since they are what has to be corrected."""
    with pytest.raises(ValueError, match="base_url") as caught:
        Client("x", "x", base_url=base_url)
    assert str(caught.value).startswith(f"base_url='{shown}' is not a valid base URL")
    monkeypatch.setenv("SMSTOOLS_BASE_URL", base_url)
    with pytest.raises(ValueError, match="SMSTOOLS_BASE_URL") as caught:
        Client("x", "x")
    assert str(caught.value).startswith(f"SMSTOOLS_BASE_URL='{shown}' is not a valid base URL")


def test_base_url_without_tls_may_be_accepted() -> None:
    """By an argument that says what it is; nothing else is let through by it."""
    client = Client("x", "x", base_url="http://10.0.0.1/v1", allow_insecure_http=True)
    assert "Client(base_url='http://10.0.0.1/v1')" == repr(client)
    with pytest.raises(ValueError, match="is not a valid base URL"):
        Client("x", "x", base_url="ftp://10.0.0.1/v1", allow_insecure_http=True)


@pytest.mark.asyncio
async def test_base_url_comes_from_the_argument_or_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The argument goes first."""
    monkeypatch.setenv("SMSTOOLS_BASE_URL", "https://environment.example/v9/")
    request = await sent_by(Client("x", "x"))
    assert "https://environment.example/v9/balance" == str(request.url)
    request = await sent_by(Client("x", "x", base_url=BASE_URL))
    assert "https://gateway.example/v1/balance" == str(request.url)


@pytest.mark.asyncio
async def test_own_client_names_itself() -> None:
    """By name and version, and nothing else."""
    request = await sent_by(Client("x", "x"))
    assert f"smstools-async/{__version__}" == request.headers["user-agent"]


@pytest.mark.anyio
async def test_page_is_fetched_by_one_request(sandbox: Sandbox, client: Client) -> None:
    """With the numbers of the answer."""
    page = await client.conversation(PHONE).page(2, limit=50)
    assert sandbox.messages(PHONE)[50:100] == tuple(page)
    assert (120, 50, 2, 50) == (page.total, page.shown, page.page, page.limit)
    (request,) = sandbox.requests
    assert (2, 50, "valid") == (request.page, request.limit, request.credentials)


@pytest.mark.anyio
async def test_first_page_is_the_default(sandbox: Sandbox, client: Client) -> None:
    """Of the length that is the vendor's default, too."""
    await client.conversation(PHONE).page()
    (request,) = sandbox.requests
    assert {"page": "1", "limit": "1000"} == dict(request.params)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("phone", "path"),
    [
        (PHONE, "%2B5511987654321"),
        ("55 (11) 98765-4321", "5511987654321"),
        ("Clinica 24", "Clinica%2024"),
        ("A&B_1", "A%26B_1"),
    ],
)
async def test_phone_is_quoted_once(
    sandbox: Sandbox, client: Client, phone: str, path: str
) -> None:
    """As one part of the path; what the server makes of a sender id is its own affair."""
    sandbox.fail(Response(body=b'{"conversation": []}'))
    await client.conversation(phone).page()
    assert f"/v1/conversation/{path}" == sandbox.requests[0].path


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"number": 0}, ValueError, "number must be 1 or more, got 0"),
        ({"number": -1}, ValueError, "number must be 1 or more, got -1"),
        ({"number": True}, TypeError, "number must be an int, got bool"),
        ({"number": 1.0}, TypeError, "number must be an int, got float"),
        ({"number": None}, TypeError, "number must be an int, got NoneType"),
        ({"limit": 0}, ValueError, "limit must be from 1 to 2000, got 0"),
        ({"limit": 2001}, ValueError, "limit must be from 1 to 2000, got 2001"),
        ({"limit": "10"}, TypeError, "limit must be an int, got str"),
        ({"phone": ""}, ValueError, "must be a telephone number"),
        ({"phone": "../balance"}, ValueError, "must be a telephone number"),
        ({"phone": 5511987654321}, TypeError, "phone must be a str"),
    ],
)
async def test_wrong_argument_is_refused_before_any_request(
    sandbox: Sandbox,
    client: Client,
    arguments: dict[str, Any],
    error: type[Exception],
    words: str,
) -> None:
    """By Python's own errors."""
    phone = arguments.pop("phone", PHONE)
    with pytest.raises(error, match=words):
        await client.conversation(phone).page(**arguments)
    assert [] == sandbox.requests


@pytest.mark.anyio
@pytest.mark.parametrize("limit", [1, 2000])
async def test_limit_may_be_anything_the_vendor_takes(client: Client, limit: int) -> None:
    """Both ends included."""
    assert limit == (await client.conversation(PHONE).page(limit=limit)).limit


@pytest.mark.anyio
async def test_conversation_is_counted_by_one_row(sandbox: Sandbox, client: Client) -> None:
    """One request, whatever its length."""
    assert 120 == await client.conversation(PHONE).count()
    (request,) = sandbox.requests
    assert (1, 1) == (request.page, request.limit)


@pytest.mark.anyio
@pytest.mark.parametrize("total", [None, "many", -1, 2.5])
async def test_conversation_that_is_not_counted_is_an_error(
    sandbox: Sandbox, client: Client, total: object
) -> None:
    """Rather than a guess."""
    sandbox.fail(Response(body=json.dumps({"total": total, "conversation": []}).encode()))
    with pytest.raises(UnexpectedResponseError) as caught:
        await client.conversation(PHONE).count()
    assert ("$.total: not a count",) == caught.value.problems


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (ConnectionRefused(), TransportError),
        (ReadTimedOut(), RequestTimeoutError),
        (Disconnect(), TransportError),
        (Response(body=b"<html>"), UnexpectedResponseError),
        (Response(body=b""), UnexpectedResponseError),
        (Response(body=b'{"total": 1, "conver'), UnexpectedResponseError),
        (Response(body=b"[]"), UnexpectedResponseError),
        (Response(body=b'{"error": "104"}'), AuthenticationError),
        (Response.error(103, "Phone number is required or invalid"), InvalidRequestError),
        (Response(status=404, body=b"<html>"), NotFoundError),
        (Response(status=500), ServerError),
        (Response(status=302, headers={"Location": "/"}), UnexpectedResponseError),
    ],
    ids=[
        "refused",
        "timed-out",
        "disconnect",
        "html",
        "empty",
        "cut",
        "list",
        "104-in-200",
        "103",
        "404",
        "500",
        "redirect",
    ],
)
async def test_trouble_has_its_error(
    sandbox: Sandbox, client: Client, outcome: Outcome, error: type[SmstoolsError]
) -> None:
    """Exactly this class, so that callers can tell apart what they would treat apart."""
    sandbox.fail(outcome, times=None)
    with pytest.raises(SmstoolsError) as caught:
        await client.conversation(PHONE).page()
    assert error is type(caught.value)
    assert caught.value.cursor is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/balance", "https://gateway.example/v1/balance"),
        ("balance", "https://gateway.example/v1/balance"),
        ("/message/inbox", "https://gateway.example/v1/message/inbox"),
        ("/contact/search/a b", "https://gateway.example/v1/contact/search/a%20b"),
        ("/contact/search/%2e%2e", "https://gateway.example/v1/contact/search/%252e%252e"),
        ("/contact/search/..x", "https://gateway.example/v1/contact/search/..x"),
        ("/optouts/+55;x=1", "https://gateway.example/v1/optouts/%2B55%3Bx%3D1"),
        ("/a/\r\nX-Evil: 1", "https://gateway.example/v1/a/%0D%0AX-Evil%3A%201"),
    ],
)
async def test_path_of_a_request_is_quoted_part_by_part(path: str, url: str) -> None:
    """It leads nowhere but below the base URL."""
    with respx.mock as router:
        router.route().respond(json=[])
        async with Client("x", "x", base_url=BASE_URL) as client:
            assert [] == await client.request("GET", path)
        assert url == str(router.calls.last.request.url)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "", ValueError),
        ("GET", "/", ValueError),
        ("GET", "//evil.example/x", ValueError),
        ("GET", "/a//b", ValueError),
        ("GET", "/a/", ValueError),
        ("GET", "/../balance", ValueError),
        ("GET", "/a/./b", ValueError),
        ("GET", "/a/..", ValueError),
        ("GET", "/a?limit=1", ValueError),
        ("GET", "/a#b", ValueError),
        ("GET", "\\\\evil.example", ValueError),
        ("GET", "/half/\ud83d", ValueError),
        ("GET", None, TypeError),
        ("GET", b"/balance", TypeError),
        ("", "/balance", ValueError),
        ("GET /x HTTP/1.1\r\nX:", "/balance", ValueError),
        ("GÉT", "/balance", ValueError),
        (None, "/balance", TypeError),
        (b"GET", "/balance", TypeError),
    ],
    ids=ascii,
)
async def test_wrong_request_is_refused_before_it_is_sent(
    sandbox: Sandbox, client: Client, method: Any, path: Any, error: type[Exception]
) -> None:
    """Neither its path nor its method can lead astray."""
    with pytest.raises(error):
        await client.request(method, path)
    assert [] == sandbox.requests


@pytest.mark.asyncio
async def test_path_of_a_wrong_type_is_called_so(client: Client) -> None:
    """With an example of a right one."""
    path: Any = 7
    with pytest.raises(TypeError, match=r"path must be a str such as '/message/inbox', got int"):
        await client.request("GET", path)


@pytest.mark.asyncio
async def test_parameters_that_are_none_are_left_out() -> None:
    """Httpx would send them empty."""
    with respx.mock as router:
        router.route().respond(json=[])
        async with Client("x", "x", base_url=BASE_URL) as client:
            await client.request("GET", "/a", params={"page": 2, "type": None, "q": "a&b"})
            await client.request("GET", "/a", params={"type": None})
        calls: Any = router.calls
        urls = [str(call.request.url) for call in calls]
    assert [f"{BASE_URL}/a?page=2&q=a%26b", f"{BASE_URL}/a"] == urls


@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["POST", "post", "PATCH", "DELETE", "PUT"])
async def test_body_is_sent_as_json(method: str) -> None:
    """With the method in upper case."""
    with respx.mock as router:
        router.route().respond(json={"messageid": "1"})
        async with Client("x", "x", base_url=BASE_URL) as client:
            answer = await client.request(method, "/message/send", json={"to": ["x"], "text": "é"})
        request = router.calls.last.request
    assert {"messageid": "1"} == answer
    assert method.upper() == request.method
    assert {"to": ["x"], "text": "é"} == json.loads(request.content)
    assert "application/json" == request.headers["content-type"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "body", "requests"),
    [("GET", None, 2), ("get", None, 2), ("GET", {}, 1), ("POST", None, 1), ("DELETE", None, 1)],
)
async def test_only_plain_gets_are_tried_again(
    sandbox: Sandbox, client: Client, method: str, body: object, requests: int
) -> None:
    """What changes something could change it twice."""
    sandbox.fail(Response(status=503), times=None)
    with pytest.raises(ServerError):
        await client.request(method, "/message/send", json=body)
    assert requests == len(sandbox.requests)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Response(status=204), None),
        (Response(status=200, body=b" \n"), None),
        (Response(status=201, body=b'{"ID": "7"}'), {"ID": "7"}),
        (Response(status=200, body=b"null"), None),
    ],
    ids=["204", "blank", "json", "null"],
)
async def test_change_may_succeed_without_a_word(
    sandbox: Sandbox, client: Client, outcome: Outcome, expected: object
) -> None:
    """An error would invite to make it once more."""
    sandbox.fail(outcome)
    assert expected == await client.request("DELETE", "/contact/7")


@pytest.mark.anyio
async def test_question_without_an_answer_is_an_error(sandbox: Sandbox, client: Client) -> None:
    """A `GET` asks for something."""
    sandbox.fail(Response(status=200), times=None)
    with pytest.raises(UnexpectedResponseError, match="The response is empty, not JSON"):
        await client.request("GET", "/balance")


@pytest.mark.anyio
async def test_client_is_its_own_context(client: Client) -> None:
    """It may be made long before the block."""
    async with client as opened:
        assert client is opened


def test_client_may_be_made_outside_of_a_loop() -> None:
    """As a global of a module is."""
    assert repr(Client("x", "x")).startswith("Client(")
