"""Settings are values that are checked when they are made."""

import math
from typing import Any

import pytest

from smstools_async import Retry


def test_retry_is_patient_by_default() -> None:
    """By figures that held when an outage was simulated."""
    retry = Retry()
    assert (4, 90, 0.5, 20, 60) == (
        retry.attempts,
        retry.total_time,
        retry.backoff_initial,
        retry.backoff_max,
        retry.retry_after_max,
    )
    assert {408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529} == retry.statuses


def test_patient_retry_lasts_as_long_as_it_is_told() -> None:
    """Time ends it, not attempts, nor a budget, nor a server that asks for less time than that."""
    retry = Retry.patient(total_time=3600)
    assert (3600, 60, 3600, math.inf) == (
        retry.total_time,
        retry.backoff_max,
        retry.retry_after_max,
        retry.budget,
    )
    assert retry.attempts * retry.backoff_max / 2 > 2 * retry.total_time


@pytest.mark.parametrize(
    ("total_time", "error"), [(-1, ValueError), (math.inf, ValueError), ("9", TypeError)]
)
def test_patience_is_a_number_of_seconds(total_time: Any, error: type[Exception]) -> None:
    """The same numbers as `total_time` of `Retry` takes."""
    with pytest.raises(error, match="total_time"):
        Retry.patient(total_time)


SECONDS = ["total_time", "backoff_initial", "backoff_max", "retry_after_max"]


@pytest.mark.parametrize("name", SECONDS)
@pytest.mark.parametrize("seconds", [0, 1, 0.5, 10**6])
def test_retry_takes_seconds(name: str, seconds: Any) -> None:
    """None at all included."""
    assert seconds == getattr(Retry(**{name: seconds}), name)


@pytest.mark.parametrize("name", SECONDS)
@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_retry_refuses_what_is_no_time(name: str, seconds: Any) -> None:
    """The error names the field and the value."""
    with pytest.raises(
        ValueError, match=f"{name} must be a finite number of seconds, 0 or more, got {seconds}"
    ):
        Retry(**{name: seconds})


@pytest.mark.parametrize("name", SECONDS)
@pytest.mark.parametrize("seconds", ["1", None, True])
def test_retry_refuses_what_is_no_number(name: str, seconds: Any) -> None:
    """The error names the field and the type."""
    with pytest.raises(TypeError, match=f"{name} must be a finite number of seconds, .*, got"):
        Retry(**{name: seconds})


@pytest.mark.parametrize("attempts", [0, -1])
def test_retry_refuses_no_attempt(attempts: int) -> None:
    """A request that is never sent has no outcome."""
    with pytest.raises(ValueError, match=f"attempts must be 1 or more, got {attempts}"):
        Retry(attempts=attempts)


@pytest.mark.parametrize("attempts", [1.5, float("nan"), "3", None, True])
def test_retry_counts_whole_attempts(attempts: Any) -> None:
    """Not a number would never be reached."""
    with pytest.raises(TypeError, match="attempts must be an int, got"):
        Retry(attempts=attempts)


def test_retry_takes_any_statuses() -> None:
    """From any iterable, and keeps a copy."""
    statuses = [503, 429, 503]
    retry = Retry(statuses=statuses)
    statuses.clear()
    assert {429, 503} == retry.statuses


@pytest.mark.parametrize("budget", [-1, float("nan")])
def test_retry_refuses_what_is_no_budget(budget: float) -> None:
    """Not a number would never be used up."""
    with pytest.raises(ValueError, match=f"budget must be a number of retries, .*, got {budget}"):
        Retry(budget=budget)


@pytest.mark.parametrize("statuses", ["503", ["503"], 503, None])
def test_retry_refuses_what_are_no_statuses(statuses: Any) -> None:
    """A text would be taken for a set of letters."""
    with pytest.raises(TypeError):
        Retry(statuses=statuses)
