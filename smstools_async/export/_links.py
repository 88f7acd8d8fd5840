"""Links to attachments: where one leads, and which are safe to follow."""

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from smstools_async._models import Message
from smstools_async.export._attachments import attachment_name

_PLAIN_URL: Final = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without a backslash, which programs disagree on."""
_SCHEMES: Final = frozenset({"http", "https"})
_HARMLESS: Final = frozenset(
    (
        *(".gif", ".heic", ".jpeg", ".jpg", ".png", ".webp"),
        *(".3gp", ".amr", ".m4a", ".mov", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".webm"),
        *(".pdf", ".txt", ".vcf"),
    )
)
"""Endings by which browsers open a file of this machine without running scripts in it."""


def fetched(message: Message, number: int, folder: Path | None) -> Path | None:
    """Return where an attachment was downloaded to, if it was."""
    path = folder / attachment_name(message, number) if folder else None
    return path if path is not None and path.is_file() else None


def relative_link(page: Path, file: Path) -> str | None:
    """Return the link from a page to a file, unless opening the file could run scripts."""
    if file.suffix.lower() not in _HARMLESS:
        return None
    return quote(Path(os.path.relpath(file, page.parent)).as_posix())


def safe_host(url: str) -> str | None:
    """Return the host of a URL that may be followed: `http` or `https`, and not misleading."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    is_plain = _PLAIN_URL.fullmatch(url) and "@" not in parts.netloc
    return parts.hostname if parts.scheme in _SCHEMES and is_plain else None
