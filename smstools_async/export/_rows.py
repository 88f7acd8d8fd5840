"""Rows: which columns a table of messages has, and which conversation a row belongs to."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Self

import attrs

from smstools_async._identity import identify
from smstools_async._models import Direction, Message
from smstools_async._phone import without_plus, write_phone

COLUMNS: Final = (
    *("sent_at", "phone", "message_id", "direction", "sender", "receiver", "text", "files"),
    *("unix_time", "datetime_text", "delivery_status"),
)
"""The columns of every format with columns, in their order."""

_OUTBOUND: Final = Direction.OUTBOUND.value


def conversation_of(message: Message) -> str:
    """Return the phone of a conversation as digits without a plus.

    It is the other side of the message: the receiver of an outbound one, else the sender.
    """
    other_side = message.receiver if message.direction == _OUTBOUND else message.sender
    return encodable(without_plus(other_side))


def phone_digits(phone: str) -> str:
    """Return a telephone number as digits without a plus, or a sender id as it is.

    Raises:
        ValueError: `phone` is neither.
    """
    return without_plus(write_phone(phone))


def identity_of(message: Message) -> bytes:
    """Return what two equal messages of a conversation have in common."""
    return identify(
        message.direction,
        message.unix_time,
        message.sender,
        message.receiver,
        message.text,
        [file.name for file in message.files],
    )


def row_of(message: Message, phone: str) -> dict[str, Any]:
    """Return the columns of a message by name, ready for `json.dumps`."""
    fields = message.to_dict()
    return {"sent_at": message.sent_at.isoformat(), "phone": phone} | fields


@attrs.frozen(kw_only=True)
class Row:
    """A message that was read back, with the conversation that it belongs to."""

    phone: str
    message: Message

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Return the row with these columns; `phone` may be missing, as in `Message.to_dict()`.

        Raises:
            ValueError: They are not those of a message.
        """
        message = Message.from_dict(fields)
        return cls(phone=str(fields.get("phone") or conversation_of(message)), message=message)


def wanted(rows: Iterator[Row], phone: str | None) -> Iterator[Message]:
    """Return the messages of one conversation, or of all."""
    conversation = None if phone is None else phone_digits(phone)
    return (row.message for row in rows if conversation in (None, row.phone))


def encodable(text: str) -> str:
    """Replace each unpaired surrogate by U+FFFD, as the client does with what it reads."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
