"""How many requests are responded to in which time."""

from collections import deque
from collections.abc import Callable
from math import ceil

import attrs

from smstools_async.sandbox._responses import Response
from smstools_async.sandbox._wire import JSON, to_json


@attrs.frozen(kw_only=True)
class RateLimit:
    """At most this many requests in any period of this many seconds; further ones get HTTP 429.

    Example:
        >>> from smstools_async.sandbox import Sandbox
        >>> sandbox = Sandbox()
        >>> sandbox.rate_limit = RateLimit(requests=1, seconds=60)
        >>> [sandbox.respond("GET", "/v1/conversation/551199").status for _ in range(2)]
        [400, 429]
    """

    requests: int
    seconds: float


@attrs.define(eq=False)
class Limiter:
    """Remembers when requests were let through."""

    _now: Callable[[], float]
    _times: deque[float] = attrs.field(factory=deque[float])

    def refusal(self, limit: RateLimit | None) -> Response | None:
        """Refuse a request beyond the limit, and say how many seconds to wait."""
        if limit is None:
            return None
        now, times = self._now(), self._times
        while times and times[0] <= now - limit.seconds:
            times.popleft()
        if len(times) >= limit.requests:
            return _throttled(limit, times[0] + limit.seconds - now if times else limit.seconds)
        times.append(now)
        return None


def _throttled(limit: RateLimit, wait: float) -> Response:
    headers = {
        "Content-Type": JSON,
        "Retry-After": str(max(1, ceil(wait))),
        "X-RateLimit-Limit": str(limit.requests),
    }
    body = to_json({"error": "Too Many Attempts."}).encode()
    return Response(status=429, headers=headers, body=body)
