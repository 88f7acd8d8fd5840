"""What a response does to a walk."""

import attrs

from smstools_async._errors import PaginationStalledError
from smstools_async._walk.comparing import compare
from smstools_async._walk.ending import advance
from smstools_async._walk.goal import Goal
from smstools_async._walk.layout import Habits
from smstools_async._walk.locating import locate
from smstools_async._walk.opening import open_list
from smstools_async._walk.phases import Comparing, Finished, Locating, Opening, Reading, Seeking
from smstools_async._walk.seeking import take_end, take_range
from smstools_async._walk.state import Place, State
from smstools_async._walk.step import Step
from smstools_async._walk.view import Page, View
from smstools_async._walk.windows import Window

_MOST_IDLE = 64
"""Responses in a row without news. A gallop and a search by halves through the longest list take
fewer."""


def start(goal: Goal, habits: Habits = Habits(), place: Place | None = None) -> State:  # noqa: B008 - frozen
    """Return the state of a walk that has asked for nothing yet.

    Args:
        goal: what is wanted.
        habits: what earlier walks learned of this kind of list.
        place: where an earlier walk stood.
    """
    state = State(goal=goal, habits=habits, room=goal.max_rows, largest=goal.largest_limit)
    if goal.max_rows == 0:
        return attrs.evolve(state, phase=Finished())
    if place is None or not place.memory.rows:
        return state
    if place.layout.pages == "none" and len(place.memory.seconds) == 1:
        return attrs.evolve(state, memory=place.memory, starts_at_cursor=True)  # shows no direction
    return attrs.evolve(
        state,
        phase=Reading(),
        layout=place.layout,
        memory=place.memory,
        begun=True,
        edge=place.index,
        edge_total=place.total,
        starts_at_cursor=True,
        is_resuming=True,
    )


def take(state: State, window: Window, page: Page, *, is_stale: bool = False) -> Step:
    """Return what a response brought.

    Responses are taken in the order of the plan. One that is not accepted, and those planned
    together with it, may be of use later; `is_stale` says that it comes again.

    Raises:
        PaginationStalledError: the server keeps answering and nothing new comes.
        PaginationError: the walk cannot be continued without a gap.
    """
    if not is_stale:
        state = _notice_total(state, page)
    if len(page) > window.limit:
        state = _notice_fixed(state, len(page))
        window = Window(window.page, len(page))
        if isinstance(state.phase, Opening) and state.phase.tries:
            return Step(state=state, is_accepted=False)
    view = View(
        window=window,
        page=page,
        forward=state.is_forward,
        is_turned=state.is_turned,
        is_stale=is_stale,
    )
    step = _dispatch(state, view)
    if step.state.tally.idle > _MOST_IDLE and not step.state.is_finished:
        raise PaginationStalledError(
            f"The last {state.tally.idle} responses brought nothing new, and no end"
        )
    return _keep_going(state, step) if is_stale else step


def _keep_going(state: State, step: Step) -> Step:
    """Take what an older response brought, but do not go back for it."""
    if not step.is_accepted:
        return Step(state=state, is_accepted=False)
    after = step.state
    farther = max if after.is_forward else min
    return attrs.evolve(step, state=attrs.evolve(after, edge=farther(state.edge, after.edge)))


def _dispatch(state: State, view: View) -> Step:
    match state.phase:
        case Opening() as phase:
            return open_list(state, phase, view)
        case Comparing() as phase:
            return compare(state, phase, view)
        case Seeking(target="end") as phase:
            return take_end(state, phase, view)
        case Seeking() as phase:
            return take_range(state, phase, view)
        case Locating() as phase:
            found = locate(state, phase, view)
            return advance(found, view) if isinstance(found, State) else found
        case _:
            return advance(state, view)


def _notice_total(state: State, page: Page) -> State:
    tally, total = state.tally, page.total
    change = 0 if tally.total is None or total is None else total - tally.total
    tally = attrs.evolve(
        tally,
        total=total,
        first_total=total if tally.first_total is None else tally.first_total,
        arrived=tally.arrived + max(0, change),
        is_quiet=tally.is_quiet and change == 0,
        idle=tally.idle + 1,
    )
    return attrs.evolve(state, tally=tally)


def _notice_fixed(state: State, rows: int) -> State:
    """Learn that the server ignores `limit`; what was being compared is of no use then."""
    state = attrs.evolve(state, fixed=rows)
    if isinstance(state.phase, Comparing | Seeking):
        state = attrs.evolve(state, phase=Opening(tries=1))
    return state
