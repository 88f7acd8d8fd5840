"""Errors say what happened, with which value, and what to do next."""

import pytest

from smstools_async import (
    APIError,
    AuthenticationError,
    ClientClosedError,
    CursorError,
    InvalidRequestError,
    NotFoundError,
    PaginationError,
    PaginationStalledError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
)

PROBLEMS = ("$.total: null", "$.page: null", "$.limit: null", "$.shown: null")


@pytest.mark.parametrize(
    ("error", "happened", "to_do"),
    [
        (TransportError("The connection broke"), "The connection broke.", "Check the network"),
        (
            RequestTimeoutError("No data came"),
            "No data came.",
            "give the client a longer `timeout`",
        ),
        (APIError(418, None, "teapot"), "HTTP 418: teapot.", "See the vendor's list of errors"),
        (AuthenticationError(401, 104, "no"), "with error 104: no.", "Check the client id and"),
        (InvalidRequestError(400, 103, "no"), "with error 103: no.", "Correct the request"),
        (NotFoundError(404, None, "no"), "HTTP 404: no.", "Check the phone number or id"),
        (RateLimitError(429, None, "slow"), "HTTP 429: slow.", "Wait a while, then try again"),
        (RateLimitError(429, None, "slow", 2.5), "HTTP 429: slow.", "Wait 2.5 seconds, then"),
        (ServerError(503, 105, "busy"), "with error 105: busy.", "Try again later"),
        (UnexpectedResponseError("This is no page"), "This is no page.", "please report it"),
        (UnexpectedResponseError("No page", PROBLEMS), "No page: $.total: null; ", "and 1 more."),
        (PaginationError("Page 3 was page 2"), "Page 3 was page 2.", "error's `cursor`"),
        (PaginationStalledError("Nothing new"), "Nothing new.", "error's `cursor`"),
        (
            UnexpectedResponseError("A row is bad", ("$.x: missing",), skippable=True),
            "A row is bad: $.x: missing. No row of this response was delivered.",
            "on_bad_row='skip' (command: --skip-bad-rows)",
        ),
        (CursorError("It is damaged"), "It is damaged.", "Start over without a cursor"),
        (ClientClosedError(), "This Client is closed.", "Create a new one"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, SmstoolsError) else "",
)
def test_text_tells_what_happened_and_what_to_do(
    error: SmstoolsError, happened: str, to_do: str
) -> None:
    """In whole sentences."""
    assert happened in str(error)
    assert to_do in str(error)
    assert str(error).endswith(".")


def test_facts_are_attributes() -> None:
    """None has to be read out of the text."""
    error = RateLimitError(429, 7, "slow", 2.5)
    assert (429, 7, "slow", 2.5) == (error.status, error.code, error.message, error.retry_after)
    unexpected = UnexpectedResponseError("No page", PROBLEMS)
    assert ("No page", PROBLEMS) == (unexpected.reason, unexpected.problems)
    assert (True, "x") == (TransportError("x").retryable, TransportError("x").reason)


@pytest.mark.parametrize(
    ("error", "branch"),
    [
        (RequestTimeoutError, TransportError),
        (AuthenticationError, APIError),
        (InvalidRequestError, APIError),
        (NotFoundError, APIError),
        (RateLimitError, APIError),
        (ServerError, APIError),
        (PaginationStalledError, PaginationError),
        (TransportError, SmstoolsError),
        (APIError, SmstoolsError),
        (UnexpectedResponseError, SmstoolsError),
        (PaginationError, SmstoolsError),
        (CursorError, SmstoolsError),
        (ClientClosedError, SmstoolsError),
    ],
)
def test_error_is_caught_with_its_branch(
    error: type[SmstoolsError], branch: type[SmstoolsError]
) -> None:
    """One class catches all."""
    assert branch in error.__bases__
