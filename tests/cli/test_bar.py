"""The live display: what it says while messages come."""

from collections.abc import Callable, Iterable
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from typing import cast

import pytest
from rich.console import Console

from smstools_async.cli._bar import display, draw
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._phones import Entry
from smstools_async.cli._rows import Row, row_of, rows_of
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
        (_Walk(1, 1, degraded=True), 2, "1 of 2 messages, 1 request, contradictory"),
    ],
)
def test_line_says_how_far_it_is(walk: _Walk, expected: int | None, text: str) -> None:
    """How many of how many, where that is known, by how many requests, and what is going on."""
    conversation = cast("Conversation", _Conversation(walk, expected))
    assert f"━ {text} " in _shown(lambda: [row_of(conversation)])


def _total() -> Row:
    return Row(text="3 of 40 done", done=3, expected=40, messages=12_345)


def test_many_have_a_row_each_and_one_for_all() -> None:
    """The first one shows how far all are together."""
    conversation = cast("Conversation", _Conversation(_Walk(120, 1), 500))
    entry = Entry(line=7, phone="5511", name="5511.jsonl")
    shown = _shown(lambda: rows_of(_total(), {entry: conversation}))
    assert "━ 3 of 40 done " in shown
    assert "━ 5511.jsonl: 120 of 500 messages, 1 request " in shown


def test_rows_beyond_a_screen_are_counted() -> None:
    """A terminal has about twenty lines."""
    entries = [Entry(line=n, phone="5511", name=f"{n}.jsonl") for n in range(20)]
    running = dict.fromkeys(entries, cast("Conversation", _Conversation()))
    shown = _shown(lambda: rows_of(_total(), running))
    assert "━ 15.jsonl: connecting" in shown
    assert "16.jsonl" not in shown
    assert "━ and 4 more" in shown


def _shown(rows: Callable[[], Iterable[Row]]) -> str:
    terminal = Terminal()
    with redirect_stderr(terminal), display(rows):
        pass
    return plain(terminal)


@pytest.mark.parametrize(
    ("row", "seconds", "pace"),
    [
        (Row(text="", done=1200, expected=5000, messages=1200), 10.0, "120/s 0:00:32"),
        (Row(text="", done=1200, expected=None, messages=1200), 10.0, "120/s"),
        (Row(text="", done=0, expected=40, messages=1200), 1.0, "1,200/s"),
        (Row(text="", done=1, expected=3, messages=1200), 1800.0, "1/s 1:00:00"),
        (Row(text="", done=1200, expected=5000, messages=1200), 0.1, ""),
        (Row(text="", done=0, expected=None), 10.0, ""),
    ],
)
def test_pace_is_messages_a_second_and_the_time_left(row: Row, seconds: float, pace: str) -> None:
    """On average, once there is one to speak of."""
    assert pace == _drawn(row, seconds, 80).strip("━╸╺ \n")


@pytest.mark.parametrize("width", [1, 10, 40, 80, 120])
def test_line_leaves_room_at_its_end(width: int) -> None:
    """The `^C` that a terminal shows there would else be another line, and leave one behind."""
    row = Row(
        text="1,200 of 5,000 messages, 2 requests, 12 arrived" * 3,
        done=1200,
        expected=5000,
        messages=1200,
    )
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
    with broken_pipe() as stderr, redirect_stderr(stderr), display(lambda: [row_of(conversation)]):
        pass
