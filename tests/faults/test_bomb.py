"""A body that would fill the memory does not."""

import pytest

from tests.faults.bomb import STATUS
from tests.processes import printed_by


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the peak of one process")
def test_bomb_leaves_the_memory_small() -> None:
    """Ten gibibytes and more would come; the whole process stays below 200 MiB."""
    peak, _, outcome = printed_by("tests.faults.bomb").partition(" ")
    assert outcome.startswith("The body is larger than")
    assert int(peak) < 200
