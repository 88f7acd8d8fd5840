"""The public surface as users write it. Nothing here runs; mypy and basedpyright read it."""

import logging
import pickle
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_type

import httpx
import httpx2

from smstools_async import (
    APIError,
    AuthenticationError,
    Client,
    ClientClosedError,
    ConversationEnd,
    ConversationError,
    ConversationsStream,
    Cursor,
    CursorError,
    DeliveryStatus,
    Direction,
    DownloadError,
    Hooks,
    InvalidRequestError,
    Listing,
    Message,
    MessageFile,
    MessageOf,
    NotFoundError,
    Page,
    PageIterator,
    PaginationError,
    PaginationStalledError,
    Progress,
    RateLimitError,
    RedactPhones,
    RequestInfo,
    RequestTimeoutError,
    ResponseInfo,
    Retry,
    RetryInfo,
    RowIterator,
    ServerError,
    SmstoolsError,
    Stream,
    TransportError,
    UnexpectedResponseError,
    converter,
    open_http_client,
    redact_url,
)
from smstools_async.export import (
    jsonl_writer,
    read_csv,
    read_jsonl,
    read_parquet,
    read_sqlite,
)
from smstools_async.sandbox import Sandbox

PHONE = "+5511987654321"


async def opens_clients(http_client: httpx.AsyncClient, newer: httpx2.AsyncClient) -> None:
    """Each way to begin and to end."""
    async with Client() as client:
        assert_type(client, Client)
    await Client("id", "secret", base_url="https://host.example/v1", timeout=5).aclose()
    Client(timeout=httpx.Timeout(5, connect=1), retry=Retry(attempts=2), max_connections=2)
    Client(http_client=http_client, retry=None)
    Client(http_client=newer, download_client=http_client)
    own = open_http_client(
        proxy="http://proxy.example:3128",
        ca_file=Path("ca.pem"),
        client_cert="client.pem",
        client_key="client.key",
        max_connections=16,
    )
    assert_type(own, httpx.AsyncClient)
    Client(http_client=own, download_client=own, retry=Retry.patient(total_time=600))
    Client(requests_per_second=2.5, max_body_bytes=1_000_000, allow_insecure_http=True)


async def reads_conversations(client: Client) -> None:
    """Each way to read, with the type that comes out."""
    page = await client.conversation(PHONE).page(2, limit=500)
    assert_type(page, Page[Message])
    assert_type(await client.conversation(PHONE).count(), int)
    stream = client.iter_conversation(PHONE, max_messages=10, page_size=5)
    assert_type(stream, AsyncGenerator[Message, None])
    async with aclosing(stream) as messages:
        async for message in messages:
            assert_type(message, Message)
    balance: dict[str, str] = await client.request("GET", "balance", params={"a": 1}, json=None)
    assert balance


async def walks_with_all_options(client: Client, stored: str) -> None:
    """Limit an iteration, change its order, follow its progress, and resume it."""
    progress = Progress(on_page=lambda progress: progress.fraction)
    stream = client.iter_conversation(
        PHONE,
        since=datetime(2025, 6, 1, tzinfo=UTC),
        until=datetime(2025, 7, 1, tzinfo=UTC),
        order="oldest",
        cursor=stored,
        prefetch=0,
        progress=progress,
    )
    assert_type(await anext(stream), Message)
    assert_type(progress.cursor, Cursor | None)
    assert_type((progress.total, progress.yielded, progress.degraded), tuple[int | None, int, bool])
    assert_type((progress.missing, progress.skipped_bad), tuple[int, int])
    assert_type(progress.doubts, tuple[str, ...])
    client.iter_conversation(PHONE, cursor=progress.cursor)
    async for news in client.conversation(PHONE, cursor=Cursor(stored)).watch(interval=1):
        assert_type(news, Message)


async def reads_pages_and_streams(client: Client) -> None:
    """Read by pages that survive errors, and by streams that read ahead."""
    conversation = client.conversation(PHONE, page_size=100, on_bad_row="skip")
    assert_type(conversation, Listing[Message])
    rows = aiter(conversation)
    assert_type(rows, RowIterator[Message])
    assert_type((rows.progress, rows.cursor), tuple[Progress, Cursor | None])
    assert_type(await conversation.latest(5), list[Message])
    pages = conversation.pages()
    assert_type(pages, PageIterator[Message])
    async for page in pages:
        assert_type(page, Page[Message])
    assert_type((pages.cursor, pages.progress.total), tuple[Cursor | None, int | None])
    async with client.conversation(PHONE).stream(prefetch=1) as messages:
        assert_type(messages, Stream[Message])
        assert_type([message async for message in messages], list[Message])
    async with client.stream_conversations([PHONE], on_error="yield") as items:
        assert_type(items, ConversationsStream)
        async for item in items:
            assert_type(item, MessageOf | ConversationEnd | ConversationError)
            match item:
                case MessageOf(message=message):
                    assert_type(message, Message)
                case ConversationEnd():
                    assert_type((item.is_complete, item.missing), tuple[bool, int])
                case ConversationError():
                    assert_type(item.error, Exception)


async def downloads_files(client: Client, message: Message, file: MessageFile) -> None:
    """Bytes without a destination, a path with one."""
    assert_type(file.safe_name, str)
    assert_type(await client.download(file, max_bytes=1_000_000), bytes)
    assert_type(await client.download(file, "attachments/", attempt_timeout=5), Path)
    assert_type(await client.download(message.files[0], Path("1.png"), allow_private=True), Path)


def reads_values(page: Page[Message], message: Message) -> None:
    """Pages are sequences of messages, messages are plain values."""
    as_sequence: Sequence[Message] = page
    assert_type(as_sequence[0], Message)
    assert_type(page[0], Message)
    assert_type(page[1:], tuple[Message, ...])
    assert_type([page.total, page.shown, page.page, page.limit], list[int | None])
    assert_type(message.sent_at, datetime)
    assert_type(message.message_id, str | None)
    assert_type(message.files, tuple[MessageFile, ...])
    assert_type(message.to_dict(), dict[str, Any])
    assert_type(Message.from_dict(message.to_dict()), Message)
    assert_type(MessageFile.from_dict(message.files[0].to_dict()), MessageFile)
    assert_type((message.is_inbound, message.identity), tuple[bool, str])
    if message.direction == Direction.INBOUND or message.delivery_status == DeliveryStatus.REJECTED:
        assert_type(message.direction, str)
    assert_type({message: message.files[0].to_dict()}, dict[Message, dict[str, str]])
    assert_type(converter.structure(converter.unstructure(message), Message), Message)
    pickle.dumps(message)


def reads_errors(error: SmstoolsError) -> str | float | None:
    """Each error is told apart by its class, and its facts are attributes."""
    assert_type(error.cursor, str | None)
    match error:
        case RateLimitError():
            assert_type(error.retry_after, float | None)
            return error.retry_after
        case AuthenticationError() | InvalidRequestError() | NotFoundError() | ServerError():
            assert_type((error.status, error.code, error.message), tuple[int, int | None, str])
        case APIError() | ClientClosedError() | CursorError():
            return str(error)
        case RequestTimeoutError() | TransportError() | DownloadError():
            return error.reason
        case UnexpectedResponseError():
            assert_type(error.problems, tuple[str, ...])
        case PaginationStalledError() | PaginationError():
            return error.reason
        case _:
            return None
    return None


async def tests_with_the_sandbox(sandbox: Sandbox) -> None:
    """The sandbox takes the place of the network."""
    http_client = httpx.AsyncClient(transport=sandbox.transport())
    async with Client("id", "secret", http_client=http_client) as client:
        arrived = sandbox.receive(PHONE, "Oi")
        assert (await client.conversation(PHONE).page())[0] == arrived


def writes_and_reads_files(message: Message, lines: list[str]) -> None:
    """Write to paths, and read from paths and from lines, such as those of an open file."""
    with jsonl_writer("a.jsonl", part=Path("a.part")) as writer, Path("a.csv").open() as file:
        assert_type(writer.write(message), None)
        for text_reader in (read_jsonl, read_csv):
            for source in ("a.jsonl", Path("a.jsonl")):
                assert_type(text_reader(source), Iterator[Message])
            assert_type(text_reader(lines), Iterator[Message])
            assert_type(text_reader(file), Iterator[Message])
    assert_type(read_parquet("a.parquet"), Iterator[Message])
    assert_type(read_sqlite(Path("a.db"), phone=PHONE), Iterator[Message])


def observes_requests() -> None:
    """Hooks get values of their own types, and what they return is nobody's business."""

    def on_request(request: RequestInfo) -> None:
        assert_type(request.params["page"], str)

    def on_response(response: ResponseInfo) -> float:
        assert_type(response.status, int | None)
        return response.elapsed

    hooks = Hooks(
        on_request=on_request,
        on_response=on_response,
        on_retry=lambda retry: assert_type(retry, RetryInfo).wait,
    )
    client = Client(hooks=hooks)
    client.set_credentials("id", "secret")
    logging.getLogger("httpx").addFilter(RedactPhones())
    assert_type(redact_url("https://host.example"), str)
