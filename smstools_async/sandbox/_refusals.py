"""Responses that say no: the vendor's errors, and its framework's pages in HTML.

Error codes: vendor page `handling_errors`.
"""

from collections.abc import Mapping
from typing import Final

from smstools_async.sandbox._responses import Response
from smstools_async.sandbox._wire import HTML

MOST_ROWS: Final = 2000
"""The greatest `limit` the vendor allows."""

_HTML_BODY: Final = (
    '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{0}</title></head>\n'
    "<body><h1>{0}</h1></body>\n</html>\n"
)


def not_found() -> Response:
    """Refuse a path that has no route."""
    return _html(404, "Not Found")


def method_not_allowed() -> Response:
    """Refuse any method but GET."""
    return _html(405, "Method Not Allowed", {"Allow": "GET"})


def invalid_phone() -> Response:
    """Refuse a phone: error 103."""
    return Response.error(103, "Phone number is required or invalid")


def invalid_limit() -> Response:
    """Refuse a `limit`: error 135."""
    return Response.error(
        135, f"Limit must be an integer bigger than 0 and not bigger than {MOST_ROWS}"
    )


def invalid_page() -> Response:
    """Refuse a `page`: error 136."""
    return Response.error(136, "Page must be an integer bigger than 0")


def _html(status: int, title: str, headers: Mapping[str, str] | None = None) -> Response:
    body = _HTML_BODY.format(title).encode()
    return Response(status=status, headers={"Content-Type": HTML, **(headers or {})}, body=body)
