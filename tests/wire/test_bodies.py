"""Bodies are inflated here, completely and bounded, or refused."""

import gzip
import tracemalloc
import zlib

import anyio
import anyio.lowlevel
import pytest

from smstools_async import (
    AuthenticationError,
    ServerError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
)
from smstools_async._http.body import LARGEST_BODY
from tests.wire.asking import PHONE, Scripted, client_of
from tests.wire.rows import body_of, row

BODY = body_of(*(row(message=f"Mensagem {number}") for number in range(40)))
PACKED = gzip.compress(BODY)
GZIP = {"Content-Encoding": "gzip"}
MIB = 1024 * 1024


def pieces_of(body: bytes, size: int) -> list[bytes]:
    """Cut a body into pieces."""
    return [body[start : start + size] for start in range(0, len(body), size)]


async def rows_from(server: Scripted) -> int:
    """Ask once; return how many rows came."""
    async with client_of(server) as client:
        return len(await client.conversation(PHONE).page())


@pytest.mark.anyio
@pytest.mark.parametrize("size", [1, 7, 65536])
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        ({"Content-Encoding": "identity"}, BODY),
        (GZIP, PACKED),
        ({"Content-Encoding": " GZIP "}, PACKED),
        ({"Content-Encoding": "x-gzip"}, PACKED),
        ({"Content-Type": "application/json; charset=utf-16"}, BODY),
        ({"Content-Type": "text/html; charset=rot13"}, BODY),
    ],
    ids=["plain", "identity", "gzip", "shouted", "x-gzip", "wrong-charset", "odd-charset"],
)
async def test_body_is_read(headers: dict[str, str], body: bytes, size: int) -> None:
    """In whatever pieces it comes; JSON is UTF-8, whatever the header says of it."""
    assert 40 == await rows_from(Scripted(*pieces_of(body, size), headers=headers))


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body",
    [
        b"",
        PACKED[:5],
        PACKED[: len(PACKED) // 2],
        PACKED[:-1],
        PACKED[:-8],
        PACKED[:-8] + b"\x00" * 8,
        PACKED[:40] + b"\xff" + PACKED[41:],
        PACKED + PACKED,
        PACKED + b"x",
        BODY,
        zlib.compress(BODY),
    ],
    ids=[
        "empty",
        "cut-head",
        "cut-half",
        "cut-last-byte",
        "no-trailer",
        "wrong-sum",
        "wrong-byte",
        "second-member",
        "surplus",
        "plain",
        "deflate",
    ],
)
@pytest.mark.parametrize("size", [1, 65536])
async def test_damaged_gzip_is_noticed(body: bytes, size: int) -> None:
    """And may well be whole the next time; other clients take half a page for a page."""
    server = Scripted(*pieces_of(body, size), headers=GZIP)
    with pytest.raises(TransportError, match="The compressed body") as caught:
        await rows_from(server)
    assert caught.value.retryable
    assert server.bodies[0].is_closed


@pytest.mark.anyio
@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "gzip, br", "rot13"])
async def test_other_encodings_are_refused(encoding: str) -> None:
    """Unread: their decoders know no bounds, and only gzip was asked for."""
    server = Scripted(PACKED, headers={"Content-Encoding": encoding})
    with pytest.raises(UnexpectedResponseError, match=f"encoded as '{encoding}'"):
        await rows_from(server)
    assert "gzip" == server.requests[0].headers["accept-encoding"]
    assert server.bodies[0].is_closed


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 7])
@pytest.mark.parametrize("last", [1, 8, 9, 10_000], ids="last-{}".format)
async def test_large_gzip_body_is_read(size: int, last: int) -> None:
    """It is inflated in steps, and none forgets the rest, wherever the last piece begins."""
    packed = gzip.compress(body_of(row()).ljust(size), compresslevel=1)
    assert 1 == await rows_from(Scripted(packed[:-last], packed[-last:], headers=GZIP))


@pytest.mark.asyncio
async def test_largest_body_is_read() -> None:
    """To the byte; the rest of it may be blanks."""
    body = body_of(row())
    blanks = LARGEST_BODY - len(body)
    pieces = [b" " * MIB] * (blanks // MIB)
    assert 1 == await rows_from(Scripted(body, *pieces, b" " * (blanks % MIB)))


@pytest.mark.asyncio
async def test_larger_body_is_given_up() -> None:
    """An endless one, too, as soon as it is over the bound."""
    server = Scripted(*[b" " * MIB] * 1000)
    with pytest.raises(UnexpectedResponseError, match=f"larger than {64 * MIB} bytes"):
        await rows_from(server)
    assert server.bodies[0].is_closed


@pytest.mark.asyncio
async def test_bound_can_be_chosen() -> None:
    """In bytes of the inflated body."""
    async with client_of(Scripted(PACKED, headers=GZIP), max_body_bytes=len(BODY)) as client:
        await client.conversation(PHONE).page()
    async with client_of(Scripted(PACKED, headers=GZIP), max_body_bytes=len(BODY) - 1) as client:
        with pytest.raises(UnexpectedResponseError, match=f"larger than {len(BODY) - 1} bytes"):
            await client.conversation(PHONE).page()


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [4096, MIB], ids=["pieces", "whole"])
async def test_bomb_is_given_up_at_the_bound(size: int) -> None:
    """Some hundred kilobytes that would become eighty megabytes."""
    bomb = gzip.compress(b" " * 80 * MIB, compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(UnexpectedResponseError, match="larger than"):
            await rows_from(Scripted(*pieces_of(bomb, size), headers=GZIP))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LARGEST_BODY * 9 // 8 + 8 * MIB  # a growing block is an eighth larger


@pytest.mark.asyncio
async def test_bytes_behind_the_end_are_not_kept() -> None:
    """A server could send them indefinitely."""
    server = Scripted(PACKED, *[b"x" * MIB] * 1000, headers=GZIP)
    tracemalloc.start()
    try:
        with pytest.raises(TransportError, match="damaged"):
            await rows_from(server)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "error"),
    [(401, AuthenticationError), (502, ServerError), (302, UnexpectedResponseError)],
)
@pytest.mark.parametrize(
    ("body", "encoding"),
    [(PACKED[:-8], "gzip"), (BODY, "gzip"), (BODY, "br"), (b"x" * (LARGEST_BODY + 1), "identity")],
    ids=["cut", "no-gzip", "brotli", "huge"],
)
async def test_no_stands_without_its_body(
    status: int, error: type[SmstoolsError], body: bytes, encoding: str
) -> None:
    """A refused login must not look like a broken connection: it would be tried again."""
    with pytest.raises(error):
        await rows_from(Scripted(body, status=status, headers={"Content-Encoding": encoding}))


@pytest.mark.asyncio
async def test_no_is_inflated() -> None:
    """Its code is in there."""
    packed = gzip.compress(b'{"error": "104", "errorMsg": "Invalid credentials"}')
    with pytest.raises(AuthenticationError, match="with error 104: Invalid credentials"):
        await rows_from(Scripted(packed, status=400, headers=GZIP))


@pytest.mark.anyio
async def test_bomb_lets_other_tasks_have_their_turn() -> None:
    """One chunk inflates to a thousand times its size; a deadline takes effect in between."""
    bomb = gzip.compress(bytes(32 * 1024 * 1024))
    server = Scripted(bomb, headers={"Content-Encoding": "gzip"})
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with client_of(server) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(count)
        with pytest.raises(UnexpectedResponseError):
            await client.conversation(PHONE).page()
        tasks.cancel_scope.cancel()
    assert turns > 32
