"""Who comes in: logins, lock-out and the rate limit."""

from collections import deque
from collections.abc import Callable
from math import ceil

import attrs

from smstools_async.sandbox._faults import Response
from smstools_async.sandbox._log import LoggedRequest
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._wire import JSON, to_json


@attrs.frozen(kw_only=True)
class RateLimit:
    """So many requests in any stretch of so many seconds; a further one gets HTTP 429.

    Example:
        >>> from smstools_async.sandbox import Sandbox
        >>> sandbox = Sandbox()
        >>> sandbox.requests_per_second = RateLimit(requests=1, seconds=60)
        >>> [sandbox.respond("GET", "/v1/conversation/551199").status for _ in range(2)]
        [400, 429]
    """

    requests: int
    seconds: float


@attrs.define(eq=False)
class Door:
    """Keeps count of failed logins and of the requests let through."""

    _now: Callable[[], float]
    failed_logins: int = 0
    _let_through: deque[float] = attrs.field(factory=deque[float])

    def too_fast(self, limit: RateLimit | None) -> Response | None:
        """Refuse a request beyond the rate limit, with the whole seconds to wait."""
        if limit is None:
            return None
        now, past = self._now(), self._let_through
        while past and past[0] <= now - limit.seconds:
            past.popleft()
        if len(past) >= limit.requests:
            return _throttled(limit, past[0] + limit.seconds - now if past else limit.seconds)
        past.append(now)
        return None

    def not_logged_in(self, request: LoggedRequest, quirks: Quirks) -> Response | None:
        """Refuse wrong credentials, and any at all after too many wrong ones."""
        if quirks.lockout_after is not None and self.failed_logins >= quirks.lockout_after:
            return Response.error(
                1002, "Too many failed login attempts", status=quirks.login_status
            )
        if request.credentials == "valid":
            self.failed_logins = 0
            return None
        self.failed_logins += 1
        return Response.error(104, "Invalid credentials", status=quirks.login_status)


def _throttled(limit: RateLimit, wait: float) -> Response:
    headers = {"Content-Type": JSON, "Retry-After": str(max(1, ceil(wait)))}
    headers["X-RateLimit-Limit"] = str(limit.requests)
    return Response(
        status=429, headers=headers, body=to_json({"error": "Too Many Attempts."}).encode()
    )
