"""URLs of attachments: made for generated messages, signed again, moved, and traced to a phone."""

import re
from collections.abc import Callable
from random import Random
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import attrs

from smstools_async._models import Message, MessageFile

FILES_URL: Final = "https://files.sandbox.example"
"""Where generated messages have their files."""

_RANDOM_DIGITS: Final = 16
_TOKEN: Final = re.compile(rf"[0-9a-f]{{{_RANDOM_DIGITS + 1},}}")


def generated_url(base_url: str, phone: str, name: str, random: Random) -> str:
    """Return a URL with a token that nobody guesses, and that holds the phone in its front part."""
    token = f"{int(phone):x}{random.getrandbits(4 * _RANDOM_DIGITS):0{_RANDOM_DIGITS}x}"
    return f"{base_url.rstrip('/')}/{token}/{name}"


def phone_in_path(path: str) -> str | None:
    """Return the phone whose generated file has this path; `None` for other paths.

    Example:
        >>> url = generated_url(FILES_URL, "5511987654321", "a.png", Random(1))
        >>> phone_in_path(urlsplit(url).path)
        '5511987654321'
    """
    token = next(filter(_TOKEN.fullmatch, path.split("/")), None)
    return None if token is None else str(int(token[:-_RANDOM_DIGITS], 16))


def with_file_query(message: Message, query: str) -> Message:
    """Return a message whose file URLs have this query in place of theirs."""
    return _with_files(message, lambda file: f"{file.url.partition('?')[0]}?{query}")


def with_file_base(message: Message, base_url: str) -> Message:
    """Return a message whose files are below `base_url`, at the paths they have now."""
    root = base_url.rstrip("/")
    return _with_files(message, lambda file: root + urlunsplit(("", "", *urlsplit(file.url)[2:])))


def _with_files(message: Message, url: Callable[[MessageFile], str]) -> Message:
    if not message.files:
        return message
    files = tuple(attrs.evolve(file, url=url(file)) for file in message.files)
    return attrs.evolve(message, files=files)
