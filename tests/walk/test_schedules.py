"""Exactly once, over histories that move in every way that is known of."""

import pytest

from tests.walk.schedules import run

BATCHES = [range(start, start + 25) for start in range(0, 300, 25)]


@pytest.mark.anyio
@pytest.mark.parametrize("seeds", BATCHES, ids=str)
async def test_what_stayed_comes_exactly_once(anyio_backend: str, seeds: range) -> None:
    """Nothing that stayed is missed, nothing comes twice, and all of it is in order."""
    share = seeds if anyio_backend == "asyncio" else seeds[::3]
    outcomes = [await run(seed) for seed in share]
    assert [] == [(fault, schedule) for schedule, fault, _ in outcomes if fault is not None]
