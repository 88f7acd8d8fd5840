"""Errors survive the way to another process: workers and error trackers send them there."""

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from smstools_async import (
    APIError,
    AuthenticationError,
    ClientClosedError,
    CursorError,
    DownloadError,
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
from smstools_async._arguments import ArgumentError, ArgumentTypeError

EXAMPLES = [
    SmstoolsError("It went wrong"),
    TransportError("The connection broke"),
    RequestTimeoutError("No answer within 30 seconds"),
    APIError(418, None, "teapot"),
    AuthenticationError(401, 104, "Invalid credentials"),
    InvalidRequestError(400, 103, "Phone number is required or invalid"),
    NotFoundError(404, None, "Not found"),
    RateLimitError(429, None, "Too many requests", 2.5),
    ServerError(503, 105, "Try again later"),
    UnexpectedResponseError("This is no page", ("$.total: a list, not a number",)),
    UnexpectedResponseError("All rows are bad", ("$.x: missing",) * 25, skippable=True, omitted=2),
    PaginationError("Page 3 was page 2 again"),
    PaginationStalledError("Nothing new in 5 requests"),
    CursorError("The cursor is damaged"),
    DownloadError("its host answered HTTP 503", 503, 2.5),
    ClientClosedError(),
]

COPIES: list[Callable[[SmstoolsError], SmstoolsError]] = [
    copy.copy,
    copy.deepcopy,
    *(
        lambda error, protocol=protocol: pickle.loads(pickle.dumps(error, protocol))  # noqa: S301 - our own bytes
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
]


def _leaves(error: type[SmstoolsError]) -> Iterator[type[SmstoolsError]]:
    yield error
    for subclass in error.__subclasses__():
        yield from _leaves(subclass)


def test_every_error_has_an_example_here() -> None:
    """A new error joins the list above."""
    assert {type(error) for error in EXAMPLES} == set(_leaves(SmstoolsError))


def test_problems_that_are_not_listed_are_counted_once() -> None:
    """However often the error is copied."""
    error = UnexpectedResponseError("All rows are bad", ("$.x: missing",) * 25, omitted=2)
    twin = copy.deepcopy(copy.copy(error))
    assert (20, 7) == (len(twin.problems), twin.omitted)


@pytest.mark.parametrize("error", [ArgumentError("order", "x"), ArgumentTypeError("order", "x")])
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_argument_errors_survive_copying(
    error: ArgumentError | ArgumentTypeError, duplicate: Callable[[Any], Any]
) -> None:
    """Like all others."""
    for twin in (duplicate(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - our own bytes
        assert (type(error), "order x", "order") == (type(twin), str(twin), twin.argument)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "duplicate", COPIES, ids=["copy", "deepcopy", *(f"pickle{i}" for i in range(6))]
)
def test_error_survives_copying(
    error: SmstoolsError, duplicate: Callable[[SmstoolsError], SmstoolsError]
) -> None:
    """Class, arguments, attributes, text and cursor of a copy are those of the error."""
    error.cursor = "cursor-of-this-walk"
    twin = duplicate(error)
    assert type(error) is type(twin)
    assert error.args == twin.args
    assert vars(error) == vars(twin)
    assert str(error) == str(twin)
    assert "cursor-of-this-walk" == twin.cursor


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_error_says_something(error: SmstoolsError) -> None:
    """The text is whole sentences, not a class name or a tuple."""
    assert str(error).strip()
    assert not str(error).startswith("(")
