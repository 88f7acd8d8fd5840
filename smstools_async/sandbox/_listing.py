"""The list as the server has it: its rows sorted, without those it withholds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from zlib import crc32

import attrs

from smstools_async._models import Direction, Message
from smstools_async.sandbox._history import Row
from smstools_async.sandbox._quirks import Quirks, Sorting, SortKey


@attrs.frozen(kw_only=True)
class Arrangement:
    """Makes the list of a history's rows: a value, so that a history can keep the result."""

    sort_by: Sorting
    never_sent: Callable[[Message], bool] | None
    sent_twice: Callable[[Message], bool] | None

    @classmethod
    def of(cls, quirks: Quirks) -> "Arrangement":
        """Take what `quirks` say on the list."""
        return cls(
            sort_by=quirks.sort_by, never_sent=quirks.never_sent, sent_twice=quirks.sent_twice
        )

    def __call__(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the list, its first row first; `rows` itself where nothing changes it."""
        return _doubled(_sent(_sorted(rows, self.sort_by), self.never_sent), self.sent_twice)


def _sorted(rows: Sequence[Row], sort_by: Sorting) -> Sequence[Row]:
    if sort_by == "entry":
        return rows
    key = sort_by if callable(sort_by) else _SORT_KEYS[sort_by]
    return sorted(rows, key=lambda row: key(row.message))


def _sent(rows: Sequence[Row], never_sent: Callable[[Message], bool] | None) -> Sequence[Row]:
    if never_sent is None:
        return rows
    return [row for row in rows if not never_sent(row.message)]


def _doubled(rows: Sequence[Row], sent_twice: Callable[[Message], bool] | None) -> Sequence[Row]:
    if sent_twice is None:
        return rows
    return [row for row in rows for _ in range(2 if sent_twice(row.message) else 1)]


def _time(message: Message) -> int:
    return message.unix_time


def _is_outbound(message: Message) -> bool:
    return message.direction == Direction.OUTBOUND


def _hash(message: Message) -> int:
    """Hash what never changes about a row, the same way in every process."""
    text = f"{message.direction}/{message.text}"
    return crc32(text.encode("utf-8", "surrogatepass"))


_SORT_KEYS: Final[Mapping[str, SortKey]] = {
    "time": _time,
    "direction": _is_outbound,
    "hash": _hash,
}
