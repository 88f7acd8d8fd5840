"""Finding the place again where no known row was in view."""

import attrs

from smstools_async._errors import PaginationError, PaginationStalledError
from smstools_async._walk.memory import Memory
from smstools_async._walk.phases import Bracket, Locating, Reading
from smstools_async._walk.proofs import recognise
from smstools_async._walk.state import State
from smstools_async._walk.step import Step
from smstools_async._walk.view import View

_VANISHED = "none of the rows read last is in the list any more"
LONGEST_LIST = 10**8
"""Rows that no list has; only a server that ignores `page` seems to."""
_FEW = 3
"""So many remembered rows do not vanish at once from a list whose other rows stay."""
_SHORT = 16
"""Rows of a list whose times tell too little to continue by them."""


def lose(state: State, view: View) -> Step:
    """Have the place looked for: something may hide before this window."""
    slack = max(4, 2 * state.slack, abs(_change_of_total(state, view)))
    state = attrs.evolve(state, slack=min(slack, max(4, state.largest // 2)))
    bracket = _first_bracket(state, view)
    phase = Locating(bracket=bracket, origin=state.edge)
    return Step(state=attrs.evolve(state, phase=phase), is_accepted=False)


def look_back(state: State) -> Step:
    """Have a longer overlap asked for: the known rows in view prove nothing."""
    slack = min(max(4, 2 * state.slack), max(4, state.largest))
    return Step(state=attrs.evolve(state, slack=slack, phase=Reading()), is_accepted=False)


def locate(state: State, phase: Locating, view: View) -> Step | State:
    """Look for known rows; return a step, or the state in which the view can be read."""
    if recognise(state.memory, view).known:
        return attrs.evolve(state, phase=Reading())
    phase = attrs.evolve(phase, saw_rows=phase.saw_rows or len(view) > 0)
    if state.is_sorted and not len(view):
        return _close_in(state, phase, view, is_above=False)
    side = _side_by_time(state, view) if state.is_sorted else None
    if state.is_sorted and side is None and len(view):
        return _vanish_by_time(state)
    if side is None:
        return _scan_on(state, phase, view)
    return _close_in(state, phase, view, is_above=side == view.forward)


def _change_of_total(state: State, view: View) -> int:
    before, now = state.edge_total, view.page.total
    return 0 if before is None or now is None else now - before


def _first_bracket(state: State, view: View) -> Bracket:
    """Look where `total` says that the rows have moved to, else a little back."""
    change, total = _change_of_total(state, view), view.page.total
    step = max(1, state.slack)
    if total is not None and not len(view) and total < view.start:
        return Bracket(low=0, high=max(1, total), step=step, upwards=False)
    if state.is_forward:
        if change > 0:
            return Bracket(low=state.edge, high=None, step=change)
        return Bracket(low=0, high=max(1, state.edge), step=step, upwards=False)
    if change < 0:
        return Bracket(low=0, high=max(1, state.edge), step=-change, upwards=False)
    return Bracket(low=state.edge, high=None, step=max(step, change))


def _side_by_time(state: State, view: View) -> bool | None:
    """Return whether the place lies ahead of the view, along the walk; `None`: unknown."""
    last = state.memory.last_second
    if last is None or not view.times:
        return None
    passed = state.goal.is_passed
    if not any(passed(second, last) for second in view.times):
        return False  # rows of the last second itself stand behind the ones that were read
    if not any(passed(last, second) for second in view.times):
        return True
    return None


def _close_in(state: State, phase: Locating, view: View, *, is_above: bool) -> Step:
    """Look on within a bracket; once it is closed, beyond the bound that nothing has shown."""
    bracket = phase.bracket.above(view.stop) if is_above else phase.bracket.below(view.start)
    phase = attrs.evolve(phase, bracket=bracket)
    if bracket.low > LONGEST_LIST:
        raise PaginationStalledError(f"The list has no end after {bracket.low} rows")
    is_at_end = is_above and view.is_short
    if not is_at_end and (bracket.high is None or bracket.low < bracket.high):
        return _look_on(state, phase)
    if is_at_end or phase.is_second_scan or not phase.saw_rows:
        return _vanish(state, phase, view)
    low, high = (bracket.low, None) if is_above else (0, bracket.high)
    other_side = Bracket(low=low, high=high, step=1, upwards=is_above)
    return _look_on(state, attrs.evolve(phase, bracket=other_side, is_second_scan=True))


def _scan_on(state: State, phase: Locating, view: View) -> Step:
    """Go through the list window by window, first back, then ahead: times tell nothing."""
    size = max(1, len(view))
    goes_down = view.forward != phase.is_second_scan
    if goes_down and view.start > 0:
        bracket = Bracket(low=0, high=view.start, step=size, upwards=False)
        return _look_on(state, attrs.evolve(phase, bracket=bracket))
    if not goes_down and len(view) and not (view.is_short and view.stop > view.start):
        bracket = Bracket(low=view.stop, high=None, step=0)
        return _look_on(state, attrs.evolve(phase, bracket=bracket))
    if phase.is_second_scan:
        return _vanish(state, phase, view)
    bracket = (
        Bracket(low=phase.origin, high=None, step=0)
        if view.forward
        else Bracket(low=0, high=max(1, phase.origin), step=size, upwards=False)
    )
    return _look_on(state, attrs.evolve(phase, bracket=bracket, is_second_scan=True))


def _look_on(state: State, phase: Locating) -> Step:
    return Step(state=attrs.evolve(state, phase=phase), is_accepted=False)


def _vanish_by_time(state: State) -> Step | State:
    """Continue by time, within a view that holds both sides of the last second and no known row."""
    return _start_over(state) if _are_few(state) else _begin_by_time(state)


def _vanish(state: State, phase: Locating, view: View) -> Step:
    """Continue where nothing that was read is left: by time, if the list is sorted."""
    if view.page.total and not phase.saw_rows:
        raise PaginationStalledError(
            f"The server reports total={view.page.total} but returns no rows"
        )
    if _are_few(state):
        return _start_over(state)
    if not state.is_sorted:
        raise PaginationError(_VANISHED)
    edge = phase.bracket.low if state.is_forward else phase.bracket.high or phase.bracket.low
    return Step(state=attrs.evolve(_begin_by_time(state), edge=edge), is_accepted=False)


def _are_few(state: State) -> bool:
    is_short = (state.tally.total or 0) < _SHORT
    return is_short and state.memory.is_complete and len(state.memory.rows) < _FEW


def _begin_by_time(state: State) -> State:
    """Read on behind the second read last, which shows no gap only if times are true."""
    return attrs.evolve(state.with_doubt(_VANISHED), phase=Reading(), begun=False)


def _start_over(state: State) -> Step:
    """Read from the beginning: the few rows that were read have gone."""
    edge = 0 if state.is_forward else state.edge
    fresh = attrs.evolve(state, memory=Memory(), edge=edge, phase=Reading(), begun=False)
    return Step(state=fresh, is_accepted=False)
