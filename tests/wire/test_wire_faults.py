"""What an HTTP client raises comes out as an error of ours, what its user raises as it is.

What goes wrong on real connections is tried in `tests/faults`.
"""

import ssl
from collections.abc import Callable
from pathlib import Path

import anyio
import httpx
import pytest

from smstools_async import TransportError
from tests.wire.asking import AT_ONCE, PHONE, Scripted, client_of
from tests.wire.rows import body_of, row

BODY = body_of(row())


@pytest.mark.anyio
async def test_failed_connection_is_told_in_the_words_of_the_system(tmp_path: Path) -> None:
    """What it says holds nothing of the request."""
    nobody = httpx.AsyncHTTPTransport(uds=str(tmp_path / "nobody"))
    async with client_of(nobody) as client:
        with pytest.raises(
            TransportError, match=r"No connection could be made \(No such file or directory\)\."
        ) as caught:
            await client.conversation(PHONE).page()
    assert caught.value.retryable


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
        (lambda: httpx.InvalidURL("secret"), 1, "The URL cannot be parsed"),
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
            await client.conversation(PHONE).page()
    assert requests == server.requests
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


@pytest.mark.anyio
async def test_error_within_the_body_is_translated() -> None:
    """Half a page is no page."""
    server = Scripted(BODY[:9], BROKEN_RECORD)
    async with client_of(server) as client:
        with pytest.raises(TransportError, match="encryption"):
            await client.conversation(PHONE).page()
    assert server.bodies[0].is_closed


@pytest.mark.anyio
@pytest.mark.parametrize("error", [KeyError("x"), OSError(24, "Too many open files")])
async def test_error_of_the_users_own_code_is_left_alone(error: Exception) -> None:
    """It comes out of their transport as it went in, and out of no group."""
    server = Raising(lambda: error)
    async with client_of(server, retry=AT_ONCE) as client:
        with pytest.raises(type(error)) as caught:
            await client.conversation(PHONE).page()
    assert error is caught.value
    assert 1 == server.requests
