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
"""Full windows in a row without news, while nothing arrives; the server repeats itself."""
_MOST_BEYOND = 10_000
"""Rows beyond twice what `total` counts, which may be untrue."""
_MOST_UNCOUNTED = 10**7
"""Rows of a list that is not counted."""
_MOST_LOOKS = 3
"""Looks at an end that `total` contradicts."""


def advance(state: State, view: View) -> Step:
    """Read a window, and decide what comes next."""
    before = state.phase
    if isinstance(before, Confirming) and not len(view) and view.start == state.edge:
        return Step(state=_look_again_or_finish(before, state, view))
    step = read(state, view)
    if not step.is_accepted:
        return step
    came = step.state.tally.read - state.tally.read
    is_most = len(view) >= state.habits.largest_page
    found = step.state
    if came and isinstance(before, Confirming) and _was_the_limit(before, state.edge, view):
        found = attrs.evolve(found, largest=min(found.largest, before.rows))
    after = _decide(before, found, view, has_news=came > 0, is_most=is_most)
    return attrs.evolve(step, state=after)


def _decide(before: Phase, state: State, view: View, *, has_news: bool, is_most: bool) -> State:
    if state.room == 0 or _is_past_range(state):
        return attrs.evolve(state, phase=Finished())
    state = _notice_hole(before, state, view, has_news=has_news)
    if not view.forward:
        return finish(state, view) if view.start == 0 else _check_endless(state, view)
    if isinstance(before, Confirming) and not has_news and view.is_short:
        return _look_again_or_finish(before, _learn_total(state, view), view)
    if not view.is_short:
        return _check_endless(state, view)
    return _finish_or_confirm(_learn_total(state, view), view, is_most=is_most)


def _was_the_limit(before: Confirming, edge: int, view: View) -> bool:
    """Whether a page was short since the server gives no more, and not since the list has grown."""
    has_grown = (view.page.total or 0) > (before.total or 0)
    goes_on = view.stop > edge and not has_grown
    return before.may_be_the_limit and before.rows > 0 and goes_on


def _is_past_range(state: State) -> bool:
    """Whether a whole page came after the wanted range, in a list that is sorted."""
    return state.is_sorted and state.tally.outside >= state.goal.page_size


def _notice_hole(before: Phase, state: State, view: View, *, has_news: bool) -> State:
    """Learn that a page was short although the list goes on: the server leaves rows out."""
    is_within = view.is_short and not view.forward and view.window.stop <= state.far_end
    goes_on = isinstance(before, Confirming) and has_news and not before.may_be_the_limit
    if not (is_within or goes_on):
        return state
    return attrs.evolve(state, tally=attrs.evolve(state.tally, has_holes=True))


def _check_endless(state: State, view: View) -> State:
    """Refuse a server that repeats itself, or goes on far beyond what it counts."""
    tally, total = state.tally, view.page.total
    if tally.repeats > _MOST_REPEATS and tally.arrived == tally.arrived_before:
        raise PaginationStalledError(
            f"The last {tally.repeats} windows brought nothing new, and no end"
        )
    most = _MOST_UNCOUNTED if total is None or total == len(view) else 2 * total + _MOST_BEYOND
    if tally.read > most:
        raise PaginationStalledError(f"The list has no end after {tally.read} rows, total={total}")
    return state


def _learn_total(state: State, view: View) -> State:
    """Learn that `total` counts more than the rows of a page, rightly."""
    if view.page.total != view.stop or view.start == 0:
        return state
    return attrs.evolve(state, habits=attrs.evolve(state.habits, counts_all=True))


def _look_again_or_finish(before: Confirming, state: State, view: View) -> State:
    """Believe in the end that was looked at twice, unless `total` speaks of more."""
    total, tries = view.page.total, before.tries + 1
    if total is None or total <= view.stop or tries >= _MOST_LOOKS:
        return finish(state, view)
    return attrs.evolve(state, phase=attrs.evolve(before, tries=tries))


def _finish_or_confirm(state: State, view: View, *, is_most: bool) -> State:
    if view.page.total == view.stop and _is_trusted(state.habits, view):
        return finish(state, view)
    total = view.page.total
    phase = Confirming(rows=len(view), may_be_the_limit=is_most, total=total)
    return attrs.evolve(state, phase=phase)


def _is_trusted(habits: Habits, view: View) -> bool:
    return habits.counts_all or len(view) < habits.largest_page


def finish(state: State, view: View) -> State:
    """End the walk, and add up."""
    total, read = view.page.total, state.tally.read
    missing = _missing(state, view)
    state = attrs.evolve(state, phase=Finished(), missing=max(missing, state.missing))
    if missing:
        return state.with_doubt(f"total={total}, but {missing} of these rows did not come")
    if total is not None and read > total != len(view) and _adds_up(state):
        return state.with_doubt(f"total={total}, but {read} rows came")
    return state


def _adds_up(state: State) -> bool:
    """Whether the rows that were read are the whole list, and should be as many as `total`."""
    return state.tally.is_quiet and not (state.starts_at_cursor or state.goal.has_beginning)


def _missing(state: State, view: View) -> int:
    """Return how many rows the server counts that did not come."""
    total, tally = view.page.total, state.tally
    if total is None:
        return 0
    beyond = total - view.stop if view.forward else 0
    unread = total - tally.read if _adds_up(state) else 0
    left_out = total - tally.read - tally.arrived if tally.has_holes else 0
    return max(0, beyond, unread, left_out)
