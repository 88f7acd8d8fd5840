"""What one response brought."""

from collections.abc import Sequence

import attrs

from smstools_async._walk.layout import Layout
from smstools_async._walk.memory import Memory, Row, rows_to_remember
from smstools_async._walk.phases import Reading
from smstools_async._walk.state import Place, State
from smstools_async._walk.view import View
from smstools_async._walk.windows import Window


@attrs.frozen(kw_only=True)
class News:
    """The wanted rows of one page, in the order of the walk."""

    view: View = attrs.field(repr=False)
    places: Sequence[int]
    """Where they stand along the walk."""
    before: Memory
    """What was remembered before this page."""
    layout: Layout

    def __len__(self) -> int:
        return len(self.places)

    @property
    def indexes(self) -> Sequence[int]:
        """The indexes of the rows on their page."""
        indexes = self.view.indexes
        if isinstance(self.places, range):
            return indexes[self.places.start : self.places.stop : self.places.step]
        return [indexes[place] for place in self.places]

    @property
    def rows(self) -> list[Row]:
        """What is remembered of the rows, in the order of the walk."""
        return [self.view.row(place) for place in self.places]

    def place_after(self, count: int) -> Place:
        """Return where the walk stands after `count` of the rows, at least one."""
        place = self.places[count - 1]
        view = self.view
        return Place(
            memory=remember(self.before, view, place + 1),
            index=view.start + place + 1 if view.forward else view.stop - 1 - place,
            total=view.page.total,
            layout=self.layout,
        )


@attrs.frozen(kw_only=True)
class Step:
    """What one response brought, and where the walk stands now."""

    state: State
    news: tuple[News, ...] = ()
    is_accepted: bool = True
    """Whether the response was used; if not, it may be of use once what lies before it was read."""


def remember(memory: Memory, view: View, count: int) -> Memory:
    """Return the memory after the first `count` rows of `view`."""
    wanted = rows_to_remember(view.seconds[:count])
    first = max(0, count - wanted)
    rows = [view.row(place) for place in range(first, count)]
    return memory.followed_by(rows, are_all=first == 0)


def head_of(found: Sequence[News], state: State) -> Place | None:
    """Return the oldest-first place behind which only rows newer than `found` are.

    Args:
        found: what a newest-first walk has found, from the beginning on.
        state: where that walk stands.
    """
    if not found or state.layout is None:
        return None
    rows = [row for news in found for row in news.rows][::-1]
    view = found[0].view
    memory = Memory().followed_by(rows, are_all=state.is_finished)
    index = 0 if view.forward and state.layout.pages == "falling" else view.stop
    return Place(memory=memory, index=index, total=view.page.total, layout=state.layout)


def is_reached(state: State, window: Window) -> bool:
    """Whether a response that was set aside lies where the walk stands now."""
    overlap = state.edge - window.start if state.is_forward else window.stop - state.edge
    return isinstance(state.phase, Reading) and state.needed <= overlap <= window.limit


def is_passed(state: State, window: Window) -> bool:
    """Whether a response that was set aside lies behind the walk."""
    if not isinstance(state.phase, Reading) or not state.begun:
        return False
    return window.ends_before(state.edge, forward=state.is_forward)
