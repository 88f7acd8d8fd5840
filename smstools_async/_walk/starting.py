"""Where news begins in a window: behind which row nothing can hide."""

from smstools_async._walk.proofs import Recognised
from smstools_async._walk.state import State
from smstools_async._walk.view import View


def start_of_news(state: State, view: View, seen: Recognised) -> int | None:
    """Return the place from which on all that is not known is news; `None` without a proof."""
    if not state.begun:
        beyond = _first_beyond(state, view)
        return None if beyond == len(view) and _goes_on(view) else beyond
    if seen.anchor is not None and not _may_be_a_twin(state, view, seen):
        return seen.anchor
    if is_border(state, view) and state.memory.is_complete:
        is_ahead = state.is_sorted and not seen.known and _first_beyond(state, view) == len(view)
        return None if is_ahead and _goes_on(view) else _at_border(view, seen)
    return _start_without_proof(state, view, seen)


def is_border(state: State, view: View) -> bool:
    """Whether no row of the list stands before this window, along the walk."""
    if view.forward:
        return view.is_first_page
    total = view.page.total
    end = state.far_end if total is None else min(state.far_end, total)
    return view.is_short and len(view) > 0 and view.window.stop >= end


def adjoins(state: State, view: View) -> bool:
    """Whether the window begins where the last one ended, and the server allows no overlap."""
    overlaps = state.fixed is None and 2 * state.needed <= max(2, state.largest)
    edge = view.start if view.forward else view.stop
    return not overlaps and edge == state.edge


def _goes_on(view: View) -> bool:
    """Whether more rows stand behind this window, along the walk."""
    return len(view) > 0 and (view.start > 0 if not view.forward else not view.is_short)


def _at_border(view: View, seen: Recognised) -> int:
    """Return where news begins where no row can stand before: rows before known ones came later."""
    if not seen.known:
        return 0
    seconds, place = view.seconds, seen.known[0]
    while place > 0 and seconds[place - 1] == seconds[place]:
        place -= 1
    return place


def _start_without_proof(state: State, view: View, seen: Recognised) -> int | None:
    """Return where news begins if no window can be proven; numbers and the audit decide then."""
    if adjoins(state, view):
        return 0
    is_widest = 2 * (state.needed + state.slack) > state.largest
    return seen.known[0] if seen.known and is_widest else None


def _may_be_a_twin(state: State, view: View, seen: Recognised) -> bool:
    """Whether rows that nobody knows stand before the first known one, in too short an overlap.

    What looks known may then be the twin of a row that was read, farther on in the list.
    """
    overlap = state.edge - view.start if view.forward else view.stop - state.edge
    return overlap < state.needed and seen.known[0] > 0


def _first_beyond(state: State, view: View) -> int:
    """Return where a walk begins in its first window: at the second read last, if any."""
    last = state.memory.last_second
    if last is None or state.starts_at_cursor:
        return 0
    passed = state.goal.is_passed
    rest = (n for n, at in enumerate(view.seconds) if at is not None and not passed(at, last))
    return next(rest, len(view))
