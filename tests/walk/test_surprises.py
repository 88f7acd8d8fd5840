"""Histories that change beyond all expectation in the middle of a walk."""

import json
from collections import Counter
from typing import Any

import pytest

from smstools_async import Client, Message, PaginationStalledError, Progress
from smstools_async._walk import Order
from smstools_async._walk.windows import surplus
from smstools_async.sandbox import Quirks, Response, Sandbox
from tests.walk.layouts import UNSORTED, Fill, fill_unsorted
from tests.walk.schedules import PHONE, identity, open_client

START = 1_700_000_000


def fill(sandbox: Sandbox, count: int, start: int = START) -> None:
    """Add messages without ties, the oldest first."""
    for number in range(count):
        sandbox.receive(PHONE, f"Mensagem das {start + number}", unix_time=start + number)


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("server_order", ["newest", "oldest"])
async def test_a_history_that_vanishes_ends_the_walk(
    client: Client, sandbox: Sandbox, order: Order, server_order: Order
) -> None:
    """When all that was not delivered yet is deleted, nothing more comes than two windows had."""
    fill(sandbox, 500)
    sandbox.quirks |= Quirks(page_order=server_order)

    def vanish(request: int) -> None:
        if request == 3:
            sandbox.expire(PHONE, 500)

    sandbox.before_each_request = vanish
    walk = client.iter_conversation(PHONE, order=order, page_size=50, prefetch=0)
    assert len([message async for message in walk]) <= 2 * (50 + surplus(50))


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("server_order", ["newest", "oldest"])
async def test_a_mass_deletion_loses_nothing_that_stayed(
    client: Client, sandbox: Sandbox, order: Order, server_order: Order
) -> None:
    """Hundreds of rows move up at once, and the walk finds its place again."""
    fill(sandbox, 1800)
    sandbox.quirks |= Quirks(page_order=server_order)
    gone: list[Message] = []

    def delete_many(request: int) -> None:
        if request == 5:
            gone.extend(sandbox.messages(PHONE)[100:1300:2])
            sandbox.delete(PHONE, *gone)

    sandbox.before_each_request = delete_many
    first = Counter(map(identity, sandbox.messages(PHONE)))
    walk = client.iter_conversation(PHONE, order=order, page_size=70)
    got = Counter([identity(message) async for message in walk])
    assert Counter() == first - Counter(map(identity, gone)) - got
    assert max(got.values()) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_a_moving_history_without_total_loses_nothing(
    client: Client, sandbox: Sandbox, order: Order
) -> None:
    """Where nothing tells of arrivals and deletions, windows overlap from the start."""
    fill(sandbox, 700)
    sandbox.quirks |= Quirks(total="missing")

    def move(request: int) -> None:
        sandbox.receive(PHONE, f"Chegou {request}")
        sandbox.expire(PHONE, 1)

    sandbox.before_each_request = move
    first = Counter(map(identity, sandbox.messages(PHONE)))
    walk = client.iter_conversation(PHONE, order=order, page_size=60)
    got = Counter([identity(message) async for message in walk])
    stayed = first & Counter(map(identity, sandbox.messages(PHONE)))
    assert Counter() == stayed - got
    assert max(got.values()) == 1


@pytest.mark.anyio
async def test_messages_imported_from_long_ago_do_not_mislead_a_cursor() -> None:
    """A cursor's count of older rows is a hint; times decide."""
    before, after = Sandbox(), Sandbox()
    before.add_conversation(PHONE, company="Clinica")
    after.add_conversation(PHONE, company="Clinica")
    fill(before, 300)
    fill(after, 9000, start=START - 8700)
    progress = Progress()
    async with open_client(before) as client:
        walk = client.iter_conversation(PHONE, order="oldest", max_messages=10, progress=progress)
        taken = [message.unix_time async for message in walk]
    async with open_client(after) as client:
        walk = client.iter_conversation(
            PHONE, order="oldest", cursor=progress.cursor, page_size=50, prefetch=0
        )
        taken += [message.unix_time async for message in walk]
    assert list(range(START, START + 300)) == taken


@pytest.mark.anyio
async def test_a_cursor_survives_the_deletion_of_all_that_was_read() -> None:
    """Older rows are gone, so that the hint points beyond the list."""
    sandbox = Sandbox()
    fill(sandbox, 2000)
    progress = Progress()
    async with open_client(sandbox) as client:
        walk = client.iter_conversation(
            PHONE, order="oldest", max_messages=1500, page_size=100, progress=progress
        )
        assert 1500 == len([message async for message in walk])
        sandbox.expire(PHONE, 1500)
        walk = client.iter_conversation(
            PHONE, order="oldest", cursor=progress.cursor, page_size=100
        )
        assert list(reversed(sandbox.messages(PHONE))) == [message async for message in walk]


def served(sandbox: Sandbox, page: int, limit: int) -> dict[str, Any]:
    """Return what the sandbox serves as a page."""
    answer = sandbox.respond(
        "GET",
        f"/v1/conversation/{PHONE[1:]}",
        f"page={page}&limit={limit}",
        {"x-client-id": sandbox.client_id, "x-client-secret": sandbox.client_secret},
    )
    assert isinstance(answer, Response)
    body: dict[str, Any] = json.loads(answer.body)
    return body


@pytest.mark.anyio
async def test_windows_that_lack_rows_for_a_while_are_read_again() -> None:
    """Rows that end, and continue one page further, were left out by the server."""
    sandbox, whole = Sandbox(), Sandbox()
    fill(sandbox, 300)
    fill(whole, 300)

    def cut(request: int) -> None:
        asked = sandbox.requests[-1]
        if request in (2, 3):
            page = served(whole, asked.page or 1, asked.limit or 1)
            page["conversation"] = page["conversation"][: 50 if request == 2 else 2]
            sandbox.fail(Response(body=json.dumps(page).encode()))

    sandbox.before_each_request = cut
    async with open_client(sandbox) as client:
        walk = client.iter_conversation(PHONE, page_size=100, prefetch=0)
        assert list(sandbox.messages(PHONE)) == [message async for message in walk]


@pytest.mark.anyio
async def test_an_echo_that_the_rows_belie_is_ignored(sandbox: Sandbox) -> None:
    """A `limit` of 10 beside 100 rows does not shrink the pages."""
    fill(sandbox, 250)
    sandbox.quirks |= Quirks(limit=10)
    async with open_client(sandbox) as client:
        walk = client.iter_conversation(PHONE, page_size=100, prefetch=0)
        assert list(sandbox.messages(PHONE)) == [message async for message in walk]
    assert [1, 2, 3] == [request.page for request in sandbox.requests]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "empty", [{1, 2}, {1, 2, 3}, {2, 3}, {3, 4}, {2, 3, 4}, {4, 5, 6}, set(range(3, 50))]
)
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_answers_that_stay_empty_for_a_while_never_shorten_a_walk(
    order: Order, empty: set[int]
) -> None:
    """The walk comes through, or ends in an error that can be gone on from."""
    sandbox = Sandbox()
    fill(sandbox, 650)
    sandbox.quirks |= Quirks(empty_requests=empty)
    taken: list[Message] = []
    async with open_client(sandbox) as client:
        cursor = None
        for _ in range(60):
            try:
                walk = client.iter_conversation(
                    PHONE, order=order, page_size=100, prefetch=0, cursor=cursor
                )
                async for message in walk:
                    taken.append(message)  # noqa: PERF401 - what came before an error counts
                break
            except PaginationStalledError as stalled:
                cursor = stalled.cursor
    truth = list(sandbox.messages(PHONE))[:: 1 if order == "newest" else -1]
    assert truth == taken


@pytest.mark.anyio
@pytest.mark.parametrize("fill", UNSORTED)
async def test_a_list_without_order_that_shrinks_is_read_to_its_end(
    client: Client, sandbox: Sandbox, fill: Fill
) -> None:
    """Deletions between requests move rows up, and windows are read again further up."""
    fill(sandbox, 600)
    gone: list[Message] = []

    def delete_some(request: int) -> None:
        if request > 1:
            gone.extend(messages := sandbox.messages(PHONE)[5:8])
            sandbox.delete(PHONE, *messages)

    sandbox.before_each_request = delete_some
    first = Counter(map(identity, sandbox.messages(PHONE)))
    walk = client.iter_conversation(PHONE, page_size=50)
    got = Counter([identity(message) async for message in walk])
    assert Counter() == first - Counter(map(identity, gone)) - got
    assert max(got.values()) == 1


@pytest.mark.anyio
async def test_a_list_that_loses_its_order_halfway_is_read_on_in_sequence(
    client: Client, sandbox: Sandbox
) -> None:
    """What was handed out in order is not handed out again."""
    fill_unsorted(sandbox, 100)
    late = max(message.unix_time for message in sandbox.messages(PHONE)) + 1
    fill(sandbox, 250, start=late)
    progress = Progress()
    walk = client.iter_conversation(PHONE, page_size=70, progress=progress)
    assert list(sandbox.messages(PHONE)) == [message async for message in walk]
    assert progress.degraded
