"""One conversation in memory: rows that come, change and go."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import attrs

from smstools_async._models import DeliveryStatus, Direction, Message, MessageFile
from smstools_async.sandbox._wire import datetime_text, row_json

_INBOUND: Final = Direction.INBOUND.value
_OUTBOUND: Final = Direction.OUTBOUND.value
_DELIVERED: Final = DeliveryStatus.DELIVERED.value


@attrs.define(eq=False)
class Row:
    """A stored message, and its JSON for as long as it stays the same.

    Rows are compared by identity: two rows may hold equal messages.
    """

    message: Message
    _former: tuple[Message, ...] = ()
    _json: bytes | None = None

    def json(self) -> bytes:
        """Return the row as the vendor writes it; only the first call pays for it."""
        if self._json is None:
            self._json = row_json(self.message)
        return self._json

    def change(self, message: Message) -> None:
        """Put `message` in the place of the one before."""
        self._former += (self.message,)
        self.message = message
        self._json = None

    def has_held(self, message: Message) -> bool:
        """Return whether this row holds `message`, or held it before a change."""
        if message.text != self.message.text:  # never changes, and is compared fast
            return False
        return message == self.message or message in self._former

    def second(self) -> int:
        """Return the Unix time."""
        return self.message.unix_time


Arrange: TypeAlias = Callable[[Sequence[Row]], Sequence[Row]]
"""Makes a list of rows; equal ones make equal lists."""


@attrs.define(eq=False)
class History:
    """The rows of one phone, kept oldest first."""

    phone: str
    """Digits only: how the phone stands in the rows."""
    company: str
    """The account's own sender id or number in this conversation."""
    rows: list[Row] = attrs.field(factory=list[Row])
    """As they were entered; change them by the methods alone."""
    latest: int = 0
    """The newest time there ever was, in Unix seconds."""
    rotations: int = 0
    """How often the URLs of the files were signed again."""
    _arranged: tuple[Arrange, Sequence[Row]] | None = None

    def inbound(
        self,
        text: str,
        unix_time: int,
        *,
        message_id: str | None = None,
        files: tuple[MessageFile, ...] = (),
    ) -> Message:
        """Make a message from the phone, without adding it."""
        return Message(
            message_id=message_id,
            direction=_INBOUND,
            sender=self.phone,
            receiver=self.company,
            text=text,
            files=files,
            unix_time=unix_time,
            datetime_text=datetime_text(unix_time),
            delivery_status=_DELIVERED,
        )

    def outbound(
        self,
        text: str,
        unix_time: int,
        *,
        message_id: str | None,
        files: tuple[MessageFile, ...] = (),
        delivery_status: str = _DELIVERED,
    ) -> Message:
        """Make a message to the phone, without adding it."""
        return Message(
            message_id=message_id,
            direction=_OUTBOUND,
            sender=self.company,
            receiver=self.phone,
            text=text,
            files=files,
            unix_time=unix_time,
            datetime_text=datetime_text(unix_time),
            delivery_status=delivery_status,
        )

    def _insert(self, row: Row, position: int) -> None:
        self.rows.insert(max(0, len(self.rows) - position), row)
        self._arranged = None

    def add(self, message: Message, position: int = 0) -> Message:
        """Insert a message before the `position` rows entered last, and return it."""
        _check_not_negative("position", position)
        self._insert(Row(message), position)
        self.latest = max(self.latest, message.unix_time)
        return message

    def find(self, message: Message) -> Row:
        """Return the row that holds `message`, or held it before a change; the newest of several.

        Raises:
            LookupError: No row holds it.
        """
        held = [row for row in reversed(self.rows) if row.has_held(message)]
        if not held:
            raise LookupError(
                "This conversation has no such message, or no longer. See `messages(phone)`."
            )
        return next((row for row in held if row.message == message), held[0])

    def change(self, row: Row, message: Message) -> Message:
        """Put `message` in the place of the one in `row`, and return it."""
        row.change(message)
        self.latest = max(self.latest, message.unix_time)
        self._arranged = None
        return message

    def change_all(self, change: Callable[[Message], Message]) -> None:
        """Put what `change` returns in the place of each message."""
        for row in self.rows:
            if (changed := change(row.message)) is not row.message:
                self.change(row, changed)

    def remove(self, row: Row) -> None:
        """Remove one row."""
        self.rows.remove(row)
        self._arranged = None

    def expire(self, count: int) -> tuple[Message, ...]:
        """Remove the `count` rows entered first, and return their messages."""
        _check_not_negative("count", count)
        expired = tuple(row.message for row in self.rows[:count])
        del self.rows[:count]
        self._arranged = None
        return expired

    def move(self, row: Row, position: int) -> None:
        """Let a row stand before the `position` others entered last."""
        _check_not_negative("position", position)
        self.rows.remove(row)
        self._insert(row, position)

    def files(self) -> Iterator[MessageFile]:
        """Yield all files, those of the newest messages first."""
        for row in reversed(self.rows):
            yield from row.message.files

    def messages(self) -> tuple[Message, ...]:
        """Return the messages as they stand now, newest first."""
        return tuple(row.message for row in reversed(self.rows))

    def arranged(self, arrange: Arrange) -> Sequence[Row]:
        """Return what `arrange` makes of the rows; kept until a row or `arrange` changes."""
        if self._arranged is None or self._arranged[0] != arrange:
            self._arranged = (arrange, arrange(self.rows))
        return self._arranged[1]


def _check_not_negative(name: str, value: int) -> None:
    if value < 0:
        raise ValueError(f"{name} must be 0 or more, got {value}")


def with_time_shifted(message: Message, seconds: int) -> Message:
    """Return a message that is this much later."""
    time = message.unix_time + seconds
    return attrs.evolve(message, unix_time=time, datetime_text=datetime_text(time))
