"""What all writers have in common."""

from typing import Any, Protocol

from smstools_async._models import Message


class MessageWriter(Protocol):
    """Writes messages down, in the order they are given.

    It is what the `with` of a writer gives: open until the block ends.
    """

    def write(self, message: Message) -> None:
        """Write one message down."""
        ...


def record(message: Message) -> dict[str, Any]:
    """Return the columns of a message: its `to_dict()`, led by `sent_at` in ISO 8601."""
    return {"sent_at": message.sent_at.isoformat(), **message.to_dict()}


def encodable(text: str) -> str:
    """Put U+FFFD for halves of surrogate pairs, as the client does with what it reads."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
