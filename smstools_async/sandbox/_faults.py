"""What a request can get instead of the vendor's answer, and when."""

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from smstools_async.sandbox._log import LoggedRequest
from smstools_async.sandbox._wire import JSON, error_json


@attrs.frozen(kw_only=True)
class Response:
    """An HTTP answer, whole or cut.

    Example:
        >>> Response(status=503, headers={"Retry-After": "2"}).status
        503
    """

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    body: bytes = attrs.field(default=b"", repr=False)
    cut_after: int | None = None
    """After this many bytes of the body the connection breaks; `None` for a whole answer."""

    @classmethod
    def error(
        cls, code: int, message: str, *, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> "Response":
        """Make an error in the vendor's shape.

        Example:
            >>> Response.error(105, "Server error", status=500).body
            b'{"error":"105","errorMsg":"Server error"}'
        """
        all_headers = {"Content-Type": JSON, **(headers or {})}
        return cls(status=status, headers=all_headers, body=error_json(str(code), message))

    def all_headers(self) -> dict[str, str]:
        """Return the headers with lower-case names, the body's length among them.

        Example:
            >>> Response(headers={"Retry-After": "2"}, body=b"{}").all_headers()
            {'content-length': '2', 'retry-after': '2'}
        """
        given = {name.lower(): value for name, value in self.headers.items()}
        return {"content-length": str(len(self.body))} | given


@attrs.frozen
class ConnectionRefused:
    """No connection comes about.

    A sandbox on a port has taken the connection by then, and closes it without a word.

    Example:
        >>> ConnectionRefused()
        ConnectionRefused()
    """


@attrs.frozen
class ReadTimedOut:
    """No answer comes in time.

    In process the time-out is raised at once. On a port the sandbox stays silent until the client
    gives up.

    Example:
        >>> ReadTimedOut()
        ReadTimedOut()
    """


@attrs.frozen(kw_only=True)
class Disconnect:
    """The connection breaks after the request was sent.

    Example:
        >>> Disconnect(after_bytes=100)
        Disconnect(after_bytes=100)
    """

    after_bytes: int | None = None
    """How much of the body still comes; `None`: not even a status line."""


Outcome: TypeAlias = Response | ConnectionRefused | ReadTimedOut | Disconnect
"""What can come of a request."""


@attrs.define(kw_only=True)
class PlannedFault:
    """A fault that waits for the requests it is meant for."""

    outcome: Outcome
    times: int | None
    from_request: int
    page: int | None
    phone: str | None

    def is_waiting(self) -> bool:
        """Tell whether any request can still get this fault."""
        return self.times != 0

    def is_meant_for(self, request: LoggedRequest) -> bool:
        """Tell whether `request` is to get this fault."""
        return (
            self.is_waiting()
            and request.number >= self.from_request
            and self.page in {None, request.page}
            and self.phone in {None, request.phone}
        )

    def use(self) -> Outcome:
        """Return the outcome, and count that it was used."""
        if self.times is not None:
            self.times -= 1
        return self.outcome
