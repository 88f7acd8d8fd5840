"""A body that would fill the memory does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.bomb import STATUS

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the peak of one process")
def test_bomb_leaves_the_memory_small() -> None:
    """Ten gibibytes and more would come; the whole process stays below 200 MiB."""
    command = [sys.executable, "-m", "tests.faults.bomb"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    peak, _, outcome = done.stdout.partition(" ")
    assert outcome.startswith("The body is larger than")
    assert int(peak) < 200
