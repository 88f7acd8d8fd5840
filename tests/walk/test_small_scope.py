"""All small lists and movements, a slice of them: whole or told; quiet ones whole."""

from itertools import islice

import attrs
import pytest

from tests.walk.small_scope import Way, check, draw_cases, lists, verdict, ways


@pytest.mark.parametrize("seed", range(8))
def test_small_lists_come_whole_or_the_caller_is_told(seed: int) -> None:
    """Some of the cases that `python -m tests.walk.small_scope` tries in full."""
    counts, silent = check(draw_cases(seed, 400))
    assert [] == silent
    assert counts["quiet: whole"] > 0 < counts["one movement: whole"]


@pytest.mark.parametrize("way", [way for way in ways() if way.page_size == 1], ids=str)
def test_quiet_lists_of_up_to_four_rows_come_whole(way: Way) -> None:
    """In every order of seconds, twins included."""
    for size in range(5):
        for rows in lists(size):
            word, _, outcome = verdict(rows, way, {})
            assert ("whole", False) == (word, outcome.is_told)


@pytest.mark.parametrize("way", [way for way in ways() if way.page_size == 2], ids=str)
def test_lists_without_times_come_whole(way: Way) -> None:
    """A list is a sequence, not a clock."""
    for size in range(6):
        for rows in islice(lists(size), 40):
            word, _, _ = verdict(rows, attrs.evolve(way, has_times=False), {})
            assert "whole" == word
