"""What the API talks about: messages, their files, and pages of both.

Values only. How they are written on the wire is told in `_convert`; every annotation here resolves
at run time, since cattrs reads it.

Vendor page: https://www.smstools.com/en/sms-gateway-api/get_conversation
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, overload

import attrs


class Direction(StrEnum):
    """Which way a message went, seen from the account."""

    INBOUND = "inbound"
    """From the phone to the account."""
    OUTBOUND = "outbound"
    """From the account to the phone."""


class DeliveryStatus(StrEnum):
    """How far a message got, in the vendor's words (webhook page, delivery codes 0 to 9).

    On inbound messages the API sends a status too, and it says nothing there.
    """

    SUBMITTED = "SUBMITTED"
    DELIVERED = "DELIVERED"
    NOT_DELIVERED = "NOT DELIVERED"
    BUFFERED = "BUFFERED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"


@attrs.frozen(kw_only=True)
class MessageFile:
    """A file sent along with a message, such as a picture.

    Example:
        >>> MessageFile(name="boleto.png", url="https://files.example/1", mime="image/png").name
        'boleto.png'
    """

    name: str = attrs.field(repr=False)
    """The file's name as the sender chose it: never use it as a path unchecked."""
    url: str = attrs.field(repr=False)
    """Where the file is; the API's `image`. The host need not be the vendor's: send no secrets."""
    mime: str
    """The media type; the vendor's own example has the bare prefix `image/`."""

    def to_dict(self) -> dict[str, str]:
        """Return the fields as a new plain dict, ready for `json.dumps`."""
        return {"name": self.name, "url": self.url, "mime": self.mime}


@attrs.frozen(kw_only=True)
class Message:
    """One message of a conversation.

    Two messages with equal fields are equal, yet may both be real: people do send "ok" twice in one
    second, and inbound messages carry no id to tell them apart.

    The `repr` shows neither the text nor a phone number, so that a message may be logged.

    Example:
        >>> message = Message(
        ...     message_id=None,
        ...     direction=Direction.INBOUND,
        ...     sender="5511987654321",
        ...     receiver="Clinica",
        ...     text="Confirmo, obrigada!",
        ...     unix_time=1749113086,
        ... )
        >>> message.sent_at.isoformat()
        '2025-06-05T08:44:46+00:00'
        >>> message
        Message(message_id=None, direction='inbound', unix_time=1749113086, delivery_status='')
    """

    message_id: str | None
    """The vendor's id; `None` on inbound messages."""
    direction: str
    """A `Direction`, or whatever else the server sent."""
    sender: str = attrs.field(repr=False)
    """A phone number or an alphanumeric sender id."""
    receiver: str = attrs.field(repr=False)
    """A phone number or an alphanumeric sender id."""
    text: str = attrs.field(repr=False)
    """The API's `message`; empty where the API sends null."""
    files: tuple[MessageFile, ...] = attrs.field(default=(), repr=False)
    """The API's `file`, whichever of its shapes was sent (null, a list, one object)."""
    unix_time: int
    """Seconds since 1970-01-01 UTC; the API's `unixDatetime`."""
    datetime_text: str = attrs.field(default="", repr=False)
    """The API's `datetime` as sent, like `05 jun 2025, 08:44:46`. Its time zone is documented
    nowhere; read `sent_at` instead."""
    delivery_status: str = ""
    """A `DeliveryStatus`, or whatever else the server sent."""

    @property
    def sent_at(self) -> datetime:
        """When the message was sent: an aware `datetime` in UTC, exact to the second."""
        return datetime.fromtimestamp(self.unix_time, UTC)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a new plain dict, ready for `json.dumps`.

        Keys are the names of this class; `converter.unstructure(message)` gives the vendor's.
        """
        fields = attrs.asdict(self, recurse=False)
        fields["files"] = [file.to_dict() for file in self.files]
        return fields


@attrs.frozen(kw_only=True)
class ConversationPage(Sequence[Message]):
    """One answer of the API: a sequence of messages with the numbers that came beside them.

    The numbers are the server's claims: `None` where it sent none that can be read. Trust
    `len(page)` over `shown`.
    """

    messages: tuple[Message, ...] = attrs.field(repr=False)
    """In the order of the server."""
    total: int | None
    """How many messages the conversation has, over all pages."""
    shown: int | None
    """How many the server says are on this page."""
    page: int | None
    """The number of this page, from 1."""
    limit: int | None
    """How many messages a page may have."""

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Message, ...]: ...
    def __getitem__(self, index: int | slice) -> Message | tuple[Message, ...]:
        """Return the message at `index`, or a tuple of those of a slice."""
        return self.messages[index]

    def __len__(self) -> int:
        """Return how many messages are really here."""
        return len(self.messages)
