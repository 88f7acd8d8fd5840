"""Errors as callers of a web application see them: problems of RFC 9457."""

from http import HTTPStatus
from math import ceil
from typing import Any, ClassVar, Final

import attrs

from smstools_async import (
    APIError,
    CursorError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    SmstoolsError,
)

# In the callers' terms: the state of our account is none of their business. The first match wins.
_RESPONSES: Final[list[tuple[type[SmstoolsError], HTTPStatus, str]]] = [
    (CursorError, HTTPStatus.BAD_REQUEST, "This cursor does not fit. Start over without one."),
    (InvalidRequestError, HTTPStatus.UNPROCESSABLE_ENTITY, "The gateway refuses this number."),
    (NotFoundError, HTTPStatus.NOT_FOUND, "The gateway does not know this number."),
    (RateLimitError, HTTPStatus.SERVICE_UNAVAILABLE, "The gateway is busy. Try again later."),
    (RequestTimeoutError, HTTPStatus.GATEWAY_TIMEOUT, "The gateway is too slow. Try again later."),
    (SmstoolsError, HTTPStatus.BAD_GATEWAY, "The gateway cannot be read."),
]


@attrs.frozen(kw_only=True)
class Problem:
    """The response to a caller: nothing about our account, no phone number and no text."""

    media_type: ClassVar[str] = "application/problem+json"
    status: int
    body: dict[str, Any]
    """`title`, `status`, `detail`, and `cursor` where a walk can be resumed; ready for JSON."""
    headers: dict[str, str]
    """`Retry-After`, if the gateway asks to wait."""


def to_problem(error: SmstoolsError) -> Problem:
    """Describe an error to the callers of a web application.

    Example:
        >>> to_problem(CursorError("damaged")).body["detail"]
        'This cursor does not fit. Start over without one.'
    """
    status, detail = next(found[1:] for found in _RESPONSES if isinstance(error, found[0]))
    body = {"title": status.phrase, "status": status.value, "detail": detail}
    wait = error.retry_after if isinstance(error, APIError) else None
    return Problem(
        status=status.value,
        body=body | ({"cursor": error.cursor} if error.cursor else {}),
        headers={} if wait is None else {"Retry-After": str(ceil(wait))},
    )
