"""How numbers and doubts are put into words."""

from collections.abc import Sequence
from typing import Final

DOUBT: Final = (
    "Note: the service contradicted itself, in the order or the number of messages, so this export"
    " may lack messages or have some twice. Compare it with another one."
)


def described_doubts(doubts: Sequence[str] = ()) -> str:
    """Say that an export is in doubt, and list the contradictions that no table lists."""
    return "\n  ".join([DOUBT, *doubts])


def left_out(rows: int) -> str:
    """Say how many rows an export leaves out."""
    rows_are = "1 row is" if rows == 1 else f"{rows:,} rows are"
    return f"{rows_are} left out, since the service sent what cannot be read."


def counted(number: int, noun: str) -> str:
    """Count things: `1 message`, `5,000 messages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def counted_of(number: int, total: int | None, noun: str) -> str:
    """Count some of all, where that is known and differs: `3,000 of 5,000 messages`."""
    return (
        counted(number, noun)
        if total in (None, number)
        else f"{number:,} of {counted(total or 0, noun)}"
    )


def arrivals(number: int) -> str:
    """Report how many messages arrived while others were read, if any did."""
    return f", {number:,} arrived in the meantime" if number > 0 else ""


def in_all(number: int, before: int) -> str:
    """Report the sum with earlier runs, if there were any."""
    return f", {before + number:,} in all" if before else ""


def listed(numbers: Sequence[int], most: int = 5) -> str:
    """List lines: `line 4`, `lines 4, 7 and 9`, `lines 1, 2, 3, 4, 5 and 20 others`."""
    shown = [f"{number:,}" for number in numbers[:most]]
    rest = len(numbers) - len(shown)
    *first, last = [*shown, f"{rest:,} others"] if rest else shown
    return f"lines {', '.join(first)} and {last}" if first else f"line {last}"


def examples(*arguments: str) -> str:
    """Return the examples of a command, for its help."""
    lines = "".join(f"\n  smstools-async {line}" for line in arguments)
    return f"\b\nExamples:{lines}"
