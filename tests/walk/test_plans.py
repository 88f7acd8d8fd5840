"""Which windows a walk asks for: where it looks, how far they overlap, and when it stops."""

import math
import random
from collections import Counter
from collections.abc import Callable, Container
from functools import partial
from itertools import pairwise, product
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import PaginationStalledError
from smstools_async._cursor import Frontier, Order, Position, digest
from smstools_async._walk import Walk, Window, _leave_out, _Search
from tests.walk.listing import EPOCH, PHONE, History, Page, handed_out, one_a_second, read, row

Said = Callable[[int], int | None]


def walk_of(order: Order = "newest", page_size: int = 20, **options: Any) -> Walk:
    """Return a walk that has not begun."""
    return Walk(phone=PHONE, order=order, page_size=page_size, **options)


def told(history: History, order: Order) -> list[int]:
    """Return what a walk is to hand out of a history that does not move."""
    return history.rows[::-1] if order == "newest" else history.rows


def honestly(count: int) -> int:
    """Say how many rows there are."""
    return count


def silent(_: int) -> None:
    """Say nothing."""


# Overlaps


def test_an_arrival_makes_windows_overlap() -> None:
    """The rows next to the border are seen twice from then on, and a page stays a page."""
    history = History(one_a_second(200))

    def arrive(request: int) -> None:
        if request == 3:
            history.rows.append(row(201))

    first = history.rows[::-1]
    assert first == read(walk_of(), history, before_each=arrive)
    overlaps = [before[1] - behind[0] for before, behind in pairwise(history.spans)]
    assert [0, 0, 3, 4, 4] == overlaps[:5]
    assert max(overlaps) <= 14
    assert 12 == len(history.windows)


def test_a_deletion_has_the_last_rows_read_again() -> None:
    """The window behind it lacks the rows that moved up, so that one from before it is read."""
    history = History(one_a_second(200))

    def delete(request: int) -> None:
        if request == 3:
            del history.rows[-8:-5]

    first = history.rows[::-1]
    assert first == read(walk_of(), history, before_each=delete)
    assert [(0, 20), (20, 40), (40, 60), (0, 62), (54, 81)] == history.spans[:5]
    assert 12 == len(history.windows)


@pytest.mark.parametrize(
    ("order", "ascending", "requests"),
    [("newest", True, 7), ("oldest", False, 7), ("oldest", True, 6)],
)
def test_what_is_not_read_from_the_top_overlaps_from_the_beginning(
    order: Order, requests: int, *, ascending: bool
) -> None:
    """Nothing else would show a row that moved while the first page was on its way."""
    history = History(one_a_second(100), ascending=ascending)
    assert told(history, order) == read(walk_of(order), history)
    assert requests == len(history.windows)


def test_ties_are_overlapped_by_in_full() -> None:
    """Windows begin before the second in which the last one ended, and grow by as much."""
    history = History([row(number // 10, number) for number in range(200)], total=silent)
    assert sorted(history.rows) == sorted(read(walk_of(), history))
    assert 13 >= len(history.windows)
    assert max(limit for _, limit in history.windows) <= 36


COSTS = [
    *(("arrivals", "newest", False, 42), ("arrivals", "newest", True, 43)),
    *(("arrivals", "oldest", False, 43), ("arrivals", "oldest", True, 42)),
    *(("deletions", "newest", False, 41), ("deletions", "newest", True, 42)),
    *(("deletions", "oldest", False, 42), ("deletions", "oldest", True, 41)),
    *(("expiries", "newest", False, 40), ("expiries", "newest", True, 41)),
    *(("expiries", "oldest", False, 41), ("expiries", "oldest", True, 40)),
    *(("steady", "newest", False, 43), ("steady", "newest", True, 43)),
    *(("steady", "oldest", False, 43), ("steady", "oldest", True, 42)),
    *(("all", "newest", False, 42), ("all", "newest", True, 43)),
    *(("all", "oldest", False, 43), ("all", "oldest", True, 42)),
]
"""How many requests 4,000 rows in pages of 100 take; each may be a tenth over what is needed."""
MOVEMENTS = {
    "arrivals": (5, 0, 0),
    "deletions": (0, 3, 0),
    "expiries": (0, 0, 5),
    "steady": (1, 0, 1),
    "all": (3, 1, 2),
}
"""Rows that arrive, are deleted anywhere, and expire before each answer."""


@pytest.mark.parametrize(("movement", "order", "ascending", "requests"), COSTS)
def test_rows_that_move_cost_little(
    movement: str, order: Order, requests: int, *, ascending: bool
) -> None:
    """Windows overlap by what the list was seen to move, and in the direction in which it does."""
    history = History(one_a_second(4000), ascending=ascending)
    draw = random.Random(1)
    arrivals, deletions, expiries = MOVEMENTS[movement]

    def move(_: int) -> None:
        newest = history.rows[-1] // 10_000
        history.rows += [row(newest + 1 + number) for number in range(arrivals)]
        for _ in range(deletions):
            history.rows.remove(draw.choice(history.rows))
        del history.rows[:expiries]

    taken = read(walk_of(order, 100), history, before_each=move)
    assert len(history.windows) <= requests <= 1.11 * math.ceil(len(taken) / 100)
    assert sum(limit for _, limit in history.windows) <= 1.22 * len(taken)


@pytest.mark.parametrize(("order", "last"), [("newest", 86), ("newest", 82), ("oldest", 15)])
def test_nothing_is_asked_for_behind_the_last_second_wanted(order: Order, last: int) -> None:
    """A page that goes beyond it is the last one."""
    history = History(one_a_second(100), ascending=order == "oldest")
    taken = read(walk_of(order, last=EPOCH + last), history)
    assert row(last) == taken[-1]
    assert [(1, 20)] == history.windows


# What is planned together


def test_no_more_is_planned_than_is_wanted() -> None:
    """Fifty messages are three pages of twenty, however many windows may be asked for."""
    history = History(one_a_second(1000))
    walk = walk_of(max_messages=50)
    _step(walk, history)
    assert [(2, 20), (3, 20)] == [question.window for question in walk.plan(8)]
    assert 30 == len(read(walk, history, most=8))
    assert 3 == len(history.windows)


@pytest.mark.parametrize(("rows", "windows"), [(60, 2), (61, 3), (1000, 8)])
def test_no_more_is_planned_than_there_is(rows: int, windows: int) -> None:
    """Nothing is asked for beyond what `total` says."""
    history = History(one_a_second(rows))
    walk = walk_of()
    _step(walk, history)
    assert windows == len(walk.plan(8))


def test_windows_planned_together_overlap_too_once_the_list_moves() -> None:
    """Each with the next one, as the first of them with what was read."""
    history = History(one_a_second(1000))
    walk = walk_of()
    _step(walk, history)
    history.rows.append(row(1001))
    _step(walk, history)
    spans = [(question.window.start, question.window.stop) for question in walk.plan(4)]
    overlaps = [before[1] - behind[0] for before, behind in pairwise([(20, 40), *spans])]
    assert [2, 7, 3, 4] == overlaps


def test_a_place_between_two_rows_is_told_by_the_older_ones() -> None:
    """Before the first row of a page as behind each of them; before any there is none yet."""
    history = History(one_a_second(100))
    walk = walk_of()
    _step(walk, history)
    assert walk.taken is not None
    assert walk.taken.position_after(0) is None
    _step(walk, history)
    places = [walk.taken.position_after(count) for count in (0, 1, 20)]
    assert [80, 79, 60] == [place and place.older_rows for place in places]
    read(walk, history)
    end = walk.taken.position_after(20)
    assert 0 == (end and end.older_rows)


def test_a_place_is_told_without_a_hint_where_there_is_no_total() -> None:
    """Nobody knows then how many rows are older."""
    history = History(one_a_second(100), total=silent)
    walk = walk_of()
    _step(walk, history)
    assert walk.taken is not None
    place = walk.taken.position_after(1)
    assert place is not None
    assert place.older_rows is None


def test_the_beginning_of_time_is_a_place() -> None:
    """A walk from there is the walk itself, so that an empty conversation has a cursor."""
    beginning = walk_of("oldest").beginning
    assert Position(Frontier(0, Counter()), 0) == beginning
    history, again = History(one_a_second(100)), History(one_a_second(100))
    assert read(walk_of("oldest"), history) == read(walk_of("oldest", resume=beginning), again)
    assert history.windows == again.windows


def test_of_equal_rows_as_many_are_left_out_as_are_known() -> None:
    """Two texts of one second may be the same, and are two messages."""
    rows = dict(enumerate("aabcaab"))
    assert [4, 5] == _leave_out(rows, Counter(a=2, b=2, c=1, d=1))


# The direction


@pytest.mark.parametrize("page_size", [1, 20, 64])
def test_a_page_of_one_second_is_asked_for_again_in_a_longer_one(page_size: int) -> None:
    """Twice as long each time, and 64 rows at least."""
    history = History([row(1, number) for number in range(150)])
    walk = walk_of(page_size=page_size)
    assert history.rows == sorted(read(walk, history))
    lengths = {1: [1, 64, 128, 256], 20: [20, 64, 128, 256], 64: [64, 128, 256]}
    assert [(1, length) for length in lengths[page_size]] == history.windows


def test_no_page_is_longer_than_the_api_allows() -> None:
    """All of one second in the longest page there is are read as they come."""
    history = History([row(1, number) for number in range(2500)])
    walk = walk_of(page_size=1200)
    assert 2000 == len([taken for _ in range(2) for taken in _step(walk, history)])
    assert [(1, 1200), (1, 2000)] == history.windows


def _step(walk: Walk, history: History) -> list[int]:
    return handed_out(walk, walk.plan(1)[0], history)


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_whole_history_of_one_second_is_not_asked_for_again(order: Order) -> None:
    """There is nothing that could tell more."""
    history = History([row(1, number) for number in range(20)])
    assert history.rows == sorted(read(walk_of(order), history))
    assert [(1, 20)] == history.windows


def test_what_arrives_while_the_direction_is_looked_for_is_an_arrival() -> None:
    """From new to old it is not handed out, as if the first answer had been of use."""
    history = History([row(1, number) for number in range(30)])

    def arrive(request: int) -> None:
        if request == 2:
            history.rows.append(row(2, 30))

    assert list(range(10_000, 10_030)) == sorted(read(walk_of(), history, before_each=arrive))


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True])
def test_a_first_page_without_rows_is_asked_for_again(
    times: int, order: Order, *, ascending: bool
) -> None:
    """It tells no direction, so that nothing else can be asked for."""
    history = History(one_a_second(100), ascending=ascending, empty=range(1, times + 1))
    assert told(history, order) == read(walk_of(order), history)
    assert [(1, 20)] * (times + 1) == history.windows[: times + 1]


@pytest.mark.parametrize("said", [honestly, silent], ids=["total", "no total"])
@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_first_page_that_stays_without_rows_is_an_error(said: Said, order: Order) -> None:
    """It says what was seen, and how often."""
    history = History(one_a_second(5), total=said, empty=range(100))
    with pytest.raises(PaginationStalledError, match=r"^Page 1 came empty 4 times, beside total="):
        read(walk_of(order), history)
    assert 4 == len(history.windows)


# The end


@pytest.mark.parametrize(
    ("empty", "requests"), [({2}, 6), ({2, 3}, 5), ({3, 4}, 5), ({2, 3, 4}, 5), ({5}, 6)]
)
def test_windows_without_rows_are_made_up_for_by_longer_ones(
    empty: Container[int], requests: int
) -> None:
    """Three in a row are borne with; each is asked for again with rows that were seen before."""
    history = History(one_a_second(100), empty=empty)
    assert told(history, "newest") == read(walk_of(), history)
    assert requests == len(history.windows)


def test_four_windows_without_rows_are_an_error() -> None:
    """The fourth in a row is no hiccup any more."""
    history = History(one_a_second(100), empty={2, 3, 4, 5})
    with pytest.raises(
        PaginationStalledError, match="speaks of 100 rows, and sends nothing after 20"
    ):
        read(walk_of(), history)
    assert 5 == len(history.windows)


def test_a_far_end_without_rows_is_an_error() -> None:
    """Where `total` speaks of some, an empty window from the top is looked at once more."""
    history = History(one_a_second(25), empty=range(2, 100))
    with pytest.raises(PaginationStalledError, match="speaks of 25 rows and sends none"):
        read(walk_of("oldest"), history)
    assert 4 == len(history.windows)


LIES: dict[str, Said] = {
    "zero": lambda _: 0,
    "ten": lambda _: 10,
    "one less": lambda count: count - 1,
    "one more": lambda count: count + 1,
    "2000": lambda _: 2000,
    "nothing": silent,
}
"""What is said of 110 rows, and how many requests it takes then to tell where they end."""


@pytest.mark.parametrize("lie", LIES)
def test_a_total_that_is_wrong_costs_two_requests(lie: str) -> None:
    """The end is looked at twice, once more with rows seen before and once behind it."""
    history = History(one_a_second(110), total=LIES[lie])
    walk = walk_of()
    assert told(history, "newest") == read(walk, history)
    assert len(history.windows) <= 6 + 2
    assert (lie != "nothing") == walk.degraded


@pytest.mark.parametrize("lie", ["zero", "ten", "one less", "one more", "nothing"])
def test_nor_does_it_cost_more_from_the_far_end(lie: str) -> None:
    """There the end is where the walk begins."""
    history = History(one_a_second(110), total=LIES[lie])
    assert told(history, "oldest") == read(walk_of("oldest"), history)
    assert len(history.windows) <= 8


def test_a_far_end_beyond_what_total_says_is_looked_for_in_vain() -> None:
    """A total of 2000 beside 110 rows gives no place to begin at: that is an error, not a guess."""
    history = History(one_a_second(110), total=LIES["2000"])
    with pytest.raises(PaginationStalledError, match="The last 65 answers brought nothing new"):
        read(walk_of("oldest"), history)
    assert 65 == len(history.windows)


def test_a_walk_that_gets_nowhere_is_given_up_after_65_answers() -> None:
    """Counted from the last one that brought something."""
    history = History(one_a_second(100), total=LIES["zero"], max_limit=7)
    walk = walk_of()
    useful = 0
    with pytest.raises(PaginationStalledError, match="The last 65 answers brought nothing new"):  # noqa: PT012 - the steps before count
        while True:
            useful = len(history.windows) + 1 if _step(walk, history) else useful
    assert useful + 64 == len(history.windows)


def test_a_history_that_vanishes_ends_the_walk_wherever_it_stands() -> None:
    """With or without overlaps, at the top or not."""
    for rows, page_size, last in product(range(1, 25, 3), range(1, 6), range(2, 6)):
        history = History(one_a_second(rows))
        read(walk_of(page_size=page_size), history, before_each=partial(_vanish, history, last))
        assert len(history.windows) < 40


def _vanish(history: History, last: int, request: int) -> None:
    if request < last:
        history.rows.append(row(100 + request))
    else:
        history.rows.clear()


@pytest.mark.parametrize("page_size", [5, 10, 50, 1000])
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True])
def test_a_lowered_limit_is_found_out_although_nothing_tells_of_it(
    page_size: int, order: Order, *, ascending: bool
) -> None:
    """Without `total`, and with the limit asked for beside fewer rows, a page just looks short."""
    history = History(
        one_a_second(130), ascending=ascending, total=silent, max_limit=30, echoes=True
    )
    assert told(history, order) == read(walk_of(order, page_size), history)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True])
def test_a_lowered_limit_that_is_told_of_is_kept_to(order: Order, *, ascending: bool) -> None:
    """From the second request on no more is asked for, and full pages are not taken for short."""
    history = History(one_a_second(200), ascending=ascending, max_limit=37)
    assert told(history, order) == read(walk_of(order, 100), history)
    assert max(limit for _, limit in history.windows[1:]) <= 37
    assert len(history.windows) <= 8


# Searching


@given(
    low=st.integers(0, 1000),
    length=st.integers(1, 5000),
    step=st.integers(1, 300),
    share=st.floats(0, 1),
    upwards=st.booleans(),
    is_open=st.booleans(),
)
def test_a_search_looks_at_few_rows_and_at_none_twice(
    low: int, length: int, step: int, share: float, *, upwards: bool, is_open: bool
) -> None:
    """Its length is that of the way to the border, each step twice as long as the one before."""
    border = low + round(share * length)
    search = _Search(low, None if is_open else low + length, step, upwards=upwards)
    looks: list[int] = []
    while search.high is None or search.low < search.high:
        looks.append(search.guess)
        search.look(looks[-1], border_is_beyond=looks[-1] < border)
    assert border == search.low == search.high
    assert len(set(looks)) == len(looks)
    near = upwards or is_open
    way = border - low if near else low + length - border
    assert len(looks) <= 2 * max(1, way // step + 1).bit_length() + step.bit_length() + 2


@pytest.mark.parametrize("upwards", [True, False])
def test_a_border_close_by_is_found_soon(*, upwards: bool) -> None:
    """However long the list is on the other side."""
    border = 3 if upwards else 10**6 - 3
    search = _Search(0, 10**6, 1, upwards=upwards)
    looks = 0
    while search.low != search.high:
        looks += 1
        search.look(search.guess, border_is_beyond=search.guess < border)
    assert looks <= 5


@pytest.mark.parametrize(
    ("total", "second"),
    [*((honestly, second) for second in (1, 2, 700, 2999, 3000)), (silent, 2), (silent, 700)],
)
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True])
def test_a_time_is_found_wherever_it_lies(
    total: Said, order: Order, second: int, *, ascending: bool
) -> None:
    """By single rows up to 256 around it, and one window with these."""
    history = History(one_a_second(3000), ascending=ascending, total=total)
    walk = walk_of(order, first=EPOCH + second, max_messages=30)
    wanted = [known for known in told(history, order) if _is_wanted(known, second, order)][:30]
    assert wanted == read(walk, history)
    assert len(history.windows) <= 14
    assert sum(limit for _, limit in history.windows) <= 600


def _is_wanted(known: int, second: int, order: Order) -> bool:
    return known // 10_000 <= second if order == "newest" else known // 10_000 >= second


def test_a_time_near_the_top_is_read_up_to() -> None:
    """Where all that lies before it is 256 rows, nothing is searched for."""
    history = History(one_a_second(276))
    assert [row(2), row(1)] == read(walk_of(first=EPOCH + 2), history)
    assert [(1, 20), (1, 274)] == history.windows[:2]


class Everywhere(History):
    """A list that has its newest rows at every place."""

    def answer(self, window: Window) -> Page:
        """Serve the first page, whichever is asked for."""
        page = super().answer(Window(1, window.limit))
        self.windows[-1] = (window.page, window.limit)
        return attrs.evolve(page, page=window.page)


def test_a_search_that_meets_no_border_is_given_up() -> None:
    """Nobody has a hundred million messages with one phone."""
    history = Everywhere(one_a_second(20), total=silent)
    with pytest.raises(PaginationStalledError, match="rows beyond number 100000000"):
        read(walk_of("oldest"), history)
    assert 10**8 < history.windows[-1][0] < 2 * 10**8
    assert len(history.windows) <= 21


# Going on


def resumed(order: Order, second: int, older_rows: int | None, page_size: int = 100) -> Walk:
    """Return a walk that goes on at a second, none of whose rows was handed out yet."""
    position = Position(Frontier(EPOCH + second, Counter()), older_rows)
    return walk_of(order, page_size, max_messages=300, resume=position)


def wanted_behind(history: History, order: Order, second: int) -> list[int]:
    """Return what comes next there."""
    rows = [known for known in told(history, order) if _is_wanted(known, second, order)]
    return rows[:300]


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True])
def test_a_cursor_knows_its_place(order: Order, *, ascending: bool) -> None:
    """One request learns the direction, and the next is the page."""
    history = History(one_a_second(20_000), ascending=ascending)
    assert wanted_behind(history, order, 9000) == read(resumed(order, 9000, 8999), history)
    assert len(history.windows) <= 5
    assert sum(limit for _, limit in history.windows) <= 540


@pytest.mark.parametrize("older_rows", [8900, 9100, 6000, 12_000, 0, 19_999, 10**6, None])
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True])
def test_a_cursor_finds_its_place_however_many_rows_came_or_went(
    older_rows: int | None, order: Order, *, ascending: bool
) -> None:
    """Where so many were older once, others are now, so that it is searched for."""
    history = History(one_a_second(20_000), ascending=ascending)
    assert wanted_behind(history, order, 9000) == read(resumed(order, 9000, older_rows), history)
    assert len(history.windows) <= 28
    assert sum(limit for _, limit in history.windows) <= 9000


@pytest.mark.parametrize("older_rows", [0, 6000, 12_000, 19_999])
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True])
def test_a_place_is_searched_for_from_where_the_walk_stands(
    older_rows: int, order: Order, *, ascending: bool
) -> None:
    """The first of the single rows is the nearest, since places are seldom far off."""
    history = History(one_a_second(20_000), ascending=ascending)
    read(resumed(order, 9000, older_rows), history)
    look = next(index for index, (_, limit) in enumerate(history.windows) if limit == 1)
    place = history.spans[look][0]
    start, stop = history.spans[look - 1]
    assert start - 256 <= place <= stop + 256


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("width", [4, 8])
def test_rows_of_a_cursor_are_not_repeated(order: Order, width: int) -> None:
    """Not even where the first second wanted is the cursor's own, or its hashes were cut."""
    history = History([row(number // 3, number) for number in range(300)])
    page = history.answer(Window(1, 300))
    seen = [page[index] for index in range(300) if page.rows[index] in (row(50, 150), row(50, 152))]
    digests = Counter(digest(message, PHONE)[:width] for message in seen)
    resume = Position(Frontier(EPOCH + 50, digests, width), 150)
    walk = walk_of(order, first=EPOCH + 50, max_messages=2, resume=resume)
    first, second = read(walk, history)
    assert row(50, 151) == first
    assert row(49 if order == "newest" else 51, 149 if order == "newest" else 153) == second


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True])
def test_a_place_is_found_again_when_nearly_all_rows_expire(
    order: Order, *, ascending: bool
) -> None:
    """In the middle of a walk: what stayed is read on from where it is now."""
    history = History(one_a_second(40_000), ascending=ascending)

    def expire(request: int) -> None:
        if request == 4:
            del history.rows[:39_500]

    taken = read(walk_of(order, 100), history, before_each=expire)
    stayed = set(one_a_second(40_000)[39_500:])
    assert stayed <= set(taken)
    assert len(set(taken)) == len(taken)
    assert len(history.windows) <= 40


# Lists without order

DISORDER = [row(number * 7919 % 1000 + 1, number) for number in range(200)]


def test_a_list_without_order_is_read_as_it_stands() -> None:
    """Windows overlap by a row or two, so that rows that move are noticed."""
    history = History(list(DISORDER))
    walk = walk_of()
    assert DISORDER[::-1] == read(walk, history)
    assert walk.degraded
    assert not walk.has_order
    assert len(history.windows) <= 12
    assert sum(limit for _, limit in history.windows) <= 270


def test_order_that_is_lost_halfway_repeats_nothing() -> None:
    """What the last window with order held is left out of the first one without."""
    rows = DISORDER[:100] + [row(2000 + number) for number in range(100)]
    history = History(list(rows))

    def arrive(request: int) -> None:
        if request == 2:
            history.rows.append(row(3000))

    assert rows[::-1] == read(walk_of(), history, before_each=arrive)
    assert len(history.windows) <= 13


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_limits_of_time_hold_for_each_row_by_itself(order: Order) -> None:
    """Both ends are among what is wanted, and nothing is stopped early."""
    ends = sorted(known // 10_000 for known in DISORDER)[20:181:160]
    first, last = ends if order == "oldest" else ends[::-1]
    history = History(list(DISORDER))
    taken = read(walk_of(order, first=EPOCH + first, last=EPOCH + last), history)
    wanted = [known for known in DISORDER if ends[0] <= known // 10_000 <= ends[1]]
    assert sorted(wanted) == sorted(taken)


@pytest.mark.parametrize("most", [1, 3])
def test_a_list_without_order_that_shrinks_is_read_again_from_farther_up(most: int) -> None:
    """By as many rows as `total` fell, and some more: what stayed comes, if perhaps twice."""
    history = History(list(DISORDER))

    def delete(request: int) -> None:
        if request == 4:
            del history.rows[-40:-10]

    taken = read(walk_of(), history, most=most, before_each=delete)
    assert set(history.rows) <= set(taken)
    assert len(taken) <= 210
    starts = [start for start, _ in history.spans]
    assert starts[4] <= starts[3] - 30
    assert len(history.windows) <= 12


def test_a_list_without_order_that_grows_is_read_on() -> None:
    """Rows that moved on are seen twice, and left out."""
    history = History(list(DISORDER))

    def arrive(request: int) -> None:
        if request == 4:
            history.rows.extend(row(5000, number) for number in range(10))

    assert DISORDER[::-1] == read(walk_of(), history, before_each=arrive)
    starts = [start for start, _ in history.spans]
    assert sorted(starts) == starts
    assert len(history.windows) <= 13
