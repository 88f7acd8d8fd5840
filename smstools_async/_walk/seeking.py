"""Finding the end of the list, or where the wanted range begins."""

from statistics import median_low

import attrs

from smstools_async._errors import PaginationStalledError
from smstools_async._walk.ending import advance
from smstools_async._walk.layout import Layout, learn_order
from smstools_async._walk.locating import LONGEST_LIST
from smstools_async._walk.phases import Bracket, Comparing, Reading, Seeking
from smstools_async._walk.state import State
from smstools_async._walk.step import Step
from smstools_async._walk.view import View

_NEAR = 256
"""Rows that cost less to read than further requests cost to search."""
_MOST_LOOKS = 2
"""Looks at an end that `total` contradicts."""
_MOST_NEAR = 8
"""Looks near the end that `total` names, before farther ones."""


def seek_end(state: State, first: View) -> State:
    """Look for the end of the list, beginning where `total` says it is."""
    total = first.page.total or 0
    far = max(total, first.stop)
    bracket = Bracket(low=first.stop, high=None, step=max(1, far - first.stop))
    phase = Seeking(target="end", bracket=bracket, first=first)
    return attrs.evolve(state, phase=phase)


def take_end(state: State, phase: Seeking, view: View) -> Step:
    """Take a window that may show the end of the list."""
    bracket = phase.bracket
    is_end = len(view) > 0 and (view.is_short or view.stop == bracket.high)
    if is_end and not _speaks_of_more(phase, view):
        return _begin_at_end(state, phase, view)
    if len(view):
        bracket = attrs.evolve(bracket.above(view.stop), step=_step_to_end(state, phase, view))
    else:
        bracket = bracket.below(view.start)
    if bracket.low > LONGEST_LIST:
        raise PaginationStalledError(f"The list has no end after {bracket.low} rows")
    if bracket.high is not None and bracket.low > bracket.high:
        bracket = _reopened(bracket, has_grown=len(view) > 0)
    phase = attrs.evolve(phase, bracket=bracket, tries=phase.tries + 1)
    return Step(state=attrs.evolve(state, phase=phase))


def _reopened(bracket: Bracket, *, has_grown: bool) -> Bracket:
    """Return where to look on once the end of the list has left the bracket."""
    if has_grown or bracket.high is None:
        return attrs.evolve(bracket, high=None)
    return Bracket(low=bracket.high, high=bracket.high + 1, step=1)


def _step_to_end(state: State, phase: Seeking, view: View) -> int:
    """Return how far on to look: where `total` says, with room for what arrives meanwhile."""
    size = state.goal.window_size
    left = (view.page.total or 0) - view.stop
    is_near = 0 <= left < size and phase.tries < _MOST_NEAR
    return left + max(1, size // 2) if is_near else max(size << phase.tries, left)


def _speaks_of_more(phase: Seeking, view: View) -> bool:
    """Whether `total` says that the list goes on, where nothing has shown that it does not."""
    total, high = view.page.total, phase.bracket.high
    if total is None or view.stop >= min(total, high or total):
        return False
    return view.window.stop < total or phase.tries < _MOST_LOOKS


def _begin_at_end(state: State, phase: Seeking, view: View) -> Step:
    """Begin to read at the end, or learn the layout first, where it is not as in other lists."""
    view = attrs.evolve(view, forward=False, is_turned=state.is_turned)
    pages = "none" if phase.first is None else learn_order(phase.first, view)
    if state.layout is not None and pages in (state.layout.pages, "none"):
        return begin_at_end(state, view)
    if Layout(pages=pages, is_turned=False).is_forward(state.goal.order):
        view = phase.first or view
    phase_after = Comparing(first=attrs.evolve(view, is_turned=False), pages=pages)
    return Step(state=attrs.evolve(state, layout=None, phase=phase_after))


def begin_at_end(state: State, view: View) -> Step:
    """Read the window at the end of the list, and note what `total` counts beyond it."""
    total = view.page.total
    state = attrs.evolve(state, phase=Reading(), edge=view.stop, far_end=view.stop)
    if total is not None and total > view.stop:
        doubt = f"total={total}, but the list ends after {view.stop} rows"
        state = attrs.evolve(state.with_doubt(doubt), missing=total - view.stop)
    return begin(state, view)


def begin(state: State, view: View) -> Step:
    """Read the first window of a walk, or look for the wanted range if all of it comes before."""
    goal = state.goal
    reaches = view.start > 0 if not view.forward else not view.is_short
    if (
        goal.has_beginning
        and reaches
        and state.is_sorted
        and len(view.times) == len(view)
        and all(map(goal.is_before, view.times))
    ):
        return Step(state=_seek_range(state, view))
    return advance(attrs.evolve(state, phase=Reading()), view)


def _seek_range(state: State, view: View) -> State:
    step = max(1, len(view))
    if view.forward:
        bracket = Bracket(low=view.stop, high=view.page.total, step=step)
        if bracket.high is not None and bracket.high <= bracket.low:
            bracket = attrs.evolve(bracket, high=None)
    else:
        bracket = Bracket(low=0, high=view.start, step=step, upwards=False)
    return _or_begin(attrs.evolve(state, phase=Seeking(target="range", bracket=bracket)), bracket)


def take_range(state: State, phase: Seeking, view: View) -> Step:
    """Take a few rows that tell on which side the range begins."""
    is_before = len(view) > 0 and state.goal.is_before(median_low(view.times or [0]))
    is_above = is_before == state.is_forward and len(view) > 0
    bracket = phase.bracket
    bracket = bracket.above(view.stop) if is_above else bracket.below(max(0, view.start))
    if bracket.low > LONGEST_LIST:
        raise PaginationStalledError(f"The list has no end after {bracket.low} rows")
    phase = attrs.evolve(phase, bracket=bracket)
    return Step(state=_or_begin(attrs.evolve(state, phase=phase), bracket))


def _or_begin(state: State, bracket: Bracket) -> State:
    """Begin to read once the range is near, a whole page before it."""
    size = state.goal.page_size
    if bracket.high is None or bracket.high - bracket.low > max(size, _NEAR):
        return state
    edge = max(0, bracket.low - size) if state.is_forward else bracket.high + size
    return attrs.evolve(state, phase=Reading(), edge=edge, guard=size)
