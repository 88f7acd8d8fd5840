"""Which windows of a list can be asked for by page and limit."""

from hypothesis import given
from hypothesis import strategies as st

from smstools_async._walk import Window, window_from, window_to

INDEXES = st.integers(0, 10**6)
LIMITS = st.integers(1, 2000)


@given(page=st.integers(1, 10**6), limit=LIMITS)
def test_a_window_is_what_the_api_serves(page: int, limit: int) -> None:
    """Page 1 begins at the first row, and pages adjoin."""
    assert Window(1, limit).start == 0
    assert Window(page, limit).stop == Window(page + 1, limit).start


@given(index=INDEXES, largest=LIMITS)
def test_a_window_from_an_index_begins_at_or_before_it(index: int, largest: int) -> None:
    """It holds the row asked for, and no more rows than it may."""
    window = window_from(index, largest)
    assert window.start <= index < window.stop
    assert window.limit <= largest


@given(index=INDEXES.map(lambda index: index + 1), largest=LIMITS)
def test_a_window_to_an_index_ends_at_or_behind_it(index: int, largest: int) -> None:
    """It holds the row before the index, and no more rows than it may."""
    window = window_to(index, largest)
    assert window.start < index <= window.stop
    assert window.limit <= largest


@given(index=st.integers(0, 100_000), largest=st.integers(1, 60))
def test_no_other_window_reaches_farther(index: int, largest: int) -> None:
    """Of the windows more than half as large, the best one is chosen, either way."""
    limits = range(largest // 2 + 1, largest + 1)
    ahead = max((index // limit + 1) * limit - index for limit in limits)
    assert ahead == window_from(index, largest).stop - index
    behind = max(index % limit + 1 for limit in limits)
    assert behind == index + 1 - window_to(index + 1, largest).start


@given(pages=st.integers(0, 1000), limit=LIMITS)
def test_a_page_border_gives_the_next_plain_page(pages: int, limit: int) -> None:
    """A quiet history is read in the pages anybody would ask for."""
    assert Window(pages + 1, limit) == window_from(pages * limit, limit)
