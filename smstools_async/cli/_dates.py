"""Dates and times as people write them, and the moments that they mean in a time zone.

Pure: text, a zone and the present moment go in, moments come out.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

import attrs

_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
_TICK: Final = datetime.resolution
_AGE: Final = re.compile(r"(\d{1,5})(min|h|d|w)")
_UNITS: Final = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DAYS_BACK: Final = {"today": 0, "yesterday": 1}


@attrs.frozen(kw_only=True)
class Day:
    """A complete day of the calendar: midnight to midnight in the zone, of whatever length."""

    date: date

    def start(self, zone: tzinfo, _now: datetime) -> datetime:
        """Return the first moment of the day."""
        first, *others = _moments(datetime.combine(self.date, time()), zone)
        within = [each for each in (first, *others) if each.astimezone(zone).date() == self.date]
        return min(within, default=first)

    def end(self, zone: tzinfo, _now: datetime) -> datetime:
        """Return the moment when the day is over, which is not part of it."""
        if self.date == date.max:
            return _LAST
        midnight = datetime.combine(self.date + timedelta(days=1), time())
        first, *others = _moments(midnight, zone)
        after = [
            each for each in (first, *others) if (each - _TICK).astimezone(zone).date() == self.date
        ]
        return max(after, default=first)


@attrs.frozen(kw_only=True)
class DayBack:
    """Today, or a day before it, by the calendar of the zone."""

    days: int

    def start(self, zone: tzinfo, now: datetime) -> datetime:
        """Return the first moment of the day."""
        return self._day(zone, now).start(zone, now)

    def end(self, zone: tzinfo, now: datetime) -> datetime:
        """Return the moment when the day is over."""
        return self._day(zone, now).end(zone, now)

    def _day(self, zone: tzinfo, now: datetime) -> Day:
        return Day(date=now.astimezone(zone).date() - timedelta(days=self.days))


@attrs.frozen(kw_only=True)
class Age:
    """A moment before now, by the clock: `7d` is 168 hours, also across a change to summer time."""

    age: timedelta

    def start(self, _zone: tzinfo, now: datetime) -> datetime:
        """Return the moment."""
        return now - self.age

    end = start


@attrs.frozen(kw_only=True)
class Moment:
    """A date with a time of day; without an offset it is local to the zone."""

    time: datetime

    def start(self, zone: tzinfo, _now: datetime) -> datetime:
        """Return the moment; the first one, of a local time that occurs twice."""
        return self._choose(min, zone)

    def end(self, zone: tzinfo, _now: datetime) -> datetime:
        """Return the moment; the last one, of a local time that occurs twice."""
        return self._choose(max, zone)

    def _choose(self, choose: Callable[[tuple[datetime, ...]], datetime], zone: tzinfo) -> datetime:
        return self.time if self.time.tzinfo else choose(_moments(self.time, zone))


When = Day | DayBack | Age | Moment


def parse_when(text: str) -> When:
    """Read `2025-06-05`, `2025-06-05T08:44`, `today`, `yesterday`, `7d`, `2h` and their like.

    Raises:
        ValueError: It is none of these.
    """
    word = text.strip().lower()
    if word in _DAYS_BACK:
        return DayBack(days=_DAYS_BACK[word])
    if age := _AGE.fullmatch(word):
        return Age(age=int(age[1]) * _UNITS[age[2]])
    try:
        return Day(date=date.fromisoformat(text))
    except ValueError:
        return Moment(time=_parse_time(text))


def _parse_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a date or time. Write 2025-06-05 or 2025-06-05T08:44:46-03:00, today,"
            " yesterday, or how long ago: 90min, 2h, 7d, 4w."
        ) from None


def _moments(local: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """Return what a local time may mean: two moments, which mostly are one, in UTC.

    They differ where clocks are changed: a local time that occurs twice, or never.
    """
    return tuple(_to_utc(local.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))


def _to_utc(time: datetime) -> datetime:
    """Convert a time; at the ends of the calendar, to the last moment that there is."""
    try:
        return time.astimezone(UTC)
    except (OverflowError, ValueError):
        return _FIRST if time.year == 1 else _LAST
