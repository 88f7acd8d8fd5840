"""Long lists in many orders, with untrue numbers, quiet and moving: a sample of each."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.walk.large_scope import (
    MOVING,
    NUMBERS,
    ORDERS,
    LongServer,
    check_moving,
    check_numbers,
    check_orders,
)
from tests.walk.small_scope import Outcome

Check = Callable[[int, str], Iterator[tuple[str, str, LongServer, Outcome]]]


def words(check: Check, tries: int, only: str) -> Counter[str]:
    """Count the verdicts."""
    return Counter(word for name, word, _, _ in check(tries, only) if name.startswith(only))


@pytest.mark.parametrize("order", ORDERS)
def test_quiet_list_in_any_order_comes_whole(order: str) -> None:
    """With honest numbers; sorted ones in the order that was asked for."""
    assert {"whole"} == set(words(check_orders, 4, order))


@pytest.mark.parametrize("numbers", NUMBERS)
def test_untrue_numbers_are_never_silent(numbers: str) -> None:
    """Whole, or an error, or doubts; after a bounded number of requests."""
    assert set(words(check_numbers, 5, numbers)) <= {"whole", "told", "whole, told"}


@pytest.mark.parametrize("order", MOVING)
def test_moving_list_is_never_silent(order: str) -> None:
    """Up to 50 arrivals and 30 deletions between two requests, late rows among them."""
    assert set(words(check_moving, 2, order)) <= {"whole", "told", "whole, told"}


@pytest.mark.parametrize("order", [name for name in MOVING if name.startswith("by time")])
def test_slowly_moving_sorted_list_comes_whole(order: str) -> None:
    """Nothing is told that need not be."""
    verdicts = [
        word for name, word, _, _ in check_moving(4, order) if name.endswith((" 0.5/0.3", " 1/1"))
    ]
    assert verdicts.count("whole") >= len(verdicts) - 1
