"""Decide whether another attempt is worth it, and when.

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
from smstools_async._http.responses import SERVER_FAILURE_CODE
from smstools_async._settings import Retry

_MOST_DOUBLINGS = 64
_EARNED_BY_A_SUCCESS = 1 / 14


class Budget:
    """How many retries all requests of a client may still make.

    In an outage, clients that retry multiply the load that keeps the server down. So retries are
    paid for: one that succeeds is paid back, one that fails is not, and requests that need none
    earn a little.

    Args:
        size: Retries that may fail in a row.
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
        """Take back what a request paid that succeeded after this many retries."""
        self._left = min(self._size, self._left + (retries or _EARNED_BY_A_SUCCESS))


class Backoff:
    """The attempts of one request.

    Args:
        retry: `None`: one attempt.
        clock: The time now, in seconds.
        on_wait: Called with the length of the wait before the next attempt, in seconds, when it
            begins, and with 0 when it is over.
    """

    def __init__(
        self,
        retry: Retry | None,
        budget: Budget,
        clock: Callable[[], float],
        on_wait: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self.attempts: int = 0
        """How many have begun."""
        self._retry = retry
        self._budget = budget
        self._clock = clock
        self._on_wait = on_wait
        self._begun_at = math.nan
        self._is_waiting = False
        self._was_unreadable = False

    @property
    def distrusts_connection(self) -> bool:
        """Whether a response could not be read, so that its connection is not to be kept."""
        return self._was_unreadable

    def begin_attempt(self) -> None:
        """Count an attempt."""
        self.end_wait()
        if not self.attempts:
            self._begun_at = self._clock()
        self.attempts += 1

    def end_wait(self) -> None:
        """Report that the wait is over, if there is one."""
        if self._is_waiting:
            self._is_waiting = False
            self._on_wait(0)

    def succeed(self) -> None:
        """Note that the last attempt succeeded."""
        self._budget.earn(self.attempts - 1)

    def fail(self, error: SmstoolsError) -> None:
        """Note in the last attempt's error what was tried."""
        if self.attempts > 1:
            error.attempts = self.attempts
            elapsed = self._clock() - self._begun_at
            error.add_note(f"This was attempt {self.attempts}, {elapsed:.1f} s after the first.")

    def next_wait(self, error: SmstoolsError) -> float | None:
        """Return the seconds to wait after `error`, or `None` to give up."""
        retry = self._retry
        if retry is None or self.attempts >= retry.attempts or not self._may_pass(error, retry):
            return None
        wait = self._wait_after(error, retry)
        if wait is None or not self._budget.spend():
            return None
        self._is_waiting = True
        self._on_wait(wait)
        return wait

    def _may_pass(self, error: SmstoolsError, retry: Retry) -> bool:
        match error:
            case TransportError():
                return error.retryable
            case UnexpectedResponseError():
                was_unreadable, self._was_unreadable = self._was_unreadable, True
                return error.retryable and not was_unreadable
            case AuthenticationError():
                return False
            case APIError():
                return error.code == SERVER_FAILURE_CODE or error.status in retry.statuses
            case DownloadError():
                return error.status in retry.statuses
            case _:
                return False

    def _wait_after(self, error: SmstoolsError, retry: Retry) -> float | None:
        left = self._begun_at + retry.total_time - self._clock()
        asked = error.retry_after if isinstance(error, APIError | DownloadError) else None
        if asked is not None:
            return asked if asked <= min(retry.retry_after_max, left) else None
        if left <= 0:
            return None
        longest = retry.backoff_initial * 2.0 ** min(self.attempts - 1, _MOST_DOUBLINGS)
        drawn = random.uniform(0, min(longest, retry.backoff_max))  # noqa: S311 - jitter, not a secret
        return min(drawn, left)  # a last attempt, at the end of the time
