"""Tell a yes from a no.

Pure: a status, headers and a body go in; the body of a yes comes out, and a no is raised.

The vendor writes errors in three shapes: `{"error": "104", "errorMsg": "…"}`, `{"error": "words"}`
and `{"errorMsg": "…"}`. What a code says goes before what the HTTP status says, since which status
goes with which code is documented nowhere, and a 200 is said to carry errors too.

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

LOCKING_CODES = frozenset({104, 116, 200, 1002, 1403})
"""A further try after one of these counts as a failed login, and too many lock the account."""
SERVER_TROUBLE_CODE = 105

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
    SERVER_TROUBLE_CODE: ServerError,
}
_CLASS_OF_STATUS: dict[int, type[APIError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    422: InvalidRequestError,
    429: RateLimitError,
}
_LOWEST_NO = 400
_LONGEST_NO = 65536
_EDGE = 4096
"""Bytes at either end of a long body in which a key beside its rows is found; to look through all
takes a tenth of the time of decoding it."""
_REASONS = {status.value: status.phrase for status in HTTPStatus if status >= _LOWEST_NO}
_CODES = range(100_000)  # beyond it are numbers of another kind, of a phone perhaps


def accept(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    conceal: Callable[[str], str] = lambda words: words,
) -> bytes:
    """Return the body of a yes.

    `headers` are looked up in lower case. The server's words go through `conceal` before they go
    into an error.

    Raises:
        APIError: the API said no, by its code or by the HTTP status.
        UnexpectedResponseError: it is neither a yes nor a no, such as a redirect.
    """
    if not (HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status >= _LOWEST_NO):
        raise UnexpectedResponseError(_describe_detour(status, headers))
    no = _read_no(status, body)
    if no is None:
        return body
    raise _refusal(status, headers, no, conceal)


def _read_no(status: int, body: bytes) -> Mapping[str, Any] | None:
    """Return what the answer says if it is a no."""
    if status >= _LOWEST_NO:
        return _read_object(body[:_LONGEST_NO])
    if b'"error' not in body[:_EDGE] + body[-_EDGE:]:
        return None
    answer = _read_object(body)  # rare: a text may quote it, too
    if not (answer.get("error") or answer.get("errorMsg")):
        return None
    if answer.get("conversation"):
        raise UnexpectedResponseError("The answer holds a conversation and an error at once")
    return answer


def _describe_detour(status: int, headers: Mapping[str, str]) -> str:
    location = headers.get("location")
    if location is None:
        return f"The server answered HTTP {status}, which is neither a yes nor a no"
    return (
        f"The server answered HTTP {status} and points to {_describe_host(location)}. Redirects are"
        " not followed, since the credentials are for the base URL alone; check `base_url`"
    )


def _describe_host(location: str) -> str:
    try:
        host = urlsplit(location).hostname
    except ValueError:
        return "an address that cannot be read"
    return "another path of the same host" if host is None else f"host '{quote_safely(host)}'"


def _refusal(
    status: int,
    headers: Mapping[str, str],
    answer: Mapping[str, Any],
    conceal: Callable[[str], str],
) -> APIError:
    error = answer.get("error")
    code = _read_code(error)
    cls = _CLASS_OF_CODE.get(code or 0) or _class_of_status(status)
    candidates = (answer.get("errorMsg"), error if code is None else None)
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
    """Read a JSON object as far as it is one; an HTML page of a proxy is an empty one."""
    try:
        value: object = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        return {}
    return value if _is_object(value) else {}


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return what `Retry-After` asks for, in seconds (RFC 9110, section 10.2.3).

    A date counts from the answer's own `Date`, so that a wrong clock on either side does no harm.
    What is no time to wait (negative, infinite, words, a date without `Date`) is `None`.
    """
    sent = headers.get("retry-after", "")
    try:
        seconds = float(sent)
    except ValueError:
        seconds = _seconds_between(headers.get("date", ""), sent)
    return seconds if 0 < seconds < math.inf else None


def _seconds_between(start: str, end: str) -> float:
    try:
        moments: list[datetime] = [parsedate_to_datetime(date) for date in (start, end)]
        return (moments[1] - moments[0]).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return math.nan
