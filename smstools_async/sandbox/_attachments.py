"""What is in attachments: little, readable by every program, and the same each time."""

import re
import struct
import zlib
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final
from urllib.parse import unquote, urlsplit

from smstools_async._models import MessageFile
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._requests import LoggedRequest, decode_query
from smstools_async.sandbox._responses import Response

_SIDE: Final = 8  # pixels: one block of a JPEG


def attachment(
    request: LoggedRequest, files: Iterable[MessageFile], quirks: Quirks
) -> Response | None:
    """Respond to a request for one of `files`, by the path and query of its URL.

    Credentials are not needed; `None` where there is no such file.
    """
    if request.method != "GET" or request.is_known_path:
        return None
    file = next((file for file in files if _is_requested(file, request)), None)
    if file is None:
        return None
    media_type, make = _KINDS.get(file.name.rpartition(".")[2].lower(), _KINDS["png"])
    response = Response(headers={"Content-Type": media_type}, body=make(file.name))
    return response if quirks.attachment is None else quirks.attachment(response)


def _is_requested(file: MessageFile, request: LoggedRequest) -> bool:
    url = urlsplit(file.url)
    is_path = unquote(url.path) == unquote(request.path)
    return is_path and decode_query(url.query) == request.params


def _png(name: str) -> bytes:
    """Draw a square in a colour that follows from the name."""
    line = b"\0" + sha256(name.encode()).digest()[:3] * _SIDE
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(line * _SIDE)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _jpeg(name: str) -> bytes:
    """Draw a square in a grey that follows from the name.

    One block, of which only the mean is sent: in seven bits, by tables that hold one code each.
    """
    one_code = bytes([1]) + bytes(15)
    segments = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, b"\0" + bytes([8]) * 64),
        (0xC0, struct.pack(">BHHB", 8, _SIDE, _SIDE, 1) + b"\1\x11\0"),
        (0xC4, b"\0" + one_code + b"\7"),
        (0xC4, b"\x10" + one_code + b"\0"),
        (0xDA, b"\1\1\0\0\x3f\0"),
    )
    head = b"".join(
        struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data for mark, data in segments
    )
    grey = sha256(name.encode()).digest()[0] >> 1
    return b"\xff\xd8" + head + bytes([grey, 0x7F]) + b"\xff\xd9"


def _pdf(name: str) -> bytes:
    """Write a page with the name on it."""
    plain = re.sub(r"[()\\]", "_", name)
    text = f"BT /F1 12 Tf 20 100 Td ({plain}) Tj ET".encode("ascii", "replace")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources 5 0 R>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(text), text),
        b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
    )
    body, places = b"%PDF-1.4\n", b""
    for number, content in enumerate(objects, start=1):
        places += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj%b endobj\n" % (number, content)
    table = b"xref\n0 6\n0000000000 65535 f \n" + places
    return body + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def _vcard(_name: str) -> bytes:
    lines = ("BEGIN:VCARD", "VERSION:3.0", "FN:Atendimento", "TEL:+550000000000", "END:VCARD", "")
    return "\r\n".join(lines).encode()


_KINDS: Final[dict[str, tuple[str, Callable[[str], bytes]]]] = {
    "png": ("image/png", _png),
    "jpg": ("image/jpeg", _jpeg),
    "pdf": ("application/pdf", _pdf),
    "vcf": ("text/vcard; charset=utf-8", _vcard),
}
"""By the ending of a name; any other file is a picture."""
