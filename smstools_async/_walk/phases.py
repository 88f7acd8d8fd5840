"""The phases of a walk, as values.

```
Opening ──► Comparing ──► Reading ◄──► Confirming ──► Finished
   │            │          ▲  ▲
   │            ▼          │  ▼
   └───────► Seeking ──────┘ Locating
```
"""

from typing import Literal, TypeAlias

import attrs

from smstools_async._walk.trends import Trend
from smstools_async._walk.view import View


@attrs.frozen(kw_only=True)
class Bracket:
    """Between which indexes something is sought; galloping first, then by halves."""

    low: int
    high: int | None
    step: int
    upwards: bool = True

    @property
    def guess(self) -> int:
        """The index to look at next."""
        if self.high is None:
            return self.low + self.step
        middle = (self.low + self.high) // 2
        if self.upwards:
            return min(self.low + self.step, middle)
        return max(self.high - self.step, middle)

    def above(self, low: int) -> "Bracket":
        """Learn that it is at `low` or above."""
        return attrs.evolve(self, low=max(self.low, low), step=2 * self.step, upwards=True)

    def below(self, high: int) -> "Bracket":
        """Learn that it is below `high`."""
        nearer = high if self.high is None else min(high, self.high)
        return attrs.evolve(self, high=nearer, step=2 * self.step, upwards=False)


@attrs.frozen(kw_only=True)
class Opening:
    """Page 1 is asked for."""

    tries: int = 0


@attrs.frozen(kw_only=True)
class Comparing:
    """The first window is here, and one next to it tells whether pages are turned."""

    first: View = attrs.field(repr=False)
    """Page 1, or the window at the end of the list, as if it were not turned."""
    pages: Trend
    """Which way times run from page to page, as far as is known."""
    overlap: int = 2
    tries: int = 0


@attrs.frozen(kw_only=True)
class Seeking:
    """The end of the list is sought, or where the wanted range begins."""

    target: Literal["end", "range"]
    bracket: Bracket
    first: View | None = attrs.field(default=None, repr=False)
    """Page 1, where the end is sought."""
    tries: int = 0


@attrs.frozen(kw_only=True)
class Reading:
    """Each window shows known rows, and news behind them."""


@attrs.frozen(kw_only=True)
class Confirming:
    """A short page may be the end of the list, or the most that the server gives at once."""

    rows: int
    may_be_the_limit: bool
    """Whether the server was never seen to give more rows at once."""
    total: int | None
    tries: int = 0


@attrs.frozen(kw_only=True)
class Locating:
    """No known row was in view; where the walk stands is sought."""

    bracket: Bracket
    origin: int
    saw_rows: bool = False
    """Whether any response of the search had rows."""
    is_second_scan: bool = False
    """Whether all before `origin` was looked at, so that the other side is."""


@attrs.frozen(kw_only=True)
class Finished:
    """Nothing more is to come."""


Phase: TypeAlias = Opening | Comparing | Seeking | Reading | Confirming | Locating | Finished
