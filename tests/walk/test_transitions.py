"""What rare responses do to a walk: places that are lost, ends that move, odd servers."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import attrs
import pytest

from smstools_async import Client, PaginationStalledError, Progress
from smstools_async._walk import Goal, Order, Window, plan, start, take
from smstools_async._walk.layout import Habits, Layout
from smstools_async._walk.locating import LONGEST_LIST, locate
from smstools_async._walk.phases import Bracket, Locating, Seeking
from smstools_async._walk.trends import Trend
from smstools_async._walk.view import View
from smstools_async._walk.windows import covering
from smstools_async.sandbox import Quirks, Sandbox
from tests.walk.large_scope import LongServer, Numbers, judge
from tests.walk.schedules import PHONE, identity
from tests.walk.small_scope import List, Move, Row, SmallPage, Way, verdict

FALLING: List = tuple(Row(number, 1000 - 10 * number) for number in range(60))
UNSORTED: List = tuple(Row(number, 617 * number % 1000) for number in range(200))


def way(pages: Trend = "falling", page_size: int = 5, surplus: int = 0) -> Way:
    """Return a way to walk a list whose layout the client knows, newest first."""
    return Way(page_size=page_size, order="newest", pages=pages, surplus=surplus)


def arriving(*rows: Row) -> Move:
    """Return the arrival of rows at the front."""
    return lambda before: (*rows, *before)


def keeping(start: int, stop: int | None = None, *, then: List = ()) -> Move:
    """Return the deletion of all rows but some, and the arrival of others behind them."""
    return lambda before: (*before[start:stop], *then)


def test_finished_walk_asks_for_nothing() -> None:
    """No rows are wanted, so no window is planned."""
    assert [] == plan(start(Goal(order="newest", page_size=5, max_rows=0)), 3)


def test_unsorted_list_is_scanned_back_and_ahead_for_the_place() -> None:
    """Forty rows arrive at the front at once, and times do not tell where the known ones are."""
    arrived = tuple(Row(1000 + number, 331 * number % 1000) for number in range(40))
    word, _, _ = verdict(UNSORTED, way(pages="none"), {5: (arriving(*arrived),)})
    assert "whole" == word


def test_unsorted_list_that_lost_rows_is_scanned_back_for_the_place() -> None:
    """Thirty rows that were read are deleted at once."""
    word, _, _ = verdict(UNSORTED, way(pages="none"), {20: (keeping(30),)})
    assert "whole" == word


def test_unsorted_list_without_any_known_row_is_an_error() -> None:
    """Nothing tells where to continue."""
    script = {20: (keeping(-40),)}
    word, _, outcome = verdict(UNSORTED, way(pages="none", surplus=2), script)
    assert "told" == word
    assert outcome.is_told


def test_walk_whose_few_rows_vanished_starts_over() -> None:
    """Rows that were read are gone, and newer ones stand around their times."""
    later = (Row(100, 1005), Row(101, 985))
    small = way(page_size=2)
    word, server, outcome = verdict(FALLING[:6], small, {1: (keeping(2), arriving(*later))})
    assert "whole" == word
    assert Counter() == server.stayed - Counter(outcome.rows)


def test_walk_whose_few_rows_vanished_below_all_others_starts_over() -> None:
    """The search for them closes in on nothing."""
    word, _, _ = verdict(FALLING[:12], way(page_size=2), {1: (keeping(2),)})
    assert "whole" == word


@pytest.mark.parametrize("request_number", [1, 2, 3])
def test_short_list_is_read_anew_once_its_few_rows_vanished(request_number: int) -> None:
    """As many rows arrive at the other end, so that nothing of what was read is left in view."""
    later = (Row(100, 1020), Row(101, 1010))
    script = {request_number: (keeping(0, -2), arriving(*later))}
    backwards = attrs.evolve(way(page_size=2), order="oldest")
    word, _, _ = verdict(FALLING[:8], backwards, script)
    assert word in ("whole", "told")


@pytest.mark.parametrize("total", [8, 40])
def test_few_rows_that_vanished_are_sought_by_time_in_long_lists(total: int) -> None:
    """A short list is read anew; in a long one, rows behind the last time are read, as reported."""
    layout = Layout(pages="falling", is_turned=False)
    state = start(Goal(order="newest", page_size=2, surplus=0), Habits(layout=layout))
    state = take(state, Window(1, 2), SmallPage(FALLING[:2], total)).state
    bracket = Bracket(low=4, high=5, step=1)
    phase = Locating(bracket=bracket, origin=4, saw_rows=True, is_second_scan=True)
    state = attrs.evolve(state, phase=phase)
    step = take(state, Window(3, 2), SmallPage(FALLING[4:6], total))
    assert not step.is_accepted
    assert (total < 16) == (not step.state.memory.rows)
    assert (total > 16) == bool(step.state.doubts)


def test_place_is_sought_on_the_other_side_too() -> None:
    """As many rows arrive at one end as vanish at the other, so `total` tells nothing."""
    rising = FALLING[::-1]
    later = tuple(Row(200 + number, 2000 + number) for number in range(30))
    script = {6: (keeping(30, then=later),)}
    word, _, _ = verdict(rising, way(pages="rising"), script)
    assert "whole" == word


@attrs.frozen
class TimelessPage:
    """A page of rows without times."""

    rows: Sequence[int]
    total: int | None = 100

    @property
    def seconds(self) -> Sequence[int | None]:
        """No row has a time."""
        return [None for _ in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def identity(self, index: int, /) -> bytes:
        """Return what makes a row the same as another."""
        return str(self.rows[index]).encode()


def test_sorted_list_whose_times_are_missing_is_reported() -> None:
    """Where rows that were read have no times, these cannot tell where to continue."""
    layout = Layout(pages="falling", is_turned=False)
    state = start(Goal(order="newest", page_size=5, surplus=0), Habits(layout=layout))
    state = take(state, Window(1, 5), TimelessPage(range(5))).state
    while not state.doubts:
        window = plan(state)[0]
        state = take(state, window, TimelessPage(range(50 + window.start, 50 + window.stop))).state
    assert "none of the rows read last" in state.doubts[0]


def test_search_for_the_place_is_bounded() -> None:
    """No list has so many rows; a server that ignores `page` may seem to."""
    layout = Layout(pages="falling", is_turned=False)
    state = start(Goal(order="newest", page_size=2, surplus=0), Habits(layout=layout))
    state = take(state, Window(1, 2), SmallPage(FALLING[10:12], 60)).state
    phase = Locating(bracket=Bracket(low=LONGEST_LIST, high=None, step=1), origin=2)
    window = Window(LONGEST_LIST, 2)
    view = View(window=window, page=SmallPage(FALLING[:2], 60), forward=True, is_turned=False)
    with pytest.raises(PaginationStalledError, match="no end"):
        locate(state, phase, view)


def test_search_for_the_range_is_bounded() -> None:
    """No list has so many rows before the wanted ones."""
    goal = Goal(order="newest", page_size=2, surplus=0, latest=10)
    state = start(goal, Habits(layout=Layout(pages="falling", is_turned=False)))
    bracket = Bracket(low=LONGEST_LIST, high=None, step=1)
    state = attrs.evolve(state, layout=state.habits.layout)
    state = attrs.evolve(state, phase=Seeking(target="range", bracket=bracket))
    with pytest.raises(PaginationStalledError, match="no end"):
        take(state, Window(LONGEST_LIST, 5), SmallPage(FALLING[:5], 60))


def endless(_: LongServer, window: Window, page: SmallPage) -> SmallPage:
    """Make up rows without end."""
    rows = [Row(number, -number) for number in range(window.start, window.stop)]
    return attrs.evolve(page, rows=rows, total=10)


def repeating(server: LongServer, window: Window, page: SmallPage) -> SmallPage:
    """Ignore `page`, and count more rows each time."""
    rows = server.cut(Window(1, window.limit))
    return attrs.evolve(page, rows=rows, total=10_000 + server.requests)


@pytest.mark.parametrize("numbers", [endless, repeating])
def test_lists_without_end_are_refused(numbers: Numbers) -> None:
    """After a bounded number of requests, whatever is made up."""
    server = LongServer(FALLING, Way(page_size=1000, order="newest"), {}, numbers=numbers)
    word, outcome = judge(server)
    assert outcome.is_told
    assert outcome.requests < 80
    assert word in ("told", "whole")


@pytest.mark.parametrize(
    ("habits", "order"),
    [
        (Habits(largest_page=50), "newest"),
        (Habits(largest_page=50), "oldest"),
        (Habits(largest_page=50, layout=Layout(pages="rising", is_turned=False)), "newest"),
        (Habits(counts_all=True, layout=Layout(pages="rising", is_turned=False)), "newest"),
    ],
)
def test_short_list_takes_one_request_of_a_client_that_knows(habits: Habits, order: Order) -> None:
    """The server was seen to give more rows at once, or to count all."""
    state = start(Goal(order=order, page_size=20), habits)
    rows = FALLING[:5][:: -1 if habits.layout else 1]
    step = take(state, plan(state)[0], SmallPage(rows, 5))
    assert step.state.is_finished
    assert 5 == sum(map(len, step.news))


@pytest.mark.parametrize("most", [1, 3, 8, 50])
def test_windows_that_cover_a_range_hold_all_of_it(most: int) -> None:
    """Or there is none, within a limit."""
    for low in range(30):
        for high in range(low + 1, 40):
            window = covering(low, high, most)
            assert window is not None or high > most
            if window is not None:
                assert window.start <= low < high <= window.stop
                assert window.limit <= most


@pytest.mark.parametrize("seed", range(4))
def test_moving_list_without_times_uses_responses_that_were_set_aside(seed: int) -> None:
    """Rows that arrive at the front move all others on, three windows ahead."""
    script = {request: (arriving(Row(500 + request, 1)),) for request in range(2 + seed, 30, 3)}
    walked = attrs.evolve(way(pages="none", surplus=8), has_times=False, ahead=3)
    word, _, _ = verdict(UNSORTED, walked, script)
    assert "whole" == word


@pytest.mark.anyio
async def test_second_longer_than_a_cursor_is_resumed_in_its_middle(
    client: Client, sandbox: Sandbox
) -> None:
    """Rows that a cursor has no room for are counted."""
    for number in range(400):
        sandbox.receive(PHONE, f"Mensagem {number}", unix_time=1_700_000_000)
    rows = client.conversation(PHONE, order="oldest", page_size=1000, max_messages=300)
    reading = aiter(rows)
    first = [message.text async for message in reading]
    resumed = client.conversation(PHONE, order="oldest", page_size=1000, cursor=reading.cursor)
    rest = [message.text async for message in resumed]
    assert Counter(f"Mensagem {number}" for number in range(400)) == Counter([*first, *rest])


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("quirks", "messages", "page_size"),
    [
        pytest.param(Quirks(fixed_limit=20), 1500, 20, id="limits are ignored, so pages adjoin"),
        pytest.param(Quirks(total=10), 3000, 100, id="total is untrue"),
    ],
)
async def test_range_is_sought_whatever_the_numbers_are(
    client: Client, sandbox: Sandbox, quirks: Quirks, messages: int, page_size: int
) -> None:
    """Two thirds of the list are newer than the range, and neither number bounds the search."""
    sandbox.add_conversation(PHONE, messages=messages)
    sandbox.quirks |= quirks
    truth = sandbox.messages(PHONE)
    until = truth[2 * messages // 3].sent_at
    got = [m async for m in client.iter_conversation(PHONE, until=until, page_size=page_size)]
    assert [message for message in truth if message.sent_at < until] == got


@pytest.mark.anyio
async def test_moving_list_whose_limits_are_ignored_loses_nothing(
    client: Client, sandbox: Sandbox
) -> None:
    """Pages adjoin, so rows that arrived come too, and the caller is told."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.quirks |= Quirks(fixed_limit=20)
    truth = sandbox.messages(PHONE)

    def arrive(request: int) -> None:
        if request == 5:
            for number in range(70):
                sandbox.receive(PHONE, f"Chegou {number}")

    sandbox.before_each_request = arrive
    progress = Progress()
    walk = client.iter_conversation(PHONE, prefetch=0, progress=progress)
    got = Counter([identity(message) async for message in walk])
    assert Counter() == Counter(map(identity, truth)) - got
    assert progress.degraded


@pytest.mark.anyio
@pytest.mark.parametrize("total", ["true", "missing"])
async def test_range_that_never_comes_is_an_error(
    client: Client, sandbox: Sandbox, total: Literal["true", "missing"]
) -> None:
    """A server that ignores `page` never shows a row of the range."""
    sandbox.add_conversation(PHONE, messages=3000)
    until = sandbox.messages(PHONE)[2500].sent_at
    sandbox.quirks |= Quirks(serve_page=1, total=total)
    with pytest.raises(PaginationStalledError):
        _ = [m async for m in client.iter_conversation(PHONE, until=until, page_size=100)]
