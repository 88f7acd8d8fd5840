"""Attachments on a page: which pictures are in it, and what plays."""

from base64 import b64encode
from pathlib import Path
from typing import Final

from smstools_async._models import Message, MessageFile
from smstools_async.export._bubbles import Attachment
from smstools_async.export._links import fetched, relative_link, safe_host
from smstools_async.export._text import readable_line

_LARGEST_PICTURE: Final = 1024 * 1024
_LARGEST_SUM: Final = 64 * 1024 * 1024
_LONGEST_NAME: Final = 120
_LONGEST_KIND: Final = 40
_SIGNATURES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
"""How pictures begin that cannot hold scripts. What the sender calls a file proves nothing."""


_PLAYERS: Final = {
    **dict.fromkeys((".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"), "audio"),
    **dict.fromkeys((".3gp", ".mov", ".mp4", ".webm"), "video"),
}
"""What browsers play, by its ending; a format that a browser does not know stays a link."""


class Attachments:
    """Shows the attachments of messages: those in `folder` from there, the rest by their URL."""

    def __init__(self, folder: Path | None, page: Path) -> None:
        self._folder = folder
        self._page = page
        self._room = _LARGEST_SUM

    def of(self, message: Message) -> list[Attachment]:
        """Return what to show of each file."""
        return [self._of(message, number) for number in range(1, len(message.files) + 1)]

    def _of(self, message: Message, number: int) -> Attachment:
        path = fetched(message, number, self._folder)
        if path is None:
            return _elsewhere(message.files[number - 1])
        return self._here(message.files[number - 1], path)

    def _here(self, file: MessageFile, path: Path) -> Attachment:
        link = relative_link(self._page, path)
        player = _PLAYERS.get(path.suffix.lower())
        return Attachment(
            name=readable_line(file.name, _LONGEST_NAME),
            about=_joined(file.mime, "" if link else path.name),
            picture=self._picture(path),
            link=link,
            player=player,
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


def _elsewhere(file: MessageFile) -> Attachment:
    host = safe_host(file.url)
    return Attachment(
        name=readable_line(file.name, _LONGEST_NAME),
        about=_joined(file.mime, host or file.url),
        picture=None,
        link=file.url if host else None,
    )


def _joined(kind: str, place: str) -> str:
    words = (readable_line(kind, _LONGEST_KIND), readable_line(place, _LONGEST_NAME))
    return ", ".join(filter(None, words))
