"""What a service can do that its documentation does not say."""

from collections.abc import Callable, Collection
from typing import Any, Literal, TypeAlias, get_args

import attrs
from attrs.validators import ge, optional

from smstools_async._models import Message
from smstools_async.sandbox._claims import Claim, check_claim
from smstools_async.sandbox._responses import Change

End: TypeAlias = Literal["newest", "oldest"]
"""One of the two ends of a list."""
SortKey: TypeAlias = Callable[[Message], int | float | str | tuple[int | float | str, ...]]
"""A message's place in a list, as the `key` of `sorted`."""
Sorting: TypeAlias = Literal["entry", "time", "direction", "hash"] | SortKey
BeyondEnd: TypeAlias = Literal[
    "empty", "last_page", "first_page", "error_136", "not_found", "made_up"
]


def _one_of(*choices: str | None) -> Callable[[object, "attrs.Attribute[Any]", object], None]:
    def check(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
        if value not in choices:
            names = ", ".join(map(repr, choices))
            raise ValueError(f"{field.name} must be one of {names}, got {value!r}")

    return check


def _check_sorting(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if not callable(value):
        _one_of("entry", "time", "direction", "hash")(_, field, value)


@attrs.frozen(kw_only=True)
class Quirks:
    """How the sandbox departs from the documented service. The defaults are the documented service.

    A list is made in steps, and each field changes one of them: the rows are sorted (`sort_by`),
    some are withheld or doubled, pages are cut from one end, the rows of a page are turned, and the
    envelope claims its numbers. Quirks combine: in `one | other`, what `other` sets wins.

    Example:
        >>> from smstools_async.sandbox import Sandbox
        >>> turned = Quirks(page_order="newest", row_order="oldest")
        >>> sandbox = Sandbox(quirks=turned | Quirks(total=0))
        >>> sandbox.quirks.row_order, sandbox.quirks.total
        ('oldest', 0)
    """

    sort_by: Sorting = attrs.field(default="entry", validator=_check_sorting)
    """How the list is sorted, first to last: as the rows were entered, by time, inbound rows before
    outbound ones, by a hash of the row, or by a key. Equal rows stand as they were entered."""
    page_order: End = attrs.field(default="newest", validator=_one_of("newest", "oldest"))
    """The end of the list at which page 1 is cut: its last rows ("newest") or its first ones. The
    vendor documents neither."""
    row_order: Literal["newest", "oldest", "shuffled"] | None = attrs.field(
        default=None, validator=_one_of("newest", "oldest", "shuffled", None)
    )
    """Which rows of a page come first; `None`: as the pages run. Shuffled rows come in another
    order with each request."""
    shuffle_ties: bool = False
    """Rows of one second come in another order with each request, across pages too, as from a
    database query that does not break ties."""

    never_sent: Callable[[Message], bool] | None = None
    """Rows that are counted in `total` and on no page; pages are full without them."""
    filtered_out: Callable[[Message], bool] | None = None
    """Rows that are removed after pages were cut: such pages are short, or empty, in the middle."""
    sent_twice: Callable[[Message], bool] | None = None
    """Rows that stand in the list twice and are counted once, as from a careless SQL join."""
    last_row: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """Rows after this many are never sent, in the order of the pages, although `total` counts
    them."""
    rewrite: Callable[[Message, int], Message] | None = None
    """Changes each row as it is sent; gets the message and the number of the request. For ids that
    come late or become null again, statuses that change, times that shift."""

    max_limit: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """A greater `limit` is lowered to this one without an error."""
    fixed_limit: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Pages have this many rows whatever the `limit`."""
    overlap: int = 0
    """Rows that a page repeats from the page before; less than 0: rows skipped between pages."""
    serve_page: int | Callable[[int, int], int] | None = None
    """The page served whichever was requested: 1 is a service that ignores `page`. A callable gets
    the `page` and the number of the request."""
    beyond_end: BeyondEnd = attrs.field(default="empty", validator=_one_of(*get_args(BeyondEnd)))
    """What a page beyond the end gets: no rows, the last page again, the first page, error 136,
    HTTP 404, or made-up rows without end."""
    empty_pages: Collection[int] = ()
    """Pages, from 1, that come without rows, although the rows are there."""
    empty_requests: Collection[int] = ()
    """Numbers of requests, from 1, that get a page without rows."""
    cached_requests: int = attrs.field(default=0, validator=ge(0))
    """For how many requests a page is served from a cache: the next ones for the same page get the
    same bytes, however the conversation changes."""

    total: Claim = attrs.field(default="true", validator=check_claim)
    """What the response claims as `total`."""
    shown: Claim = attrs.field(default="true", validator=check_claim)
    """What the response claims as `shown`."""
    page: Claim = attrs.field(default="true", validator=check_claim)
    """What the response claims as `page`; "true" is the page served, "requested" the one in the
    request."""
    limit: Claim = attrs.field(default="true", validator=check_claim)
    """What the response claims as `limit`; as for `page`."""
    empty_rows: Literal["list", "null", "missing", "object"] = attrs.field(
        default="list", validator=_one_of("list", "null", "missing", "object")
    )
    """How `conversation` is written where it has no rows: `[]`, `null`, no such key, or `{}`."""
    rows_as_object: bool = False
    """Rows are written as an object with the keys "0", "1" …, as PHP writes an array it has
    filtered."""

    attachment: Change | None = None
    """Makes another response of the true one for an attachment: a host with untidy headers,
    another status, or half a body."""

    unknown_phone: Literal["empty", "error", "not_found"] = attrs.field(
        default="empty", validator=_one_of("empty", "error", "not_found")
    )
    """What a phone without a conversation gets: an empty page, error 103 or HTTP 404."""
    login_status: int = 400
    """The HTTP status of errors 104 and 1002; 400 is what the vendor's page shows."""
    lockout_after: int | None = None
    """After this many failed logins in a row, further ones get error 1002, right credentials or
    not, until `Sandbox.unlock`."""
    reads_late: bool = False
    """The rows are read when the latency is over, not when it begins: with several requests in
    flight, a later request may then see an older state."""
    gzip: bool = False
    """Bodies are compressed for clients that accept it."""

    def __or__(self, other: "Quirks") -> "Quirks":
        """Return these quirks with what `other` sets in their place."""
        return attrs.evolve(self, **_set_fields(other))

    def claims(self) -> dict[str, Claim]:
        """Return the claims of the envelope by their keys.

        Example:
            >>> Quirks(total=0).claims()
            {'total': 0, 'shown': 'true', 'page': 'true', 'limit': 'true'}
        """
        return {"total": self.total, "shown": self.shown, "page": self.page, "limit": self.limit}


def _set_fields(quirks: Quirks) -> dict[str, Any]:
    values = attrs.asdict(quirks, recurse=False)
    fields = attrs.fields_dict(Quirks)
    return {name: value for name, value in values.items() if value != fields[name].default}
