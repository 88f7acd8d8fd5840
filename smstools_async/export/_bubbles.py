"""Bubbles: what a page shows of a message, each piece fit to be read."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from smstools_async._models import Direction, Message
from smstools_async.export._delivery import delivery_mark

_LONGEST_CAPTION: Final = 24
_TONES: Final = {"✓": "done", "✗": "failed", "…": "pending", "?": "odd"}
_LONGEST_ID: Final = 64
_BREAK: Final = re.compile("\r\n?|[\x85\u2028\u2029]")
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
"""What is no character, cannot be seen, or shows a text in another order than it has."""
_NO_LINE: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]")
"""What a text in some languages needs, and a name or a word can deceive with."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What a page shows of a file."""

    name: str
    about: str
    """Its kind, and where it is."""
    picture: str | None
    """A `data:` URI."""
    link: str | None
    """Where a click leads; safe to follow."""


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """What a page shows of a message; its fields are named as the template wants them."""

    number: int
    """Which message of the page it is, from 1."""
    message: Message
    sent_at: datetime
    """In the zone of the page."""
    files: list[Attachment]

    @property
    def is_ours(self) -> bool:
        """Whether it stands at the side of the account."""
        return self.message.direction == Direction.OUTBOUND

    @property
    def caption(self) -> str:
        """Who sent it, unless that was the phone; or a direction unheard of."""
        direction = self.message.direction
        if direction == Direction.INBOUND:
            return ""
        return readable_line(self.message.sender if self.is_ours else direction, _LONGEST_CAPTION)

    @property
    def mark(self) -> str:
        """How far it got, for what the account sent."""
        return delivery_mark(self.message.delivery_status) if self.is_ours else ""

    @property
    def tone(self) -> str:
        """How the mark is coloured."""
        return _TONES[self.mark]

    @property
    def status(self) -> str:
        """How far it got, in the vendor's word."""
        return readable_line(self.message.delivery_status.lower(), _LONGEST_CAPTION)

    @property
    def details(self) -> str:
        """The time to the second, and the vendor's id."""
        identity = self.message.message_id
        moment = f"{self.sent_at:%Y-%m-%d %H:%M:%S %Z}"
        return f"{moment}, id {readable_line(identity, _LONGEST_ID)}" if identity else moment

    @property
    def text(self) -> str:
        """The text, with its lines; empty where there is nothing to be seen."""
        return readable(self.message.text) if self.message.text.strip() else ""


def readable(text: str) -> str:
    r"""Write what cannot be shown as it is as `\u` escapes; lines stay lines."""
    return _NO_TEXT.sub(_escape, _BREAK.sub("\n", text))


def readable_line(text: str, longest: int) -> str:
    """Return the beginning of a text as a line that keeps its order among others."""
    line = " ".join(_NO_LINE.sub(_escape, readable(text)).split())
    return line if len(line) <= longest else f"{line[:longest]}…"


def _escape(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"
