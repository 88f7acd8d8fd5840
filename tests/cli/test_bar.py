"""The progress bar: what it says while a walk goes on."""

import re
from contextlib import redirect_stderr
from dataclasses import dataclass
from typing import cast

import pytest

from smstools_async import Progress
from smstools_async.cli._bar import ProgressBar
from tests.cli.command import Terminal


@dataclass
class _Walk:
    """What a bar looks at."""

    yielded: int = 0
    waiting: float = 0.0


@pytest.mark.parametrize(
    ("walk", "expected", "text"),
    [
        (_Walk(), None, "0 messages"),
        (_Walk(yielded=1200), 5000, "1,200 of 5,000 messages"),
        (_Walk(yielded=5000), 5000, "5,000 messages"),
        (_Walk(yielded=1200), None, "1,200 messages"),
        (_Walk(yielded=1, waiting=7.6), 2, "1 of 2 messages, trying again in 8 s"),
    ],
)
def test_bar_says_how_far_it_is(walk: _Walk, expected: int | None, text: str) -> None:
    """How many of how many, where that is known, and why nothing moves, if so."""
    terminal = Terminal()
    with redirect_stderr(terminal), ProgressBar(cast("Progress", walk), lambda: expected):
        pass
    assert text in str(terminal)


def test_bar_says_how_fast_it_is() -> None:
    """Messages a second, on average, once some have come."""
    terminal = Terminal()
    walk = cast("Progress", _Walk(yielded=1200))
    with redirect_stderr(terminal), ProgressBar(walk, lambda: 5000):
        pass
    assert re.search(r"1,200 of 5,000 messages [0-9,]+/s", str(terminal))
