"""How far a walk has come."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from smstools_async._reading.batch import Batch
from smstools_async._reading.course import Course
from smstools_async._reading.cursor import Cursor


class Progress:
    """How far a walk has come; pass one to `iter_conversation`, and read it at any time.

    The iterators of a `Listing` have one of their own, as `.progress`.

    Args:
        on_page: Called with this object when a page has come, before its rows are delivered, and
            once more when nothing more is to come. It may be a coroutine function.

    Raises:
        TypeError: `on_page` cannot be called.

    Example:
        >>> progress = Progress(on_page=lambda progress: print(progress.fraction))
        >>> progress.requests
        0
    """

    def __init__(self, on_page: Callable[[Progress], object] | None = None) -> None:
        if on_page is not None and not callable(on_page):
            raise TypeError(
                f"on_page must be a function or a coroutine function, got {type(on_page).__name__}"
            )
        self._on_page = on_page
        self._course: Course[Any] | None = None
        self._batch: Batch[Any] | None = None

    def __repr__(self) -> str:
        return (
            f"Progress(total={self.total}, yielded={self.yielded}, requests={self.requests},"
            f" degraded={self.degraded}, missing={self.missing})"
        )

    @property
    def total(self) -> int | None:
        """How many rows the server reports; `None` while or where it reports none."""
        return self._course.state.tally.total if self._course else None

    @property
    def yielded(self) -> int:
        """How many rows were delivered."""
        if self._batch is not None:
            return self._batch.yielded
        return self._course.found_earlier if self._course else 0

    @property
    def skipped(self) -> int:
        """How many rows were received and not delivered: known already, or out of range."""
        course = self._course
        return course.received - course.found - course.skipped_bad if course else 0

    @property
    def skipped_bad(self) -> int:
        """How many rows could not be read and were left out, with `on_bad_row="skip"`."""
        return self._course.skipped_bad if self._course else 0

    @property
    def requests(self) -> int:
        """How many requests ended, retries not counted."""
        return self._course.requests if self._course else 0

    @property
    def arrived(self) -> int:
        """How much `total` has grown since the first response."""
        return self._course.state.tally.arrived if self._course else 0

    @property
    def degraded(self) -> bool:
        """Whether the walk cannot show that it is complete, or in order; see `doubts`."""
        return bool(self.doubts)

    @property
    def missing(self) -> int:
        """How many rows the server counts that did not come."""
        return self._course.state.missing if self._course else 0

    @property
    def doubts(self) -> tuple[str, ...]:
        """What the server contradicted itself in, as sentences without anything private."""
        return self._course.state.doubts if self._course else ()

    @property
    def finished(self) -> bool:
        """Whether the walk has come to its end; its last rows may still be on their way."""
        return self._course is not None and self._course.state.is_finished

    @property
    def waiting(self) -> float:
        """How long the wait takes that a retry is in right now, in seconds; else 0."""
        waits = self._course.waits if self._course else {}
        return max([*waits.values()], default=0.0)  # copied, since another thread may be looking

    @property
    def cursor(self) -> Cursor | None:
        """Where to resume after the row just delivered; `None` while nothing was."""
        if self._batch is not None:
            return self._batch.cursor
        return self._course.beginning if self._course else None

    @property
    def fraction(self) -> float | None:
        """How much of the list lies behind, from 0 to 1; `None` while `total` is unknown.

        What `cursor` or `until` passes over lies behind. It is 1 at the end, wherever that is:
        `max_messages` and `since` take the rest in one leap.
        """
        if self._course is None or self.total is None:
            return None
        if self._course.state.is_finished and self.yielded == self._course.found:
            return 1.0
        behind = self._batch.rows_behind if self._batch else 0
        return min(1.0, max(0, behind) / max(1, self.total))


def follow(progress: Progress, course: Course[Any]) -> None:
    """Show the progress of `course` from now on."""
    progress._course = course  # noqa: SLF001 - insiders are this module
    progress._batch = None  # noqa: SLF001


def show(progress: Progress, batch: Batch[Any]) -> None:
    """Show that `batch` is being delivered."""
    progress._batch = batch  # noqa: SLF001


async def report(progress: Progress) -> None:
    """Call `on_page`."""
    on_page = progress._on_page  # noqa: SLF001
    if on_page is not None:
        result = on_page(progress)
        if isawaitable(result):
            await result
