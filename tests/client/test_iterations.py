"""The calls that iterate, as a user's own tests call them: by pytest-asyncio, with a fixture.

Setting the client up and closing it happens in other tasks than the test's; a client that held a
task group open could not be closed so.
"""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from smstools_async import (
    Client,
    ClientClosedError,
    Cursor,
    CursorError,
    Message,
    MessageOf,
    Progress,
)
from smstools_async.sandbox import Sandbox

PHONE = "+5511987654321"

pytestmark = pytest.mark.asyncio


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with a conversation of 25 messages."""
    sandbox = Sandbox()
    for number in range(25):
        sandbox.receive(PHONE, f"Mensagem {number}")
    return sandbox


@pytest_asyncio.fixture
async def client(sandbox: Sandbox) -> AsyncGenerator[Client, None]:
    """Give a client of the sandbox."""
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client(sandbox.client_id, sandbox.client_secret, http_client=http_client) as client,
    ):
        yield client


async def by_generator(client: Client, **options: Any) -> list[Message]:
    """Read by the generator."""
    return [message async for message in client.iter_conversation(PHONE, **options)]


async def by_pages(client: Client, **options: Any) -> list[Message]:
    """Read by pages."""
    pages = client.conversation(PHONE, **options).pages()
    return [message async for page in pages for message in page]


async def by_rows(client: Client, **options: Any) -> list[Message]:
    """Read by the class iterator."""
    return [message async for message in client.conversation(PHONE, **options)]


async def by_stream(client: Client, **options: Any) -> list[Message]:
    """Read by a stream."""
    async with client.conversation(PHONE, **options).stream() as messages:
        return [message async for message in messages]


async def by_streams(client: Client, **options: Any) -> list[Message]:
    """Read by a stream of many conversations, one of them."""
    async with client.stream_conversations([PHONE], **options) as items:
        return [item.message async for item in items if isinstance(item, MessageOf)]


Read = Callable[..., Any]
READS = [by_generator, by_rows, by_pages, by_stream, by_streams]


@pytest.mark.parametrize("read", READS)
async def test_a_fixture_can_open_and_close_a_client(
    client: Client, sandbox: Sandbox, read: Read
) -> None:
    """Every way of reading works in a test's own task."""
    assert list(sandbox.messages(PHONE)) == await read(client)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_all_ways_take_the_same_arguments(
    client: Client, sandbox: Sandbox, read: Read, order: str
) -> None:
    """Range, order, count and page size mean the same everywhere."""
    messages = list(sandbox.messages(PHONE))
    bounds = {"since": messages[20].sent_at, "until": messages[4].sent_at}
    wanted = messages[5:21] if order == "newest" else messages[20:4:-1]
    read_all = await read(client, page_size=3, order=order, **bounds)
    assert wanted == read_all
    read_some = await read(client, page_size=3, order=order, max_messages=5, **bounds)
    assert wanted[:5] == read_some


@pytest.mark.parametrize("read", READS)
async def test_no_messages_wanted_are_no_request(
    client: Client, sandbox: Sandbox, read: Read
) -> None:
    """`max_messages=0` is answered without asking."""
    assert [] == await read(client, max_messages=0)
    assert [] == sandbox.requests


@pytest.mark.parametrize("read", READS)
async def test_a_closed_client_reads_nothing(client: Client, sandbox: Sandbox, read: Read) -> None:
    """It says that it is closed, and asks for nothing."""
    await client.aclose()
    with pytest.raises(ClientClosedError, match="This Client is closed"):
        await read(client)
    assert [] == sandbox.requests


@pytest.mark.parametrize("read", READS)
async def test_since_may_be_long_ago(client: Client, sandbox: Sandbox, read: Read) -> None:
    """The earliest moment Python knows is as good as none."""
    assert list(sandbox.messages(PHONE)) == await read(
        client, since=datetime.min.replace(tzinfo=UTC)
    )


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("fraction", [1, 500_000, 999_999])
async def test_a_range_may_begin_and_end_within_a_second(
    client: Client, sandbox: Sandbox, read: Read, fraction: int
) -> None:
    """Messages have whole seconds; a moment later than one of them is later than that message."""
    messages = list(sandbox.messages(PHONE))
    moment = messages[10].sent_at.replace(microsecond=fraction)
    assert messages[:10] == await read(client, since=moment)
    assert messages[10:] == await read(client, until=moment)


Case = tuple[dict[str, Any], type[Exception], str]

NAIVE = datetime(2025, 6, 1)  # noqa: DTZ001 - the mistake
AWARE = datetime(2025, 6, 1, tzinfo=UTC)

WRONG_ANYWHERE: list[Case] = [
    ({"page_size": 0}, ValueError, "page_size must be from 1 to 2000, got 0"),
    ({"page_size": 2001}, ValueError, "page_size must be from 1 to 2000, got 2001"),
    ({"page_size": "100"}, TypeError, "page_size must be an int, got str"),
    ({"page_size": True}, TypeError, "page_size must be an int, got bool"),
    ({"max_messages": -1}, ValueError, "max_messages must be 0 or more, got -1"),
    ({"max_messages": 1.5}, TypeError, "max_messages must be an int, got float"),
    ({"since": NAIVE}, ValueError, "since must have a time zone, got 2025-06-01 00:00:00; give"),
    ({"until": NAIVE}, ValueError, "until must have a time zone, got 2025-06-01 00:00:00; give"),
    ({"since": "2025-06-01"}, TypeError, "since must be a datetime, got str"),
    ({"until": 1748736000}, TypeError, "until must be a datetime, got int"),
    ({"since": AWARE, "until": AWARE}, ValueError, "since must be before until=2025-06-01 "),
    (
        {"until": datetime(1970, 1, 1, tzinfo=UTC)},
        ValueError,
        "until must be after 1970, got 1970-",
    ),
    ({"order": "latest"}, ValueError, "order must be 'newest' or 'oldest', got 'latest'"),
    ({"order": None}, ValueError, "order must be 'newest' or 'oldest', got None"),
]

WRONG_CURSORS: list[Case] = [
    ({"cursor": ""}, CursorError, "not a cursor, or it is damaged"),
    ({"cursor": "resume me"}, CursorError, "not a cursor, or it is damaged"),
    ({"cursor": 7}, TypeError, "cursor must be a Cursor or its str, got int"),
    ({"cursor": b"resume me"}, TypeError, "cursor must be a Cursor or its str, got bytes"),
]

WRONG_PREFETCH: list[Case] = [
    ({"prefetch": -1}, ValueError, "prefetch must be 0 or more, got -1"),
    ({"prefetch": 1.0}, TypeError, "prefetch must be an int, got float"),
    ({"prefetch": None}, TypeError, "prefetch must be an int, got NoneType"),
]

WRONG_PROGRESS: list[Case] = [
    ({"progress": print}, TypeError, r"progress must be a Progress, as in Progress\(on_page=…\)"),
    ({"progress": Progress}, TypeError, "progress must be a Progress, .* got type"),
]

SECONDS = "a finite number of seconds, more than 0"

WRONG_MANY: list[Case] = [
    ({"concurrency": 0}, ValueError, "concurrency must be 1 or more, got 0"),
    ({"concurrency": "4"}, TypeError, "concurrency must be an int, got str"),
    ({"on_error": "ignore"}, ValueError, "on_error must be 'raise' or 'yield', got 'ignore'"),
    ({"cursors": ["resume me"]}, TypeError, "cursors must be a mapping of phones to cursors"),
]


def each(*cases: Case) -> pytest.MarkDecorator:
    """Try each case, named by its argument and value."""
    names = [" ".join(f"{key}={value!r:.15}" for key, value in case[0].items()) for case in cases]
    return pytest.mark.parametrize(("options", "error", "words"), cases, ids=names)


@each(*WRONG_ANYWHERE, *WRONG_CURSORS, *WRONG_PREFETCH, *WRONG_PROGRESS)
async def test_the_generator_refuses_at_its_first_step(
    client: Client, sandbox: Sandbox, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Before any request, naming the value and what to give instead."""
    walk = client.iter_conversation(PHONE, **options)
    with pytest.raises(error, match=words):
        await anext(walk)
    assert [] == sandbox.requests


@each(*WRONG_ANYWHERE, *WRONG_CURSORS)
async def test_a_conversation_refuses_when_it_is_made(
    client: Client, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    """The error is raised where the mistake is, not where the handle is used."""
    with pytest.raises(error, match=words):
        client.conversation(PHONE, **options)


async def test_a_cursor_of_the_other_order_is_refused_before_any_request(
    client: Client, sandbox: Sandbox
) -> None:
    """A handle accepts it, since `watch` reads oldest first whatever the handle's order."""
    cursor = Cursor.at(AWARE, PHONE, order="oldest")
    conversation = client.conversation(PHONE, cursor=cursor)
    for read in (conversation.pages, conversation.stream, conversation.__aiter__):
        with pytest.raises(CursorError, match="is for order='oldest', not 'newest'"):
            read()
    assert [] == sandbox.requests


@each(*WRONG_PREFETCH, *WRONG_PROGRESS)
async def test_pages_and_streams_refuse_when_they_are_made(
    client: Client, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    """There is no need to wait for the first page, or to open the stream."""
    conversation = client.conversation(PHONE)
    for make in (conversation.pages, conversation.stream):
        with pytest.raises(error, match=words):
            make(**options)


@each(*WRONG_ANYWHERE, *WRONG_PREFETCH, *WRONG_MANY)
async def test_a_stream_of_many_refuses_when_it_is_made(
    client: Client, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Once, and not for each phone."""
    with pytest.raises(error, match=words):
        client.stream_conversations([PHONE], on_error=options.pop("on_error", "yield"), **options)


@pytest.mark.parametrize(
    ("phones", "words"),
    [
        (PHONE, r"phones must be an iterable of phone numbers, got one str; give \[phone\]"),
        (None, "phones must be an iterable of phone numbers, got NoneType"),
        (5511987654321, "phones must be an iterable of phone numbers, got int"),
    ],
    ids=["one-phone", "none", "number"],
)
async def test_phones_are_more_than_one_text(client: Client, phones: Any, words: str) -> None:
    """A text is an iterable too, of letters; taken for phones each would be one error."""
    with pytest.raises(TypeError, match=words) as refusal:
        client.stream_conversations(phones)
    assert PHONE not in str(refusal.value)


@each(
    ({"interval": 0}, ValueError, f"interval must be {SECONDS}, got 0"),
    ({"interval": -5}, ValueError, f"interval must be {SECONDS}, got -5"),
    ({"interval": 90}, ValueError, "max_interval must be at least interval=90, got 60.0"),
    ({"max_interval": float("inf")}, ValueError, f"max_interval must be {SECONDS}, got inf"),
    ({"interval": float("nan")}, ValueError, f"interval must be {SECONDS}, got nan"),
    ({"interval": "5"}, TypeError, f"interval must be {SECONDS}, got str"),
    ({"interval": True}, TypeError, f"interval must be {SECONDS}, got bool"),
    ({"max_interval": None}, TypeError, f"max_interval must be {SECONDS}, got NoneType"),
    *WRONG_PROGRESS,
)
async def test_a_watch_refuses_at_its_first_step(
    client: Client, sandbox: Sandbox, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Before any request."""
    with pytest.raises(error, match=words):
        await anext(client.conversation(PHONE).watch(**options))
    assert [] == sandbox.requests


NO_PHONES: list[tuple[Any, type[Exception]]] = [
    ("nobody@example", ValueError),
    ("", ValueError),
    (5511987654321, TypeError),
]


@pytest.mark.parametrize(("phone", "error"), NO_PHONES)
async def test_a_generator_wants_a_phone(
    client: Client, sandbox: Sandbox, phone: Any, error: type[Exception]
) -> None:
    """What is none is refused before any request, without being repeated."""
    with pytest.raises(error, match="phone"):
        await anext(client.iter_conversation(phone))
    assert [] == sandbox.requests


@pytest.mark.parametrize(("phone", "error"), NO_PHONES)
async def test_a_conversation_needs_a_phone_number(
    client: Client, phone: Any, error: type[Exception]
) -> None:
    """The error is raised when the handle is made."""
    with pytest.raises(error, match="phone"):
        client.conversation(phone)


async def test_arguments_are_not_changed(client: Client) -> None:
    """What the caller gave stays the caller's."""
    phones, cursors = [PHONE], dict[str, str]()
    async with client.stream_conversations(phones, cursors=cursors) as items:
        assert 25 + 1 == len([item async for item in items])
    assert ([PHONE], {}) == (phones, cursors)


async def test_a_phone_in_two_spellings_is_read_once(client: Client, sandbox: Sandbox) -> None:
    """As by the command: both spellings are one conversation."""
    async with client.stream_conversations([PHONE, "+55 (11) 98765-4321"]) as items:
        read = [item.message async for item in items if isinstance(item, MessageOf)]
    assert sandbox.messages(PHONE) == tuple(read)
