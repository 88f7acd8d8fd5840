"""A cache in front of the service, which serves pages after they have changed."""

from collections.abc import Callable
from typing import TypeAlias

import attrs

from smstools_async.sandbox._requests import LoggedRequest
from smstools_async.sandbox._responses import Response

_Key: TypeAlias = tuple[str | None, int | None, int | None, bool]


@attrs.define(eq=False)
class PageCache:
    """Responses by what was requested, each with the number of the request that made it."""

    _responses: dict[_Key, tuple[int, Response]] = attrs.field(
        factory=dict[_Key, tuple[int, Response]]
    )

    def respond(
        self, request: LoggedRequest, lifetime: int, make: Callable[[], Response]
    ) -> Response:
        """Return the response to an equal request up to `lifetime` requests ago, or make one."""
        if lifetime == 0:
            return make()
        key = (request.phone, request.page, request.limit, request.accepts_gzip)
        made_at, response = self._responses.get(key, (None, None))
        if response is None or made_at is None or request.number - made_at > lifetime:
            response = make()
            self._responses[key] = (request.number, response)
        return response
