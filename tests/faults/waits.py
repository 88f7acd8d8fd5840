"""What a server may ask to wait, and how long is waited for it."""

import attrs

from smstools_async import APIError, RateLimitError, ServerError
from smstools_async.sandbox import Response

NOON = "Mon, 23 Nov 2026 12:00:00 GMT"
IN_HALF_A_MINUTE = "Mon, 23 Nov 2026 12:00:30 GMT"
OF_ITS_OWN = (0.5, 1.0, 2.0)
"""The longest waits by default, where the server does not say how long."""


@attrs.frozen(kw_only=True)
class Wait:
    """One row: what comes with a no, and the waits before the next tries, in seconds."""

    name: str
    answer: Response
    error: APIError
    waits: tuple[float, ...]


def row(
    name: str,
    seconds: float | None,
    waits: tuple[float, ...],
    *,
    status: int = 429,
    **headers: str,
) -> Wait:
    """Make a row of headers that are read as so many seconds."""
    answer = Response(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})
    if status == 429:
        error: APIError = RateLimitError(status, None, "Too Many Requests", seconds)
    else:
        error = ServerError(status, None, "Service Unavailable", seconds)
    return Wait(name=f"HTTP {status}, {name}", answer=answer, error=error, waits=waits)


def asks(sent: str, seconds: float, waits: tuple[float, ...], *, status: int = 429) -> Wait:
    """Make a row of a number that is a time to wait."""
    return row(f"`Retry-After: {sent}`", seconds, waits, status=status, Retry_After=sent)


def babbles(sent: str) -> Wait:
    """Make a row of what is no time to wait."""
    return row(f"`Retry-After: {sent}`", None, OF_ITS_OWN, Retry_After=sent)


WAITS = (
    row("without `Retry-After`", None, OF_ITS_OWN),
    row("without `Retry-After`", None, OF_ITS_OWN, status=503),
    asks("7", 7, (7, 7, 7)),
    asks("7", 7, (7, 7, 7), status=503),
    asks("2.5", 2.5, (2.5, 2.5, 2.5)),
    asks("60", 60, (60,)),
    asks("61", 61, ()),
    asks("86400", 86400, ()),
    asks("86400", 86400, (), status=503),
    row("a date in 30 seconds", 30, (30, 30, 30), Retry_After=IN_HALF_A_MINUTE, Date=NOON),
    row(
        "a date in 30 seconds",
        30,
        (30, 30, 30),
        status=503,
        Retry_After=IN_HALF_A_MINUTE,
        Date=NOON,
    ),
    row(
        "a date in the manner of 1985",
        60,
        (60,),
        Retry_After="Monday, 23-Nov-26 12:01:00 GMT",
        Date=NOON,
    ),
    row("a date in a day", 86400, (), Retry_After="Tue, 24 Nov 2026 12:00:00 GMT", Date=NOON),
    row("a date that has passed", None, OF_ITS_OWN, Retry_After=NOON, Date=IN_HALF_A_MINUTE),
    row("a date, and no `Date` to count it from", None, OF_ITS_OWN, Retry_After=NOON),
    row("a date, and a `Date` that is none", None, OF_ITS_OWN, Retry_After=NOON, Date="noon"),
    babbles("0"),
    babbles("-7"),
    babbles("nan"),
    babbles("1_0"),
    babbles("inf"),
    babbles("1e999"),
    babbles("soon"),
    babbles("7, 9"),
    babbles("1e1"),
    babbles("+7"),
    row("a `Retry-After` of 400 digits", None, OF_ITS_OWN, Retry_After="9" * 400),
    row("an empty `Retry-After`", None, OF_ITS_OWN, Retry_After=""),
)
