"""Reach: a URL leads to public addresses only, however it is written and whatever a name means."""

import errno
import os
import socket
import ssl
from collections.abc import Sequence

import anyio
import anyio.lowlevel
import httpx
import pytest

from smstools_async import DownloadError, TransportError
from smstools_async._download import dialling, downloads
from tests.download.hosts import (
    PICTURE,
    answer,
    book,
    fetch,
    file_at,
    hosting,
    opened,
    redirect,
)
from tests.processes import printed_by

pytestmark = pytest.mark.anyio

SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0177.1",
    "127.0.0.0x1",
    "127.255.255.255",
    "10.1",
    "0xa.0.0.1",
    "167772161",
    "192.168.257",
    "172.16.1",
    "0xac100001",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "169.16689662",
    "100.64.1",
    "224.1",
    "255.255.255.255",
    "4294967295",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
]


async def _read_number(host: str, _port: int) -> Sequence[str]:
    """Look up numbers as the C library does, which takes more spellings than RFCs know."""
    await anyio.lowlevel.checkpoint()
    return [host if ":" in host else socket.inet_ntoa(socket.inet_aton(host))]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_spelling_hides_no_address(host: str) -> None:
    """What is dialled is looked at, not what is written."""
    with pytest.raises(
        DownloadError,
        match=r"its (host leads to .*, which is not a public address|URL is not a valid)",
    ):
        await fetch(f"http://{host}/1.png", _read_number)


def test_full_table_of_descriptors_is_a_failure_of_the_connection() -> None:
    """Before certificates are read and after, for a download as for a request."""
    outcomes = printed_by("tests.download.descriptors").splitlines()
    full = "TransportError No connection could be made (Too many open files)"
    assert (3, full, full) == (len(outcomes), outcomes[0], outcomes[2])


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_this_machine_is_refused_by_default(host: str) -> None:
    """By the real look-up, and without a connection."""
    async with hosting(answer()) as here, opened() as client:
        with pytest.raises(DownloadError, match="not a public address"):
            await client.download(file_at(f"http://{host}:{here.port}/1.png"))
    assert [] == here.heard


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example@127.0.0.1/1.png",
        "http://files.example:80@127.0.0.1/1.png",
        "http://127.0.0.1:80\\@files.example/1.png",
        "http://127.0.0.1%2f@files.example/1.png",
    ],
)
async def test_user_name_that_looks_like_a_host_is_refused(url: str) -> None:
    """One reader's host is another one's user."""
    with pytest.raises(DownloadError, match="its URL holds a user name"):
        await fetch(url, book("8.8.8.8"))


async def test_one_private_address_among_public_ones_is_too_much() -> None:
    """A name that means both is a trap."""
    with pytest.raises(DownloadError, match=r"its host leads to 10\.0\.0\.1, which"):
        await fetch("http://files.example/1.png", book("8.8.8.8", "10.0.0.1"))


async def test_second_answer_of_the_name_server_changes_nothing() -> None:
    """A host is looked up once, and what was looked at is dialled (DNS rebinding)."""
    asked: list[str] = []

    async def rebind(host: str, _port: int) -> Sequence[str]:
        await anyio.lowlevel.checkpoint()
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    async with hosting(answer()) as host:
        url = f"http://files.example:{host.port}/1.png"
        assert PICTURE == await fetch(url, rebind, allow_private=True)
    assert ["files.example"] == asked
    assert f"host: files.example:{host.port}".encode() in host.heard[0].lower()


async def test_redirect_is_looked_up_anew() -> None:
    """A public host that points inwards leads nowhere."""
    names = {"public.example": "127.0.0.1", "inside.example": "169.254.169.254"}

    async def look_up(host: str, _port: int) -> Sequence[str]:
        await anyio.lowlevel.checkpoint()
        return [names[host]]

    async with hosting(redirect("http://inside.example/latest/meta-data/")) as host:
        with pytest.raises(DownloadError, match=r"its host leads to 169\.254\.169\.254"):
            await fetch(f"http://public.example:{host.port}/", look_up, allow_private=True)


async def test_dead_address_is_passed_over(free_tcp_port: int) -> None:
    """The next one is dialled: the listener is bound to one of the two."""
    async with hosting(answer()) as host:
        url = f"http://files.example:{host.port}/1.png"
        assert PICTURE == await fetch(url, book("::1", "127.0.0.1"), allow_private=True)
    with pytest.raises(TransportError, match="No connection could be made"):
        await fetch(f"http://files.example:{free_tcp_port}/", book("127.0.0.1"), allow_private=True)


async def test_unknown_host_is_trouble_of_the_network() -> None:
    """It may be known again in a moment."""

    async def look_up(_host: str, _port: int) -> Sequence[str]:
        await anyio.lowlevel.checkpoint()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(TransportError) as caught:
        await fetch("http://files.example/1.png", look_up)
    assert "No host was found (Name or service not known)" == caught.value.reason


async def test_redirect_from_https_to_http_is_refused() -> None:
    """What was to be encrypted stays so."""
    answers = {"https": httpx.Response(302, headers={"Location": "http://files.example/1.png"})}
    transport = httpx.MockTransport(lambda request: answers[request.url.scheme])
    async with (
        httpx.AsyncClient(transport=transport) as http_client,
        opened(download_client=http_client) as client,
    ):
        with pytest.raises(DownloadError, match="its host redirects from https to http"):
            await client.download(file_at("https://files.example/1.png"))


async def test_certificate_is_for_the_name_not_the_address() -> None:
    """The name goes along in the greeting, and a certificate of nobody's is refused for good."""
    greetings: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")

    def note(_socket: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int:
        greetings.append(name)
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = note
    async with hosting(answer(), tls=context) as host:
        with pytest.raises(TransportError):
            await fetch(
                f"https://files.example:{host.port}/", book("127.0.0.1"), allow_private=True
            )
    assert ["files.example"] == greetings


async def test_name_cannot_be_looked_up_while_too_many_files_are_open() -> None:
    """The error of the system is said, as an error of the network."""

    async def look_up(_host: str, _port: int) -> Sequence[str]:
        await anyio.lowlevel.checkpoint()
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    reason = r"No connection could be made \(Too many open files\)"
    with pytest.raises(TransportError, match=reason):
        await fetch("http://files.example/1.png", look_up)


async def test_certificates_cannot_be_read_while_too_many_files_are_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are read for the first download of a process."""

    def where() -> str:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("certifi.where", where)
    dialling._make_tls.cache_clear()  # noqa: SLF001 - as in a new process
    reason = r"No connection could be made \(Too many open files\)"
    with pytest.raises(TransportError, match=reason):
        await fetch("https://files.example/1.png", book("93.184.215.14"))


def test_redirect_that_cannot_be_parsed_is_refused() -> None:
    """Also where a given client does not look at it."""
    with pytest.raises(DownloadError, match="its host redirects to a URL that cannot be parsed"):
        downloads._redirected(httpx.URL("https://files.example/"), "http://[::1")  # noqa: SLF001 - httpx refuses it before us
