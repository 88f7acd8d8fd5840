"""An argument that cannot be is refused by its name, with what it must be and what it is."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from smstools_async._arguments import (
    ArgumentError,
    ArgumentTypeError,
    check_choice,
    check_duration,
    check_function,
    check_moment,
    check_number,
    check_type,
    check_wait,
    check_whole,
)

MOMENT = datetime(2025, 6, 5, tzinfo=UTC)


def test_what_can_be_is_returned() -> None:
    """So that a check can stand where the value is used."""
    assert 5 == check_whole("page_size", 5, 1, 2000)
    assert 2000 == check_whole("page_size", 2000, 1, 2000)
    assert 10**6 == check_whole("prefetch", 10**6, 0)
    assert 0 == check_wait("total_time", 0)
    assert 0.5 == check_duration("interval", 0.5)
    assert 7.5 == check_number("rate", 7.5, "a rate", lambda value: value > 7)
    assert "oldest" == check_choice("order", "oldest", ("newest", "oldest"))
    assert MOMENT == check_moment("since", MOMENT)
    check_type("progress", 1, int, "an int")
    check_function("on_retry", print)


async def _coroutine_function() -> None: ...


def _moment(value: Any) -> object:
    return check_moment("since", value)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (lambda: check_whole("page_size", 0, 1, 2000), "page_size must be from 1 to 2000, got 0"),
        (
            lambda: check_whole("page_size", 2001, 1, 2000),
            "page_size must be from 1 to 2000, got 2",
        ),
        (lambda: check_whole("prefetch", -1, 0), "prefetch must be 0 or more, got -1"),
        (
            lambda: check_choice("order", "latest", ("newest", "oldest")),
            "order must be 'newest' or 'oldest', got 'latest'",
        ),
        (
            lambda: check_wait("total_time", float("inf")),
            "total_time must be a finite number of seconds, 0 or more, got inf",
        ),
        (
            lambda: check_duration("interval", 0),
            "interval must be a finite number of seconds, more than 0, got 0",
        ),
        (
            lambda: check_duration("interval", float("nan")),
            "interval must be a finite number of seconds, more than 0, got nan",
        ),
        (
            lambda: _moment(MOMENT.replace(tzinfo=None)),
            "since must have a time zone, got 2025-06-05 00:00:00; give one, such as tzinfo=UTC",
        ),
    ],
)
def test_wrong_value_is_named(check: Any, text: str) -> None:
    """The argument is an attribute, so that nobody has to read English for it."""
    with pytest.raises(ArgumentError) as caught:
        check()
    assert str(caught.value).startswith(text)
    assert text.split(maxsplit=1)[0] == caught.value.argument


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (partial(check_whole, "page", least=1), "page must be an int, got {}"),
        (
            partial(check_wait, "total_time"),
            "total_time must be a finite number of seconds, 0 or more, got {}",
        ),
        (
            partial(check_type, "retry", wanted=int | None, words="a Retry"),
            "retry must be a Retry, got {}",
        ),
        (_moment, "since must be a datetime, got {}"),
        (partial(check_function, "on_retry"), "on_retry must be a plain function, got {}"),
    ],
)
@pytest.mark.parametrize("value", ["1", [], b"x"])
def test_wrong_type_is_named(check: Any, text: str, value: object) -> None:
    """The value is not shown: it could be a secret in the wrong place."""
    with pytest.raises(ArgumentTypeError) as caught:
        check(value)
    assert text.format(type(value).__name__) == str(caught.value)
    assert text.split(maxsplit=1)[0] == caught.value.argument


@pytest.mark.parametrize("value", [True, False])
def test_true_is_no_number(value: Any) -> None:
    """Though Python counts it as one."""
    with pytest.raises(TypeError, match="page must be an int, got bool"):
        check_whole("page", value, 0)
    with pytest.raises(TypeError, match=r"wait must be a finite .*, got bool"):
        check_wait("wait", value)


def test_coroutine_function_is_no_hook() -> None:
    """Nobody would await it."""
    with pytest.raises(TypeError, match="must be a plain function, got a coroutine function"):
        check_function("on_retry", _coroutine_function)
