"""One page: the list, the window, its rows, and the envelope around them."""

from collections.abc import Callable, Sequence
from random import Random

import attrs

from smstools_async._models import Message
from smstools_async.sandbox._claims import PageNumbers, claimed_numbers
from smstools_async.sandbox._endless import padded
from smstools_async.sandbox._history import History, Row
from smstools_async.sandbox._listing import Arrangement
from smstools_async.sandbox._paging import (
    Cut,
    Window,
    is_beyond_end,
    last_page,
    rows_of_page,
    served_window,
    turned,
)
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._refusals import invalid_page, not_found
from smstools_async.sandbox._responses import Response
from smstools_async.sandbox._wire import JSON, page_json


@attrs.frozen(kw_only=True)
class PageRequest:
    """What determines a page, apart from the rows."""

    number: int
    """Counts all requests of the sandbox, from 1."""
    window: Window
    """The `page` and `limit` of the request."""
    quirks: Quirks
    draw: Callable[[], Random]
    """Makes the source of what is random in this response."""


def page_response(request: PageRequest, history: History) -> Response:
    """Respond with a page of `history`, as `request.quirks` would have it."""
    rows = history.arranged(Arrangement.of(request.quirks))
    served = _at_end(
        served_window(request.window, request.number, request.quirks), len(rows), request.quirks
    )
    if not isinstance(served, Window):
        return served
    sent = [row.json() for row in _sent_rows(rows, served, request, history)]
    numbers = claimed_numbers(
        request.quirks.claims(), _numbers(request, served, len(history.rows), len(sent))
    )
    body = page_json(
        numbers,
        sent,
        as_object=request.quirks.rows_as_object,
        empty=request.quirks.empty_rows,
    )
    return Response(headers={"Content-Type": JSON}, body=body)


def listed(history: History, quirks: Quirks) -> tuple[Message, ...]:
    """Return the messages from which pages are cut, the first row of page 1 first."""
    rows = history.arranged(Arrangement.of(quirks))
    in_order = rows[::-1] if quirks.page_order == "newest" else rows
    return tuple(row.message for row in in_order[: quirks.last_row])


def _at_end(served: Window, row_count: int, quirks: Quirks) -> Window | Response:
    """Return the window in place of one beyond the end, or a refusal."""
    cut = Cut.of(quirks)
    if not is_beyond_end(served, row_count, cut):
        return served
    match quirks.beyond_end:
        case "last_page":
            return Window(last_page(served.limit, row_count, cut), served.limit)
        case "first_page":
            return Window(1, served.limit)
        case "error_136":
            return invalid_page()
        case "not_found":
            return not_found()
        case _:
            return served


def _sent_rows(
    rows: Sequence[Row], served: Window, request: PageRequest, history: History
) -> list[Row]:
    quirks = request.quirks
    if request.window.page in quirks.empty_pages or request.number in quirks.empty_requests:
        return []
    page = rows_of_page(rows, served, quirks, request.draw)
    if quirks.beyond_end == "made_up":
        page = padded(page, history, rows, served, Cut.of(quirks))
    return _rewritten(turned(_kept(page, quirks), quirks, request.draw), request)


def _kept(page: list[Row], quirks: Quirks) -> list[Row]:
    is_out = quirks.filtered_out
    return page if is_out is None else [row for row in page if not is_out(row.message)]


def _rewritten(page: list[Row], request: PageRequest) -> list[Row]:
    rewrite = request.quirks.rewrite
    if rewrite is None:
        return page
    return [Row(rewrite(row.message, request.number)) for row in page]


def _numbers(request: PageRequest, served: Window, total: int, shown: int) -> PageNumbers:
    return PageNumbers(
        request=request.number,
        total=total,
        shown=shown,
        page=served.page,
        limit=served.limit,
        requested_page=request.window.page,
        requested_limit=request.window.limit,
    )
