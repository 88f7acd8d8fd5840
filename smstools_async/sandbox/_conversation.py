"""The responses of `GET /v1/conversation/{phone}`: what is refused, and what gets a page.

Which check comes first is not documented; here it is the path, the method, the credentials (in
`_authentication`), the phone, `limit`, `page`.
"""

from collections.abc import Callable
from functools import partial
from gzip import compress
from random import Random
from typing import TypeAlias

import attrs

from smstools_async.sandbox._history import History
from smstools_async.sandbox._page import PageRequest, page_response
from smstools_async.sandbox._paging import Window
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._refusals import (
    MOST_ROWS,
    invalid_limit,
    invalid_page,
    invalid_phone,
    method_not_allowed,
    not_found,
)
from smstools_async.sandbox._requests import LoggedRequest
from smstools_async.sandbox._responses import Response

FindHistory: TypeAlias = Callable[[str], History | None]


def misrouted(request: LoggedRequest) -> Response | None:
    """Refuse what the vendor has no route for."""
    if not request.is_known_path:
        return not_found()
    return None if request.method == "GET" else method_not_allowed()


def conversation(request: LoggedRequest, find: FindHistory, quirks: Quirks, seed: int) -> Response:
    """Respond to a request with valid credentials."""
    history = _history(request.phone, find, quirks)
    if not isinstance(history, History):
        return history
    window = _window(request)
    if not isinstance(window, Window):
        return window
    draw = partial(Random, f"{seed}/{request.number}")
    page_request = PageRequest(number=request.number, window=window, quirks=quirks, draw=draw)
    return _compressed(
        page_response(page_request, history), gzip=quirks.gzip and request.accepts_gzip
    )


def _history(phone: str | None, find: FindHistory, quirks: Quirks) -> History | Response:
    if phone is None:
        return invalid_phone()
    if history := find(phone):
        return history
    match quirks.unknown_phone:
        case "error":
            return invalid_phone()
        case "not_found":
            return not_found()
        case _:
            return History(phone, "")


def _window(request: LoggedRequest) -> Window | Response:
    if request.limit is None or not 1 <= request.limit <= MOST_ROWS:
        return invalid_limit()
    if request.page is None or request.page < 1:
        return invalid_page()
    return Window(request.page, request.limit)


def _compressed(response: Response, *, gzip: bool) -> Response:
    if not gzip:
        return response
    headers = {**response.headers, "Content-Encoding": "gzip"}
    return attrs.evolve(response, headers=headers, body=compress(response.body, 1, mtime=0))
