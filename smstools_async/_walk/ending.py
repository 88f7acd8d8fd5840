"""Whether the list ends here, and whether what came adds up.

A short page is the end of the list if the server was seen to give more rows at once, or if `total`
was seen to count the whole list and ends here too. Otherwise the end is looked at again. `total`
alone ends no walk.
"""

import attrs

from smstools_async._errors import PaginationStalledError
from smstools_async._walk.layout import Habits
from smstools_async._walk.phases import Confirming, Finished, Phase
from smstools_async._walk.reading import read
from smstools_async._walk.state import State
from smstools_async._walk.step import Step
from smstools_async._walk.view import View

_MOST_REPEATS = 6
"""Full windows in a row without news; the server repeats itself."""
_MOST_LOOKS = 3
"""Looks at an end that `total` contradicts."""


def advance(state: State, view: View) -> Step:
    """Read a window, and decide what comes next."""
    if isinstance(state.phase, Confirming) and not len(view) and view.start == state.edge:
        return Step(state=_end_or_look_again(state.phase, state, view, has_news=False))
    step = read(state, view)
    if not step.is_accepted:
        return step
    came = step.state.tally.read - state.tally.read
    after = _decide(state.phase, step.state, view, has_news=came > 0)
    return attrs.evolve(step, state=after)


def _decide(before: Phase, state: State, view: View, *, has_news: bool) -> State:
    if state.room == 0 or _is_past_range(state):
        return attrs.evolve(state, phase=Finished())
    if not view.forward:
        return finish(state, view) if view.start == 0 else _check_repeats(state)
    if isinstance(before, Confirming) and has_news:
        state = attrs.evolve(state, largest=min(state.largest, max(1, before.rows)))
    if not view.is_short:
        return _check_repeats(state)
    return _end_or_look_again(before, state, view, has_news=has_news)


def _is_past_range(state: State) -> bool:
    """Whether a whole page came after the wanted range, in a list that is sorted."""
    return state.is_sorted and state.tally.outside >= state.goal.page_size


def _check_repeats(state: State) -> State:
    if state.tally.repeats > _MOST_REPEATS:
        raise PaginationStalledError(
            f"The last {state.tally.repeats} windows brought nothing new, and no end"
        )
    return state


def _end_or_look_again(before: Phase, state: State, view: View, *, has_news: bool) -> State:
    total = view.page.total
    if total == view.stop and view.start > 0:
        state = attrs.evolve(state, habits=attrs.evolve(state.habits, counts_all=True))
    if isinstance(before, Confirming) and not has_news:
        tries = before.tries + 1
        if total is None or total <= view.stop or tries >= _MOST_LOOKS:
            return finish(state, view)
        return attrs.evolve(state, phase=Confirming(rows=before.rows, tries=tries))
    if total == view.stop and _is_trusted(state.habits, view):
        return finish(state, view)
    return attrs.evolve(state, phase=Confirming(rows=len(view)))


def _is_trusted(habits: Habits, view: View) -> bool:
    return habits.counts_all or len(view) < habits.largest_page


def finish(state: State, view: View) -> State:
    """End the walk, and add up."""
    missing = _missing(state, view)
    doubts = state.doubts
    if missing > state.missing:
        doubts = (*doubts, f"total={view.page.total}, but {missing} of these rows did not come")
    return attrs.evolve(state, phase=Finished(), missing=max(missing, state.missing), doubts=doubts)


def _missing(state: State, view: View) -> int:
    """Return how many rows the server counts that did not come."""
    total = view.page.total
    if total is None:
        return 0
    beyond = total - view.stop if view.forward else 0
    tally = state.tally
    unread = 0
    if tally.is_quiet and not state.starts_at_cursor and not state.goal.has_beginning:
        unread = total - tally.read
    return max(0, beyond, unread)
