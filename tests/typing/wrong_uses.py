"""Mistakes that the type checkers must find. Nothing here runs.

An `ignore` that ignores nothing is an error for both checkers, so each line below is a test.
"""

from smstools_async import APIError, Client, Message, MessageFile, Retry
from smstools_async.export import read_csv, read_jsonl

PHONE = "+5511987654321"


async def misreads(client: Client, message: Message) -> None:
    """Read in ways that do not exist."""
    client.iter_conversation(PHONE, limit=10)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - it is `page_size` or `max_messages`
    client.iter_conversation(PHONE, 10)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - options go by name
    client.iter_conversation(5511987654321)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - a phone is a text
    await client.iter_conversation(PHONE)  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues] - a stream is not awaited
    list(client.iter_conversation(PHONE))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType] - it is `async for`
    client.iter_conversation(PHONE, order="latest")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - it is "newest" or "oldest"
    client.iter_conversation(PHONE, since="2025-06-05")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - a time is a `datetime`
    client.iter_conversation(PHONE, cursor=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - a cursor is a text
    client.conversation(PHONE, prefetch=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - it is an argument of `pages` and `stream`
    client.stream_conversations([PHONE], on_error="ignore")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - it is "raise" or "yield"
    client.conversation(PHONE).stream(page_size=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - it is an argument of `conversation`
    client.conversation(PHONE).page()[0]  # type: ignore[index]  # pyright: ignore[reportIndexIssue] - a page is awaited
    await client.download(message.files[0].url)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType] - it is the file itself
    message.mine = True  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue] - it is `direction`


def misbuilds(message: Message) -> None:
    """Make and change values in ways that do not exist."""
    Client("id", "secret", "https://host.example/v1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - options go by name
    Client(timeout="30")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - seconds are a number
    Client(retry=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - it is `Retry(attempts=3)`
    Client(http_client=object())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - it must be able to send
    Retry(3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - options go by name
    MessageFile("a.png", "https://files.example/a", "image/png")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - fields go by name
    message.text = "changed"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue] - values do not change


def misreads_files() -> None:
    """Read from what gives no lines of text."""
    read_jsonl(b"a.jsonl")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - a path is a text
    read_csv(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - it is no path, nor lines
    read_csv([b"1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType] - lines are text


def misreads_errors(error: APIError) -> str:
    """Take the code for a text."""
    return error.code  # type: ignore[return-value]  # pyright: ignore[reportReturnType] - it is a number or nothing
