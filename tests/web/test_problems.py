"""What callers of a web application learn of an error."""

import pytest

from smstools_async import (
    AuthenticationError,
    CursorError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    SmstoolsError,
    TransportError,
)
from smstools_async.web import to_problem


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CursorError("secret"), 400),
        (InvalidRequestError(400, 103, "secret"), 422),
        (NotFoundError(404, None, "secret"), 404),
        (RateLimitError(429, None, "secret"), 503),
        (RequestTimeoutError("secret"), 504),
        (TransportError("secret"), 502),
        (ServerError(500, None, "secret"), 502),
        (AuthenticationError(401, 104, "secret"), 502),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, SmstoolsError) else None,
)
def test_a_problem_says_what_concerns_the_caller(error: SmstoolsError, status: int) -> None:
    """Its status fits the caller's request; of the error's own words it holds none."""
    problem = to_problem(error)
    assert (status, status) == (problem.status, problem.body["status"])
    assert ["title", "status", "detail"] == list(problem.body)
    assert "secret" not in repr(problem)


def test_a_problem_has_the_cursor_to_resume_from() -> None:
    """Where the walk had delivered something."""
    error = TransportError("no connection")
    error.cursor = "AxBU"
    assert "AxBU" == to_problem(error).body["cursor"]


@pytest.mark.parametrize(
    ("seconds", "headers"), [(1.2, {"Retry-After": "2"}), (0.0, {"Retry-After": "0"}), (None, {})]
)
def test_a_wait_is_passed_on_in_whole_seconds(
    seconds: float | None, headers: dict[str, str]
) -> None:
    """Rounded up, since earlier is too early."""
    assert headers == to_problem(RateLimitError(429, None, "Slow down", seconds)).headers
