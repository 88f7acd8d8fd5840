"""Neither secrets nor messages nor phones get out by errors, logs or copies."""

import copy
import pickle
import traceback
from typing import Any

import httpx
import pytest

from smstools_async import Client, Hooks, MessageFile, SmstoolsError
from smstools_async._http.credentials import Credentials
from smstools_async.sandbox import (
    Response,
)
from tests.wire.asking import (
    AT_ONCE,
    CLIENT_ID,
    CLIENT_SECRET,
    PHONE,
    client_of,
    sandbox_of,
)
from tests.wire.showing import variables_of

SECRETS = (CLIENT_ID, CLIENT_SECRET)
TEXT = "canary-text-51f0"
ECHO = f"client {CLIENT_ID} with secret {CLIENT_SECRET} asked for {PHONE}"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"params": {"q": "\ud83d"}}, ValueError),
        ({"params": {"q": "x" * 70_000}}, SmstoolsError),
        ({"json": object()}, TypeError),
    ],
    ids=["half-an-emoji", "too-long", "no-json"],
)
async def test_request_that_cannot_be_built_holds_no_secrets(
    arguments: dict[str, Any], error: type[Exception]
) -> None:
    """It fails deep in the HTTP library, and goes out with all the variables there."""
    sandbox = sandbox_of()
    async with client_of(sandbox) as client:
        with pytest.raises(error) as caught:
            await client.request("POST", "/message/send", **arguments)
    variables = variables_of(caught.value)
    for secret in SECRETS:
        assert not [text for text in variables if secret in text]
    assert [] == sandbox.requests


@pytest.mark.asyncio
async def test_error_of_an_event_hook_holds_no_secrets() -> None:
    """It goes through the HTTP library, which hides no headers of this name."""

    async def stumble(_: httpx.Request) -> None:
        raise KeyError("a slip of the hook")

    http_client = httpx.AsyncClient(event_hooks={"request": [stumble]})
    client = Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client, retry=None)
    async with http_client:
        with pytest.raises(KeyError) as caught:
            await client.conversation(PHONE).page()
    variables = variables_of(caught.value)
    for secret in SECRETS:
        assert not [text for text in variables if secret in text]


@pytest.mark.anyio
@pytest.mark.parametrize("hook", ["on_request", "on_response", "on_retry"])
async def test_error_of_a_hook_holds_no_body(hook: str) -> None:
    """Error trackers record local variables; those of the hook itself stay."""

    def stumble(_: object) -> None:
        own_variable = "of the hook"
        raise LookupError(own_variable)

    sandbox = sandbox_of()
    sandbox.receive(PHONE, TEXT)
    if hook == "on_retry":
        sandbox.fail(Response(status=503, body=ECHO.encode()))
    async with client_of(sandbox, retry=AT_ONCE, hooks=Hooks(**{hook: stumble})) as client:
        with pytest.raises(LookupError) as caught:
            await client.conversation(PHONE).page()
    variables = variables_of(caught.value)
    for mark in (*SECRETS, TEXT):
        assert not [text for text in variables if mark in text]
    (*_, last) = traceback.walk_tb(caught.value.__traceback__)
    assert "of the hook" == last[0].f_locals["own_variable"]


@pytest.mark.anyio
async def test_error_of_a_hook_holds_no_url_of_an_attachment() -> None:
    """A signature in it lets anybody in who has it."""

    def stumble(_: object) -> None:
        raise LookupError

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"picture"))
    file = MessageFile(name="a", url="https://files.example/a?sig=canary-signature", mime="")
    async with (
        httpx.AsyncClient(transport=transport) as http_client,
        client_of(
            sandbox_of(), download_client=http_client, hooks=Hooks(on_response=stumble)
        ) as client,
    ):
        with pytest.raises(LookupError) as caught:
            await client.download(file)
    assert not [text for text in variables_of(caught.value) if "canary-signature" in text]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "headers",
    [
        {"Location": f"https://{CLIENT_SECRET.upper()}.example/"},
        {"Content-Encoding": CLIENT_SECRET},
        {"Content-Encoding": f"gzip-{CLIENT_ID}"},
    ],
    ids=["host", "encoding", "encoding-id"],
)
async def test_echo_in_a_header_is_masked(headers: dict[str, str]) -> None:
    """A host comes back in lower case, whatever was sent."""
    sandbox = sandbox_of()
    status = 302 if "Location" in headers else 200
    sandbox.fail(Response(status=status, headers=headers, body=b"{}"))
    async with client_of(sandbox) as client:
        with pytest.raises(SmstoolsError, match="••••") as caught:
            await client.conversation(PHONE).page()
    for secret in SECRETS:
        assert secret not in str(caught.value).lower()


def test_objects_show_no_secrets() -> None:
    """Nor do those within them."""
    client = Client(CLIENT_ID, CLIENT_SECRET)
    shown = f"{client} {client!r} {Credentials(CLIENT_ID, CLIENT_SECRET)}"
    for inner in vars(client).values():
        shown += f"{inner} {getattr(inner, '__dict__', None)}"
    assert "Client(base_url='https://api.smsgatewayapi.com/v1')" in shown
    for secret in SECRETS:
        assert secret not in shown


@pytest.mark.parametrize(
    "take_along",
    [pickle.dumps, copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_client_is_not_taken_along(take_along: Any) -> None:
    """The secret would be written down; the error says what to do instead."""
    client = Client(CLIENT_ID, CLIENT_SECRET, http_client=httpx.AsyncClient())
    with pytest.raises(TypeError, match="Create one in each process") as caught:
        take_along(client)
    assert CLIENT_SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        " ",
        "canary\n",
        " canary",
        "canary ",
        "can\r\nary",
        "canary\x00",
        "canáry",
        "canary\ud83d",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_wrong_credential_is_not_echoed(name: str, wrong: str) -> None:
    """The HTTP library would print it whole."""
    arguments: dict[str, Any] = {"client_id": "x", "client_secret": "x"} | {name: wrong}
    with pytest.raises(
        ValueError, match=rf"{name} \(not shown\) is empty, begins or ends"
    ) as caught:
        Client(**arguments)
    assert "canary" not in str(caught.value).lower().replace("not shown", "")
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


@pytest.mark.anyio
async def test_refused_login_is_remembered_without_its_request() -> None:
    """The error that a locked client raises is a new one each time, and holds nothing."""
    sandbox = sandbox_of()
    sandbox.fail(Response.error(104, ECHO))
    async with client_of(sandbox, retry=AT_ONCE) as client:
        errors = list[SmstoolsError]()
        for _ in range(3):
            with pytest.raises(SmstoolsError) as caught:
                await client.conversation(PHONE).page()
            errors.append(caught.value)
    assert 3 == len({id(error) for error in errors})
    assert 1 == len({str(error) for error in errors})


def test_credentials_are_not_taken_along() -> None:
    """Nor are they on their own."""
    with pytest.raises(TypeError, match="Create one in each process"):
        pickle.dumps(Credentials(CLIENT_ID, CLIENT_SECRET))
