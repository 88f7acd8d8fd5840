"""Pages and JSON Lines of a conversation, without a framework."""

import json
from collections.abc import AsyncGenerator, AsyncIterator

import httpx
import pytest

from smstools_async import Client, ServerError
from smstools_async.sandbox import UNTRUE_NUMBERS, Response, Sandbox
from smstools_async.web import open_lines, read_page

pytestmark = pytest.mark.anyio

PHONE = "+5511987654321"


@pytest.fixture
def sandbox() -> Sandbox:
    """Return an account with a conversation of 250 messages."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=250)
    return sandbox


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    """Return a client of the account that never retries."""
    http_client = httpx.AsyncClient(transport=sandbox.transport())
    async with (
        http_client,
        Client("sandbox-id", "sandbox-secret", http_client=http_client, retry=None) as client,
    ):
        yield client


async def test_a_page_is_ready_for_json(client: Client, sandbox: Sandbox) -> None:
    """It holds plain values only, and no warning where nothing is doubtful."""
    page = json.loads(json.dumps(await read_page(client, PHONE, size=3)))
    assert [m.to_dict() for m in sandbox.messages(PHONE)[:3]] == page["messages"]
    assert ["messages", "next_cursor"] == list(page)


async def test_a_page_warns_of_a_service_that_contradicts_itself(
    client: Client, sandbox: Sandbox
) -> None:
    """It says how many messages the service counts and does not send."""
    sandbox.quirks = UNTRUE_NUMBERS["total-far-too-high"]
    page = await read_page(client, PHONE, size=1000)
    assert 250 == len(page["messages"])
    assert page["warning"]["missing"] > 0


async def test_lines_are_ascii_objects(client: Client, sandbox: Sandbox) -> None:
    """Nothing in a text can end a line, not even a line separator of Unicode."""
    sandbox.receive(PHONE, "a\n\u2028\U0001f44d")
    text = "".join([chunk async for chunk in await open_lines(client, PHONE)])
    assert text.isascii()
    expected = [message.to_dict() for message in sandbox.messages(PHONE)]
    assert expected == [json.loads(line) for line in text.splitlines()]


async def test_lines_of_an_empty_conversation_are_none(client: Client) -> None:
    """It is a complete history of nothing."""
    assert [] == [chunk async for chunk in await open_lines(client, "+5511900000000")]


async def test_the_last_line_warns_of_a_service_that_contradicts_itself(
    client: Client, sandbox: Sandbox
) -> None:
    """All messages come before it."""
    sandbox.quirks = UNTRUE_NUMBERS["total-far-too-high"]
    text = "".join([chunk async for chunk in await open_lines(client, PHONE)])
    *messages, last = [json.loads(line) for line in text.splitlines()]
    assert 250 == len(messages)
    assert last["warning"]["missing"] > 0


async def test_an_early_error_is_raised_before_there_are_lines(
    client: Client, sandbox: Sandbox
) -> None:
    """So the response can have its status."""
    sandbox.fail(Response(status=501))
    with pytest.raises(ServerError):
        await open_lines(client, PHONE)


async def test_a_late_error_is_the_last_line_and_raised(client: Client, sandbox: Sandbox) -> None:
    """The line has the cursor that brings the rest."""
    sandbox.add_conversation("+5511912345678", messages=3000)
    sandbox.fail(Response(status=501), page=3)
    lines = await open_lines(client, "+5511912345678")
    chunks = list[str]()
    with pytest.raises(ServerError):
        await collect(lines, chunks)
    text = "".join(chunks)
    *messages, last = [json.loads(line) for line in text.splitlines()]
    cursor = last["problem"]["cursor"]
    rest = "".join(
        [chunk async for chunk in await open_lines(client, "+5511912345678", cursor=cursor)]
    )
    expected = [message.to_dict() for message in sandbox.messages("+5511912345678")]
    assert expected == messages + [json.loads(line) for line in rest.splitlines()]


async def collect(lines: AsyncGenerator[str, None], chunks: list[str]) -> None:
    """Keep what comes, also when an error follows."""
    async for chunk in lines:
        chunks.append(chunk)  # noqa: PERF401 - one by one, until it breaks off
