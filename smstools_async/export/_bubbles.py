"""Bubbles: what a page shows of a message, each piece fit to be read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import attrs

from smstools_async._models import Direction, Message
from smstools_async.export._delivery import delivery_mark
from smstools_async.export._languages import Words
from smstools_async.export._text import Piece, pieces, readable, readable_line

_LONGEST_CAPTION: Final = 24
_TONES: Final = {"✓": "done", "✗": "failed", "…": "pending", "?": "odd"}
_LONGEST_ID: Final = 64


@attrs.frozen(kw_only=True)
class Attachment:
    """What a page shows of an attachment."""

    name: str
    about: str
    """Its media type, and where it is."""
    picture: str | None
    """A `data:` URI."""
    link: str | None
    """Where a click leads; safe to follow."""
    player: str | None = None
    """`audio` or `video` where the page can play what `link` leads to."""


@attrs.frozen(kw_only=True)
class Bubble:
    """What a page shows of a message; its fields are named as the template wants them."""

    number: int
    """Which message of the page it is, from 1."""
    message: Message
    sent_at: datetime
    """In the zone of the page."""
    files: list[Attachment]
    words: Words

    @property
    def is_ours(self) -> bool:
        """Whether it stands at the side of the account."""
        return self.message.direction == Direction.OUTBOUND

    @property
    def caption(self) -> str:
        """Who sent it, unless that was the phone; or an unknown direction."""
        direction = self.message.direction
        if direction == Direction.INBOUND:
            return ""
        return readable_line(self.message.sender if self.is_ours else direction, _LONGEST_CAPTION)

    @property
    def mark(self) -> str:
        """The delivery status as a character, for what the account sent."""
        return delivery_mark(self.message.delivery_status) if self.is_ours else ""

    @property
    def tone(self) -> str:
        """How the mark is coloured."""
        return _TONES[self.mark]

    @property
    def status(self) -> str:
        """The delivery status as a word."""
        return readable_line(self.words.status(self.message.delivery_status), _LONGEST_CAPTION)

    @property
    def details(self) -> str:
        """The time to the second, and the vendor's id."""
        identity = self.message.message_id
        moment = f"{self.sent_at:%Y-%m-%d %H:%M:%S %Z}"
        return f"{moment}, id {readable_line(identity, _LONGEST_ID)}" if identity else moment

    @property
    def text(self) -> Iterator[Piece] | None:
        """The text, with its lines and links; `None` where there is nothing to be seen."""
        return pieces(readable(self.message.text)) if self.message.text.strip() else None
