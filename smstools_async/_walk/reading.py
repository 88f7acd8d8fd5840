"""Reading on: what is known in a window, and what behind it is news."""

from collections.abc import Sequence

import attrs

from smstools_async._walk.layout import Layout
from smstools_async._walk.locating import look_back, lose
from smstools_async._walk.memory import Row
from smstools_async._walk.noticing import (
    count_outside,
    learn_size,
    notice_late_rows,
    notice_order,
    notice_shift,
)
from smstools_async._walk.phases import Reading
from smstools_async._walk.proofs import Recognised, news_from, recognise
from smstools_async._walk.starting import adjoins, is_border, start_of_news
from smstools_async._walk.state import State
from smstools_async._walk.step import News, Step, remember
from smstools_async._walk.view import View

_TELLING = 3
"""Known rows that tell which way a page runs, while the list moves."""
TOO_MANY_TIES = "more rows of one second than pages can overlap by, in a list that moves"
NO_OVERLAP = "pages cannot overlap, and the list moves"
"""Doubts: without an overlap, nothing shows that no row hides between two pages."""
OTHER_ORDER = "rows that came before came again in another order"
"""A doubt: the order of the list changed, or another row looks the same."""


def read(state: State, view: View) -> Step:
    """Read a window: accept it if nothing can hide before it, else have the place looked for."""
    if not len(view) and state.begun and not _may_be_empty(state, view):
        return lose(state, view)
    seen = recognise(state.memory, view)
    if seen.is_reversed and not state.is_layout_proven and _is_telling(state, seen):
        state, view = _turn(state), view.flipped()
        seen = recognise(state.memory, view)
    if view.is_stale and state.memory.rows and not _shows_last(state, view, seen):
        return Step(state=state, is_accepted=False)
    if not state.begun and not _shows_guard(state, view):
        return Step(state=_step_back(state, view), is_accepted=False)
    start = start_of_news(state, view, seen)
    if start is None:
        return look_back(state) if seen.known else lose(state, view)
    news = news_from(state.memory, view, seen.known, start)
    if not len(news) and _lies_behind(state, view):
        return Step(state=state)
    return _accept(state, view, seen, _without_vanished(state, view, seen, news))


def _lies_behind(state: State, view: View) -> bool:
    """Whether a full window ends before the place of the walk: it was planned long ago."""
    is_before = view.window.ends_before(state.edge, forward=view.forward)
    return state.begun and is_before and not view.is_short


def _is_telling(state: State, seen: Recognised) -> bool:
    """Whether so many rows are known that the order they stand in is that of the page."""
    return state.tally.is_quiet or len(seen.known) >= _TELLING


def _shows_last(state: State, view: View, seen: Recognised) -> bool:
    """Whether an older response shows rows of the last second, behind which news may stand."""
    last, width = state.memory.rows[-1], state.memory.width

    def is_last(row: Row) -> bool:
        is_same = row.digest[:width] == last.digest
        return is_same if last.second is None else row.second == last.second

    return any(is_last(view.row(place)) for place in seen.known)


def _without_vanished(
    state: State, view: View, seen: Recognised, news: Sequence[int]
) -> Sequence[int]:
    """Leave out what stands between known rows, while a sorted list moves.

    All between them was read. So what an older response shows there has vanished since, and what
    came there since is not owed; both would come out of order. Rows of the last second may have
    swapped. After a cursor, in a quiet list, and where times do not run on, such rows are news.
    """
    is_moving = view.is_stale or not (state.tally.is_quiet or state.is_resuming)
    is_sorted = state.begun and state.is_sorted and _runs_on(state, view)
    if not (seen.known and is_moving and is_sorted):
        return news
    last, second, seconds = seen.known[-1], state.memory.last_second, view.seconds
    return [place for place in news if place > last or seconds[place] == second]


def _runs_on(state: State, view: View) -> bool:
    """Whether the times of a window run in the order of the walk, without exception."""
    times = list(view.times)
    return times == sorted(times, reverse=state.goal.order == "newest")


def _shows_guard(state: State, view: View) -> bool:
    """Whether enough rows come before the wanted range, or the list begins here."""
    before = view.seconds[: state.guard]
    return is_border(state, view) or all(map(state.goal.is_before, before))


def _may_be_empty(state: State, view: View) -> bool:
    """Whether a window without rows is no surprise: nothing is left, or pages adjoin."""
    return (view.is_first_page and not view.page.total) or adjoins(state, view)


def _step_back(state: State, view: View) -> State:
    """Begin earlier: rows of the range stand where none should."""
    guard = 2 * state.guard
    edge = max(0, view.start - guard) if view.forward else view.stop + guard
    return attrs.evolve(state, edge=edge, guard=min(guard, state.largest // 2))


def _turn(state: State) -> State:
    """Learn from the order of known rows that pages are turned, or are not."""
    layout = state.layout or Layout(pages="none", is_turned=False)
    return attrs.evolve(state, layout=attrs.evolve(layout, is_turned=not layout.is_turned))


def _accept(state: State, view: View, seen: Recognised, news: Sequence[int]) -> Step:
    wanted = _wanted(state, view, news)
    if state.room is not None:
        wanted = wanted[: state.room]
    layout = state.layout or Layout(pages="none", is_turned=False)
    found = News(view=view, places=wanted, before=state.memory, layout=layout)
    state = notice_shift(notice_late_rows(state, view, seen, news), view, seen)
    state = notice_order(_doubt(state, view, seen), view, news)
    return Step(state=_move_on(state, view, news, len(wanted)), news=(found,) if wanted else ())


def _doubt(state: State, view: View, seen: Recognised) -> State:
    """Note a window that was accepted without a proof although the list moves."""
    if seen.is_displaced:
        state = state.with_doubt(OTHER_ORDER)
    is_proven = seen.anchor is not None or is_border(state, view) or not state.begun
    is_still = state.tally.is_quiet and view.page.total is not None
    if is_proven or is_still:
        return state
    return state.with_doubt(TOO_MANY_TIES if seen.known else NO_OVERLAP)


def _wanted(state: State, view: View, news: Sequence[int]) -> Sequence[int]:
    goal = state.goal
    if not (goal.has_beginning or goal.has_end):
        return news
    seconds = view.seconds
    return [p for p in news if not (goal.is_before(seconds[p]) or goal.is_after(seconds[p]))]


def _move_on(state: State, view: View, news: Sequence[int], wanted: int) -> State:
    tally = state.tally
    return attrs.evolve(
        state,
        phase=Reading() if not state.is_finished else state.phase,
        begun=True,
        is_resuming=False,
        memory=remember(state.memory, view, len(view)) if len(view) else state.memory,
        edge=view.edge,
        edge_total=view.page.total,
        room=None if state.room is None else state.room - wanted,
        habits=learn_size(state.habits, view),
        tally=attrs.evolve(
            tally,
            read=tally.read + len(news),
            idle=0 if len(news) else tally.idle,
            repeats=0 if len(news) else tally.repeats + 1,
            arrived_before=tally.arrived if len(news) else tally.arrived_before,
            outside=count_outside(state, view, news),
        ),
    )
