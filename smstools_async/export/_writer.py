"""What all writers have in common."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol

from smstools_async._models import Message


class MessageWriter(Protocol):
    """Writes messages down, in the order they are given.

    It is what the `with` of a writer gives: open until the block ends.
    """

    def write(self, message: Message) -> None:
        """Write one message down.

        Raises:
            ValueError: The block has ended.
            OSError: It cannot be written.
        """
        ...


@contextmanager
def lent(writer: MessageWriter) -> Generator[MessageWriter]:
    """Lend a writer to a block: what is written after it is an error in every format."""
    loan = _Loan(writer)
    try:
        yield loan
    finally:
        loan.end()


class _Loan:
    def __init__(self, writer: MessageWriter) -> None:
        self._writer = writer

    def write(self, message: Message) -> None:
        self._writer.write(message)

    def end(self) -> None:
        self._writer = _Ended()


class _Ended:
    def write(self, message: Message) -> None:  # noqa: ARG002 - a message is never shown
        raise ValueError(
            "The block of this writer has ended: write within it, or the message would be lost"
        )


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
