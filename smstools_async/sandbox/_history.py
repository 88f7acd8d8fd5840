"""One conversation in memory: rows that come, change and go."""

from collections.abc import Iterator
from itertools import groupby
from random import Random
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit

import attrs

from smstools_async._models import DeliveryStatus, Direction, Message, MessageFile
from smstools_async.sandbox._wire import datetime_text, row_json

Order = Literal["newest", "oldest"]

_INBOUND: Final = Direction.INBOUND.value
_OUTBOUND: Final = Direction.OUTBOUND.value
_DELIVERED: Final = DeliveryStatus.DELIVERED.value


@attrs.define(eq=False)
class Row:
    """A stored message, and its JSON for as long as it stays the same.

    Rows are compared by identity: two rows may hold equal messages.
    """

    message: Message
    _json: bytes | None = None

    def json(self) -> bytes:
        """Return the row as the vendor writes it; only the first call pays for it."""
        if self._json is None:
            self._json = row_json(self.message)
        return self._json

    def change(self, message: Message) -> Message:
        """Put `message` in the place of the one before, and return it."""
        self.message = message
        self._json = None
        return message

    def second(self) -> int:
        """Return the Unix time."""
        return self.message.unix_time


@attrs.define(eq=False)
class History:
    """The rows of one phone, kept oldest first."""

    phone: str
    """Digits only: how the phone stands in the rows."""
    company: str
    """The account's own sender id or number in this conversation."""
    rows: list[Row] = attrs.field(factory=list[Row])

    latest: int = 0
    """The newest time there ever was, in Unix seconds."""

    def inbound(self, text: str, unix_time: int, *, files: tuple[MessageFile, ...] = ()) -> Message:
        """Make a message from the phone, without adding it."""
        return Message(
            message_id=None,
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
        message_id: str,
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

    def add(self, message: Message) -> Message:
        """Put a message at the head, whatever its time, and return it."""
        self.rows.append(Row(message))
        self.latest = max(self.latest, message.unix_time)
        return message

    def find(self, message: Message) -> Row:
        """Return the newest row that holds `message`.

        An equal one is best; else one that differs in what changes with time alone, the delivery
        status and the file URLs.

        Raises:
            LookupError: No row holds it.
        """
        same = [row for row in reversed(self.rows) if _is_same(row.message, message)]
        if not same:
            raise LookupError(
                "This conversation has no such message (any more). Look at `messages(phone)`."
            )
        return next((row for row in same if row.message == message), same[0])

    def expire(self, count: int) -> tuple[Message, ...]:
        """Remove the `count` oldest rows, and return their messages."""
        expired = tuple(row.message for row in self.rows[:count])
        del self.rows[:count]
        return expired

    def sign_file_urls(self, signature: int) -> None:
        """Change the query of every file URL."""
        for row in self.rows:
            if row.message.files:
                files = tuple(_signed(file, signature) for file in row.message.files)
                row.change(attrs.evolve(row.message, files=files))

    def move_files(self, base_url: str) -> None:
        """Let every file be below `base_url`, at the path it has now."""
        for row in self.rows:
            if row.message.files:
                files = tuple(_moved(file, base_url) for file in row.message.files)
                row.change(attrs.evolve(row.message, files=files))

    def files(self) -> Iterator[MessageFile]:
        """Yield all files, those of the newest messages first."""
        for row in reversed(self.rows):
            yield from row.message.files

    def messages(self) -> tuple[Message, ...]:
        """Return the messages as they stand now, newest first."""
        return tuple(row.message for row in reversed(self.rows))

    def window(
        self, start: int, stop: int, *, order: Order, shuffle_ties: Random | None
    ) -> list[Row]:
        """Return the rows from `start` to before `stop`, counted in the given order.

        With `shuffle_ties`, rows of one second stand in an order drawn from it.
        """
        size = len(self.rows)
        low, high = (size - stop, size - start) if order == "newest" else (start, stop)
        low, high = max(low, 0), min(max(high, 0), size)
        rows = self._shuffled(low, high, shuffle_ties) if shuffle_ties else self.rows[low:high]
        return rows[::-1] if order == "newest" else rows

    def _shuffled(self, low: int, high: int, random: Random) -> list[Row]:
        first, last = self._whole_seconds(low, high)
        rows: list[Row] = []
        for _, tied in groupby(self.rows[first:last], key=Row.second):
            second = list(tied)
            if len(second) > 1:
                random.shuffle(second)
            rows += second
        return rows[low - first : high - first]

    def _whole_seconds(self, low: int, high: int) -> tuple[int, int]:
        """Widen the bounds until neither cuts through the rows of one second."""
        while 0 < low < len(self.rows) and self._are_tied(low):
            low -= 1
        while 0 < high < len(self.rows) and self._are_tied(high):
            high += 1
        return low, high

    def _are_tied(self, index: int) -> bool:
        return self.rows[index - 1].second() == self.rows[index].second()


def _is_same(one: Message, other: Message) -> bool:
    return one.unix_time == other.unix_time and _lasting(one) == _lasting(other)


def _lasting(message: Message) -> Message:
    files = tuple(attrs.evolve(file, url="") for file in message.files)
    return attrs.evolve(message, delivery_status="", files=files)


def _moved(file: MessageFile, base_url: str) -> MessageFile:
    url = urlsplit(file.url)
    return attrs.evolve(file, url=base_url.rstrip("/") + urlunsplit(("", "", *url[2:])))


def _signed(file: MessageFile, signature: int) -> MessageFile:
    return attrs.evolve(file, url=f"{file.url.partition('?')[0]}?signature={signature}")
