"""Where a walk stands: a frozen value, with its phase as a value."""

import attrs

from smstools_async._walk.goal import Goal
from smstools_async._walk.layout import Habits, Layout
from smstools_async._walk.memory import Memory
from smstools_async._walk.phases import Finished, Opening, Phase
from smstools_async._walk.windows import LARGEST_LIMIT

NO_ORDER = "times run neither way through the list"
"""A doubt: the list is in no order of time."""


@attrs.frozen(kw_only=True)
class Tally:
    """What was counted on the way, for the audit at the end."""

    read: int = 0
    """Rows of the list that were read, wanted or not."""
    first_total: int | None = None
    total: int | None = None
    """The last claim."""
    arrived: int = 0
    """How much `total` has grown."""
    is_quiet: bool = True
    """Whether nothing moved, as far as was seen."""
    has_holes: bool = False
    """Whether pages within the list had fewer rows than were asked for."""
    idle: int = 0
    """Responses in a row without news."""
    repeats: int = 0
    """Accepted windows in a row without news."""
    arrived_before: int = 0
    """What `arrived` was when news came last."""
    outside: int = 0
    """Rows in a row that come after the wanted range."""
    older_rows: int | None = None
    """Rows that a cursor counted behind its place, on the side where none arrive."""


@attrs.frozen(kw_only=True)
class State:
    """Where a walk stands."""

    goal: Goal
    habits: Habits = attrs.field(factory=Habits)
    phase: Phase = attrs.field(factory=Opening)
    layout: Layout | None = None
    is_layout_proven: bool = False
    """Whether rows that two windows share have shown in this walk whether pages are turned."""
    memory: Memory = attrs.field(factory=Memory)
    begun: bool = False
    """Whether the first window of the walk was accepted."""
    edge: int = 0
    """The index in the list that comes next; a guess, which only makes walks fast."""
    edge_total: int | None = None
    """What `total` was when `edge` was."""
    far_end: int = 0
    """Where the list ended when a walk against its order began there."""
    guard: int = 0
    """How many rows before the wanted range the first window has to show."""
    largest: int = LARGEST_LIMIT
    """The most rows to ask for at once."""
    fixed: int | None = None
    """The size of all pages, where the server ignores `limit`."""
    slack: int = 0
    """Rows that windows overlap by in addition, since the list moves."""
    room: int | None = None
    """How many more rows are wanted."""
    span: tuple[int, int] | None = None
    """The earliest and the latest second of the last news."""
    tally: Tally = Tally()
    missing: int = 0
    """Rows that the server counts, and that did not come."""
    doubts: tuple[str, ...] = ()
    """What the server contradicted itself in; without anything private."""
    starts_at_cursor: bool = False
    is_resuming: bool = False
    """Whether the next window is the first one after a cursor."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing more is to come."""
        return isinstance(self.phase, Finished)

    @property
    def is_forward(self) -> bool:
        """Whether the walk goes from page 1 on."""
        return self.layout is None or self.layout.is_forward(self.goal.order)

    @property
    def is_turned(self) -> bool:
        """Whether the rows on a page run against the pages."""
        return self.layout is not None and self.layout.is_turned

    @property
    def is_ordered(self) -> bool:
        """Whether nothing has shown that the list is in no order of time."""
        return NO_ORDER not in self.doubts

    @property
    def is_sorted(self) -> bool:
        """Whether times tell where the walk stands."""
        return self.layout is not None and self.layout.pages != "none" and self.is_ordered

    @property
    def place(self) -> "Place | None":
        """Where the walk stands after all that was read; `None` where nothing was."""
        if self.layout is None or not self.memory.rows:
            return None
        return Place(memory=self.memory, index=self.edge, total=self.edge_total, layout=self.layout)

    @property
    def needed(self) -> int:
        """How many known rows the next window has to show, to be proven."""
        return self.memory.ties + 1 if self.memory.rows else 0

    @property
    def overlap(self) -> int:
        """How many known rows the next window is to show.

        The first one after a cursor shows all that are remembered, so that late rows are found.
        """
        return max(self.needed, len(self.memory.rows) if self.is_resuming else 0) + self.slack

    def with_doubt(self, doubt: str) -> "State":
        """Return the same state with one more doubt."""
        return attrs.evolve(self, doubts=(*self.doubts, doubt))


@attrs.frozen(kw_only=True)
class Place:
    """Where a walk stands after a row: what a cursor has to hold."""

    memory: Memory
    index: int
    """The index in the list that comes next."""
    total: int | None
    layout: Layout
