"""Distinguish a success from an error response.

Pure: a status, headers and a body go in; the body of a success comes out, an error is raised.

The vendor writes errors in three shapes: `{"error": "104", "errorMsg": "…"}`, `{"error": "words"}`
and `{"errorMsg": "…"}`. The code counts for more than the HTTP status: which status comes with
which code is not documented, and errors are reported to come with 200 too.

Vendor page: https://www.smstools.com/en/sms-gateway-api/handling_errors
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from smstools_async._errors import (
    APIError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
    quote_safely,
)
from smstools_async._redact import show_host

LOCKING_CODES = frozenset({104, 116, 200, 1002, 1403})
"""A further try after one of these counts as a failed login, and too many lock the account."""
SERVER_FAILURE_CODE = 105

_INVALID_CODES = frozenset(
    {102, 103, 106, 109, *range(110, 115), 118, *range(121, 125), 126, 129, 131, 135, 136, 137, 139}
)
_NOT_FOUND_CODES = frozenset({125, 128, 132, 133, 134})
_OTHER_CODES = frozenset({108, 138, 140})  # credits, or the vendor's support, have to be asked for
_CLASS_OF_CODE: dict[int, type[APIError]] = {
    **dict.fromkeys(LOCKING_CODES, AuthenticationError),
    **dict.fromkeys(_INVALID_CODES, InvalidRequestError),
    **dict.fromkeys(_NOT_FOUND_CODES, NotFoundError),
    **dict.fromkeys(_OTHER_CODES, APIError),
    SERVER_FAILURE_CODE: ServerError,
}
_CLASS_OF_STATUS: dict[int, type[APIError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    422: InvalidRequestError,
    429: RateLimitError,
}
_LOWEST_ERROR = 400
_LONGEST_ERROR = 65536
"""Bytes of a body that are parsed to look for an error."""
_EDGE = 4096
"""Bytes at either end of a longer body in which a key next to its rows is found."""
_PAIR = rb'"[^"\\]*"\s*:\s*(?:"(?:[^"\\]|\\.)*+"|[^"\[\]{},\s]++)'
_PAIRS_BEFORE_ROWS = re.compile(rb"\s*\{((?:\s*" + _PAIR + rb"\s*,)*+)", re.DOTALL)
_PAIRS_BEHIND_ROWS = re.compile(rb"[\]}]((?:\s*,\s*" + _PAIR + rb")++)\s*\}\s*\Z", re.DOTALL)
_REASONS = {status.value: status.phrase for status in HTTPStatus if status >= _LOWEST_ERROR}
_CODES = range(100_000)  # beyond it are numbers of another kind, of a phone perhaps


def accept(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    conceal: Callable[[str], str] = lambda words: words,
) -> bytes:
    """Return the body of a success.

    `headers` are looked up in lower case. What the server sent goes through `conceal` before it
    goes into an error.

    Raises:
        APIError: It is an error response, by its code or by the HTTP status.
        UnexpectedResponseError: It is neither a success nor an error, such as a redirect, or both.
    """
    if not (HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status >= _LOWEST_ERROR):
        raise UnexpectedResponseError(_describe_detour(status, headers, conceal))
    error = _find_error(status, body)
    if error is None:
        return body
    raise _api_error(status, headers, error, conceal)


def _find_error(status: int, body: bytes) -> Mapping[str, Any] | None:
    """Return what an error response says; `None` for a success.

    However large a body is, no more of it is parsed than `_LONGEST_ERROR`: a small one can be
    compressed to millions of values.
    """
    if status >= _LOWEST_ERROR:
        return _read_object(body[:_LONGEST_ERROR])
    if b'"error' not in body[:_EDGE] + body[-_EDGE:]:
        return None
    # Rare: a text may quote it, too.
    found = _read_object(body) if len(body) <= _LONGEST_ERROR else _read_edges(body)
    if not (found.get("error") or found.get("errorMsg")):
        return None
    if found.get("conversation"):
        raise UnexpectedResponseError("The response holds rows and an error at once")
    return found


def _read_edges(body: bytes) -> dict[str, Any]:
    """Read the plain values at either end of a long object, and whether it has rows."""
    before = _PAIRS_BEFORE_ROWS.match(body[:_EDGE])
    behind = _PAIRS_BEHIND_ROWS.search(body[-_EDGE:])
    pairs = b"".join(found[1] for found in (before, behind) if found).strip(b" \t\r\n,")
    found_pairs = _read_object(b"{" + re.sub(rb",\s*,", b",", pairs) + b"}")
    return {**found_pairs, "conversation": b'"conversation"' in body[:_EDGE] + body[-_EDGE:]}


def _describe_detour(status: int, headers: Mapping[str, str], conceal: Callable[[str], str]) -> str:
    location = headers.get("location")
    if location is None:
        return f"The server responded with HTTP {status}, which is neither a success nor an error"
    return (
        f"The server responded with HTTP {status} and points to"
        f" {_describe_host(location, conceal)}. Redirects are not followed, since the credentials"
        " are for the base URL alone; check `base_url`"
    )


def _describe_host(location: str, conceal: Callable[[str], str]) -> str:
    try:
        host = urlsplit(location).hostname
    except ValueError:
        return "a URL that cannot be parsed"
    return "another path of the same host" if host is None else f"host '{show_host(conceal(host))}'"


def _api_error(
    status: int,
    headers: Mapping[str, str],
    found: Mapping[str, Any],
    conceal: Callable[[str], str],
) -> APIError:
    error = found.get("error")
    code = _read_code(error)
    cls = _CLASS_OF_CODE.get(code or 0) or _class_of_status(status)
    candidates = (found.get("errorMsg"), error if code is None else None)
    words = next((words for words in candidates if words and isinstance(words, str)), "")
    message = quote_safely(conceal(words)) or _REASONS.get(status, "no reason given")
    return cls(status, code, message, read_retry_after(headers))


def _class_of_status(status: int) -> type[APIError]:
    if status in _CLASS_OF_STATUS:
        return _CLASS_OF_STATUS[status]
    return ServerError if 500 <= status < 600 else APIError  # noqa: PLR2004 - RFC 9110, section 15.6


def _read_code(error: object) -> int | None:
    if isinstance(error, str) and re.fullmatch(r"\s*[0-9]{1,5}\s*", error):
        return int(error)
    if isinstance(error, int) and not isinstance(error, bool) and error in _CODES:
        return error
    return None


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object; what is not one, such as an HTML page of a proxy, is an empty one."""
    try:
        value: object = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        return {}
    return value if _is_object(value) else {}


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return what `Retry-After` asks for, in seconds (RFC 9110, section 10.2.3).

    A date counts from the response's own `Date`, so that a wrong clock on either side does no harm.
    What is not a time to wait (negative, infinite, words, a date without `Date`) is `None`.
    """
    sent = headers.get("retry-after", "").strip()
    is_number = re.fullmatch(r"[0-9]+(\.[0-9]*)?", sent)  # `float` takes `1_0`, too
    seconds = float(sent) if is_number else _seconds_between(headers.get("date", ""), sent)
    return seconds if 0 < seconds < math.inf else None


def _seconds_between(start: str, end: str) -> float:
    try:
        moments: list[datetime] = [parsedate_to_datetime(date) for date in (start, end)]
        return (moments[1] - moments[0]).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return math.nan
