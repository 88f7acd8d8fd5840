"""Exactly once, over histories that move while three requests in ten fail."""

import pytest

from tests.walk.faulty_schedules import run_virtually

BATCHES = [range(start, start + 20) for start in range(0, 60, 20)]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("seeds", BATCHES, ids=str)
def test_faults_that_pass_change_nothing(seeds: range, backend: str) -> None:
    """Each walk comes to its end, with all that stayed, once and in order."""
    runs = [run_virtually(seed, backend=backend) for seed in seeds]
    assert [] == [run for run in runs if run.fault is not None]
    assert {1} == {run.walks for run in runs}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("seeds", BATCHES, ids=str)
def test_faults_that_last_leave_a_way_on(seeds: range, backend: str) -> None:
    """Each walk ends in the error of its fault; all of them together are one whole walk."""
    runs = [run_virtually(seed, backend=backend, lasting=0.03) for seed in seeds]
    assert [] == [run for run in runs if run.fault is not None]
    assert len(runs) < sum(run.walks for run in runs)
