"""Cursors: stop anywhere, let the history move, resume as if nothing had happened."""

import binascii
import pickle
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import Client, Cursor, CursorError, InvalidRequestError, Message, Progress
from smstools_async._reading.cursor import read_cursor, write_cursor
from smstools_async._walk import Layout, Memory, Order, Place, Row
from smstools_async.sandbox import Quirks, Response, Sandbox
from tests.walk.layouts import LAYOUTS, messages_in
from tests.walk.schedules import PHONE, identity, open_client

ROW = Row(1_700_000_000, b"0123456789abcdef")
LAYOUT = Layout(pages="falling", is_turned=False)


def place_after(*rows: Row, is_complete: bool = True) -> Place:
    """Return the place of a walk that has read `rows`."""
    memory = Memory(rows=rows, is_complete=is_complete)
    return Place(memory=memory, index=len(rows), total=len(rows), layout=LAYOUT)


def unpack(cursor: str) -> bytes:
    """Return the bytes of a cursor."""
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


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


async def resume_after(count: int, order: Order, quirks: Quirks) -> None:
    """Stop after `count` messages, move the history, resume; nothing may be lost or repeated."""
    sandbox, draw = Sandbox(quirks=quirks), random.Random(count)
    fill(sandbox, draw, 35)
    first = Counter[Hashable](map(identity, sandbox.messages(PHONE)))
    async with open_client(sandbox) as client:
        before, cursor = await take(client, order, None, count)
        deleted = draw.sample(sandbox.messages(PHONE), 5)
        sandbox.delete(PHONE, *deleted)
        fill(sandbox, draw, draw.choice((0, 3, 30)))
        after, _ = await take(client, order, cursor, None)
    delivered = Counter(map(identity, before + after))
    gone = Counter(map(identity, deleted))
    ever = gone + Counter(map(identity, sandbox.messages(PHONE)))
    assert Counter() == (first - gone) - delivered
    assert Counter() == delivered - ever


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
async def test_a_walk_can_be_resumed_after_any_message(order: Order, layout: Quirks) -> None:
    """For every k: what stayed comes once, before or after the stop, whatever moved in between."""
    for count in range(1, 36):
        await resume_after(count, order, layout)


def fill_without_order(sandbox: Sandbox, count: int) -> None:
    """Let messages arrive whose times go up and down."""
    for number in range(count):
        second = 1_700_000_000 + number * 7919 % 1000
        sandbox.receive(PHONE, f"Mensagem {number}", unix_time=second)


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
async def test_a_walk_through_an_unsorted_list_can_be_resumed_after_any_message(
    order: Order, layout: Quirks
) -> None:
    """The cursor remembers rows in the order in which the list has them."""
    sandbox = Sandbox(quirks=layout)
    fill_without_order(sandbox, 30)
    async with open_client(sandbox) as client:
        whole, _ = await take(client, order, None, None)
        assert Counter(map(identity, sandbox.messages(PHONE))) == Counter(map(identity, whole))
        for count in range(1, 31):
            before, cursor = await take(client, order, None, count)
            after, _ = await take(client, order, cursor, None)
            assert whole == before + after


@pytest.mark.anyio
@pytest.mark.parametrize("count", range(5, 40, 5))
async def test_an_unsorted_list_may_move_before_a_walk_is_resumed(
    client: Client, sandbox: Sandbox, count: int
) -> None:
    """Arrivals at the head and deletions anywhere shift the rows; what stayed comes once."""
    fill_without_order(sandbox, 40)
    first = Counter(map(identity, sandbox.messages(PHONE)))
    before, cursor = await take(client, "newest", None, count)
    deleted = sandbox.messages(PHONE)[3::13]
    sandbox.delete(PHONE, *deleted)
    for number in range(9):
        sandbox.receive(PHONE, f"Chegou {number}")
    after, _ = await take(client, "newest", cursor, None)
    delivered = Counter(map(identity, before + after))
    assert Counter() == first - Counter(map(identity, deleted)) - delivered
    assert max(delivered.values()) == 1


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


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("size", [20, 50])
async def test_a_page_by_cursor_costs_about_one_request(
    client: Client, sandbox: Sandbox, order: Order, size: int
) -> None:
    """As a web application does it, which keeps nothing but the cursor between its pages."""
    sandbox.add_conversation(PHONE, messages=5000)
    taken: list[Message] = []
    cursor = None
    for _ in range(5000 // size):
        pages = client.conversation(PHONE, order=order, cursor=cursor, max_messages=size).pages()
        page = [message async for page in pages for message in page]
        assert size == len(page)
        taken += page
        cursor = pages.cursor
    assert messages_in(sandbox, order) == taken
    assert len(sandbox.requests) <= 1.05 * 5000 / size


ROWS = st.lists(
    st.builds(
        Row,
        st.none() | st.integers(0, 5) | st.integers(0, 10**11),
        st.binary(min_size=16, max_size=16),
    ),
    max_size=80,
)
TIES = st.lists(st.just(ROW) | st.just(ROW._replace(digest=b"another, longer ")), min_size=1)


@st.composite
def memories(draw: st.DrawFn) -> Memory:
    """Draw a memory, as a walk or another cursor leaves it."""
    uncounted = draw(st.just(0) | st.integers(0, 3000))
    rows = draw(TIES if uncounted else ROWS | ROWS.flatmap(lambda rows: TIES.map(rows.__add__)))
    width = draw(st.sampled_from([16, 6, 2]))
    return Memory(
        rows=tuple(Row(row.second, row.digest[:width]) for row in rows),
        is_complete=not uncounted and draw(st.booleans()),
        width=width,
        uncounted=uncounted,
    )


PLACES = st.builds(
    Place,
    memory=memories(),
    index=st.integers(0, 10**8),
    total=st.none() | st.integers(0, 10**8),
    layout=st.builds(
        Layout, pages=st.sampled_from(["falling", "rising", "none"]), is_turned=st.booleans()
    ),
)


def are_the_last(rows: Sequence[Row], of: Sequence[Row], width: int) -> bool:
    """Whether `rows` are the last ones of others, with shorter digests."""
    last = of[len(of) - len(rows) :]
    return list(rows) == [Row(row.second, row.digest[:width]) for row in last]


@given(place=PLACES, order=st.sampled_from(["newest", "oldest"]))
def test_a_cursor_reads_back_as_written(place: Place, order: Order) -> None:
    """The last rows, in their order; of rows that did not fit, how many bear the last second."""
    read = read_cursor(str(write_cursor(place, PHONE, order)), PHONE, order).place
    assert read is not None
    assert attrs.evolve(place, memory=read.memory) == read
    memory = read.memory
    assert are_the_last(memory.rows, place.memory.rows, memory.width)
    assert place.memory.ties == memory.ties
    is_whole = len(memory.rows) == len(place.memory.rows)
    assert (place.memory.is_complete and is_whole) == memory.is_complete
    assert len(memory.rows) >= min(len(place.memory.rows), 12)


@given(place=PLACES, order=st.sampled_from(["newest", "oldest"]))
def test_a_cursor_is_short(place: Place, order: Order) -> None:
    """Whatever it remembers, a cursor stays below 200 characters."""
    assert len(write_cursor(place, PHONE, order)) < 200


@pytest.mark.parametrize("count", [17, 64, 2048])
def test_a_cursor_of_many_ties_is_short(count: int) -> None:
    """Rows of one second that have no room are counted."""
    rows = [Row(1_700_000_000, number.to_bytes(16)) for number in range(count)]
    cursor = write_cursor(place_after(*rows), PHONE, "newest")
    read = read_cursor(cursor, PHONE, "newest").place
    assert len(cursor) < 200
    assert read is not None
    assert count == read.memory.ties


@pytest.mark.anyio
async def test_a_cursor_tells_nothing_private(client: Client, sandbox: Sandbox) -> None:
    """Neither as it is nor decoded does it hold a phone number or a text."""
    sandbox.receive(PHONE, "Meu cartao termina em 4242")
    _, cursor = await take(client, "newest", None, 1)
    assert cursor is not None
    decoded = unpack(cursor)
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
    """Another phone, another order: both would resume at the wrong place."""
    sandbox.add_conversation(PHONE, messages=3)
    _, cursor = await take(client, "newest", None, 2)
    assert cursor is not None
    sandbox.requests.clear()
    assert "another phone" in await refuse(client, cursor, phone="+5511900000000")
    assert "order='newest'" in await refuse(client, cursor, order="oldest")
    assert [] == sandbox.requests


@given(position=st.integers(0, 200), letter=st.sampled_from("Aa0-_b9Z="))
def test_a_damaged_cursor_is_refused(position: int, letter: str) -> None:
    """Any other letter anywhere is noticed."""
    cursor = write_cursor(place_after(ROW, ROW, Row(None, bytes(16))), PHONE, "newest")
    position %= len(cursor)
    damaged = cursor[:position] + letter + cursor[position + 1 :]
    if damaged != cursor:
        with pytest.raises(CursorError, match="not a cursor, or it is damaged"):
            Cursor(damaged)


@pytest.mark.parametrize("text", ["", "resume me", "ção", "A", "AAAA" * 10, "\n"])
def test_what_is_not_a_cursor_is_refused(text: str) -> None:
    """The error says what to do instead."""
    with pytest.raises(CursorError, match="Start over without a cursor"):
        Cursor(text)


@pytest.mark.parametrize("wrong", [None, 7, b"resume me"], ids=["none", "number", "bytes"])
def test_a_cursor_is_made_of_text_alone(wrong: Any) -> None:
    """The error is the one that a walk raises, and names what was given."""
    given = type(wrong).__name__
    with pytest.raises(TypeError, match=f"cursor must be a Cursor or its str, got {given}"):
        Cursor(wrong)


def sealed(body: bytes) -> str:
    """Write the bytes of a cursor as its text, with a right checksum."""
    packed = body + binascii.crc32(body).to_bytes(4)
    return urlsafe_b64encode(packed).decode().rstrip("=")


@pytest.mark.parametrize("version", [2, 4, 9])
def test_a_cursor_of_another_version_is_refused(version: int) -> None:
    """A cursor may outlive the version of the library that wrote it."""
    body = unpack(write_cursor(place_after(ROW), PHONE, "newest"))[:-4]
    with pytest.raises(CursorError, match=f"version {version}, and only 3 is known"):
        Cursor(sealed(bytes([version]) + body[1:]))


@pytest.mark.parametrize("cut", [1, 5, 12, 20])
def test_a_cursor_that_ends_too_early_is_refused(cut: int) -> None:
    """Even one whose checksum is right."""
    body = unpack(write_cursor(place_after(ROW), PHONE, "newest"))[:-4]
    with pytest.raises(CursorError, match="not a cursor, or it is damaged"):
        read_cursor(sealed(body[: max(4, len(body) - cut)]), PHONE, "newest")


def test_a_cursor_is_read_by_every_later_release() -> None:
    """Whoever changes this changes the version of cursors."""
    place = place_after(Row(1_699_999_990, bytes(16)), Row(None, bytes(16)), ROW)
    assert "AxMpMgMEAAaBxJ_VDDAxMjM0NQAAAAAAAAAUAAAAAAAAlaD1tw" == write_cursor(
        place, PHONE, "oldest"
    )


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_an_empty_conversation_has_no_cursor(
    client: Client, sandbox: Sandbox, order: Order
) -> None:
    """Nothing was delivered, so the next walk begins at the beginning."""
    taken, cursor = await take(client, order, None, None)
    assert ([], None) == (taken, cursor)
    sandbox.add_conversation(PHONE, messages=20)
    taken, _ = await take(client, order, cursor, None)
    assert messages_in(sandbox, order) == taken


@pytest.mark.anyio
async def test_an_error_says_where_to_resume(client: Client, sandbox: Sandbox) -> None:
    """The cursor is an attribute, and stands in the traceback for whoever has only that."""
    sandbox.add_conversation(PHONE, messages=60)
    sandbox.fail(Response.error(103, "Phone number is required or invalid"), from_request=3)
    taken: list[Message] = []
    with pytest.raises(InvalidRequestError) as refusal:  # noqa: PT012 - what came before it counts
        async for message in client.iter_conversation(PHONE, page_size=10):
            taken.append(message)  # noqa: PERF401 - likewise
    cursor = refusal.value.cursor
    assert len(taken) >= 20
    assert f"Resume with cursor={cursor}" in refusal.value.__notes__[0]
    sandbox.stop_failing()
    rest = client.iter_conversation(PHONE, page_size=10, cursor=cursor)
    assert list(sandbox.messages(PHONE)[len(taken) :]) == [message async for message in rest]


def test_a_cursor_is_a_text_that_travels() -> None:
    """It can be kept wherever a `str` can."""
    cursor = write_cursor(place_after(ROW), PHONE, "newest")
    assert isinstance(cursor, str)
    assert cursor == pickle.loads(pickle.dumps(cursor)) == Cursor(str(cursor))  # noqa: S301 - our own
    assert {cursor: 1}[Cursor(str(cursor))] == 1


@pytest.mark.anyio
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("index", [0, 1, 20, 38, 39])
async def test_a_walk_can_begin_at_a_moment(layout: Quirks, index: int) -> None:
    """Oldest first with the first message at or after it, newest first with the last before it."""
    sandbox = Sandbox(quirks=layout)
    for number in range(40):
        sandbox.receive(PHONE, f"Mensagem {number}", unix_time=1_700_000_000 + number // 2)
    moment = sandbox.messages(PHONE)[index].sent_at
    async with open_client(sandbox) as client:
        later, _ = await take(client, "oldest", Cursor.at(moment, PHONE), None)
        earlier, _ = await take(client, "newest", Cursor.at(moment, PHONE, order="newest"), None)
    truth = sandbox.messages(PHONE)
    assert sorted((m.unix_time, m.text) for m in truth if m.sent_at >= moment) == sorted(
        (m.unix_time, m.text) for m in later
    )
    assert [m for m in truth if m.sent_at < moment] == earlier


@pytest.mark.anyio
async def test_a_moment_is_for_one_phone_and_one_order(client: Client, sandbox: Sandbox) -> None:
    """As every cursor is; both spellings of a number are one."""
    sandbox.receive(PHONE, "Oi", unix_time=1_700_000_000)
    cursor = Cursor.at(datetime(2023, 1, 1, tzinfo=UTC), PHONE[1:])
    assert 1 == len((await take(client, "oldest", cursor, None))[0])
    assert "another phone" in await refuse(client, cursor, phone="+5511900000000", order="oldest")
    assert "order='oldest'" in await refuse(client, cursor)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("order", "expected"), [("oldest", range(10, 30)), ("newest", range(9, 4, -1))]
)
async def test_a_moment_goes_with_since_and_until(
    client: Client, sandbox: Sandbox, order: Order, expected: range
) -> None:
    """The later of two beginnings counts, and the earlier of two ends."""
    for number in range(40):
        sandbox.receive(PHONE, f"Mensagem {number}", unix_time=1_700_000_000 + number)
    start = datetime.fromtimestamp(1_700_000_000, UTC)
    rows = client.conversation(
        PHONE,
        order=order,
        cursor=Cursor.at(start + timedelta(seconds=10), PHONE, order=order),
        since=start + timedelta(seconds=5),
        until=start + timedelta(seconds=30),
    )
    assert [f"Mensagem {number}" for number in expected] == [row.text async for row in rows]


def test_a_moment_has_to_have_a_zone() -> None:
    """A naive one would mean another moment on every machine."""
    with pytest.raises(ValueError, match="moment"):
        Cursor.at(datetime(2025, 6, 1), PHONE)  # noqa: DTZ001 - that is what is wrong
    with pytest.raises(ValueError, match="order must be 'newest' or 'oldest', got 'latest'"):
        Cursor.at(datetime(2025, 6, 1, tzinfo=UTC), PHONE, order="latest")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - that is what is wrong
