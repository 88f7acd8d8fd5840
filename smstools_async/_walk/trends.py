"""Which way times run."""

from collections.abc import Sequence
from operator import gt, lt
from typing import Literal

Trend = Literal["falling", "rising", "none"]
_CLEAR = 4
"""So many times as many steps one way as the other make a trend."""
_LEAST_TURNS = 3
"""So many steps against the others at least make a page mixed."""


def trend(seconds: Sequence[int]) -> Trend:
    """Return which way times run; a few displaced rows do not hide it."""
    trends: set[Trend] = {_trend_of(*steps) for steps in _near_and_far(seconds)}
    return trends.pop() if len(trends) == 1 else "none"


def is_mixed(seconds: Sequence[int]) -> bool:
    """Whether times run both ways, and not just for a few displaced rows."""
    if seconds[0] >= seconds[-1] and seconds == sorted(seconds, reverse=True):
        return False  # the usual case, which takes next to no time
    return _is_split(*_steps(seconds, 1)) or has_no_trend(seconds)


def has_no_trend(seconds: Sequence[int]) -> bool:
    """Whether times run neither way on the whole, next to each other or not."""
    near, *far = _near_and_far(seconds)
    trends = {_trend_of(*steps) for steps in (near, *far)}
    return {"rising", "falling"} <= trends or any(_is_split(*steps) for steps in far)


def trend_between(first: int | None, second: int | None) -> Trend:
    """Return which way two times run."""
    if first is None or second is None or first == second:
        return "none"
    return "falling" if second < first else "rising"


def _trend_of(rises: int, falls: int) -> Trend:
    if falls > _CLEAR * rises:
        return "falling"
    return "rising" if rises > _CLEAR * falls else "none"


def _is_split(rises: int, falls: int) -> bool:
    fewer, more = sorted((rises, falls))
    return fewer >= _LEAST_TURNS and more <= _CLEAR * fewer


def _near_and_far(seconds: Sequence[int]) -> list[tuple[int, int]]:
    """Count how often times rise and fall: from row to row, and over a third and half of the page.

    Rows that rise a dozen times and then fall back run neither way.
    """
    count = len(seconds)
    return [_steps(seconds, max(1, far)) for far in (1, count // 3, count // 2)]


def _steps(seconds: Sequence[int], far: int) -> tuple[int, int]:
    """Count the rises and the falls; this runs for each row, so in C."""
    later = seconds[far:]
    return sum(map(lt, seconds, later)), sum(map(gt, seconds, later))
