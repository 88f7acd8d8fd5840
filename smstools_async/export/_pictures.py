"""Files of messages on a page: which are shown in it, and which links are safe to follow."""

import os
import re
from base64 import b64encode
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from smstools_async._models import Message, MessageFile
from smstools_async.export._attachments import attachment_name
from smstools_async.export._bubbles import Attachment, readable_line

_LARGEST_PICTURE: Final = 1024 * 1024
_LARGEST_SUM: Final = 64 * 1024 * 1024
_LONGEST_NAME: Final = 120
_LONGEST_KIND: Final = 40
_PLAIN_URL: Final = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without a backslash, which programs disagree on."""
_SIGNATURES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
"""How pictures begin that cannot hold scripts. What the sender says of a file is no proof."""
_HARMLESS: Final = frozenset(
    ".gif .jpeg .jpg .m4a .mp3 .mp4 .ogg .pdf .png .wav .webm .webp".split()  # noqa: SIM905 - legible
)
"""Endings by which browsers open a file of this machine without running scripts in it."""


class Attachments:
    """Shows the files of messages: what is in `folder` from there, and the rest by its address."""

    def __init__(self, folder: Path | None, page: Path) -> None:
        self._folder = folder
        self._page = page
        self._room = _LARGEST_SUM

    def of(self, message: Message) -> list[Attachment]:
        """Return what to show of each file."""
        return [self._of(message, number) for number in range(1, len(message.files) + 1)]

    def _of(self, message: Message, number: int) -> Attachment:
        path = self._folder / attachment_name(message, number) if self._folder else None
        if path is None or not path.is_file():
            return _elsewhere(message.files[number - 1])
        return self._here(message.files[number - 1], path)

    def _here(self, file: MessageFile, path: Path) -> Attachment:
        link = _link_between(self._page, path)
        return Attachment(
            name=readable_line(file.name, _LONGEST_NAME),
            about=_joined(file.mime, "" if link else path.name),
            picture=self._picture(path),
            link=link,
        )

    def _picture(self, path: Path) -> str | None:
        size = path.stat().st_size
        if size > min(self._room, _LARGEST_PICTURE):
            return None
        content = path.read_bytes()
        kind = _picture_kind(content)
        if kind is None:
            return None
        self._room -= size
        return f"data:{kind};base64,{b64encode(content).decode()}"


def _picture_kind(content: bytes) -> str | None:
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)


def _link_between(page: Path, file: Path) -> str | None:
    if file.suffix.lower() not in _HARMLESS:
        return None
    return quote(Path(os.path.relpath(file, page.parent)).as_posix())


def _elsewhere(file: MessageFile) -> Attachment:
    host = _safe_host(file.url)
    return Attachment(
        name=readable_line(file.name, _LONGEST_NAME),
        about=_joined(file.mime, host or file.url),
        picture=None,
        link=file.url if host else None,
    )


def _joined(kind: str, place: str) -> str:
    words = (readable_line(kind, _LONGEST_KIND), readable_line(place, _LONGEST_NAME))
    return ", ".join(filter(None, words))


def _safe_host(url: str) -> str | None:
    """Return the host of an address that may be followed: `https`, and not to be mistaken."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    is_plain = _PLAIN_URL.fullmatch(url) and "@" not in parts.netloc
    return parts.hostname if parts.scheme == "https" and is_plain else None
