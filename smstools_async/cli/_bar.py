"""The progress display on standard error. Imports rich: import it only to show one.

It draws rows ten times a second in a thread of its own; nothing that is read waits for it.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from time import monotonic
from typing import IO, Any, Final, cast

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from smstools_async.cli._rows import Row

_MARGIN: Final = 4  # for the `^C` of a terminal, which would otherwise start a line of its own
_WIDEST_BAR: Final = 24
_NARROW: Final = 40  # columns: a rate would leave no room for the rest
_WARM_UP: Final = 0.5  # seconds before which a rate is a guess


def display(rows: Callable[[], Iterable[Row]]) -> AbstractContextManager[object]:
    """Show rows for the length of a block; `rows` is called each time they are drawn."""
    console = Console(file=cast("IO[str]", _Terminal(sys.stderr)), highlight=False)
    started_at = monotonic()
    return Live(
        get_renderable=lambda: draw(rows(), monotonic() - started_at, console.width),
        console=console,
        refresh_per_second=10,
        transient=True,
    )


class _Terminal:
    """A terminal that may be closed while it is written to: the command continues without it."""

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
    """Draw rows after some seconds, none wider than the terminal."""
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
    if not row.messages or seconds < _WARM_UP:
        return ""
    rate = f"{row.messages / seconds:,.0f}/s"
    if not row.expected or not row.done:
        return rate
    left = seconds / row.done * (row.expected - row.done)
    return f"{rate} {timedelta(seconds=round(left))}"
