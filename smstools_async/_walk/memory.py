"""The rows read last, by which a walk recognises where it stands.

Rows are kept in the order of the walk, as a second and a digest: nothing that can be read back.
"""

from collections import Counter, deque
from collections.abc import Sequence
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

import attrs

REMEMBERED = 64
"""Rows kept at least, once that many were read. Deletions rarely take all of them at once."""
_MOST_REMEMBERED = 2048
"""Rows of one second beyond these cannot be shown in one window anyway."""


class Row(NamedTuple):
    """What is remembered of a row."""

    second: int | None
    digest: bytes


def rows_to_remember(seconds: Sequence[int | None]) -> int:
    """Return how many of the last rows the next overlap needs."""
    if not seconds or seconds[-1] is None:
        return REMEMBERED
    last = seconds[-1]
    ties = sum(1 for _ in takewhile(lambda second: second == last, reversed(seconds)))
    return min(_MOST_REMEMBERED, max(REMEMBERED, ties + REMEMBERED // 2))


@attrs.frozen(kw_only=True, slots=False)
class Memory:
    """The rows read last, in the order of the walk."""

    rows: tuple[Row, ...] = ()
    is_complete: bool = True
    """Whether these are all rows that were ever read."""
    width: int = 16
    """Bytes of each digest; cursors keep shorter ones."""
    uncounted: int = 0
    """Rows of the last second that a cursor had no room for."""

    @cached_property
    def last_second(self) -> int | None:
        """The second of the row read last."""
        return self.rows[-1].second if self.rows else None

    @cached_property
    def ties(self) -> int:
        """How many rows of the last second were read; rows without a time have no ties."""
        if self.last_second is None:
            return min(1, len(self.rows))
        last = self.last_second
        return self.uncounted + sum(
            1 for _ in takewhile(lambda row: row.second == last, reversed(self.rows))
        )

    @cached_property
    def seconds(self) -> frozenset[int | None]:
        """The seconds of all rows; only rows of these can be known."""
        return frozenset(row.second for row in self.rows)

    @cached_property
    def counts(self) -> Counter[bytes]:
        """How often each digest was read."""
        return Counter(row.digest for row in self.rows)

    @cached_property
    def places(self) -> dict[bytes, list[int]]:
        """Where the rows of each digest stand, twins included."""
        places: dict[bytes, list[int]] = {}
        for place, row in enumerate(self.rows):
            places.setdefault(row.digest, []).append(place)
        return places

    @cached_property
    def partial_second(self) -> int | None:
        """The oldest second, of which rows may be forgotten; `None` if it is remembered whole."""
        return None if self.is_complete or not self.rows else self.rows[0].second

    def followed_by(self, rows: Sequence[Row], *, are_all: bool) -> "Memory":
        """Return the memory after more `rows`; `are_all` says whether these are all that came."""
        short = [Row(row.second, row.digest[: self.width]) for row in rows]
        unseen = self._unseen_among(short)
        merged = unseen.get(-1, [])
        for place, row in enumerate(short):
            merged += [row, *unseen.get(place, ())]
        return self._cut(merged, is_complete=self.is_complete and are_all)

    def _unseen_among(self, rows: Sequence[Row]) -> dict[int, list[Row]]:
        """Return the remembered rows that are not among `rows`, by the place they stand behind.

        Those read after all of the known rows stand behind all of these, whatever their order now.
        """
        places: dict[bytes, deque[int]] = {}
        for place, row in enumerate(rows):
            places.setdefault(row.digest, deque()).append(place)
        unseen: dict[int, list[Row]] = {}
        behind, farthest = -1, -1
        last: list[Row] = []
        for row in self.rows:
            if not places.get(row.digest):
                last.append(row)
                continue
            unseen.setdefault(behind, []).extend(last)
            behind, last = places[row.digest].popleft(), []
            farthest = max(farthest, behind)
        unseen.setdefault(farthest, []).extend(last)
        return unseen

    def _cut(self, rows: list[Row], *, is_complete: bool) -> "Memory":
        """Forget the oldest rows, but none that the next overlap needs."""
        last = rows[-1].second if rows else None
        needed = rows_to_remember([row.second for row in rows])
        return Memory(
            rows=tuple(rows[-needed:]),
            is_complete=is_complete and len(rows) <= needed,
            width=self.width,
            uncounted=self.uncounted if last == self.last_second else 0,
        )
