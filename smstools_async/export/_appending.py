"""Appending: what is common to all files that later exports add to."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Protocol

from smstools_async._models import Message
from smstools_async.export._rows import Row, identity_of, phone_digits
from smstools_async.export._writer import MessageWriter, RowWriter, lent


class Appender(MessageWriter, Protocol):
    """Adds what is new to a file that knows up to where it holds each conversation."""

    def cursor(self, phone: str) -> str | None:
        """Return the cursor to read a conversation from, oldest first.

        `None` means from the beginning: the conversation is not in the file, or it is and nothing
        says up to where. Messages that are there already are not added again.
        """
        ...

    def mark(self, phone: str, cursor: str | None) -> None:
        """Note that all messages of a conversation up to `cursor` are written.

        Call it when a conversation has been read, with the cursor of the iterator or of the error
        that ended it. `None` changes nothing.
        """
        ...


class Appending:
    """Adds rows, and keeps the cursor of each conversation."""

    def __init__(
        self,
        rows: RowWriter,
        places: Mapping[str, str],
        existing: Callable[[], Iterable[Row]] = tuple,
    ) -> None:
        """Begin with the cursors in the file; `existing` reads its rows, with their phones."""
        self.places = dict(places)
        """The cursor of each conversation by its phone, digits without a plus."""
        self.is_changed = False
        """Whether a row was added or a cursor has moved."""
        self.marked = set[str]()
        """The phones that were marked."""
        self._begun = frozenset(places)
        self._rows = rows
        self._existing = existing
        self._known: Counter[tuple[str, bytes]] | None = None
        self._unmarked = set[str]()

    def write(self, message: Message, phone: str) -> None:
        """Add a message, unless it is one that was there before there were cursors."""
        self._unmarked.add(phone)
        if phone not in self._begun and self._is_there(message, phone):
            return
        self._rows.write(message, phone)
        self.is_changed = True

    def mark(self, phone: str, cursor: str) -> None:
        """Note up to where a conversation is there."""
        self._unmarked.discard(phone)
        self.marked.add(phone)
        self.is_changed |= self.places.get(phone) != cursor
        self.places[phone] = cursor

    def check(self) -> None:
        """Refuse to end while a message is not covered by a cursor: it would be added twice.

        Raises:
            ValueError: There is such a message.
        """
        if self._unmarked:
            raise ValueError(
                f"{len(self._unmarked)} conversations were written and not marked, so the next"
                " export would add their messages again: call mark(phone, cursor) after each, and"
                " give write() the same phone"
            )

    def _is_there(self, message: Message, phone: str) -> bool:
        """Whether a row of the file is this message; equal ones are counted."""
        if self._known is None:
            self._known = Counter(
                (each.phone, identity_of(each.message)) for each in self._existing()
            )
        identity = (phone, identity_of(message))
        self._known[identity] -= 1
        return self._known[identity] >= 0


@contextmanager
def lent_appender(appending: Appending) -> Generator[Appender]:
    """Lend it to a block, and check at its end that all is marked."""
    with lent(appending) as writer:
        yield _Loan(writer, appending)
    appending.check()


class _Loan:
    def __init__(self, writer: MessageWriter, appending: Appending) -> None:
        self._writer = writer
        self._appending = appending

    def write(self, message: Message, *, phone: str | None = None) -> None:
        self._writer.write(message, phone=phone)

    def cursor(self, phone: str) -> str | None:
        return self._appending.places.get(phone_digits(phone))

    def mark(self, phone: str, cursor: str | None) -> None:
        if cursor is not None:
            self._appending.mark(phone_digits(phone), str(cursor))
