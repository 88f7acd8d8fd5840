"""What kind of file something is, by how it begins."""

import re
from typing import Final

_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: Final = (
    (re.compile(rb"hei|hev|mif1|msf1"), "image/heic"),
    (re.compile(rb"avi"), "image/avif"),
    (re.compile(rb"3g"), "video/3gpp"),
    (re.compile(rb"M4A"), "audio/mp4"),
    (re.compile(rb"qt"), "video/quicktime"),
    (re.compile(rb""), "video/mp4"),
)
"""Brands of the ISO base media format (ISO/IEC 14496-12), the first that fits."""
_PAGE: Final = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|meta|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML: Final = re.compile(rb"(\xef\xbb\xbf)?\s*<(\?xml|Error)\b")
_JSON: Final = re.compile(rb"(\xef\xbb\xbf)?\s*[{\[]")


def sniff(head: bytes) -> str | None:
    r"""Return the media type of what begins like this; `None` where it is not recognised.

    Example:
        >>> sniff(b"\x89PNG\r\n\x1a\n...")
        'image/png'
    """
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return next(kind for brand, kind in _BRANDS if brand.match(head[8:12]))
    return next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)


def stands_in_for(mime: str, label: str, head: bytes) -> str | None:
    """Return what a host sent in place of a file, in words; `None` if it may be the file.

    Args:
        mime: The media type of the file, by its message.
        label: The media type by its host.
        head: How it begins.
    """
    if sniff(head) is not None or "html" in mime.lower():
        return None
    if _PAGE.match(head) or "html" in label.lower():
        return "a web page"
    if not mime.lower().startswith(("image/", "audio/", "video/")):
        return None
    if _XML.match(head) and b"<svg" not in head.lower():
        return "an XML document"
    if _JSON.match(head) and "json" in label.lower():
        return "a JSON document"
    return None
