"""Dates on the command line: a day is a day of the zone that is shown, of whatever length."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async.cli._dates import Day, parse_when

NOW = datetime(2025, 6, 5, 1, 30, tzinfo=UTC)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ZONES = [
    "UTC",
    "America/Sao_Paulo",  # clocks went forward at midnight until 2018
    "America/Havana",  # midnight occurs twice when clocks go back
    "America/St_Johns",  # clocks went back a minute after midnight until 2011
    "Europe/Brussels",
    "Asia/Kolkata",
    "Pacific/Apia",  # has no 30 December 2011
    "Australia/Lord_Howe",  # clocks move by half an hour
]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2025-06-30", "2025-06-30T03:00+00:00", "2025-07-01T03:00+00:00"),
        ("20250630", "2025-06-30T03:00+00:00", "2025-07-01T03:00+00:00"),
        ("today", "2025-06-04T03:00+00:00", "2025-06-05T03:00+00:00"),
        ("Yesterday", "2025-06-03T03:00+00:00", "2025-06-04T03:00+00:00"),
        ("7d", "2025-05-29T01:30+00:00", "2025-05-29T01:30+00:00"),
        ("2h", "2025-06-04T23:30+00:00", "2025-06-04T23:30+00:00"),
        ("90min", "2025-06-05T00:00+00:00", "2025-06-05T00:00+00:00"),
        ("4w", "2025-05-08T01:30+00:00", "2025-05-08T01:30+00:00"),
        ("2025-06-05T08:44", "2025-06-05T11:44+00:00", "2025-06-05T11:44+00:00"),
        ("2025-06-05 08:44:46", "2025-06-05T11:44:46+00:00", "2025-06-05T11:44:46+00:00"),
        ("2025-06-05T08:44:46Z", "2025-06-05T08:44:46+00:00", "2025-06-05T08:44:46+00:00"),
        ("2025-06-05T08:44-05:00", "2025-06-05T13:44+00:00", "2025-06-05T13:44+00:00"),
        # Clocks changed: this day began at 01:00, that one was 25 hours long.
        ("2018-11-04", "2018-11-04T03:00+00:00", "2018-11-05T02:00+00:00"),
        ("2018-02-17", "2018-02-17T02:00+00:00", "2018-02-18T03:00+00:00"),
        # A local time that occurred twice, and one that never did.
        ("2018-02-17T23:30", "2018-02-18T01:30+00:00", "2018-02-18T02:30+00:00"),
        ("2018-11-04T00:30", "2018-11-04T02:30+00:00", "2018-11-04T03:30+00:00"),
        # The ends of the calendar.
        ("0001-01-01", "0001-01-01T03:06:28+00:00", "0001-01-02T03:06:28+00:00"),
        ("9999-12-31", "9999-12-31T03:00+00:00", "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_date_or_time_means_moments_in_the_zone(text: str, start: str, end: str) -> None:
    """As `--since` it starts, as `--until` it ends: a whole day for a bare date."""
    when = parse_when(text)
    moments = (when.start(SAO_PAULO, NOW), when.end(SAO_PAULO, NOW))
    assert (datetime.fromisoformat(start), datetime.fromisoformat(end)) == moments


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "05/06/2025",
        "2025-13-01",
        "1749113086x",
        "7",
        "7m",
        "-7d",
        "1.5h",
        "999999d",
    ],
)
def test_what_is_not_a_date_is_explained(text: str) -> None:
    """The error shows how dates, times and ages are written."""
    with pytest.raises(ValueError, match=r"is not a date or time\. Write 2025-06-05 or .* 7d, 4w"):
        parse_when(text)


dates = st.dates(min_value=date(1990, 1, 1), max_value=date(2035, 1, 1))
moments = st.integers(631_152_000, 2_051_222_400).map(lambda t: datetime.fromtimestamp(t, UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)


@given(moments, zones)
def test_every_moment_is_within_its_day(moment: datetime, zone: ZoneInfo) -> None:
    """No message that is shown with a date is left out by `--since` and `--until` of that date."""
    day = Day(date=moment.astimezone(zone).date())
    assert day.start(zone, NOW) <= moment < day.end(zone, NOW)


@given(dates, zones)
def test_day_begins_and_ends_with_moments_of_its_own(date: date, zone: ZoneInfo) -> None:
    """Nothing of the days around it is taken in at its edges."""
    day, tick = Day(date=date), timedelta(microseconds=1)
    start, end = day.start(zone, NOW), day.end(zone, NOW)
    if start != end:  # which a day has that was left out of the calendar
        assert date == start.astimezone(zone).date()
        assert date == (end - tick).astimezone(zone).date()


@given(dates, zones)
def test_days_leave_no_gap(date: date, zone: ZoneInfo) -> None:
    """A day starts no later than the one before ends."""
    before = Day(date=date - timedelta(days=1))
    assert Day(date=date).start(zone, NOW) <= before.end(zone, NOW)


@pytest.mark.parametrize(
    ("date_text", "hours"),
    [("2025-03-30", 23), ("2025-10-26", 25), ("2025-06-05", 24)],
)
def test_day_is_as_long_as_clocks_make_it(date_text: str, hours: int) -> None:
    """In Brussels, on the days when clocks change."""
    day, zone = Day(date=date.fromisoformat(date_text)), ZoneInfo("Europe/Brussels")
    assert timedelta(hours=hours) == day.end(zone, NOW) - day.start(zone, NOW)


@pytest.mark.parametrize("date_text", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_days_at_the_ends_of_the_calendar_are_cut(date_text: str, zone: str) -> None:
    """They begin and end with the first and the last moment that there is."""
    when, now = parse_when(date_text), datetime(2025, 6, 5, tzinfo=UTC)
    start, end = when.start(ZoneInfo(zone), now), when.end(ZoneInfo(zone), now)
    assert datetime.min.replace(tzinfo=UTC) <= start < end <= datetime.max.replace(tzinfo=UTC)
