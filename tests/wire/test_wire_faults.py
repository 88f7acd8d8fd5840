"""Whatever goes wrong on a connection comes out as an error of ours, on asyncio and trio."""

import ssl
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.abc
import httpx
import pytest

from smstools_async import (
    AuthenticationError,
    RequestTimeoutError,
    SmstoolsError,
    TransportError,
    UnexpectedAnswerError,
)
from tests.wire.asking import (
    AT_ONCE,
    LOCAL_URL,
    PHONE,
    Converse,
    Scripted,
    client_of,
    listening,
)
from tests.wire.rows import body_of, row

BODY = body_of(row())
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def saying(*words: bytes) -> Converse:
    """Read the request, say the words, and hang up."""

    async def converse(connection: anyio.abc.ByteStream) -> None:
        await connection.receive()
        for word in words:
            await connection.send(word)

    return converse


async def outcome_of(converse: Converse, patience: float = 30) -> SmstoolsError | int:
    """Ask once; return the error, or how many rows came."""
    async with (
        listening(converse) as transport,
        client_of(transport, base_url=LOCAL_URL, timeout=patience) as client,
    ):
        try:
            return len(await client.get_conversation(PHONE))
        except SmstoolsError as error:
            return error


@pytest.mark.anyio
@pytest.mark.parametrize(
    "words",
    [(HEAD + LENGTH + BODY,), (HEAD, LENGTH, BODY[:9], BODY[9:]), (HEAD + b"\r\n" + BODY,)],
    ids=["at-once", "in-pieces", "without-length"],
)
async def test_answer_comes_over_the_wire(words: tuple[bytes, ...]) -> None:
    """As a server in good health sends it."""
    assert 1 == await outcome_of(saying(*words))


@pytest.mark.anyio
@pytest.mark.parametrize(
    "words",
    [
        (),
        (b"HTTP/1.1 200",),
        (HEAD,),
        (HEAD + LENGTH,),
        (HEAD + LENGTH + BODY[:9],),
        (HEAD + CHUNKED + b"5\r\n" + BODY[:5] + b"\r\n",),
        (HEAD + CHUNKED + b"zz\r\n",),
        (b"SSH-2.0-OpenSSH_9.6\r\n",),
        (b"\x16\x03\x03\x00\x7a\x02",),
        (b"HTTP/1.1 two hundred\r\n\r\n",),
        (b"HTTP/1.1 42 \r\n\r\n",),
        (HEAD + b"Content-Length: 1\r\n" + LENGTH + BODY,),
        (HEAD + b"Content-Length: -1\r\n\r\n",),
        (HEAD + b"X: " + b"x" * 200_000 + b"\r\n",),
    ],
    ids=[
        "nothing",
        "half-a-status-line",
        "half-a-head",
        "no-body",
        "half-a-body",
        "no-last-chunk",
        "no-chunk-size",
        "ssh",
        "tls",
        "words-for-a-status",
        "odd-status",
        "two-lengths",
        "negative-length",
        "endless-head",
    ],
)
async def test_broken_answer_is_trouble_that_may_pass(words: tuple[bytes, ...]) -> None:
    """The error of the HTTP library is told in our words, and is not chained."""
    error = await outcome_of(saying(*words))
    assert isinstance(error, TransportError)
    assert error.retryable
    assert "hung up or did not speak HTTP" in str(error) or "connection broke" in str(error)
    assert (None, None) == (error.__cause__, error.__context__)


@pytest.mark.anyio
async def test_cut_body_without_a_length_is_no_json() -> None:
    """HTTP cannot tell that it was cut, JSON can."""
    error = await outcome_of(saying(HEAD + b"\r\n" + BODY[:-9]))
    assert isinstance(error, UnexpectedAnswerError)


@pytest.mark.anyio
async def test_refusal_whose_body_breaks_off_is_a_refusal() -> None:
    """The status line was there."""
    error = await outcome_of(saying(b"HTTP/1.1 401 No\r\nContent-Length: 99\r\n\r\n{"))
    assert isinstance(error, AuthenticationError)


@pytest.mark.anyio
async def test_reset_connection_is_trouble_that_may_pass() -> None:
    """In the middle of an answer; a server that leaves its mail unread resets."""

    async def hang_up_unread(connection: anyio.abc.ByteStream) -> None:
        await connection.send(HEAD + LENGTH + BODY[:9])

    error = await outcome_of(hang_up_unread)
    assert isinstance(error, TransportError)
    assert error.retryable


@pytest.mark.anyio
async def test_silence_is_a_timeout() -> None:
    """A hundredth of a second is the shortest patience here."""

    async def stay_silent(_: anyio.abc.ByteStream) -> None:
        await anyio.sleep_forever()

    assert isinstance(await outcome_of(stay_silent, patience=0.01), RequestTimeoutError)


@pytest.mark.anyio
async def test_failed_connection_is_told_in_the_words_of_the_system(tmp_path: Path) -> None:
    """What it says holds nothing of the request."""
    nobody = httpx.AsyncHTTPTransport(uds=str(tmp_path / "nobody"))
    async with client_of(nobody) as client:
        with pytest.raises(
            TransportError, match=r"No connection could be made \(No such file or directory\)\."
        ) as caught:
            await client.get_conversation(PHONE)
    assert caught.value.retryable


@pytest.mark.anyio
async def test_connection_that_went_stale_is_replaced() -> None:
    """A server may hang up between two requests; the caller notices nothing."""
    requests = 0

    async def hang_up_after_each(connection: anyio.abc.ByteStream) -> None:
        nonlocal requests
        await connection.receive()
        requests += 1
        await connection.send(HEAD + b"Connection: keep-alive\r\n" + LENGTH + BODY)

    async with (
        listening(hang_up_after_each) as transport,
        client_of(transport, base_url=LOCAL_URL, retry=AT_ONCE) as client,
    ):
        assert [1, 1, 1] == [len(await client.get_conversation(PHONE)) for _ in range(3)]
    assert 3 == requests


UNTRUSTED = ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")
BROKEN_RECORD = ssl.SSLError(1, "[SSL] decryption failed or bad record mac")


def chained(error: Exception, *causes: Exception) -> Exception:
    """Return an error with its causes, as HTTP libraries chain them."""
    for effect, cause in zip((error, *causes), causes, strict=False):
        effect.__cause__ = cause
    return error


class Raising(httpx.AsyncBaseTransport):
    """A transport that raises, and counts how often."""

    def __init__(self, make: Callable[[], Exception]) -> None:
        self.requests = 0
        self._make = make

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raise as told."""
        await anyio.lowlevel.checkpoint()
        self.requests += 1
        del request
        raise self._make()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("make", "requests", "words"),
    [
        (
            lambda: chained(httpx.ConnectError("x"), OSError(111, "Connection refused")),
            4,
            r"No connection could be made \(Connection refused\)",
        ),
        (
            lambda: chained(httpx.ConnectError("x"), OSError("x"), OSError(-2, "Name unknown")),
            4,
            r"No connection could be made \(Name unknown\)",
        ),
        (lambda: httpx.ConnectError("secret"), 4, r"No connection could be made\."),
        (lambda: httpx.ReadTimeout("secret"), 4, r"No data came in time\."),
        (lambda: chained(httpx.ConnectError("x"), UNTRUSTED), 1, "self-signed certificate"),
        (lambda: UNTRUSTED, 1, "self-signed certificate"),
        (lambda: BROKEN_RECORD, 4, "The encryption of the connection broke"),
        (lambda: httpx.UnsupportedProtocol("secret"), 1, "scheme is not supported"),
        (lambda: httpx.TooManyRedirects("secret"), 1, "The HTTP client failed"),
        (lambda: httpx.InvalidURL("secret"), 1, "The address cannot be read"),
        (lambda: httpx.CookieConflict("secret"), 1, "cookies that conflict"),
    ],
    ids=[
        "refused",
        "unknown-host",
        "no-cause",
        "timeout",
        "untrusted",
        "untrusted-later",
        "broken-record",
        "scheme",
        "redirects",
        "address",
        "cookies",
    ],
)
async def test_error_of_the_transport_is_translated(
    make: Callable[[], Exception], requests: int, words: str
) -> None:
    """And tried again where it may pass: an untrusted certificate will not."""
    server = Raising(make)
    async with client_of(server, retry=AT_ONCE) as client:
        with pytest.raises(TransportError, match=words) as caught:
            await client.get_conversation(PHONE)
    assert requests == server.requests
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


@pytest.mark.anyio
async def test_error_within_the_body_is_translated() -> None:
    """Half a page is no page."""
    server = Scripted(BODY[:9], BROKEN_RECORD)
    async with client_of(server) as client:
        with pytest.raises(TransportError, match="encryption"):
            await client.get_conversation(PHONE)
    assert server.bodies[0].is_closed


@pytest.mark.anyio
@pytest.mark.parametrize("error", [KeyError("x"), OSError(24, "Too many open files")])
async def test_error_of_the_users_own_code_is_left_alone(error: Exception) -> None:
    """It comes out of their transport as it went in, and out of no group."""
    server = Raising(lambda: error)
    async with client_of(server, retry=AT_ONCE) as client:
        with pytest.raises(type(error)) as caught:
            await client.get_conversation(PHONE)
    assert error is caught.value
    assert 1 == server.requests
