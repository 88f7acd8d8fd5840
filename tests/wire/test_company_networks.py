"""Requests go through a proxy, past a CA of one's own, and with a certificate of one's own."""

import ssl
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import pytest
from anyio.streams.tls import TLSListener

from smstools_async import Client, MessageFile, TransportError, open_http_client
from tests.faults.server import CERTIFICATES
from tests.wire.asking import CLIENT_ID, CLIENT_SECRET, PHONE
from tests.wire.test_bad_connections import Server, serving

HERE = CERTIFICATES / "here.pem"
ELSEWHERE = CERTIFICATES / "elsewhere.pem"
ENCRYPTED_KEY = """\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiKQ35lC//abQICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEB0UCuvQo9/YrI2SLrTWJcYEgZDj
olsdmD29y4tUefvDmDPiC4auPZgQ6ltRDmg7YI4Bgvxr58NhcMWuq9cm1pMD7JLC
cxJbqIQrsDzkEcD07Vbtt5oBrNPUfIh4co2WN8KbjlBgOmvYeo0OqhR1jwggln7N
NC2mWTWUq3LPzF0OLlCWwAVGzHeYYJJOzzqCTq7KX0U6vF370B3JM3dTfSBgASw=
-----END ENCRYPTED PRIVATE KEY-----
"""


@asynccontextmanager
async def asking(base_url: str, **options: Any) -> AsyncGenerator[Client, None]:
    """Open a client by an HTTP client for such a network."""
    async with (
        open_http_client(**options) as http_client,
        Client(
            CLIENT_ID,
            CLIENT_SECRET,
            base_url=base_url,
            http_client=http_client,
            download_client=http_client,
            retry=None,
        ) as client,
    ):
        yield client


@asynccontextmanager
async def serving_tls(server: Server, context: ssl.SSLContext) -> AsyncGenerator[str, None]:
    """Serve by TLS, and give the base URL."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port: int = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - not Django
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(TLSListener(listener, context).serve, server.serve)
        yield f"https://127.0.0.1:{port}/v1"
        tasks.cancel_scope.cancel()


def tls() -> ssl.SSLContext:
    """Return what a server shows: a certificate that no public CA signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE)
    return context


def ready() -> Server:
    """Return a server that responds at once."""
    server = Server()
    server.gate.set()
    return server


@pytest.mark.anyio
async def test_requests_and_downloads_go_through_a_proxy() -> None:
    """With the name and password it asks for; it connects to the host."""
    server = ready()
    async with serving(server) as reference:
        proxy = repr(reference).split("'")[1].removesuffix("/v1").replace("//", "//user:w%20rd@")
        async with asking("http://127.0.0.1:9/v1", proxy=proxy) as client:
            assert 0 == await client.conversation(PHONE).count()
            file = MessageFile(name="a", url="http://files.example/1.txt", mime="text/plain")
            assert server.body == await client.download(file)
    asked, fetched = server.heads
    assert asked.startswith(b"GET http://127.0.0.1:9/v1/conversation/")
    assert fetched.startswith(b"GET http://files.example/1.txt")
    assert b"Basic " + b64encode(b"user:w rd") in asked
    assert CLIENT_SECRET.encode() not in fetched


@pytest.mark.anyio
async def test_proxy_gives_way_for_an_encrypted_connection() -> None:
    """By CONNECT; the secret is sent to nobody before the proxy agrees."""
    heads = list[bytes]()

    async def refuse(connection: anyio.abc.ByteStream) -> None:
        heads.append(await connection.receive())
        await connection.send(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
        await connection.aclose()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port: int = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - not Django
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, refuse)
        async with asking("https://api.example/v1", proxy=f"http://127.0.0.1:{port}") as client:
            with pytest.raises(TransportError, match="The proxy did not make a connection"):
                await client.conversation(PHONE).count()
        tasks.cancel_scope.cancel()
    assert [b"CONNECT api.example:443 HTTP/1.1"] == [head.splitlines()[0] for head in heads]
    assert CLIENT_SECRET.encode() not in heads[0]


@pytest.mark.anyio
async def test_own_ca_is_trusted() -> None:
    """In addition to the public ones."""
    async with (
        serving_tls(server := ready(), tls()) as base_url,
        asking(base_url, ca_file=HERE) as client,
    ):
        assert 0 == await client.conversation(PHONE).count()
    assert 1 == len(server.heads)


@pytest.mark.anyio
async def test_unknown_ca_is_named_with_its_remedy() -> None:
    """It is not the network, and asking again does not help."""
    server = ready()
    async with serving_tls(server, tls()) as base_url, asking(base_url) as client:
        with pytest.raises(TransportError) as caught:
            await client.conversation(PHONE).count()
    assert str(caught.value).startswith("The server's certificate is not trusted (self-signed")
    assert "trust that CA: Client(http_client=open_http_client(ca_file=…))" in str(caught.value)
    assert not caught.value.retryable
    assert [] == server.heads


@pytest.mark.anyio
async def test_client_certificate_is_shown() -> None:
    """The server asks for it."""
    context = tls()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ELSEWHERE)
    async with (
        serving_tls(ready(), context) as base_url,
        asking(base_url, ca_file=HERE, client_cert=ELSEWHERE) as client,
    ):
        assert 0 == await client.conversation(PHONE).count()


@pytest.mark.parametrize(
    "proxy", ["", "proxy.example:3128", "socks5://proxy.example", "http://user:pass word@proxy"]
)
def test_wrong_proxy_is_refused_without_being_shown(proxy: str) -> None:
    """It may hold a password."""
    with pytest.raises(ValueError, match="is not a valid URL; give one such as") as caught:
        open_http_client(proxy=proxy)
    assert "pass word" not in str(caught.value)


def test_file_that_holds_no_certificate_is_named(tmp_path: Path) -> None:
    """With what belongs in there."""
    file = tmp_path / "ca.pem"
    file.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match=r"ca\.pem' holds no certificate; give a file in PEM"):
        open_http_client(ca_file=file)
    with pytest.raises(ValueError, match=r"client_cert='.*ca\.pem' does not hold a certificate"):
        open_http_client(client_cert=file)
    with pytest.raises(FileNotFoundError):
        open_http_client(ca_file=tmp_path / "missing.pem")


def test_encrypted_key_is_refused(tmp_path: Path) -> None:
    """OpenSSL would ask for its password on the terminal."""
    key = tmp_path / "key.pem"
    key.write_text(ENCRYPTED_KEY, encoding="utf-8")
    with pytest.raises(ValueError, match="client_key is encrypted"):
        open_http_client(client_cert=HERE, client_key=key)


def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a CA named there: what is to be used is given."""
    monkeypatch.setenv("SSL_CERT_FILE", "/missing.pem")
    monkeypatch.setenv("HTTPS_PROXY", "not a proxy")
    open_http_client()
