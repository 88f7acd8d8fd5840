"""Which windows to ask for next."""

from smstools_async._walk.phases import (
    Comparing,
    Confirming,
    Finished,
    Locating,
    Opening,
    Phase,
    Reading,
    Seeking,
)
from smstools_async._walk.state import State
from smstools_async._walk.windows import Window, covering, ending_near, reaching_down, reaching_up

_PROBE_ROWS = 5
"""Rows looked at where the range is sought: their median is not misled by a displaced row."""
_LEAST_FIRST = 2
"""Rows that page 1 needs at least to tell an order."""


def plan(state: State, most: int = 1) -> list[Window]:
    """Return the windows to ask for next, at most `most` of them, nearest first.

    Only windows that are read on are planned together; a search depends on each response.
    """
    phase = state.phase
    if isinstance(phase, Finished):
        return []
    if isinstance(phase, Reading) and state.begun:
        return _plan_reading(state, most)
    return [_one_window(state, phase)]


def _one_window(state: State, phase: Phase) -> Window:
    if state.fixed:
        return _page_of(state.fixed, _sought(state, phase))
    match phase:
        case Opening():
            window = Window(1, _first_limit(state))
        case Comparing():
            window = _next_to_first(state, phase)
        case Seeking(target="end", bracket=bracket):
            window = _around_end(state, bracket.low, bracket.high, bracket.guess)
        case Seeking(bracket=bracket):
            window = Window(bracket.guess // _PROBE_ROWS + 1, _PROBE_ROWS)
        case Locating(bracket=bracket):
            window = _around(state, bracket.guess)
        case Confirming():
            window = _beyond(state, phase)
        case _:
            window = _first_of_range(state)
    return window


def _sought(state: State, phase: Phase) -> int:
    """Return the index of the row that is looked for."""
    match phase:
        case Seeking(bracket=bracket) | Locating(bracket=bracket):
            index = bracket.guess
        case Comparing(first=first):
            index = first.stop if first.forward else max(0, first.start - 1)
        case _:
            index = state.edge
    return index


def _page_of(size: int, index: int) -> Window:
    """Return the page of a row, where all pages have this size whatever the `limit`."""
    return Window(index // size + 1, size)


def _first_limit(state: State) -> int:
    """Return the limit of page 1: no more than wanted, unless more is needed to tell an order."""
    goal = state.goal
    if state.room is not None and state.room <= goal.page_size and not goal.has_beginning:
        return min(state.largest, max(_LEAST_FIRST, state.room))
    return min(state.largest, max(_LEAST_FIRST, goal.window_size))


def _next_to_first(state: State, phase: Comparing) -> Window:
    """Return a window that shares `overlap` rows with the first one, but not all of its rows."""
    first, overlap = phase.first, phase.overlap
    most = max(2, state.goal.window_size, 2 * overlap)
    if first.forward and first.is_short and phase.tries == 0:
        most = max(1, len(first))
    most = min(state.largest, most)
    if first.forward:
        return _after(state, edge=first.stop, overlap=overlap, most=most)
    return ending_near(first.start + overlap, most)


def _most(state: State, overlap: int) -> int:
    """Return the limit of windows that overlap by `overlap` rows and still bring news.

    After windows without news they grow, to get past rows that arrive as fast as they are read.
    """
    size = state.goal.window_size << state.tally.repeats
    return max(1, min(state.largest, max(size, 2 * overlap)))


def _after(state: State, *, edge: int, overlap: int, most: int) -> Window:
    """Return the next window in the order of the list."""
    start = max(0, edge - overlap)
    window = reaching_up(start, most)
    while window.stop <= edge and most < state.largest:
        most = min(state.largest, 2 * most)
        window = reaching_up(start, most)
    return window if window.stop > edge else reaching_up(edge, most)


def _before(state: State, *, edge: int, overlap: int, most: int) -> Window:
    """Return the next window against the order of the list."""
    window = reaching_down(edge + overlap, most)
    while window.start >= edge > 0 and most < state.largest:
        most = min(state.largest, 2 * most)
        window = reaching_down(edge + overlap, most)
    return window if window.start < edge else reaching_down(edge, most)


def _next(state: State, edge: int, overlap: int) -> Window:
    if state.fixed:
        return _page_of(state.fixed, edge if state.is_forward else max(0, edge - 1))
    most = _most(state, overlap)
    exact = _exact(state, edge, overlap, most)
    if exact is not None:
        return exact
    step = _after if state.is_forward else _before
    return step(state, edge=edge, overlap=overlap, most=most)


def _exact(state: State, edge: int, overlap: int, most: int) -> Window | None:
    """Return the window that answers a limited walk in one request, where there is one."""
    if state.room is None or state.room > state.goal.page_size:
        return None
    most = min(state.largest, max(most, 2 * (state.room + overlap)))
    if state.is_forward:
        return covering(max(0, edge - overlap), edge + state.room, most)
    return covering(max(0, edge - state.room), edge + overlap, most)


def _plan_reading(state: State, most: int) -> list[Window]:
    overlap = min(state.overlap, _widest_overlap(state))
    windows = [_next(state, state.edge, overlap)]
    overlap = max(min(2, state.needed), min(state.needed + state.slack, overlap))
    while len(windows) < most:
        edge = windows[-1].stop if state.is_forward else windows[-1].start
        if _needs_nothing_beyond(state, edge):
            break
        windows.append(_next(state, edge, overlap))
    return windows


def _first_of_range(state: State) -> Window:
    """Return a window that shows the rows before the wanted range, and the first of it."""
    most = max(1, min(state.largest, 2 * max(state.guard, state.goal.page_size)))
    return reaching_up(state.edge, most) if state.is_forward else reaching_down(state.edge, most)


def _widest_overlap(state: State) -> int:
    """Return the longest overlap that still leaves room for news in the largest window."""
    return max(1, state.largest // 2)


def _needs_nothing_beyond(state: State, edge: int) -> bool:
    is_end = edge >= (state.tally.total or 0) if state.is_forward else edge <= 0
    return is_end or (state.room is not None and abs(edge - state.edge) >= state.room)


def _around(state: State, index: int) -> Window:
    """Return a full window that holds `index` well within."""
    most = max(1, min(state.largest, max(state.goal.window_size, 2 * state.needed)))
    if state.is_forward:
        return reaching_up(max(0, index - min(state.needed, most // 2)), most)
    return reaching_down(index + min(state.needed, most // 2) + 1, most)


def _around_end(state: State, low: int, high: int | None, guess: int) -> Window:
    """Return a window that shows the end of the list, if it is where it is taken to be."""
    most = max(1, min(state.largest, max(4, state.goal.window_size)))
    if high is not None and high - low < most:
        return reaching_down(high + 1, most)
    return reaching_down(guess + 1, most)


def _beyond(state: State, phase: Confirming) -> Window:
    """Return a window over the end that the server would fill if the list went on."""
    most = max(1, phase.rows) if phase.may_be_the_limit else state.goal.window_size
    most = min(state.largest, most)
    overlap = state.overlap
    if 2 * overlap <= most:
        window = reaching_up(max(0, state.edge - overlap), most)
        if window.stop > state.edge:
            return window
    return reaching_up(state.edge, most)
