"""Neither secrets nor messages nor phones get out by errors, logs or copies."""

import copy
import pickle
from typing import Any

import httpx
import pytest

from smstools_async import Client, SmstoolsError
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
            await client.get_conversation(PHONE)
    variables = variables_of(caught.value)
    for secret in SECRETS:
        assert not [text for text in variables if secret in text]


def test_objects_show_no_secrets() -> None:
    """Nor do those within them."""
    client = Client(CLIENT_ID, CLIENT_SECRET)
    shown = f"{client} {client!r} {Credentials(CLIENT_ID, CLIENT_SECRET)}"
    for inner in vars(client).values():
        shown += f"{inner} {vars(inner)}"
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
                await client.get_conversation(PHONE)
            errors.append(caught.value)
    assert 3 == len({id(error) for error in errors})
    assert 1 == len({str(error) for error in errors})


def test_credentials_are_not_taken_along() -> None:
    """Nor are they on their own."""
    with pytest.raises(TypeError, match="Create one in each process"):
        pickle.dumps(Credentials(CLIENT_ID, CLIENT_SECRET))
