"""Counts how often memory has to be given anew for what a page takes and frees, and prints it.

It runs in a process of its own, whose allocator has learned from nothing else:
`python -m tests.wire.faulting`.
"""

import resource

from tests.wire.asking import connecting

PIECE = 250_000
"""Bytes, as they come off a socket."""
PIECES = 12
PAGES = 10


def faults() -> int:
    """Return how many pages of memory this process was given so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def take_and_free() -> None:
    """Do with memory what a window of pages does."""
    pieces = [b"\1" * PIECE for _ in range(PIECES)]
    b"".join(pieces[:3])


def main() -> None:
    """Count after a first one, which has to be given memory."""
    connecting()
    take_and_free()
    before = faults()
    for _ in range(PAGES):
        take_and_free()
    print(faults() - before)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
