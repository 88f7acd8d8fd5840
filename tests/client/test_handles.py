"""Handles of conversations: what they return besides the rows, and what they show of themselves."""

import json
import logging

import pytest

from smstools_async import Progress
from smstools_async.sandbox import Response, Sandbox
from tests.walk.schedules import PHONE, open_client

pytestmark = pytest.mark.asyncio
ROW = {
    "messageId": None,
    "direction": "inbound",
    "sender": PHONE[1:],
    "receiver": "VidaSaude",
    "message": "Oi",
    "unixDatetime": 1_700_000_000,
}


def page_of(*rows: object) -> Response:
    """Return a page with these rows."""
    numbers = {"total": len(rows), "shown": len(rows), "page": 1, "limit": 1000}
    return Response(body=json.dumps(numbers | {"conversation": rows}).encode())


async def test_latest_returns_the_newest_rows_oldest_first() -> None:
    """As a reader of a chat sees them."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=30)
    async with open_client(sandbox) as client:
        conversation = client.conversation(PHONE)
        assert list(sandbox.messages(PHONE)[:3][::-1]) == await conversation.latest(3)
        assert [] == await conversation.latest(0)


async def test_iterators_pages_and_streams_carry_their_progress() -> None:
    """Each shows how far its own walk has come."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=30)
    async with open_client(sandbox) as client:
        rows, pages = aiter(client.conversation(PHONE)), client.conversation(PHONE).pages()
        _ = [row async for row in rows]
        _ = [page async for page in pages]
        async with client.conversation(PHONE).stream() as stream:
            _ = [row async for row in stream]
            progresses = [rows.progress, pages.progress, stream.progress]
    assert [(30, True)] * 3 == [(each.yielded, each.finished) for each in progresses]


async def test_progress_without_a_walk_is_at_its_beginning() -> None:
    """Nothing is known of a walk that has not begun."""
    progress = Progress()
    assert (0, False, 0) == (progress.yielded, progress.finished, progress.skipped_bad)


@pytest.mark.parametrize("readable", [0, 2])
async def test_rows_that_cannot_be_read_are_left_out_counted_and_logged(
    readable: int, caplog: pytest.LogCaptureFixture
) -> None:
    """With `on_bad_row="skip"`, also where nothing else is on the page."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE)
    rows = [ROW | {"message": f"Oi {number}"} for number in range(readable)]
    for _ in range(3):
        sandbox.fail(page_of(*rows, ROW | {"message": 5}))
    progress = Progress()
    async with open_client(sandbox) as client:
        walk = client.conversation(PHONE, on_bad_row="skip")
        iterator = aiter(walk)
        texts = [message.text async for message in iterator]
        progress = iterator.progress
    assert [f"Oi {number}" for number in range(readable)] == texts
    assert 1 == progress.skipped_bad
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert ["1 rows cannot be read"] == [
        "1 rows cannot be read" for record in warnings if "1 rows cannot be read" in record.message
    ]


async def test_a_handle_shows_no_phone_number() -> None:
    """What it reads is told by its kind and its selection."""
    async with open_client(Sandbox()) as client:
        shown = repr(client.conversation(PHONE, max_messages=5))
    assert PHONE[1:] not in shown
    assert "5" in shown
