"""What the progress display says: one row per conversation, or one for all of them and each."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

import attrs

from smstools_async import Progress
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._phones import Entry
from smstools_async.cli._terminal import visible
from smstools_async.cli._wording import counted, counted_of

_MOST_ROWS: Final = 16


@attrs.frozen(kw_only=True)
class Row:
    """One line of the display."""

    text: str
    done: int
    expected: int | None
    """In the unit of `done`; `None` while it is unknown."""
    messages: int = 0
    """How many have been read; 0 omits the rate."""


def row_of(conversation: Conversation) -> Row:
    """Describe how far a conversation is."""
    progress, expected = conversation.progress, conversation.expected()
    read = progress.yielded
    amount = counted_of(read, expected, "message") if progress.requests else "connecting"
    text = ", ".join([amount, *_events(progress)])
    return Row(text=text, done=read, expected=expected, messages=read)


def _events(progress: Progress) -> Iterator[str]:
    """Yield what has happened, the most urgent first: a narrow terminal cuts off the rest."""
    if progress.waiting:
        yield f"trying again in {progress.waiting:.0f} s"
    if progress.requests:
        yield counted(progress.requests, "request")
    if progress.arrived > 0:
        yield f"{progress.arrived:,} arrived"
    if progress.degraded:
        yield "contradictory"


def rows_of(total: Row, running: Mapping[Entry, Conversation]) -> Iterator[Row]:
    """Describe how far all conversations are together, then each that is being read."""
    yield total
    now = list(running.items())
    for entry, conversation in islice(now, _MOST_ROWS):
        row = row_of(conversation)
        text = f"{visible(entry.name)}: {row.text}"
        yield Row(text=text, done=row.done, expected=row.expected)
    if len(now) > _MOST_ROWS:
        yield Row(text=f"and {len(now) - _MOST_ROWS} more", done=0, expected=1)
