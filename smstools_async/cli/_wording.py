"""How numbers are said."""


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
