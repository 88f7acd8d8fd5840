"""Tell whether another try is worth it, and when.

Pure: errors and times go in, waits come out.
"""

import math
import random
from collections.abc import Callable

from smstools_async._errors import (
    APIError,
    AuthenticationError,
    DownloadError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
)
from smstools_async._http.responses import SERVER_TROUBLE_CODE
from smstools_async._models import Retry

_MOST_DOUBLINGS = 64
_EARNED_BY_A_SUCCESS = 1 / 14


class Budget:
    """How many retries all requests of a client may still make.

    In an outage, clients that retry multiply the load which keeps the server down. So retries are
    paid for: one that ends well is paid back, one that does not is not, and requests that need none
    earn a little.

    Args:
        size: retries that may end badly, one after the other.
    """

    def __init__(self, size: float) -> None:
        self._size = size
        self._left = size

    def spend(self) -> bool:
        """Pay for a retry, if it can be paid."""
        is_enough = self._left >= 1
        if is_enough:
            self._left -= 1
        return is_enough

    def earn(self, retries: int) -> None:
        """Take back what a request paid that ended well after so many retries."""
        self._left = min(self._size, self._left + (retries or _EARNED_BY_A_SUCCESS))


class Backoff:
    """The attempts of one request.

    Args:
        clock: the time now, in seconds.
        on_wait: told how long the wait before the next attempt takes, in seconds, when one begins,
            and 0 when it is over.
    """

    def __init__(
        self,
        retry: Retry,
        budget: Budget,
        clock: Callable[[], float],
        on_wait: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self.attempts: int = 0
        """How many have begun."""
        self.most_attempts: int = retry.attempts
        """How many there may be."""
        self._retry = retry
        self._budget = budget
        self._clock = clock
        self._on_wait = on_wait
        self._begun_at = math.nan
        self._is_waiting = False
        self._was_unreadable = False

    @property
    def distrusts_connection(self) -> bool:
        """Whether an answer was not to be read, so that its connection is not to be kept."""
        return self._was_unreadable

    def begin_attempt(self) -> None:
        """Count an attempt."""
        self.end_wait()
        if not self.attempts:
            self._begun_at = self._clock()
        self.attempts += 1

    def end_wait(self) -> None:
        """Tell that no wait is under way any more."""
        if self._is_waiting:
            self._is_waiting = False
            self._on_wait(0)

    def succeed(self) -> None:
        """Note that the last attempt ended well."""
        self._budget.earn(self.attempts - 1)

    def fail(self, error: SmstoolsError) -> None:
        """Note in the last attempt's error what was tried."""
        if self.attempts > 1:
            error.attempts = self.attempts
            elapsed = self._clock() - self._begun_at
            error.add_note(f"This was attempt {self.attempts}, {elapsed:.1f} s after the first.")

    def next_wait(self, error: SmstoolsError) -> float | None:
        """Return the seconds to wait after `error`, or `None` to give up."""
        if self.attempts >= self.most_attempts or not self._may_pass(error):
            return None
        wait = self._wait_after(error)
        latest = self._begun_at + self._retry.total_time
        if wait is None or self._clock() + wait > latest or not self._budget.spend():
            return None
        self._is_waiting = True
        self._on_wait(wait)
        return wait

    def _may_pass(self, error: SmstoolsError) -> bool:
        match error:
            case TransportError():
                return error.retryable
            case UnexpectedResponseError():
                was_unreadable, self._was_unreadable = self._was_unreadable, True
                return error.retryable and not was_unreadable
            case AuthenticationError():
                return False
            case APIError():
                return error.code == SERVER_TROUBLE_CODE or error.status in self._retry.statuses
            case DownloadError():
                return error.status in self._retry.statuses
            case _:
                return False

    def _wait_after(self, error: SmstoolsError) -> float | None:
        asked = error.retry_after if isinstance(error, APIError | DownloadError) else None
        if asked is not None:
            return asked if asked <= self._retry.retry_after_max else None
        longest = self._retry.backoff_initial * 2.0 ** min(self.attempts - 1, _MOST_DOUBLINGS)
        return random.uniform(0, min(longest, self._retry.backoff_max))  # noqa: S311 - jitter, no secret


class Pace:
    """When each request may begin: evenly spread, and not while the server asks for a pause.

    Args:
        rate: requests per second; `None`: as they come.
    """

    def __init__(self, rate: float | None) -> None:
        self._gap = 0.0 if rate is None else 1 / rate
        self._next = -math.inf

    def take_turn(self, now: float) -> float:
        """Take the turn if it is due; else return how long to wait before asking again, in seconds.

        A turn is not taken before it is due, so that nobody who gives up leaves a gap.
        """
        if now < self._next:
            return self._next - now
        self._next = now + self._gap
        return 0.0

    def pause(self, now: float, seconds: float) -> None:
        """Let no turn be before so many seconds from now."""
        self._next = max(self._next, now + seconds)
