"""Exactly once, over histories that move in every way that is known of."""

import pytest

from tests.walk.schedules import run


@pytest.mark.anyio
@pytest.mark.parametrize(
    "seeds", [range(start, start + 50) for start in range(0, 300, 50)], ids=str
)
async def test_what_stayed_comes_exactly_once(seeds: range) -> None:
    """Nothing that stayed is missed, nothing comes twice, and all of it is in order."""
    outcomes = [await run(seed) for seed in seeds]
    assert [] == [(fault, schedule) for schedule, fault, _ in outcomes if fault is not None]
