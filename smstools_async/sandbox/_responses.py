"""What a request can get: a response, complete or cut, or a failure of the network."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

import attrs
from attrs.validators import ge, optional

from smstools_async.sandbox._wire import JSON, error_json

_PIECE: Final = 65_536
"""How many bytes of a body a network brings at once."""


@attrs.frozen(kw_only=True)
class Response:
    """An HTTP response, complete or cut.

    Example:
        >>> Response(status=503, headers={"Retry-After": "2"}).status
        503
    """

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    body: bytes = attrs.field(default=b"", repr=False)
    cut_after: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """The connection breaks after this many bytes of the body; `None` for a complete response."""
    piece_bytes: int = attrs.field(default=_PIECE, validator=ge(1))
    """The body arrives in pieces of this many bytes."""
    piece_delay: float = attrs.field(default=0.0, validator=ge(0))
    """Seconds before each piece: a slow body, for time-outs of reads and of requests."""

    @classmethod
    def error(
        cls, code: int, message: str, *, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> "Response":
        """Make an error response in the vendor's shape.

        Example:
            >>> Response.error(105, "Server error", status=500).body
            b'{"error":"105","errorMsg":"Server error"}'
        """
        all_headers = {"Content-Type": JSON, **(headers or {})}
        return cls(status=status, headers=all_headers, body=error_json(str(code), message))

    def with_headers(self, headers: Mapping[str, str]) -> "Response":
        """Return this response with these headers in place of those of the same names.

        Example:
            >>> Response(headers={"Server": "x"}).with_headers({"server": "y"}).headers
            {'server': 'y'}
        """
        names = {name.lower() for name in headers}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in names}
        return attrs.evolve(self, headers={**kept, **headers})

    def all_headers(self) -> dict[str, str]:
        """Return the headers with lower-case names, and the length of the body.

        A response with `Transfer-Encoding` has no length.

        Example:
            >>> Response(headers={"Retry-After": "2"}, body=b"{}").all_headers()
            {'content-length': '2', 'retry-after': '2'}
        """
        given = {name.lower(): value for name, value in self.headers.items()}
        length = {} if "transfer-encoding" in given else {"content-length": str(len(self.body))}
        return length | given

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it arrives, up to where it is cut.

        Example:
            >>> list(Response(body=b"abcde", piece_bytes=2, cut_after=3).pieces())
            [b'ab', b'c']
        """
        body = self.body if self.cut_after is None else self.body[: self.cut_after]
        for start in range(0, len(body), self.piece_bytes):
            yield body[start : start + self.piece_bytes]


@attrs.frozen
class ConnectionRefused:
    """No connection is made.

    A sandbox on a port has accepted the connection by then, and closes it without a response.

    Example:
        >>> ConnectionRefused()
        ConnectionRefused()
    """


@attrs.frozen
class ReadTimedOut:
    """No response arrives in time.

    In process the time-out is raised at once. On a port the sandbox stays silent until the client
    closes the connection.

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

    after_bytes: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """How much of the body arrives first; `None`: not even a status line."""


Outcome: TypeAlias = Response | ConnectionRefused | ReadTimedOut | Disconnect
"""What a request gets."""

Change: TypeAlias = Callable[[Response], Response]
"""Makes another response of the true one."""
