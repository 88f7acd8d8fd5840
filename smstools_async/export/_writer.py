"""What all writers have in common."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from smstools_async._models import Message
from smstools_async.export._rows import conversation_of, phone_digits


class MessageWriter(Protocol):
    """Writes messages in the order in which they are given.

    The `with` block of a writer yields it; it is open until the block ends.
    """

    def write(self, message: Message, *, phone: str | None = None) -> None:
        """Write one message.

        Args:
            message: The message.
            phone: The conversation that it belongs to. By default the other side of the message.
                Give it where the other side may be a sender id.

        Raises:
            ValueError: The block has ended, or `phone` is not a telephone number.
            OSError: The message cannot be written.
        """
        ...


class RowWriter(Protocol):
    """What a format brings: it writes rows of conversations whose phone is known."""

    def write(self, message: Message, phone: str) -> None:
        """Write one message of the conversation with `phone`."""
        ...


@contextmanager
def lent(writer: RowWriter) -> Generator[MessageWriter]:
    """Lend a writer to a block: writing after the block is an error in every format."""
    loan = _Loan(writer)
    try:
        yield loan
    finally:
        loan.end()


class _Loan:
    def __init__(self, writer: RowWriter) -> None:
        self._writer = writer
        self._given = self._digits = ""

    def write(self, message: Message, *, phone: str | None = None) -> None:
        if phone is None:
            self._writer.write(message, conversation_of(message))
        else:
            self._writer.write(message, self._digits_of(phone))

    def _digits_of(self, phone: str) -> str:
        """Check a phone; again only when it changes, since that takes longer than a row."""
        if phone != self._given:
            self._digits = phone_digits(phone)
            self._given = phone
        return self._digits

    def end(self) -> None:
        self._writer = _Ended()


class _Ended:
    def write(self, message: Message, phone: str) -> None:  # noqa: ARG002 - neither is ever shown
        raise ValueError(
            "The block of this writer has ended, and the message would be lost: write inside it"
        )
