"""Neither secrets nor messages nor phones get out by errors, logs or copies."""

import copy
import logging
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest

import smstools_async
from smstools_async import Client, Retry, SmstoolsError
from smstools_async._session import Credentials
from smstools_async.sandbox import (
    Answer,
    ConnectionRefused,
    Disconnect,
    Outcome,
    ReadTimedOut,
    Sandbox,
)
from tests.wire.asking import (
    AT_ONCE,
    CLIENT_ID,
    CLIENT_SECRET,
    PHONE,
    Scripted,
    client_of,
    sandbox_of,
)
from tests.wire.rows import TEXT, body_of, row

PACKAGE = str(Path(smstools_async.__file__).parent)
SECRETS = (CLIENT_ID, CLIENT_SECRET)
ECHO = f"client {CLIENT_ID} with secret {CLIENT_SECRET} asked for {PHONE}"
OUTCOMES = [
    pytest.param(ConnectionRefused(), id="refused"),
    pytest.param(ReadTimedOut(), id="timed-out"),
    pytest.param(Disconnect(), id="disconnect"),
    pytest.param(Answer(body=body_of(row()), cut_after=99), id="cut"),
    pytest.param(Answer(body=body_of(row())[:-9]), id="cut-json"),
    pytest.param(Answer(body=body_of(row(), row(sender=[TEXT]))), id="wrong-shape"),
    pytest.param(Answer(body=body_of(row(unixDatetime=TEXT))), id="wrong-time"),
    pytest.param(Answer(body=body_of(conversation=TEXT)), id="no-list"),
    pytest.param(Answer(body=body_of(row(), error="104")), id="both"),
    pytest.param(Answer(body=body_of(row()), headers={"Content-Encoding": "gzip"}), id="no-gzip"),
    pytest.param(Answer(body=body_of(row()), headers={"Content-Encoding": "br"}), id="brotli"),
    pytest.param(Answer(body=b"<html>" + ECHO.encode()), id="html"),
    pytest.param(Answer(status=500, body=b"<html>" + ECHO.encode()), id="html-500"),
    pytest.param(Answer.error(104, ECHO), id="104"),
    pytest.param(Answer.error(103, ECHO), id="103"),
    pytest.param(Answer.error(105, ECHO, status=200), id="105-in-200"),
    pytest.param(Answer.error(105, ECHO, status=429, headers={"Retry-After": "99"}), id="429"),
    pytest.param(Answer(status=302, headers={"Location": f"https://x.example/{PHONE}"}), id="302"),
]


async def error_of(server: Sandbox | httpx.AsyncBaseTransport) -> SmstoolsError:
    """Ask once more than is tried again; return the error."""
    async with client_of(server, retry=Retry(attempts=2, backoff_initial=0)) as client:
        with pytest.raises(SmstoolsError) as caught:
            await client.get_conversation(PHONE)
        return caught.value


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """Return an error and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """Return the frames that an error and its contexts went through, but for those of tests."""
    for link in chain_of(error):
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if frame.f_code.co_filename != __file__:
                yield frame


def show(value: object) -> str:
    """Return the `repr`, as error trackers take it of every local variable."""
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - half-made objects of other libraries raise anything
        return repr(error)


@pytest.mark.anyio
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_error_holds_no_secrets(outcome: Outcome) -> None:
    """Not in its text, its fields, its pickle or its traceback, whatever the server echoes."""
    sandbox = sandbox_of()
    sandbox.fail(outcome, times=None)
    error = await error_of(sandbox)
    shown = [
        str(error),
        repr(error),
        repr(vars(error)),
        "".join(traceback.format_exception(error)),
        pickle.dumps(error, 0).decode("latin-1"),
    ]
    for secret in (*SECRETS, PHONE, PHONE[-8:], TEXT):
        assert not [text for text in shown if secret in text]


@pytest.mark.anyio
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_traceback_holds_no_secrets_in_variables(outcome: Outcome) -> None:
    """Error trackers send along the local variables of every frame."""
    sandbox = sandbox_of()
    sandbox.fail(outcome, times=None)
    frames = list(frames_of(await error_of(sandbox)))
    assert any(frame.f_code.co_filename.startswith(PACKAGE) for frame in frames)
    variables = [show(value) for frame in frames for value in frame.f_locals.values()]
    for secret in (*SECRETS, TEXT):
        assert not [text for text in variables if secret in text]


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
    variables = [
        show(value) for frame in frames_of(caught.value) for value in frame.f_locals.values()
    ]
    for secret in SECRETS:
        assert not [text for text in variables if secret in text]
    assert [] == sandbox.requests


@pytest.mark.asyncio
async def test_error_of_an_event_hook_holds_no_secrets() -> None:
    """It goes through the HTTP library, which hides no headers of this name."""

    async def stumble(_: httpx.Request) -> None:
        raise KeyError("a slip of the hook")

    http_client = httpx.AsyncClient(event_hooks={"request": [stumble]})
    client = Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client, retry=Retry.none())
    async with http_client:
        with pytest.raises(KeyError) as caught:
            await client.get_conversation(PHONE)
    variables = [
        show(value) for frame in frames_of(caught.value) for value in frame.f_locals.values()
    ]
    for secret in SECRETS:
        assert not [text for text in variables if secret in text]


@pytest.mark.anyio
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_logs_hold_no_secrets(outcome: Outcome, caplog: pytest.LogCaptureFixture) -> None:
    """Of all libraries at their most talkative; the phone is in the address, which httpx logs."""
    caplog.set_level(logging.DEBUG)
    sandbox = sandbox_of()
    sandbox.fail(outcome, times=2)
    await error_of(sandbox)
    for record in caplog.records:
        said = f"{record.getMessage()} {vars(record)}"
        for secret in (*SECRETS, TEXT):
            assert secret not in said
        if not record.name.startswith(("httpx", "httpcore")):
            assert PHONE not in said


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
    [pickle.dumps, copy.deepcopy],
    ids=["pickle", "deepcopy"],
)
def test_client_is_not_taken_along(take_along: Any) -> None:
    """The secret would be written down; the error says what to do instead."""
    client = Client(CLIENT_ID, CLIENT_SECRET, http_client=httpx.AsyncClient())
    with pytest.raises(TypeError, match="Make one in each process") as caught:
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
    with pytest.raises(ValueError, match=rf"{name} \(not shown\) is empty, has spaces") as caught:
        Client(**arguments)
    assert "canary" not in str(caught.value).lower().replace("not shown", "")
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


@pytest.mark.anyio
async def test_refused_login_is_remembered_without_its_request() -> None:
    """The error that a locked client raises is a new one each time, and holds nothing."""
    sandbox = sandbox_of()
    sandbox.fail(Answer.error(104, ECHO))
    async with client_of(sandbox, retry=AT_ONCE) as client:
        errors = list[SmstoolsError]()
        for _ in range(3):
            with pytest.raises(SmstoolsError) as caught:
                await client.get_conversation(PHONE)
            errors.append(caught.value)
    assert 3 == len({id(error) for error in errors})
    assert 1 == len({str(error) for error in errors})


@pytest.mark.anyio
async def test_echo_is_masked() -> None:
    """What the server says stays readable around it."""
    server = Scripted(Answer.error(104, ECHO).body, status=400)
    error = await error_of(server)
    assert "client •••• with secret •••• asked for •••21" in str(error)
