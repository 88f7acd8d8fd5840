"""What a second window tells about the layout of a list."""

import attrs

from smstools_async._errors import PaginationStalledError
from smstools_async._walk.ending import advance, finish
from smstools_async._walk.layout import (
    Layout,
    have_passed,
    is_turned,
    learn_order,
    turned_by_overlap,
    turned_by_times,
)
from smstools_async._walk.phases import Comparing, Confirming, Reading
from smstools_async._walk.reading import read
from smstools_async._walk.seeking import begin, begin_at_end, seek_end
from smstools_async._walk.state import State
from smstools_async._walk.step import Step
from smstools_async._walk.trends import Trend, trend
from smstools_async._walk.view import View

MOST_TRIES = 3
"""Looks at a page 1 without rows that `total` contradicts."""


def compare(state: State, phase: Comparing, view: View) -> Step:
    """Learn whether pages are turned, from the first window and one next to it."""
    first = phase.first
    view = attrs.evolve(view, forward=True, is_turned=False)
    if _is_blank(first, view):
        return Step(state=_look_again_beside(state, phase, view))
    if _others_only_arrived(state, first, view):
        return take_whole(state, first)
    if _is_whole_list(state, phase, view):
        return take_whole(state, view if view.is_first_page and len(view) else first)
    return _learn(_notice_clamp(state, first, view), phase, view)


def _learn(state: State, phase: Comparing, view: View) -> Step:
    """Learn the layout from the first window and this one, or have another one looked at."""
    plain = attrs.evolve(phase.first, forward=True, is_turned=False)
    lower, upper = (plain, view) if phase.first.forward else (view, plain)
    pages = phase.pages if phase.pages != "none" else learn_order(lower, upper)
    turned = is_turned(lower, upper, pages)
    if turned is None and phase.tries < MOST_TRIES and state.fixed is None:
        return Step(state=_compare_again(state, phase, view))
    state = attrs.evolve(state, is_layout_proven=turned is not None)
    if turned is None:
        state, turned = _guess(state, lower, upper, pages)
    if pages == "none" and plain.is_first_page and not turned:
        pages = trend(plain.times)
    return _begin_as(state, phase, view, Layout(pages=pages, is_turned=bool(turned)))


def _guess(state: State, lower: View, upper: View, pages: Trend) -> tuple[State, bool | None]:
    """Return whether pages seem to be turned, where rows that move hide it; `None`: unknown."""
    by_rows = None if have_passed(lower, upper) else turned_by_overlap(lower, upper)
    by_times = turned_by_times(lower, upper, pages)
    if None not in (by_rows, by_times) and by_rows != by_times:
        state = state.with_doubt("shared rows and times disagree on how pages are laid out")
    if by_rows is None and by_times is None and state.fixed is None:
        state = state.with_doubt("windows next to each other share no rows")
    trusts_rows = by_times is None or (by_rows is not None and state.tally.is_quiet)
    return state, by_rows if trusts_rows else by_times


def take_whole(state: State, view: View) -> Step:
    """Take a page that is the whole list, in the order asked for."""
    rows = trend(view.times)
    is_forward = Layout(pages=rows, is_turned=False).is_forward(state.goal.order)
    layout = Layout(pages=rows, is_turned=False)
    edge = 0 if is_forward else view.stop
    state = attrs.evolve(state, layout=layout, phase=Reading(), edge=edge, far_end=view.stop)
    view = attrs.evolve(view, forward=is_forward, is_turned=False)
    step = read(state, view)
    return attrs.evolve(step, state=finish(step.state, attrs.evolve(view, forward=True)))


def may_end(view: View) -> bool:
    return view.page.total is None or view.page.total <= view.stop


def _is_blank(first: View, view: View) -> bool:
    """Whether no rows came where the first window had some, and where `total` counts some."""
    return not len(view) and view.start < min(first.stop, view.page.total or 0)


def _look_again_beside(state: State, phase: Comparing, view: View) -> State:
    if phase.tries >= MOST_TRIES:
        raise PaginationStalledError(
            f"The server reports total={view.page.total} but returns no rows"
        )
    return _compare_again(state, phase, view)


def _is_whole_list(state: State, phase: Comparing, view: View) -> bool:
    """Whether page 1 holds all rows: a second look shows nothing behind them, or all of them."""
    first = phase.first
    is_patient = phase.tries < MOST_TRIES - 1 and not (may_end(view) and may_end(first))
    if is_patient or not view.is_short:
        return False
    if first.is_first_page and (not len(view) or _brings_nothing(first, view)):
        return True
    return phase.tries > 0 and view.is_first_page and len(view) < state.largest


def _others_only_arrived(state: State, first: View, view: View) -> bool:
    """Whether page 1 was the whole list, and all other rows of the second look are newer."""
    is_whole = first.is_first_page and first.is_short and may_end(first) and len(view) > 0
    if not is_whole or state.goal.order != "newest" or not first.times:
        return False
    known = {first.digest(place) for place in range(len(first))}
    others = [view.seconds[n] for n in range(len(view)) if view.digest(n) not in known]
    newest = max(first.times)
    has_grown = (view.page.total or 0) > (first.page.total or 0)
    return has_grown and all(second is not None and second >= newest for second in others)


def _notice_clamp(state: State, first: View, view: View) -> State:
    """Learn that the server gives no more rows at once than page 1 had, if others follow."""
    is_clamped = first.forward and first.is_short and view.stop > first.stop
    has_grown = (view.page.total or 0) > (first.page.total or 0)
    if not is_clamped or has_grown or view.is_first_page:
        return state
    return attrs.evolve(state, largest=min(state.largest, len(first)))


def _compare_again(state: State, phase: Comparing, view: View) -> State:
    """Have a longer overlap asked for, by far longer than the list has moved meanwhile."""
    moved = abs((view.page.total or 0) - (phase.first.page.total or 0))
    overlap = max(2 * phase.overlap, min(4 * moved, state.goal.window_size // 2))
    again = attrs.evolve(phase, overlap=overlap, tries=phase.tries + 1)
    return attrs.evolve(state, phase=again)


def _begin_as(state: State, phase: Comparing, view: View, layout: Layout) -> Step:
    """Begin to read in a layout that is known now."""
    first = attrs.evolve(phase.first, is_turned=layout.is_turned)
    habits = attrs.evolve(state.habits, layout=layout)
    state = attrs.evolve(state, layout=layout, habits=habits)
    if first.forward and not state.is_forward:
        return Step(state=seek_end(state, first), is_accepted=False)
    opened = begin(state, first) if first.forward else begin_at_end(state, first)
    if opened.state.is_finished or not isinstance(opened.state.phase, Reading | Confirming):
        return opened
    after = advance(
        opened.state, attrs.evolve(view, forward=first.forward, is_turned=layout.is_turned)
    )
    if not after.is_accepted:
        return attrs.evolve(
            after,
            news=opened.news,
            state=attrs.evolve(opened.state, phase=Reading()),
            is_accepted=True,
        )
    return attrs.evolve(after, news=(*opened.news, *after.news))


def _brings_nothing(first: View, second: View) -> bool:
    known = {first.digest(place) for place in range(len(first))}
    return all(second.digest(place) in known for place in range(len(second)))
