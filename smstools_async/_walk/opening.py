"""Page 1: what it tells, and what has to be looked at next."""

import attrs

from smstools_async._errors import PaginationStalledError
from smstools_async._walk.comparing import MOST_TRIES, may_end, take_whole
from smstools_async._walk.ending import advance
from smstools_async._walk.layout import Layout
from smstools_async._walk.phases import Comparing, Finished, Opening, Reading
from smstools_async._walk.seeking import begin, seek_end
from smstools_async._walk.state import State
from smstools_async._walk.step import Step
from smstools_async._walk.trends import trend
from smstools_async._walk.view import View


def open_list(state: State, phase: Opening, view: View) -> Step:
    """Take page 1."""
    if not len(view):
        return Step(state=_look_again(state, phase, view))
    layout, rows = state.habits.layout, trend(view.times)
    if layout is not None and layout.agrees_with(rows):
        return _start_with(attrs.evolve(state, layout=layout), view)
    guess = Layout(pages=rows, is_turned=False)
    if _is_answered(state, view, guess):
        return advance(attrs.evolve(state, layout=guess, phase=Reading()), view)
    if view.is_short and may_end(view) and _is_certain(state, view):
        return take_whole(state, view)
    if guess.is_forward(state.goal.order) or view.is_short or view.page.total == view.stop:
        return Step(state=attrs.evolve(state, phase=Comparing(first=view, pages="none")))
    return Step(state=seek_end(state, view))


def _look_again(state: State, phase: Opening, view: View) -> State:
    if not view.page.total:
        return attrs.evolve(state, phase=Finished())
    if phase.tries >= MOST_TRIES:
        raise PaginationStalledError(
            f"The server reports total={view.page.total} but returns no rows"
        )
    return attrs.evolve(state, phase=Opening(tries=phase.tries + 1))


def _is_answered(state: State, view: View, guess: Layout) -> bool:
    """Whether page 1 answers a limited walk: its rows are sorted as in the documented example."""
    is_enough = state.room is not None and state.room <= len(view)
    is_plain = guess.pages == "falling" and state.goal.order == "newest"
    return is_enough and is_plain and not (state.goal.has_beginning or state.goal.has_end)


def _is_certain(state: State, view: View) -> bool:
    """Whether a short page 1 is the whole list, as far as this client has seen the server."""
    habits = state.habits
    return view.page.total == view.stop and (habits.counts_all or len(view) < habits.largest_page)


def _start_with(state: State, view: View) -> Step:
    """Begin where the known layout says."""
    if state.is_forward:
        return begin(state, attrs.evolve(view, forward=True, is_turned=state.is_turned))
    if view.is_short and may_end(view) and _is_certain(state, view):
        return advance(
            attrs.evolve(state, phase=Reading(), edge=view.stop),
            attrs.evolve(view, forward=False, is_turned=state.is_turned),
        )
    return Step(state=seek_end(state, view))
