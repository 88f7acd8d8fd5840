"""The retry loop around every request and download."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import anyio

from smstools_async._errors import SmstoolsError
from smstools_async._http.limiter import Limiter
from smstools_async._http.reports import Report, report_retry
from smstools_async._http.retry import Backoff, Budget
from smstools_async._http.tasks import in_child_task
from smstools_async._settings import Hooks, RequestInfo, Retry

T = TypeVar("T")
Attempt = Callable[[Report, Backoff], Awaitable[T]]


def _ignore(_seconds: float) -> None:
    pass


class Sender:
    """Makes attempts: as many at once as the limiter lets, each in a task of its own, and reported.

    Args:
        retry: `None`: one attempt for each request.
        check: Raises if no attempt may begin. It is called before and after the wait for a slot,
            since what happened to other attempts in between counts.
    """

    def __init__(
        self,
        *,
        retry: Retry | None,
        hooks: Hooks,
        limiter: Limiter,
        check: Callable[[], None],
    ) -> None:
        self._retry = retry
        self._hooks = hooks
        self._limiter = limiter
        self._check = check
        self._budget = Budget(0 if retry is None else retry.budget)

    async def send(
        self,
        attempt: Attempt[T],
        describe: Callable[[int], RequestInfo],
        on_wait: Callable[[float], None] = _ignore,
    ) -> T:
        """Await `attempt`, and again for as long as `Retry` says.

        Args:
            attempt: Makes one attempt.
            describe: Returns what may be shown of the attempt with this number.
            on_wait: Called with the length of each wait in seconds, and with 0 when it is over.

        Raises:
            SmstoolsError: The last attempt's error.
        """
        backoff = Backoff(self._retry, self._budget, anyio.current_time, on_wait)
        try:
            while True:
                try:
                    return await self._try_once(attempt, describe, backoff)
                except SmstoolsError as error:
                    wait = self._wait_after(error, describe, backoff)
                    if wait is None:
                        raise
                await anyio.sleep(wait)
        finally:
            backoff.end_wait()

    async def send_once(self, attempt: Attempt[T], describe: Callable[[int], RequestInfo]) -> T:
        """Await `attempt` once: it may not be idempotent.

        Raises:
            SmstoolsError: Its error.
        """
        backoff = Backoff(None, self._budget, anyio.current_time)
        return await self._make(attempt, describe, backoff)

    def _wait_after(
        self, error: SmstoolsError, describe: Callable[[int], RequestInfo], backoff: Backoff
    ) -> float | None:
        wait = backoff.next_wait(error)
        if wait is None:
            backoff.fail(error)
        else:
            report_retry(self._hooks, describe(backoff.attempts), error, wait)
        return wait

    async def _try_once(
        self, attempt: Attempt[T], describe: Callable[[int], RequestInfo], backoff: Backoff
    ) -> T:
        result = await self._make(attempt, describe, backoff)
        backoff.succeed()
        return result

    async def _make(
        self, attempt: Attempt[T], describe: Callable[[int], RequestInfo], backoff: Backoff
    ) -> T:
        self._check()
        async with self._limiter.slot():
            backoff.begin_attempt()
            return await in_child_task(partial(self._report, attempt, describe, backoff))

    async def _report(
        self, attempt: Attempt[T], describe: Callable[[int], RequestInfo], backoff: Backoff
    ) -> T:
        self._check()
        with Report(self._hooks, partial(describe, backoff.attempts)) as report:
            return await attempt(report, backoff)
