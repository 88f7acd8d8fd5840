"""What an accepted window shows: how the list moves, whether times run on, what came late."""

from collections.abc import Sequence

import attrs

from smstools_async._walk.layout import Habits
from smstools_async._walk.proofs import Recognised
from smstools_async._walk.state import NO_ORDER, State
from smstools_async._walk.trends import is_mixed
from smstools_async._walk.view import View

_TELLING = 3
"""So many rows on both sides tell that times jumped back."""


def learn_size(habits: Habits, view: View) -> Habits:
    if len(view) <= habits.largest_page:
        return habits
    return attrs.evolve(habits, largest_page=len(view))


def count_outside(state: State, view: View, news: Sequence[int]) -> int:
    """Return how many rows in a row, up to here, come after the wanted range."""
    if not state.goal.has_end:
        return 0
    count = 0
    for place in reversed(news):
        if not state.goal.is_after(view.seconds[place]):
            return count
        count += 1
    return state.tally.outside + count


_CHEAP = 128
"""An overlap that is this much shorter than windows costs next to nothing, so it stays."""


def notice_shift(state: State, view: View, seen: Recognised) -> State:
    """Learn from where known rows stand how the list moves."""
    if not (state.begun and seen.known):
        return state
    last = seen.known[-1]
    shift = (
        view.start + last + 1 - state.edge if view.forward else view.stop - 1 - last - state.edge
    )
    away = -shift if view.forward else shift
    spare = state.goal.window_size // _CHEAP
    slack = max(min(state.slack, spare), state.slack * 3 // 4, 2 * away)
    tally = state.tally
    if shift:
        tally = attrs.evolve(tally, is_quiet=False)
    return attrs.evolve(state, slack=min(slack, state.largest // 2), tally=tally)


def notice_order(state: State, view: View, news: Sequence[int]) -> State:
    """Learn whether times run on from window to window."""
    seconds = view.seconds
    times = [at for place in news if (at := seconds[place]) is not None]
    if not times:
        return state
    span = (min(times), max(times))
    before = state.span
    state = attrs.evolve(state, span=span)
    if not state.is_ordered or not (is_mixed(times) or _jumped_back(state, before, times)):
        return state
    return state.with_doubt(NO_ORDER)


def _jumped_back(state: State, before: tuple[int, int] | None, times: Sequence[int]) -> bool:
    """Whether all rows of a window lie on the wrong side of those of the window before."""
    if before is None or len(times) < _TELLING:
        return False
    newest = state.goal.order == "newest"
    return min(times) > before[1] if newest else max(times) < before[0]


def notice_late_rows(state: State, view: View, seen: Recognised, news: Sequence[int]) -> State:
    """Note rows that arrived where a resumed walk had been, beyond what its cursor remembers.

    On the side of the list where an oldest-first walk began, no rows arrive but late ones. If there
    are more of them than the cursor counted, and they are not among the news, they were not found.
    """
    if not (state.is_resuming and state.goal.order == "oldest" and seen.known):
        return state
    last = seen.known[-1]
    behind_then = state.edge if view.forward else (state.edge_total or 0) - state.edge
    index = view.start + last + 1 if view.forward else view.stop - 1 - last
    behind_now = index if view.forward else (view.page.total or 0) - index
    found = sum(place < last for place in news)
    missed = behind_now - behind_then - found
    if missed <= 0 or None in (state.edge_total, view.page.total):
        return state
    doubt = f"{missed} rows arrived late, beyond what the cursor remembers"
    return attrs.evolve(state.with_doubt(doubt), missing=state.missing + missed)
