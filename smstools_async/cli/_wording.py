"""How numbers are said."""

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """Say a number of things: `1 message`, `5,000 messages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def counted_of(number: int, total: int | None, noun: str) -> str:
    """Say how many of how many, where that is known and not all: `3,000 of 5,000 messages`."""
    return (
        counted(number, noun)
        if total in (None, number)
        else f"{number:,} of {counted(total or 0, noun)}"
    )


def arrivals(number: int) -> str:
    """Say how many messages arrived while others were read, if any did."""
    return f", {number:,} arrived meanwhile" if number > 0 else ""


def in_all(number: int, before: int) -> str:
    """Say how many things there are with those of runs before, if there are any."""
    return f", {before + number:,} in all" if before else ""


def listed(numbers: Sequence[int], most: int = 5) -> str:
    """Say which lines: `line 4`, `lines 4, 7 and 9`, `lines 1, 2, 3, 4, 5 and 20 others`."""
    shown = [f"{number:,}" for number in numbers[:most]]
    rest = len(numbers) - len(shown)
    *first, last = [*shown, f"{rest:,} others"] if rest else shown
    return f"lines {', '.join(first)} and {last}" if first else f"line {last}"
