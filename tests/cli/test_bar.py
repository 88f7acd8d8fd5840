"""The live display: what it says while messages come."""

from contextlib import redirect_stderr
from dataclasses import dataclass, field
from typing import cast

import pytest
from rich.console import Console

from smstools_async.cli._bar import Row, draw, progress_of_many, progress_of_one
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._many import ManyExports
from smstools_async.cli._phones import Entry
from tests.cli.command import Terminal, broken_pipe, plain


@dataclass
class _Walk:
    """What is looked at of a walk."""

    yielded: int = 0
    requests: int = 0
    arrived: int = 0
    waiting: float = 0.0
    degraded: bool = False


@dataclass
class _Conversation:
    """What is looked at of a conversation."""

    progress: _Walk = field(default_factory=_Walk)
    total: int | None = None

    def expected(self) -> int | None:
        """Tell the number that the test expects."""
        return self.total


@pytest.mark.parametrize(
    ("walk", "expected", "text"),
    [
        (_Walk(), None, "connecting"),
        (_Walk(waiting=7.6), None, "connecting, trying again in 8 s"),
        (_Walk(requests=1), 0, "0 messages, 1 request"),
        (_Walk(1200, 2), 5000, "1,200 of 5,000 messages, 2 requests"),
        (_Walk(5000, 5), 5000, "5,000 messages, 5 requests"),
        (_Walk(1200, 2), None, "1,200 messages, 2 requests"),
        (_Walk(1, 1, waiting=7.6), 2, "1 of 2 messages, trying again in 8 s, 1 request"),
        (_Walk(1, 1, 12), 2, "1 of 2 messages, 1 request, 12 arrived"),
        (_Walk(1, 1, -3), 2, "1 of 2 messages, 1 request"),
        (_Walk(1, 1, degraded=True), 2, "1 of 2 messages, 1 request, out of order"),
    ],
)
def test_line_says_how_far_it_is(walk: _Walk, expected: int | None, text: str) -> None:
    """How many of how many, where that is known, by how many requests, and what is going on."""
    terminal = Terminal()
    conversation = cast("Conversation", _Conversation(walk, expected))
    with redirect_stderr(terminal), progress_of_one(conversation):
        pass
    assert f"━ {text} " in plain(terminal)


@dataclass
class _Exports:
    """What is looked at of many exports."""

    under_way: dict[Entry, _Conversation]
    ended: int = 3
    expected: int = 40

    def sum_of(self, what: str) -> int:
        """Tell some number of each."""
        return {"yielded": 12_345, "requests": 67}[what]


def test_many_have_a_line_each_and_one_for_all() -> None:
    """The one above says how far all are together."""
    terminal, conversation = Terminal(), _Conversation(_Walk(120, 1), 500)
    exports = _Exports({Entry(line=7, phone="5511", name="5511.jsonl"): conversation})
    with redirect_stderr(terminal), progress_of_many(cast("ManyExports", exports)):
        pass
    assert "━ 3 of 40 done, 12,345 messages, 67 requests " in plain(terminal)
    assert "━ 5511.jsonl: 120 of 500 messages, 1 request " in plain(terminal)


def test_more_than_a_screen_are_counted() -> None:
    """A terminal has some twenty lines."""
    entries = [Entry(line=n, phone="5511", name=f"{n}.jsonl") for n in range(20)]
    exports = _Exports(dict.fromkeys(entries, _Conversation()))
    terminal = Terminal()
    with redirect_stderr(terminal), progress_of_many(cast("ManyExports", exports)):
        pass
    assert "━ 15.jsonl: connecting" in plain(terminal)
    assert "16.jsonl" not in plain(terminal)
    assert "━ and 4 more" in plain(terminal)


@pytest.mark.parametrize(
    ("row", "seconds", "pace"),
    [
        (Row("", 1200, 5000, 1200), 10.0, "120/s 0:00:32"),
        (Row("", 1200, None, 1200), 10.0, "120/s"),
        (Row("", 0, 40, 1200), 1.0, "1,200/s"),
        (Row("", 1, 3, 1200), 1800.0, "1/s 1:00:00"),
        (Row("", 1200, 5000, 1200), 0.1, ""),
        (Row("", 0, None), 10.0, ""),
    ],
)
def test_pace_is_messages_a_second_and_the_time_left(row: Row, seconds: float, pace: str) -> None:
    """On average, once there is one to speak of."""
    assert pace == _drawn(row, seconds, 80).strip("━╸╺ \n")


@pytest.mark.parametrize("width", [1, 10, 40, 80, 120])
def test_line_leaves_room_at_its_end(width: int) -> None:
    """The `^C` that a terminal shows there would else be another line, and leave one behind."""
    row = Row("1,200 of 5,000 messages, 2 requests, 12 arrived" * 3, 1200, 5000, 1200)
    lines = _drawn(row, 10, width).splitlines()
    assert 1 == len(lines)
    assert len(lines[0]) <= max(width - 2, 1)


def _drawn(row: Row, seconds: float, width: int) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(draw([row], seconds, width))
    return captured.get()


def test_closed_terminal_is_no_trouble() -> None:
    """The walk goes on, and ends as it would."""
    conversation = cast("Conversation", _Conversation())
    with broken_pipe() as stderr, redirect_stderr(stderr), progress_of_one(conversation):
        pass
