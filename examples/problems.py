"""What callers of a web application are told when the library raises: problems of RFC 9457."""

from http import HTTPStatus
from math import ceil
from typing import Any, Final

from smstools_async import (
    APIError,
    CursorError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    SmstoolsError,
)

MEDIA_TYPE: Final = "application/problem+json"

# In the callers' terms: how we stand with the gateway is none of their business. First match wins.
_ANSWERS: Final[list[tuple[type[SmstoolsError], HTTPStatus, str]]] = [
    (CursorError, HTTPStatus.BAD_REQUEST, "This cursor does not fit. Begin without one."),
    (InvalidRequestError, HTTPStatus.UNPROCESSABLE_ENTITY, "The gateway refuses this number."),
    (NotFoundError, HTTPStatus.NOT_FOUND, "The gateway does not know this number."),
    (RateLimitError, HTTPStatus.SERVICE_UNAVAILABLE, "The gateway is busy. Try again later."),
    (RequestTimeoutError, HTTPStatus.GATEWAY_TIMEOUT, "The gateway is too slow. Try again later."),
    (SmstoolsError, HTTPStatus.BAD_GATEWAY, "The gateway cannot be read."),
]


def to_problem(error: SmstoolsError) -> dict[str, Any]:
    """Describe an error to a caller, with the cursor to go on from where there is one."""
    status, detail = next(
        (status, detail) for kind, status, detail in _ANSWERS if isinstance(error, kind)
    )
    problem = {"title": status.phrase, "status": status.value, "detail": detail}
    return problem | ({"cursor": error.cursor} if error.cursor else {})


def to_headers(error: SmstoolsError) -> dict[str, str]:
    """Pass on how long the gateway asks to wait."""
    if isinstance(error, APIError) and error.retry_after is not None:
        return {"Retry-After": str(ceil(error.retry_after))}
    return {}
