"""How a client behaves, and what it reports to hooks."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from smstools_async._arguments import (
    ArgumentTypeError,
    check_function,
    check_number,
    check_wait,
    check_whole,
)


def _check_attempts(_: object, field: "attrs.Attribute[int]", value: int) -> None:
    check_whole(field.name, value, 1)


def _check_seconds(_: object, field: "attrs.Attribute[float]", value: float) -> None:
    check_wait(field.name, value)


def _check_budget(_: object, field: "attrs.Attribute[float]", value: float) -> None:
    check_number(field.name, value, "a number of retries, or math.inf", lambda number: number >= 0)


def _check_statuses(
    _: object, field: "attrs.Attribute[frozenset[int]]", value: frozenset[int]
) -> None:
    if not all(isinstance(status, int) for status in value):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise ArgumentTypeError(field.name, "must be HTTP statuses, such as {429, 503}")


def _freeze(statuses: Iterable[int]) -> frozenset[int]:
    return frozenset(statuses)


_FEWEST_PATIENT_ATTEMPTS = 10
_SECONDS_PER_ATTEMPT = 10
"""A third of the average wait of `Retry.patient`, so that time runs out before attempts do."""


@attrs.frozen(kw_only=True)
class Retry:
    """How often and for how long a failed request is retried.

    Only idempotent requests (GET) are retried, and only after a failure that may pass: a lost
    connection, a timeout, one of `statuses`, the vendor's error 105, and, once, a response that is
    not JSON or holds another phone's page. A refused login is never retried. The wait before the
    next attempt is exponential backoff with full jitter: random, between 0 and
    `backoff_initial * 2 ** (attempts so far - 1)` seconds, or what the server asks for.

    The defaults suit a web request: where connections are refused, the error comes after at most
    3.5 seconds. `Retry.patient()` suits a job that would rather wait. `retry=None` turns retries
    off.

    Example:
        >>> Retry(attempts=6, total_time=300).attempts
        6
        >>> Retry.patient().total_time
        900.0
    """

    attempts: int = attrs.field(default=4, validator=_check_attempts)
    """How many times a request is sent at most, the first one included."""
    total_time: float = attrs.field(default=90.0, validator=_check_seconds)
    """No new attempt begins later than this after the first, in seconds."""
    backoff_initial: float = attrs.field(default=0.5, validator=_check_seconds)
    """The longest wait before the second attempt, in seconds."""
    backoff_max: float = attrs.field(default=20.0, validator=_check_seconds)
    """The longest wait before any attempt, in seconds."""
    retry_after_max: float = attrs.field(default=60.0, validator=_check_seconds)
    """The longest `Retry-After` that is waited for, in seconds; a longer one is raised at once."""
    budget: float = attrs.field(default=35.0, validator=_check_budget)
    """How many retries may fail in a row, over all requests of a client.

    In an outage, retries multiply the load that keeps the server down. A retry that succeeds is
    paid back, and each request without one earns a fourteenth of a retry. `math.inf`: no limit."""
    statuses: frozenset[int] = attrs.field(
        default=frozenset({408, 429, 500, 502, 503, 504, *range(520, 525), 529}),
        converter=_freeze,
        validator=_check_statuses,
        repr=False,
    )
    """The HTTP statuses that may pass."""

    @classmethod
    def patient(cls, total_time: float = 900.0) -> "Retry":
        """Keep trying for minutes, as a nightly job does while the gateway restarts.

        Waits grow to one minute, so that an outage is not made worse; there is no budget. Every
        other call of the same client waits as patiently: give web requests a client of their own.

        Args:
            total_time: how long to keep trying, in seconds.

        Raises:
            ValueError, TypeError: `total_time` is not a finite number of seconds, 0 or more.

        Example:
            >>> Retry.patient(total_time=3600).backoff_max
            60.0
        """
        once = cls(total_time=total_time)  # checks the number before it is counted with
        return cls(
            attempts=_FEWEST_PATIENT_ATTEMPTS + math.ceil(once.total_time / _SECONDS_PER_ATTEMPT),
            total_time=once.total_time,
            backoff_initial=1.0,
            backoff_max=60.0,
            retry_after_max=max(cls().retry_after_max, once.total_time),
            budget=math.inf,
        )


@attrs.frozen(kw_only=True)
class RequestInfo:
    """One attempt of a request, without anything private."""

    method: str
    path: str
    """Below the base URL, with the phone masked: `/conversation/•••21`. For a download, the host
    alone: `https://files.example/…`."""
    params: Mapping[str, str]
    """The query, with long numbers masked."""
    attempt: int
    """1 for the first one."""


@attrs.frozen(kw_only=True)
class ResponseInfo:
    """The outcome of one attempt."""

    request: RequestInfo
    status: int | None
    """The HTTP status; `None` if no complete response arrived."""
    size: int
    """Bytes of the body, decompressed."""
    elapsed: float
    """Seconds from the request to the end of the body, without the wait for a free connection."""
    error: Exception | None
    """Why it failed: a `SmstoolsError`; `None` on success."""


@attrs.frozen(kw_only=True)
class RetryInfo:
    """A retry that is about to be made."""

    request: RequestInfo
    """The attempt that failed."""
    error: Exception
    """Why it failed: a `SmstoolsError`."""
    wait: float
    """Seconds until the next attempt."""


def _check_hook(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if value is not None:
        check_function(field.name, value)


@attrs.frozen(kw_only=True)
class Hooks:
    """Functions to call as requests are made, for metrics and traces.

    Hooks are plain functions that run in the event loop, so they must be quick. An exception of a
    hook propagates to the caller of the request. Cancelled attempts are not reported.

    Example:
        >>> Hooks(on_retry=lambda retry: print(retry.request.path, retry.wait))
        Hooks()
    """

    on_request: Callable[[RequestInfo], object] | None = attrs.field(
        default=None, repr=False, validator=_check_hook
    )
    """Called before each attempt."""
    on_response: Callable[[ResponseInfo], object] | None = attrs.field(
        default=None, repr=False, validator=_check_hook
    )
    """Called after each attempt."""
    on_retry: Callable[[RetryInfo], object] | None = attrs.field(
        default=None, repr=False, validator=_check_hook
    )
    """Called before each wait for another attempt."""
