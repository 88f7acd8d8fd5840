"""Cursors: stop anywhere, let the history move, go on as if nothing had happened."""

import binascii
import pickle
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Hashable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import Client, Cursor, CursorError, InvalidRequestError, Message, Progress
from smstools_async._reading.cursor import (
    Frontier,
    Order,
    Position,
    digest,
    read_cursor,
    write_cursor,
)
from smstools_async.sandbox import Quirks, Response, Sandbox
from tests.walk.schedules import PHONE, identity, open_client


async def take(
    client: Client, order: Order, cursor: str | None, count: int | None, page_size: int = 7
) -> tuple[list[Message], str | None]:
    """Walk until `count` messages came; return them and the cursor behind them."""
    progress = Progress()
    taken: list[Message] = []
    walk = client.iter_conversation(
        PHONE, order=order, cursor=cursor, page_size=page_size, progress=progress
    )
    async for message in walk:
        taken.append(message)
        if len(taken) == count:
            break
    await walk.aclose()
    return taken, None if progress.cursor is None else str(progress.cursor)


def fill(sandbox: Sandbox, draw: random.Random, count: int) -> None:
    """Let messages arrive, some of them in one second and with one text."""
    time = max((message.unix_time for message in sandbox.messages(PHONE)), default=1_700_000_000)
    for _ in range(count):
        time += draw.choice((0, 0, 1, 60))
        add = draw.choice((sandbox.receive, sandbox.send))
        add(PHONE, draw.choice(("ok", "Bom dia!", f"Pedido {draw.random()}")), unix_time=time)


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("server_order", ["newest", "oldest"])
async def test_a_walk_can_be_resumed_after_any_message(order: Order, server_order: Order) -> None:
    """For every k: what stayed comes once, before or after the stop, whatever moved in between."""
    for count in range(1, 40):
        sandbox, draw = Sandbox(), random.Random(count)
        sandbox.quirks |= Quirks(page_order=server_order)
        fill(sandbox, draw, 40)
        first = Counter[Hashable](map(identity, sandbox.messages(PHONE)))
        async with open_client(sandbox) as client:
            before, cursor = await take(client, order, None, count)
            deleted = draw.sample(sandbox.messages(PHONE), 5)
            sandbox.delete(PHONE, *deleted)
            fill(sandbox, draw, draw.choice((0, 3, 30)))
            after, _ = await take(client, order, cursor, None)
        handed_out = Counter(map(identity, before + after))
        gone = Counter(map(identity, deleted))
        ever = gone + Counter(map(identity, sandbox.messages(PHONE)))
        assert Counter() == (first - gone) - handed_out
        assert Counter() == handed_out - ever


@pytest.mark.anyio
async def test_a_walk_can_be_resumed_again_and_again(client: Client, sandbox: Sandbox) -> None:
    """A process that stops after each message reads the same history."""
    fill(sandbox, random.Random(0), 60)
    taken: list[Message] = []
    cursor: str | None = None
    for _ in range(60):
        part, cursor = await take(client, "newest", cursor, 1)
        taken += part
    assert list(sandbox.messages(PHONE)) == taken
    assert [] == (await take(client, "newest", cursor, None))[0]


@pytest.mark.anyio
async def test_a_distant_cursor_is_found_without_reading_all_before_it(
    client: Client, sandbox: Sandbox
) -> None:
    """A cursor tells where to look first."""
    sandbox.add_conversation(PHONE, messages=50_000)
    _, cursor = await take(client, "newest", None, 30_000, page_size=2000)
    sandbox.requests.clear()
    part, _ = await take(client, "newest", cursor, 100, page_size=100)
    assert list(sandbox.messages(PHONE)[30_000:30_100]) == part
    assert len(sandbox.requests) <= 5


@pytest.mark.anyio
async def test_a_cursor_goes_with_other_limits(client: Client, sandbox: Sandbox) -> None:
    """`since`, `until` and `page_size` of the second walk may differ from those of the first."""
    sandbox.add_conversation(PHONE, messages=500)
    truth = sandbox.messages(PHONE)
    _, cursor = await take(client, "newest", None, 100)
    later = client.iter_conversation(
        PHONE, cursor=cursor, since=truth[300].sent_at, until=truth[200].sent_at
    )
    assert [
        message for message in truth if truth[300].sent_at <= message.sent_at < truth[200].sent_at
    ] == [message async for message in later]


MESSAGES = st.builds(
    Message,
    message_id=st.none() | st.text(max_size=5),
    direction=st.sampled_from(["inbound", "outbound"]),
    sender=st.just(PHONE),
    receiver=st.just("Clinica"),
    text=st.text(max_size=20),
    unix_time=st.just(1_700_000_000),
)


@given(
    messages=st.lists(MESSAGES, max_size=31),
    second=st.integers(0, 10**11),
    older=st.none() | st.integers(0, 10**9),
    order=st.sampled_from(["newest", "oldest"]),
)
def test_a_cursor_reads_back_as_written(
    messages: list[Message], second: int, older: int | None, order: Order
) -> None:
    """Up to 31 messages of one second are kept exactly; digests may be cut to fit."""
    seen = Counter(digest(message, PHONE) for message in messages)
    cursor = write_cursor(Position(Frontier(second, seen), older), PHONE, order)
    frontier, read_older = read_cursor(str(cursor), PHONE, order)
    assert second == frontier.second
    assert older == read_older
    assert frontier.width >= 4
    assert Counter(row[: frontier.width] for row in seen.elements()) == frontier.seen


@given(count=st.integers(0, 3000))
def test_a_cursor_is_short(count: int) -> None:
    """However many messages one second has, a cursor stays below 200 characters."""
    seen = Counter({number.to_bytes(8): 1 for number in range(count)})
    cursor = write_cursor(Position(Frontier(1_700_000_000, seen), 7), PHONE, "newest")
    assert len(cursor) < 200


@pytest.mark.anyio
async def test_a_cursor_tells_nothing_private(client: Client, sandbox: Sandbox) -> None:
    """Neither as it is nor decoded does it hold a phone number or a text."""
    sandbox.receive(PHONE, "Meu cartao termina em 4242")
    _, cursor = await take(client, "newest", None, 1)
    assert cursor is not None
    decoded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for private in (PHONE, PHONE[1:], "cartao", "4242"):
        assert private not in cursor
        assert private.encode() not in decoded


async def refuse(client: Client, cursor: str, phone: str = PHONE, order: Order = "newest") -> str:
    """Return why a walk from `cursor` is refused."""
    with pytest.raises(CursorError) as refusal:
        await anext(client.iter_conversation(phone, cursor=cursor, order=order))
    return refusal.value.reason


@pytest.mark.anyio
async def test_a_cursor_of_something_else_is_refused(client: Client, sandbox: Sandbox) -> None:
    """Another phone, another order: both would go on at the wrong place."""
    sandbox.add_conversation(PHONE, messages=3)
    _, cursor = await take(client, "newest", None, 2)
    assert cursor is not None
    assert "another phone" in await refuse(client, cursor, phone="+5511900000000")
    assert "order='newest'" in await refuse(client, cursor, order="oldest")
    sandbox.requests.clear()
    assert [] == sandbox.requests


@given(position=st.integers(0, 200), letter=st.sampled_from("Aa0-_b9Z="))
def test_a_damaged_cursor_is_refused(position: int, letter: str) -> None:
    """Any other letter anywhere is noticed."""
    seen = Counter({b"12345678": 2, b"abcdefgh": 1})
    cursor = write_cursor(Position(Frontier(1_700_000_000, seen), 7), PHONE, "newest")
    position %= len(cursor)
    damaged = cursor[:position] + letter + cursor[position + 1 :]
    if damaged != cursor:
        with pytest.raises(CursorError, match="no cursor, or a damaged one"):
            Cursor(damaged)


@pytest.mark.parametrize("text", ["", "resume me", "ção", "A", "AAAA" * 10, "\n"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    """The error says what to do instead."""
    with pytest.raises(CursorError, match="Start over without a cursor"):
        Cursor(text)


@pytest.mark.parametrize("wrong", [None, 7, b"resume me"], ids=["none", "number", "bytes"])
def test_a_cursor_is_made_of_text_alone(wrong: Any) -> None:
    """The error is the one that a walk raises, and names what was given."""
    given = type(wrong).__name__
    with pytest.raises(TypeError, match=f"cursor must be a Cursor or its str, not {given}"):
        Cursor(wrong)


def test_a_cursor_of_another_version_is_refused() -> None:
    """A cursor may outlive the version of the library that wrote it."""
    cursor = write_cursor(Position(Frontier(1, Counter()), None), PHONE, "newest")
    packed = bytearray(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    packed[0] = 9
    packed[-4:] = binascii.crc32(packed[:-4]).to_bytes(4)
    with pytest.raises(CursorError, match="version 9"):
        Cursor(urlsafe_b64encode(packed).decode().rstrip("="))


def test_rows_are_known_again_by_every_python() -> None:
    """Newer ones know more emoji; whoever changes this changes the version of cursors."""
    message = Message(
        direction="inbound",
        sender="5511987654321",
        receiver="Clínica",
        text="Olá! 📄 \U0001fadf \ud83d",
        unix_time=1,
    )
    assert "1e9cd279a3207d9a" == digest(message, "+5511987654321").hex()


@pytest.mark.anyio
async def test_an_empty_conversation_has_a_cursor_too(client: Client, sandbox: Sandbox) -> None:
    """Oldest first, all that ever comes is behind it."""
    taken, cursor = await take(client, "oldest", None, None)
    assert [] == taken
    assert cursor is not None
    sandbox.add_conversation(PHONE, messages=20)
    taken, _ = await take(client, "oldest", cursor, None)
    assert list(reversed(sandbox.messages(PHONE))) == taken


@pytest.mark.anyio
async def test_an_error_says_where_to_go_on(client: Client, sandbox: Sandbox) -> None:
    """The cursor is an attribute, and stands in the traceback for whoever has only that."""
    sandbox.add_conversation(PHONE, messages=30)
    sandbox.fail(Response.error(103, "Phone number is required or invalid"), page=2)
    with pytest.raises(InvalidRequestError) as refusal:
        await take(client, "newest", None, None, page_size=10)
    cursor = refusal.value.cursor
    assert cursor is not None
    assert f"Go on with cursor={cursor}" in refusal.value.__notes__[0]
    rest = client.iter_conversation(PHONE, page_size=10, cursor=cursor)
    sandbox.stop_failing()
    assert list(sandbox.messages(PHONE)[10:]) == [message async for message in rest]


def test_a_cursor_is_a_text_that_travels() -> None:
    """It can be kept wherever a `str` can."""
    cursor = write_cursor(Position(Frontier(1, Counter()), None), PHONE, "newest")
    assert isinstance(cursor, str)
    assert cursor == pickle.loads(pickle.dumps(cursor)) == Cursor(str(cursor))  # noqa: S301 - our own
    assert {cursor: 1}[Cursor(str(cursor))] == 1
