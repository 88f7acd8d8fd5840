"""What a host sends is judged by how it begins; its labels are often wrong."""

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest

from smstools_async import DownloadError, TransportError
from smstools_async._download.content import Content
from smstools_async._download.kinds import sniff, stands_in_for
from tests.download.hosts import PICTURE, answer, file_at, hosting, opened

PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"
MEANINGLESS = [
    *("", " ", "none", "utf-8", "UTF8", "aws-chunked", "binary", "base64", "identity", "Identity"),
    "aws-chunked, utf-8",
]
KINDS = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff\xe0", "image/jpeg"),
    (b"GIF89a", "image/gif"),
    (b"GIF87a", "image/gif"),
    (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
    (b"RIFF\0\0\0\0XXXX", None),
    (b"\0\0\0\x18ftypheic", "image/heic"),
    (b"\0\0\0\x18ftypmif1", "image/heic"),
    (b"\0\0\0\x18ftypavif", "image/avif"),
    (b"\0\0\0\x18ftyp3gp5", "video/3gpp"),
    (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
    (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
    (b"\0\0\0\x18ftypisom", "video/mp4"),
    (b"#!AMR\n", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"ID3\x03", "audio/mpeg"),
    (b"%PDF-1.7", "application/pdf"),
    (b"BEGIN:VCARD\r\n", "text/vcard"),
    (b"PK\x03\x04", "application/zip"),
    (b"hello", None),
    (b"", None),
]


@pytest.mark.parametrize(("head", "kind"), KINDS)
def test_kind_is_known_by_its_beginning(head: bytes, kind: str | None) -> None:
    """Whatever it is called."""
    assert kind == sniff(head)


@pytest.mark.parametrize(
    ("mime", "label", "head", "substitute"),
    [
        ("image/png", "image/png", PAGE, "a web page"),
        ("image/png", "", PAGE, "a web page"),
        ("", "", b"\xef\xbb\xbf  <!-- x -->\n<HTML lang=pt>", "a web page"),
        ("application/pdf", "", b"<script>", "a web page"),
        ("image/png", "text/html", b"???", "a web page"),
        ("image/png", "text/html", PICTURE, None),
        ("text/html", "text/html", PAGE, None),
        ("image/png", "", b'<?xml version="1.0"?><Error><Code>AccessDenied', "an XML document"),
        ("image/png", "", b"<Error><Code>AccessDenied", "an XML document"),
        ("image/svg+xml", "", b'<?xml version="1.0"?><svg xmlns=', None),
        ("text/xml", "", b'<?xml version="1.0"?><a/>', None),
        ("audio/amr", "application/json", b'{"error": "expired"}', "a JSON document"),
        ("audio/amr", "audio/amr", b"{not labelled so}", None),
        ("application/json", "application/json", b"{}", None),
        ("", "", b"<htmlish", None),
    ],
)
def test_substitute_is_recognised(
    mime: str, label: str, head: bytes, substitute: str | None
) -> None:
    """A login page, or the error of a storage service, is not a picture."""
    assert substitute == stands_in_for(mime, label, head)


@pytest.mark.anyio
@pytest.mark.parametrize("label", MEANINGLESS)
async def test_encoding_that_means_nothing_is_ignored(label: str) -> None:
    """The file comes as it is."""
    async with hosting(answer(headers={"Content-Encoding": label})) as host, opened() as client:
        assert PICTURE == await client.download(file_at(host.url), allow_private=True)


DEFLATED = zlib.compress(PICTURE)
RAW_DEFLATED = zlib.compress(PICTURE, wbits=-15)
TWICE = gzip.compress(PICTURE[:5000]) + gzip.compress(PICTURE[5000:])


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("label", "body"),
    [
        ("gzip", gzip.compress(PICTURE)),
        ("x-gzip", gzip.compress(PICTURE)),
        ("aws-chunked, GZIP", gzip.compress(PICTURE)),
        ("gzip", TWICE),
        ("gzip", gzip.compress(PICTURE) + bytes(512)),
        ("gzip", PICTURE),
        ("deflate", DEFLATED),
        ("deflate", RAW_DEFLATED),
        ("deflate", PICTURE),
        ("br", PICTURE),
        ("zstd", PICTURE),
        ("gzip, br", PICTURE),
    ],
    ids=[
        *("gzip", "x-gzip", "with-a-meaningless-one", "two-members", "padded", "gzip-not-applied"),
        *("deflate", "raw-deflate", "deflate-not-applied", "br-not-applied", "zstd-not-applied"),
        "two-not-applied",
    ],
)
async def test_encoding_is_undone_as_far_as_it_was_applied(label: str, body: bytes) -> None:
    """By content, since hosts send labels of what they did not do."""
    sent = answer(body, headers={"Content-Encoding": label})
    async with hosting(sent) as host, opened() as client:
        assert PICTURE == await client.download(file_at(host.url), allow_private=True)


@pytest.mark.anyio
async def test_compressed_file_stays_compressed() -> None:
    """A `.gz` that is sent with the label of what it is, is not unpacked."""
    packed = gzip.compress(PICTURE)
    sent = answer(packed, headers={"Content-Encoding": "gzip"})
    async with hosting(sent) as host, opened() as client:
        for file in (file_at(host.url, "a.gz"), file_at(host.url, "a", "application/gzip")):
            assert packed == await client.download(file, allow_private=True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("label", "body", "error", "reason"),
    [
        ("gzip", gzip.compress(PICTURE)[:-9], TransportError, "was cut short"),
        ("gzip", gzip.compress(PICTURE)[:-9] + bytes(9), TransportError, "is damaged"),
        ("gzip", gzip.compress(bytes(10**8)), DownloadError, "is larger than 20000 bytes"),
        ("gzip", gzip.compress(b""), DownloadError, "it is empty"),
        ("gzip", gzip.compress(PAGE), DownloadError, "sent a web page"),
        ("br", b"\x0b\x02\x80hello\x03", DownloadError, "'br', which cannot be undone"),
        ("gzip, gzip", gzip.compress(gzip.compress(PICTURE)), DownloadError, "cannot be undone"),
        ("", b"", DownloadError, "it is empty"),
    ],
    ids=["cut", "damaged", "bomb", "packed-empty", "packed-page", "brotli", "twice", "empty"],
)
async def test_what_cannot_be_undone_is_refused(
    label: str, body: bytes, error: type[Exception], reason: str
) -> None:
    """The bound counts what it becomes, and a bomb is not unpacked beyond it."""
    sent = answer(body, headers={"Content-Encoding": label})
    async with hosting(sent) as host, opened() as client:
        with pytest.raises(error, match=reason):
            await client.download(file_at(host.url), max_bytes=20_000, allow_private=True)


def cut(content: bytes, size: int) -> Iterable[bytes]:
    """Cut bytes into pieces."""
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.mark.parametrize("size", [1, 7, 1023, 1024, 1025, 99_999])
@pytest.mark.parametrize(
    ("encoding", "sent"),
    [("", PICTURE), ("gzip", gzip.compress(PICTURE)), ("gzip", TWICE + bytes(99))],
    ids=["plain", "gzip", "two-members"],
)
def test_pieces_of_any_size_make_the_same_file(size: int, encoding: str, sent: bytes) -> None:
    """The wire cuts where it likes."""
    content = Content(file_at(""), encoding=encoding, label="", most=len(PICTURE))
    pieces = [piece for chunk in cut(sent, size) for piece in content.take(chunk)]
    pieces += content.finish()
    assert PICTURE == b"".join(pieces)
    assert (len(PICTURE), "image/png") == (content.size, content.kind)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "mime", "body", "expected"),
    [
        ("foto", "image/heic", b"?", "foto.heic"),
        ("foto", "image/", PICTURE, "foto.png"),
        ("contato", "text/x-vcard; charset=utf-8", b"BEGIN:VCARD", "contato.vcf"),
        ("audio", "audio/amr", b"#!AMR\n", "audio.amr"),
        ("video", "video/3gpp", b"?", "video.3gp"),
        ("boleto", "application/octet-stream", b"%PDF-1.7", "boleto.pdf"),
        ("boleto.pdf", "image/png", PICTURE, "boleto.pdf"),
        ("nota", "", b"?", "nota"),
    ],
)
async def test_file_without_ending_gets_that_of_its_kind(
    name: str, mime: str, body: bytes, expected: str, tmp_path: Path
) -> None:
    """By its media type, and else by how it begins, so that a double click opens it."""
    async with hosting(answer(body)) as host, opened() as client:
        file = file_at(host.url, name, mime)
        assert tmp_path / expected == await client.download(file, tmp_path, allow_private=True)
        there = await client.download(file, tmp_path / "as told", allow_private=True)
    assert tmp_path / "as told" == there


@pytest.mark.anyio
async def test_body_that_a_given_client_decoded_is_not_decoded_again() -> None:
    """Its event hook may have read the body, which undoes the encoding."""

    async def read(response: httpx.Response) -> None:
        await response.aread()

    sent = httpx.Response(200, content=gzip.compress(PICTURE), headers={"Content-Encoding": "gzip"})
    transport = httpx.MockTransport(lambda _: sent)
    async with (
        httpx.AsyncClient(transport=transport, event_hooks={"response": [read]}) as http_client,
        opened(download_client=http_client) as client,
    ):
        assert PICTURE == await client.download(file_at("https://files.example/1.png"))
