"""Attachments: the files of a sandbox can be had, small and readable."""

import struct
import zlib
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from smstools_async import Client, MessageFile
from smstools_async.sandbox import Outcome, Response, Sandbox, serving

PHONE = "+5511987654321"


def _sandbox(name: str, url: str = "https://files.example/a/{}?b=1") -> Sandbox:
    sandbox = Sandbox()
    file = MessageFile(name=name, url=url.format(name.replace(" ", "%20")), mime="image/")
    sandbox.receive(PHONE, "", files=[file])
    return sandbox


def _ask(sandbox: Sandbox, method: str = "GET") -> Outcome:
    url = urlsplit(sandbox.messages(PHONE)[0].files[0].url)
    return sandbox.respond(method, url.path, url.query)


def _is_png(body: bytes) -> bool:
    width, height = struct.unpack(">II", body[16:24])
    size, data = struct.unpack(">I", body[33:37])[0], body[41:]
    lines = zlib.decompress(data[:size])
    return body.startswith(b"\x89PNG\r\n\x1a\n") and len(lines) == height * (1 + 3 * width)


def _is_jpeg(body: bytes) -> bool:
    return body.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\0") and body.endswith(b"\xff\xd9")


def _is_pdf(body: bytes) -> bool:
    table = int(body.split()[-2])
    fourth = int(body[table:].splitlines()[6][:10])
    return body.startswith(b"%PDF-") and body[fourth:].startswith(b"4 0 obj<</Length")


def _is_vcard(body: bytes) -> bool:
    return body.startswith(b"BEGIN:VCARD\r\n") and body.endswith(b"END:VCARD\r\n")


@pytest.mark.parametrize(
    ("name", "media_type", "is_whole"),
    [
        ("captura 1.png", "image/png", _is_png),
        ("foto_0001.JPG", "image/jpeg", _is_jpeg),
        ("boleto.pdf", "application/pdf", _is_pdf),
        ("contato.vcf", "text/vcard; charset=utf-8", _is_vcard),
        ("sem_nome", "image/png", _is_png),
    ],
)
def test_file_is_what_its_name_says(
    name: str, media_type: str, is_whole: Callable[[bytes], bool]
) -> None:
    """Without credentials, and the same each time."""
    sandbox = _sandbox(name)
    response = _ask(sandbox)
    assert isinstance(response, Response)
    assert (200, media_type) == (response.status, response.headers["Content-Type"])
    assert is_whole(response.body)
    assert response == _ask(sandbox)


def test_files_differ_by_their_names() -> None:
    """So that a mix-up is noticed."""
    names = [f"{number}{ending}" for number in range(5) for ending in (".png", ".jpg", ".pdf")]
    responses = [_ask(_sandbox(name)) for name in names]
    assert len(names) == len(
        {response.body for response in responses if isinstance(response, Response)}
    )


def test_url_that_ran_out_leads_nowhere() -> None:
    """As with signed links."""
    sandbox = _sandbox("a.png")
    url = urlsplit(sandbox.messages(PHONE)[0].files[0].url)
    sandbox.rotate_file_urls(PHONE)
    old = sandbox.respond("GET", url.path, url.query)
    assert isinstance(old, Response)
    assert 404 == old.status
    assert isinstance(new := _ask(sandbox), Response)
    assert 200 == new.status


def test_file_is_only_read() -> None:
    """Other methods find nothing."""
    response = _ask(_sandbox("a.png"), "DELETE")
    assert isinstance(response, Response)
    assert 404 == response.status


def test_moved_file_keeps_its_path_and_query() -> None:
    """Only where it is below changes."""
    sandbox = _sandbox("a.png")
    sandbox.receive(PHONE, "no file")
    sandbox.move_files(PHONE, "http://127.0.0.1:1/files/")
    (file,) = sandbox.messages(PHONE)[1].files
    assert "http://127.0.0.1:1/files/a/a.png?b=1" == file.url


@pytest.mark.anyio
async def test_client_downloads_in_process() -> None:
    """By the transport, at whatever host the URL names."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=300)
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client("sandbox-id", "sandbox-secret", download_client=http_client) as client,
    ):
        files = [file for message in sandbox.messages(PHONE) for file in message.files]
        contents = [await client.download(file) for file in files[:5]]
    assert all(contents)
    assert {"missing"} == {request.credentials for request in sandbox.requests}


@pytest.mark.asyncio
async def test_client_downloads_from_a_port() -> None:
    """Where this machine is allowed."""
    sandbox = _sandbox("a.png")
    async with (
        serving(sandbox) as base_url,
        Client("sandbox-id", "sandbox-secret", base_url=base_url) as client,
    ):
        sandbox.move_files(PHONE, base_url)
        message = await anext(client.iter_conversation(PHONE))
        content = await client.download(message.files[0], allow_private=True)
    assert _is_png(content)
