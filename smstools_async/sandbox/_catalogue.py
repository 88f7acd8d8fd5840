"""Named quirks: the orders, untrue numbers and unstable rows to try a program on."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final
from zlib import crc32

import attrs

from smstools_async._models import Message
from smstools_async.sandbox._claims import PageNumbers
from smstools_async.sandbox._file_urls import with_file_query
from smstools_async.sandbox._history import with_time_shifted
from smstools_async.sandbox._hosts import UNTIDY_HOSTS
from smstools_async.sandbox._quirks import Quirks

_HOUR: Final = 3600
_FIRST_REQUESTS: Final = 2

ORDERS: Final[Mapping[str, Quirks]] = MappingProxyType(
    {
        "newest-first": Quirks(),
        "oldest-first": Quirks(page_order="oldest"),
        "newest-page-first-rows-oldest-first": Quirks(row_order="oldest"),
        "oldest-page-first-rows-newest-first": Quirks(page_order="oldest", row_order="newest"),
        "by-time": Quirks(sort_by="time"),
        "by-time-oldest-first": Quirks(sort_by="time", page_order="oldest"),
        "outbound-then-inbound": Quirks(sort_by="direction"),
        "inbound-then-outbound": Quirks(sort_by="direction", page_order="oldest"),
        "by-text": Quirks(sort_by=lambda message: message.text),
        "by-hash": Quirks(sort_by="hash"),
        "shuffled-ties": Quirks(shuffle_ties=True),
        "shuffled-rows": Quirks(row_order="shuffled"),
    }
)
"""Orders in which a service may list its rows, by name; all with true numbers. In the last two,
rows change places with each request."""


def off_by(difference: int) -> Callable[[int, PageNumbers], int]:
    """Return a claim that differs from the true number by this much.

    Example:
        >>> Quirks(total=off_by(-1)).total(7, None)
        6
    """
    return lambda number, _: number + difference


def _every(step: int) -> Callable[[Message], bool]:
    """Choose one row in `step`, the same ones in every run."""
    return lambda message: crc32(message.text.encode("utf-8", "surrogatepass")) % step == 0


UNTRUE_NUMBERS: Final[Mapping[str, Quirks]] = MappingProxyType(
    {
        "total-is-shown": Quirks(total=lambda _, numbers: numbers.shown),
        "total-is-limit": Quirks(total=lambda _, numbers: numbers.limit),
        "total-is-pages": Quirks(total=lambda total, numbers: -(-total // numbers.limit)),
        "total-so-far": Quirks(
            total=lambda total, numbers: min(total, numbers.page * numbers.limit)
        ),
        "total-left": Quirks(
            total=lambda total, numbers: max(0, total - (numbers.page - 1) * numbers.limit)
        ),
        "total-one-too-low": Quirks(total=off_by(-1)),
        "total-one-too-high": Quirks(total=off_by(1)),
        "total-far-too-low": Quirks(total=lambda total, _: total // 3),
        "total-far-too-high": Quirks(total=lambda total, _: total * 3 + 1000),
        "total-zero": Quirks(total=0),
        "total-negative": Quirks(total=-1),
        "total-null": Quirks(total="null"),
        "total-missing": Quirks(total="missing"),
        "total-text": Quirks(total="text"),
        "total-words": Quirks(total=lambda _total, _numbers: "many"),
        "total-fraction": Quirks(total=lambda total, _: total + 0.5),
        "total-false": Quirks(total=False),
        "total-list": Quirks(total=lambda total, _: [total]),
        "total-huge": Quirks(total=10**30),
        "total-alternating": Quirks(total=lambda total, numbers: total * (numbers.request % 2)),
        "total-growing": Quirks(total=lambda total, numbers: total + numbers.request),
        "total-shrinking": Quirks(total=lambda total, numbers: max(0, total - numbers.request)),
        "total-cached": Quirks(total=lambda total, _: total - total % 10),
        "total-counts-conversations": Quirks(total=1),
        "row-never-sent": Quirks(never_sent=_every(7)),
        "rows-after-500-never-sent": Quirks(last_row=500),
        "rows-sent-twice": Quirks(sent_twice=_every(7)),
        "filtered-after-paging": Quirks(filtered_out=_every(3)),
        "filtered-after-paging-as-object": Quirks(filtered_out=_every(3), rows_as_object=True),
        "shown-zero": Quirks(shown=0),
        "shown-is-limit": Quirks(shown=lambda _, numbers: numbers.limit),
        "shown-is-total": Quirks(shown=lambda _, numbers: numbers.total),
        "shown-one-too-low": Quirks(shown=off_by(-1)),
        "shown-missing": Quirks(shown="missing"),
        "page-always-1": Quirks(page=1),
        "page-from-0": Quirks(page=off_by(-1)),
        "page-missing": Quirks(page="missing"),
        "page-null": Quirks(page="null"),
        "page-text": Quirks(page="text"),
        "limit-always-1000": Quirks(limit=1000),
        "limit-zero": Quirks(limit=0),
        "limit-is-shown": Quirks(limit=lambda _, numbers: numbers.shown),
        "limit-missing": Quirks(limit="missing"),
        "limit-text": Quirks(limit="text"),
        "numbers-missing": Quirks(
            total="missing", shown="missing", page="missing", limit="missing"
        ),
        "numbers-null": Quirks(total="null", shown="null", page="null", limit="null"),
        "limit-lowered": Quirks(max_limit=50),
        "limit-lowered-silently": Quirks(max_limit=50, limit="requested"),
        "limit-ignored": Quirks(fixed_limit=20),
        "limit-ignored-silently": Quirks(fixed_limit=20, limit="requested"),
        "page-ignored": Quirks(serve_page=1),
        "page-ignored-silently": Quirks(serve_page=1, page="requested"),
        "pages-alternate": Quirks(serve_page=lambda _, request: 2 - request % 2, page="requested"),
        "pages-from-0": Quirks(serve_page=lambda page, _: page + 1, page="requested"),
        "pages-overlap": Quirks(overlap=1),
        "pages-skip-a-row": Quirks(overlap=-1),
        "page-2-empty": Quirks(empty_pages=(2,)),
        "every-third-request-empty": Quirks(empty_requests=range(3, 3000, 3)),
        "end-repeats-last-page": Quirks(beyond_end="last_page"),
        "end-repeats-last-page-silently": Quirks(beyond_end="last_page", page="requested"),
        "end-repeats-first-page": Quirks(beyond_end="first_page"),
        "end-repeats-first-page-silently": Quirks(beyond_end="first_page", page="requested"),
        "end-is-error-136": Quirks(beyond_end="error_136"),
        "end-is-not-found": Quirks(beyond_end="not_found"),
        "pages-without-end": Quirks(beyond_end="made_up"),
        "pages-without-end-or-total": Quirks(beyond_end="made_up", total="missing"),
        "empty-is-null": Quirks(empty_rows="null"),
        "empty-is-missing": Quirks(empty_rows="missing"),
        "empty-is-object": Quirks(empty_rows="object"),
        "rows-as-object": Quirks(rows_as_object=True),
        "cached-pages": Quirks(cached_requests=3),
    }
)
"""Numbers that do not fit the rows, and pages that do not fit the numbers, by name; the rows run as
documented."""


def _with_id(message: Message, message_id: str | None) -> Message:
    return attrs.evolve(message, message_id=message_id)


UNSTABLE_ROWS: Final[Mapping[str, Quirks]] = MappingProxyType(
    {
        "ids-come-late": Quirks(
            rewrite=lambda message, request: (
                _with_id(message, None) if request <= _FIRST_REQUESTS else message
            )
        ),
        "ids-become-null": Quirks(
            rewrite=lambda message, request: (
                _with_id(message, None) if request > _FIRST_REQUESTS else message
            )
        ),
        "ids-come-and-go": Quirks(
            rewrite=lambda message, request: _with_id(message, None) if request % 2 else message
        ),
        "ids-all-equal": Quirks(rewrite=lambda message, _: _with_id(message, "0")),
        "ids-of-the-request": Quirks(
            rewrite=lambda message, request: _with_id(message, str(request))
        ),
        "statuses-change": Quirks(
            rewrite=lambda message, request: attrs.evolve(
                message, delivery_status="DELIVERED" if request % 2 else "SUBMITTED"
            )
        ),
        "file-urls-change": Quirks(
            rewrite=lambda message, request: with_file_query(message, f"signature={request}")
        ),
        "times-shift-by-an-hour": Quirks(
            rewrite=lambda message, request: (
                with_time_shifted(message, _HOUR) if request > _FIRST_REQUESTS else message
            )
        ),
        "times-alternate-by-an-hour": Quirks(
            rewrite=lambda message, request: with_time_shifted(message, request % 2 * _HOUR)
        ),
    }
)
"""Rows that come otherwise with each request, by name."""


def named_quirks(*names: str) -> Quirks:
    """Combine quirks by their names in `ORDERS`, `UNTRUE_NUMBERS`, `UNSTABLE_ROWS`, `UNTIDY_HOSTS`.

    Raises:
        ValueError: There are none of this name.

    Example:
        >>> named_quirks("oldest-first", "total-zero") == Quirks(page_order="oldest", total=0)
        True
    """
    quirks = Quirks()
    for name in names:
        if name not in _ALL:
            near = get_close_matches(name, _ALL) or sorted(_ALL)
            raise ValueError(f"{name!r} is not the name of a quirk; try {', '.join(near)}")
        quirks |= _ALL[name]
    return quirks


_ALL: Final[Mapping[str, Quirks]] = MappingProxyType(
    {**ORDERS, **UNTRUE_NUMBERS, **UNSTABLE_ROWS, **UNTIDY_HOSTS}
)
