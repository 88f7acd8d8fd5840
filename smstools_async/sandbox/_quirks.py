"""What a service can do that its documentation does not say."""

from collections.abc import Callable, Collection
from typing import Literal

import attrs
from attrs.validators import in_

from smstools_async.sandbox._history import Order


@attrs.define(kw_only=True)
class Quirks:
    """How the sandbox departs from the well-behaved service; set any of it at any time.

    The defaults are the documentation's, or the likeliest reading of it.

    Example:
        >>> from smstools_async.sandbox import Sandbox
        >>> sandbox = Sandbox()
        >>> sandbox.quirks.max_limit = 500
        >>> sandbox.quirks.total = lambda real, request: real + request
    """

    order: Order = attrs.field(default="newest", validator=in_(("newest", "oldest")))
    """Which row comes first; the vendor's order is documented nowhere."""
    shuffle_ties: bool = False
    """Rows of one second come in another order with each request, as from a database that is not
    told how to break ties."""
    max_limit: int | None = None
    """The most rows of a page; a greater `limit` is lowered to it without an error."""
    serve_page: int | Callable[[int, int], int] | None = None
    """The page served whichever was asked for: 1 is a service that ignores `page`. A callable gets
    the page asked for and the request's number."""
    echo: Literal["served", "asked"] = attrs.field(
        default="served", validator=in_(("served", "asked"))
    )
    """Whether `limit` and `page` beside the rows are those served, or repeat those asked for."""
    total: Literal["honest", "missing"] | int | Callable[[int, int], object] = "honest"
    """The `total` beside the rows: the true one, none at all, a number, or what a callable makes of
    the true one and the request's number (anything JSON can hold)."""
    empty_pages: Collection[int] = ()
    """Pages, from 1, that come without rows, although the rows are there."""
    empty_requests: Collection[int] = ()
    """Numbers of requests, from 1, that get a page without rows."""
    unknown_phone: Literal["empty", "error"] = attrs.field(
        default="empty", validator=in_(("empty", "error"))
    )
    """What a phone without a conversation gets: an empty page, or error 103."""
    login_status: int = 400
    """The HTTP status of errors 104 and 1002; 400 is what the vendor's page shows."""
    lockout_after: int | None = None
    """After this many failed logins in a row, every further one is answered with error 1002, right
    credentials or not, until `Sandbox.unlock`."""
    reads_late: bool = False
    """The rows are read when the latency is over, not when it begins; with requests in flight
    together, a later request may then see an older state."""
    gzip: bool = False
    """Bodies are compressed for whoever accepts that."""
