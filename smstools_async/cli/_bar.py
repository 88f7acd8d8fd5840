"""What is shown on standard error while messages come. Imports rich: import it only to show it.

It looks at the walks ten times a second from a thread of its own; they do not wait for it.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from itertools import islice
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, cast

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from smstools_async import Progress
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._terminal import visible
from smstools_async.cli._wording import counted, counted_of

if TYPE_CHECKING:
    from smstools_async.cli._many import ManyExports

_MARGIN: Final = 4  # for the `^C` of a terminal, which would else begin a line
_WIDEST_BAR: Final = 24
_NARROW: Final = 40  # columns, in which a pace would leave no room for the rest
_MOST_ROWS: Final = 16
_MOMENT: Final = 0.5  # seconds, before which no rate is more than a guess


class Row(NamedTuple):
    """One line of what is shown."""

    text: str
    done: int
    expected: int | None
    """Of the same things as `done`; `None` while nobody knows."""
    messages: int = 0
    """How many came; 0 leaves the rate away."""


def progress_of_one(conversation: Conversation) -> AbstractContextManager[object]:
    """Show in one line how far a conversation is, for the length of a block."""
    return _display(lambda: [_row(conversation)])


def progress_of_many(exports: "ManyExports") -> AbstractContextManager[object]:
    """Show how far all are together, and each that is under way, for the length of a block."""
    return _display(lambda: _rows(exports))


def _display(rows: Callable[[], Iterable[Row]]) -> AbstractContextManager[object]:
    console = Console(file=cast("IO[str]", _Terminal(sys.stderr)), highlight=False)
    begun_at = monotonic()
    return Live(
        get_renderable=lambda: draw(rows(), monotonic() - begun_at, console.width),
        console=console,
        refresh_per_second=10,
        transient=True,
    )


class _Terminal:
    """A terminal that may be closed while it is written to, which is no trouble of the walk."""

    def __init__(self, terminal: IO[str]) -> None:
        self._terminal = terminal

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._terminal.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._terminal.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._terminal, name)


def draw(rows: Iterable[Row], seconds: float, width: int) -> Table:
    """Draw rows that have been under way for some seconds, none wider than the terminal."""
    drawn = [(row, _pace(row, seconds) if width >= _NARROW else "") for row in rows]
    bar = min(width // 6, _WIDEST_BAR)
    room = max(0, width - _MARGIN - bar - 2 - max(len(pace) for _, pace in drawn))
    table = Table.grid(padding=(0, 1))
    table.add_column(width=bar)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for row, pace in drawn:
        text = Text(row.text, no_wrap=True)
        text.truncate(room, overflow="ellipsis")
        table.add_row(
            ProgressBar(total=row.expected, completed=row.done), text, Text(pace, style="dim")
        )
    return table


def _pace(row: Row, seconds: float) -> str:
    if not row.messages or seconds < _MOMENT:
        return ""
    rate = f"{row.messages / seconds:,.0f}/s"
    if not row.expected or not row.done:
        return rate
    left = seconds / row.done * (row.expected - row.done)
    return f"{rate} {timedelta(seconds=round(left))}"


def _row(conversation: Conversation) -> Row:
    progress, expected = conversation.progress, conversation.expected()
    came = progress.yielded
    amount = counted_of(came, expected, "message") if progress.requests else "connecting"
    return Row(", ".join([amount, *_news(progress)]), came, expected, came)


def _news(progress: Progress) -> Iterator[str]:
    """Say what there is to say, the most urgent first: a narrow terminal shows no more."""
    if progress.waiting:
        yield f"trying again in {progress.waiting:.0f} s"
    if progress.requests:
        yield counted(progress.requests, "request")
    if progress.arrived > 0:
        yield f"{progress.arrived:,} arrived"
    if progress.degraded:
        yield "out of order"


def _rows(exports: "ManyExports") -> Iterator[Row]:
    done = f"{exports.ended:,} of {exports.expected:,} done"
    messages, requests = exports.sum_of("yielded"), exports.sum_of("requests")
    text = f"{done}, {counted(messages, 'message')}, {counted(requests, 'request')}"
    yield Row(text, exports.ended, exports.expected, messages)
    under_way = list(exports.under_way.items())
    for entry, conversation in islice(under_way, _MOST_ROWS):
        row = _row(conversation)
        yield Row(f"{visible(entry.name)}: {row.text}", row.done, row.expected)
    if len(under_way) > _MOST_ROWS:
        yield Row(f"and {len(under_way) - _MOST_ROWS} more", 0, 1)
