"""A page of another phone is never taken for the one asked for."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from smstools_async import UnexpectedResponseError
from smstools_async._wire.messages import decode_conversation
from smstools_async.sandbox import Response
from tests.wire.asking import AT_ONCE, PHONE, Scripted, client_of, sandbox_of
from tests.wire.rows import body_of, row

STRANGER = "5521912345678"
STRANGERS = row(sender=STRANGER), row(sender="Clinica", receiver=f"+{STRANGER}")


@pytest.mark.anyio
async def test_page_of_another_phone_is_asked_for_once_more() -> None:
    """On a connection of its own, since this one is out of step."""
    connections = list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        connections.append(request.headers["connection"])
        rows = STRANGERS if len(connections) == 1 else [row()]
        return httpx.Response(200, content=body_of(*rows))

    async with client_of(httpx.MockTransport(answer), retry=AT_ONCE) as client:
        assert 1 == len(await client.conversation(PHONE).page())
        assert 1 == len(await client.conversation(PHONE).page())
    assert ["keep-alive", "close", "keep-alive"] == connections


@pytest.mark.anyio
async def test_page_of_another_phone_is_refused() -> None:
    """Where it comes again; the error names neither phone."""
    server = Scripted(body_of(*STRANGERS))
    async with client_of(server, retry=AT_ONCE) as client:
        with pytest.raises(UnexpectedResponseError, match="page of another phone") as caught:
            await client.conversation(PHONE).page()
    assert 2 == len(server.requests)
    assert 2 == caught.value.attempts
    assert STRANGER[-4:] not in str(caught.value)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("phone", "rows"),
    [
        (f"+{PHONE}", [row()]),
        ("(11) 98765-4321", [row(sender="+55 11 98765-4321")]),
        (PHONE, [row(sender="Clinica", receiver=int(PHONE))]),
        (PHONE, [*STRANGERS, row()]),
        (PHONE, [row(sender="Maria", receiver="Clinica")]),
        (PHONE, []),
        ("Clinica", STRANGERS),
        ("12345", [row(sender="12345")]),
        ("1234", STRANGERS),
        (PHONE, [row(sender="1", receiver="2")]),
        (PHONE, [row(sender="5511907654321")]),
        (PHONE, [row(sender="Loja 1234567", receiver="Clinica 24h 12345")]),
    ],
    ids=[
        *("plus", "national", "number", "among", "names"),
        *("empty", "sender-id", "short", "too-short", "numbers-too-short", "seven-digits"),
        "names-with-digits",
    ],
)
async def test_page_that_may_be_the_right_one_is_taken(
    phone: str, rows: Sequence[dict[str, Any]]
) -> None:
    """How the API writes numbers is documented nowhere, so their last digits count."""
    async with client_of(Scripted(body_of(*rows))) as client:
        assert len(rows) == len(await client.conversation(phone).page())


@pytest.mark.parametrize(
    ("phone", "rows"),
    [
        (PHONE, [row(sender=STRANGER, receiver="32470000000")]),
        (PHONE, [row(sender="5511980654321")]),
        (PHONE, [row(sender="12345")]),
        ("54321", STRANGERS),
    ],
    ids=["numbers-alone", "six-digits", "short-number", "short-phone"],
)
def test_page_that_cannot_be_the_right_one_is_refused(
    phone: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Seven digits tell numbers apart, and five make one."""
    with pytest.raises(UnexpectedResponseError, match="page of another phone"):
        decode_conversation(body_of(*rows), phone=phone)


@pytest.mark.anyio
async def test_what_is_no_json_is_asked_for_once_more() -> None:
    """A proxy's page passes, as a rule."""
    sandbox = sandbox_of(messages=3)
    sandbox.fail(Response(body=b"<html>Wartung</html>"))
    async with client_of(sandbox, retry=AT_ONCE) as client:
        assert 3 == len(await client.conversation(PHONE).page())
    assert 2 == len(sandbox.requests)


@pytest.mark.anyio
async def test_what_is_no_json_twice_is_an_error() -> None:
    """However many attempts there may be."""
    server = Scripted(b"<html>")
    async with client_of(server, retry=AT_ONCE) as client:
        with pytest.raises(UnexpectedResponseError, match="an HTML page, not JSON"):
            await client.conversation(PHONE).page()
    assert 2 == len(server.requests)


@pytest.mark.anyio
async def test_answer_that_lags_behind_is_found_out() -> None:
    """A connection with one answer too many gives each request its predecessor's."""
    pages = {"5511000000001": body_of(row(sender="5511000000001")), PHONE: body_of(row())}
    behind = [pages["5511000000001"]]

    def answer(request: httpx.Request) -> httpx.Response:
        behind.append(pages[request.url.path.rpartition("/")[2]])
        return httpx.Response(200, content=behind.pop(0))

    async with client_of(httpx.MockTransport(answer), retry=AT_ONCE) as client:
        (message,) = await client.conversation(PHONE).page()
    assert PHONE == message.sender
