"""One walk through one listing, and how far it has come."""

import logging
from typing import Generic, TypeVar

from smstools_async._errors import SmstoolsError
from smstools_async._reading.cursor import Cursor, write_cursor
from smstools_async._reading.source import Source
from smstools_async._walk import Order, Place, State, Step, Window

RowT = TypeVar("RowT")

_logger = logging.getLogger("smstools_async")


class Course(Generic[RowT]):
    """A walk and its counts. A `Reader` moves it; a `Batch` and a `Progress` look at it."""

    def __init__(self, source: Source[RowT], state: State, beginning: Cursor | None = None) -> None:
        self.source: Source[RowT] = source
        self.state: State = state
        self.beginning: Cursor | None = beginning
        """Where the walk began; `None` at the end of the list."""
        self.requests: int = 0
        self.found: int = 0
        self.found_earlier: int = 0
        """How many of them earlier walks had found that this one continues."""
        self.received: int = 0
        """How many rows came in all responses, known ones too."""
        self.skipped_bad: int = 0
        self.bad_example: str = ""
        self.waits: dict[Window, float] = {}
        """How long each retry waits, in seconds."""
        self.place: Place | None = None
        """Where the walk stood after everything that was found."""

    @property
    def order(self) -> Order:
        """Which rows come first."""
        return self.state.goal.order

    def continue_counts(self, earlier: "Course[RowT]") -> None:
        """Count on from an earlier walk of the same listing."""
        self.requests += earlier.requests
        self.found += earlier.found
        self.found_earlier = self.found
        self.received += earlier.received
        self.skipped_bad += earlier.skipped_bad

    def move(self, step: Step) -> None:
        """Take what a response brought."""
        was_finished = self.state.is_finished
        self.state = step.state
        self.source.learned.habits = step.state.habits
        if step.state.is_finished and not was_finished:
            self._report_doubts()

    @property
    def cursor(self) -> Cursor | None:
        """Where to resume after everything that was found."""
        return self.write_cursor(self.place) if self.place else self.beginning

    def write_cursor(self, place: Place) -> Cursor:
        """Write a place down."""
        return write_cursor(place, self.source.scope, self.order)

    def _report_doubts(self) -> None:
        doubts = list(self.state.doubts)
        if self.skipped_bad:
            doubts.append(f"{self.skipped_bad} rows cannot be read, the first: {self.bad_example}")
        if doubts:
            _logger.warning("The list may be incomplete or out of order: %s", "; ".join(doubts))


def add_cursor(error: SmstoolsError, cursor: Cursor | str | None) -> None:
    """Say in an error where to resume."""
    error.cursor = cursor
    if cursor is not None:
        error.add_note(f"What came before is complete. Resume with cursor={cursor!s}")
