"""Downloads on the wire: the file, whole, or an error that says what is in the way."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import pytest

from smstools_async import (
    ClientClosedError,
    DownloadError,
    RequestTimeoutError,
    SmstoolsError,
    TransportError,
)
from tests.download.hosts import (
    AT_ONCE,
    CLIENT_ID,
    CLIENT_SECRET,
    PICTURE,
    answer,
    file_at,
    hosting,
    opened,
    redirect,
)

pytestmark = pytest.mark.anyio


async def _drip(connection: anyio.abc.ByteStream) -> None:
    await connection.send(answer()[:200])
    await connection.receive()  # ends when the client has left


async def test_file_comes_completely() -> None:
    """To the byte."""
    async with hosting(answer()) as host, opened() as client:
        assert PICTURE == await client.download(file_at(host.url), allow_private=True)


async def test_no_credentials_are_sent() -> None:
    """The host of a file need not be the vendor's."""
    async with hosting(answer()) as host, opened() as client:
        await client.download(file_at(host.url), allow_private=True)
    (request,) = host.heard
    for word in (CLIENT_ID, CLIENT_SECRET, "authorization", "cookie", "x-client", "referer"):
        assert word.encode() not in request.lower()


async def test_cookies_are_not_given_back() -> None:
    """One download knows nothing of another, nor of a redirect before it."""
    cookie = {"Set-Cookie": "track=1", "Location": "/2.png"}
    answers = answer(b"", "302 Found", cookie), answer(headers={"Set-Cookie": "track=2"})
    async with hosting(*answers) as host, opened() as client:
        for _ in range(2):
            await client.download(file_at(host.url), allow_private=True)
    assert all(b"track" not in request for request in host.heard)


async def test_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy named there would see every URL, and connect to what it likes."""
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    async with hosting(answer()) as host, opened() as client:
        assert PICTURE == await client.download(file_at(host.url), allow_private=True)


@pytest.mark.parametrize("sent", ["image/png", "application/octet-stream", ""])
async def test_media_type_need_not_fit(sent: str) -> None:
    """The vendor's own example has half of one."""
    body = answer(headers={"Content-Type": sent})
    async with hosting(body) as host, opened() as client:
        assert PICTURE == await client.download(file_at(host.url), allow_private=True)


async def test_web_page_may_be_a_file() -> None:
    """Where the message says that it is one."""
    body = answer(b"<p>Oi</p>", headers={"Content-Type": "text/html"})
    async with hosting(body) as host, opened() as client:
        page = await client.download(file_at(host.url, mime="text/html"), allow_private=True)
    assert b"<p>Oi</p>" == page


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (answer(b"", "404 Not Found"), "its host responded with HTTP 404"),
        (answer(b"", "304 Not Modified"), "its host responded with HTTP 304"),
        (answer(b"no", "403 Forbidden"), "its host responded with HTTP 403"),
        (answer(b""), "it is empty"),
        *(
            (
                answer(PICTURE[:10], f"{status} Something"),
                f"its host responded with HTTP {status}, which is not a complete file",
            )
            for status in (201, 202, 203, 206, 226)
        ),
        *(
            (
                answer(b"", f"{status} Nothing"),
                f"its host responded with HTTP {status}, which is not a complete file",
            )
            for status in (204, 205)
        ),
        (
            answer(b"?" * 99, headers={"Content-Type": "Text/HTML; charset=utf-8"}),
            "its host sent a web page in its place",
        ),
        (
            answer(b"?" * 99, headers={"Content-Encoding": "br"}),
            "it came encoded as 'br', which cannot be undone",
        ),
        (answer(b"x" * 20_001), "it is larger than 20000 bytes (`max_bytes`)"),
        (
            b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 20_001,
            "it is larger than 20000 bytes (`max_bytes`)",
        ),
    ],
    ids=[
        *("404", "304", "403", "empty", "201", "202", "203", "206", "226", "204", "205"),
        *("html", "brotli", "long", "long-unsaid"),
    ],
)
async def test_what_is_not_the_file_is_refused(sent: bytes, reason: str) -> None:
    """With a reason that names neither the file nor its URL."""
    async with hosting(sent) as host, opened() as client:
        with pytest.raises(DownloadError) as caught:
            await client.download(file_at(host.url), max_bytes=20_000, allow_private=True)
    assert reason == caught.value.reason
    assert caught.value.__context__ is None


async def test_file_may_be_as_large_as_allowed() -> None:
    """The bound is the largest size that passes."""
    async with hosting(answer(b"x" * 20_000)) as host, opened() as client:
        content = await client.download(file_at(host.url), max_bytes=20_000, allow_private=True)
    assert 20_000 == len(content)


async def test_stated_size_is_believed_at_once() -> None:
    """A host that says how much comes is not listened to for longer."""

    async def boast(connection: anyio.abc.ByteStream) -> None:
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        await connection.receive()

    async with hosting(boast) as host, opened() as client:
        with pytest.raises(DownloadError, match="it is larger than 10485760 bytes"):
            await client.download(file_at(host.url), allow_private=True)


async def test_small_pieces_behind_the_bound_are_passed_over() -> None:
    """They are here already when the first one is too much."""
    pieces = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"2\r\nxx\r\n" * 50
    async with hosting(pieces) as host, opened() as client:
        with pytest.raises(DownloadError, match="it is larger than 1 bytes"):
            await client.download(file_at(host.url), max_bytes=1, allow_private=True)


async def test_endless_file_is_left() -> None:
    """Its host notices that nobody reads on."""

    async def pour(connection: anyio.abc.ByteStream) -> None:
        await connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await connection.send(bytes(65536))

    async with hosting(pour) as host, opened() as client:
        with pytest.raises(DownloadError, match="it is larger than 1000 bytes"):
            await client.download(file_at(host.url), max_bytes=1000, allow_private=True)
        while host.open_connections:
            await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"", "The server hung up or did not speak HTTP"),
        (b"SSH-2.0\r\n", "The server hung up or did not speak HTTP"),
        (answer()[:-1], "The server hung up or did not speak HTTP"),
    ],
    ids=["silence", "other", "cut"],
)
async def test_failure_of_the_network_is_called_so(sent: bytes, error: str) -> None:
    """As for every other request."""
    async with hosting(sent) as host, opened() as client:
        with pytest.raises(TransportError, match=error) as caught:
            await client.download(file_at(host.url), allow_private=True)
    assert caught.value.retryable


async def test_slow_file_runs_out_of_time() -> None:
    """One deadline for the whole attempt."""
    async with hosting(_drip) as host, opened() as client:
        with pytest.raises(RequestTimeoutError, match=r"No complete file came within 0\.2 seconds"):
            await client.download(file_at(host.url), attempt_timeout=0.2, allow_private=True)


async def test_nobody_listens(free_tcp_port: int) -> None:
    """No connection is a failure of the network, too."""
    async with opened() as client:
        file = file_at(f"http://127.0.0.1:{free_tcp_port}/1.png")
        with pytest.raises(TransportError, match="No connection could be made"):
            await client.download(file, allow_private=True)


@pytest.mark.parametrize("failure", [answer(b"", "503 Service Unavailable"), b"", answer()[:-1]])
async def test_passing_failure_is_retried(failure: bytes) -> None:
    """By the client's `Retry`; what came before is forgotten."""
    async with hosting(failure, failure, answer()) as host, opened(retry=AT_ONCE) as client:
        assert PICTURE == await client.download(file_at(host.url), allow_private=True)
    assert 3 == len(host.heard)


async def test_lasting_failure_is_raised_at_once() -> None:
    """A file that is gone will not come back."""
    async with hosting(answer(b"", "404 Not Found")) as host, opened(retry=AT_ONCE) as client:
        with pytest.raises(DownloadError):
            await client.download(file_at(host.url), allow_private=True)
    assert 1 == len(host.heard)


async def test_retry_after_of_the_host_is_reported() -> None:
    """Where it is longer than anybody waits."""
    busy = answer(b"", "429 Too Many Requests", {"Retry-After": "3600"})
    async with hosting(busy) as host, opened(retry=AT_ONCE) as client:
        with pytest.raises(DownloadError) as caught:
            await client.download(file_at(host.url), allow_private=True)
    assert (429, 3600) == (caught.value.status, caught.value.retry_after)
    assert str(caught.value).endswith(
        "its host responded with HTTP 429. Its URL may have expired: read the message again."
    )


async def test_closed_client_downloads_nothing() -> None:
    """As it does nothing else."""
    async with hosting(answer()) as host, opened() as client:
        await client.aclose()
        with pytest.raises(ClientClosedError):
            await client.download(file_at(host.url), allow_private=True)
    assert [] == host.heard


async def test_at_most_as_many_run_at_once_as_connections() -> None:
    """As many as requests may, apart from those."""
    release = anyio.Event()

    async def wait(connection: anyio.abc.ByteStream) -> None:
        await release.wait()
        await connection.send(answer())

    async with (
        hosting(wait) as host,
        opened(max_connections=2) as client,
        anyio.create_task_group() as tasks,
    ):
        for _ in range(5):
            tasks.start_soon(_download, client.download, host.url)
        while host.open_connections < 2:
            await anyio.lowlevel.checkpoint()
        for _ in range(50):
            await anyio.lowlevel.checkpoint()
        assert 2 == host.open_connections
        release.set()
    assert 5 == len(host.heard)


async def _download(download: Callable[..., Awaitable[bytes]], url: str) -> None:
    assert PICTURE == await download(file_at(url), allow_private=True)


async def test_cancelled_download_leaves_no_connection() -> None:
    """Wherever it stood; a warning of an open socket or generator would fail the test."""
    for delay in range(0, 40, 2):
        async with hosting(_drip) as host, opened() as client:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_download, client.download, host.url)
                for _ in range(delay):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
            while host.open_connections:
                await anyio.lowlevel.checkpoint()


# -- redirects


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 T", "308 P"])
async def test_redirect_is_followed(status: str) -> None:
    """To another path or another host, by another connection."""
    async with (
        hosting(answer()) as other,
        hosting(redirect(other.url, status)) as host,
        opened() as client,
    ):
        assert PICTURE == await client.download(file_at(host.url), allow_private=True)
    assert f"host: 127.0.0.1:{other.port}".encode() in other.heard[0].lower()


async def test_three_redirects_are_enough() -> None:
    """The fourth ends it."""
    async with hosting(*[redirect("/2.png")] * 3, answer()) as host, opened() as client:
        assert PICTURE == await client.download(file_at(host.url), allow_private=True)
    async with hosting(redirect("/2.png")) as host, opened() as client:
        with pytest.raises(DownloadError, match="its host redirects more than 3 times"):
            await client.download(file_at(host.url), allow_private=True)
    assert 4 == len(host.heard)


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("ftp://127.0.0.1/1.png", "its URL is not a valid http or https URL"),
        ("file:///etc/passwd", "its URL is not a valid http or https URL"),
        ("javascript:alert(1)", "The URL cannot be parsed"),
        ("data:image/png;base64,AAAA", "The URL cannot be parsed"),
        ("http://[::1", "did not speak HTTP"),
        ("http://user:word@127.0.0.1/", "its URL holds a user name"),
    ],
)
async def test_redirect_is_checked_as_the_first_url(location: str, reason: str) -> None:
    """Nothing is fetched from where it points."""
    async with hosting(redirect(location)) as host, opened() as client:
        with pytest.raises((DownloadError, TransportError), match=reason):
            await client.download(file_at(host.url), allow_private=True)
    assert 1 == len(host.heard)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "boleto.png",
        "/etc/passwd",
        "//files.example/1.png",
        "file:///etc/passwd",
        "ftp://files.example/1.png",
        "gopher://files.example/",
        "data:image/png;base64,AAAA",
        "http:/files.example/1.png",
        "http://",
        "http://:80/",
        "http://files.example:99999/",
        "http://files.example:0/",
        "http://files.example\n/1.png",
        "https://user@files.example/1.png",
        "https://user:word@files.example/1.png",
    ],
)
async def test_only_http_and_https_are_fetched(url: str) -> None:
    """The URL is the sender's; nothing is looked up for another kind."""
    async with opened() as client:
        with pytest.raises(DownloadError, match="its URL"):
            await client.download(file_at(url), allow_private=True)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"file": "https://files.example/1.png"}, TypeError),
        ({"destination": 5}, TypeError),
        ({"max_bytes": 0}, ValueError),
        ({"max_bytes": "5"}, TypeError),
        ({"attempt_timeout": 0}, ValueError),
        ({"attempt_timeout": float("inf")}, ValueError),
        ({"attempt_timeout": "5"}, TypeError),
    ],
)
async def test_wrong_argument_is_refused(arguments: dict[str, Any], error: type[Exception]) -> None:
    """By Python's own errors, before anything is asked."""
    async with opened() as client:
        whole: dict[str, Any] = {"file": file_at("https://files.example/1.png")} | arguments
        with pytest.raises(error) as caught:
            await client.download(**whole)
    assert not isinstance(caught.value, SmstoolsError)
