"""A service that moves, lies, or does what its documentation leaves open."""

from collections import Counter
from collections.abc import Callable
from gzip import decompress
from itertools import pairwise
from typing import Any, Literal

import pytest

from smstools_async.sandbox import Answer, Sandbox
from tests.sandbox.asking import LOGIN, PATH, PHONE, ask, ask_for_page, read_rows, texts


@pytest.fixture
def sandbox() -> Sandbox:
    """Return a conversation of ten texts, "9" the newest; "0" to "3" share a second."""
    sandbox = Sandbox()
    for text, second in zip("0123456789", [1, 1, 1, 1, 2, 2, 3, 4, 5, 5], strict=True):
        sandbox.receive(PHONE, text, unix_time=1_749_113_086 + second)
    return sandbox


def test_order_may_be_oldest_first(sandbox: Sandbox) -> None:
    """The vendor's order is documented nowhere."""
    sandbox.quirks.order = "oldest"
    assert ["3", "4", "5"] == texts(ask_for_page(sandbox, "limit=3&page=2"))


def test_unknown_quirks_are_refused(sandbox: Sandbox) -> None:
    """A slip of the pen does not pass for a quirk."""
    quirks: Any = sandbox.quirks
    with pytest.raises(ValueError, match="order"):
        quirks.order = "newest first"
    with pytest.raises(AttributeError):
        quirks.shuffle = True


def test_ties_may_be_shuffled_with_each_request(sandbox: Sandbox) -> None:
    """Rows of one second come in any order, the seconds in theirs, and no row is lost."""
    sandbox.quirks.shuffle_ties = True
    pages = [read_rows(ask_for_page(sandbox)) for _ in range(50)]
    for rows in pages:
        assert Counter(sandbox.messages(PHONE)) == Counter(rows)
        assert all(one.unix_time >= other.unix_time for one, other in pairwise(rows))
    assert len({"".join(row.text for row in rows) for rows in pages}) > 20


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_shuffled_ties_reach_across_pages(sandbox: Sandbox, order: Any) -> None:
    """A page that ends within a second holds any of its rows, so that paging may miss one."""
    sandbox.quirks.order = order
    sandbox.quirks.shuffle_ties = True
    number = {"newest": 4, "oldest": 1}[order]
    pages = [texts(ask_for_page(sandbox, f"limit=2&page={number}")) for _ in range(60)]
    assert {*"0123"} == {text for page in pages for text in page}
    assert {2} == {len(page) for page in pages}
    assert [] == texts(ask_for_page(sandbox, "limit=2&page=6"))


def test_shuffled_ties_are_repeated_by_the_seed() -> None:
    """The same requests to the same sandbox get the same answers."""
    bodies = list[list[bytes]]()
    for seed in (1, 1, 2):
        sandbox = Sandbox(seed=seed)
        sandbox.quirks.shuffle_ties = True
        for text in "0123456789":
            sandbox.receive(PHONE, text, unix_time=1_749_113_086)
        bodies.append([ask(sandbox).body for _ in range(3)])
    assert bodies[0] == bodies[1]
    assert bodies[0] != bodies[2]


@pytest.mark.parametrize(("echo", "limit"), [("served", 4), ("asked", 9)])
def test_limit_may_be_lowered_silently(sandbox: Sandbox, echo: Any, limit: int) -> None:
    """Whether or not the answer admits it."""
    sandbox.quirks.max_limit = 4
    sandbox.quirks.echo = echo
    page = ask_for_page(sandbox, "limit=9&page=2")
    assert ["5", "4", "3", "2"] == texts(page)
    assert (limit, 2, 4) == (page["limit"], page["page"], page["shown"])


@pytest.mark.parametrize(("echo", "number"), [("served", 1), ("asked", 3)])
def test_page_may_be_ignored(sandbox: Sandbox, echo: Any, number: int) -> None:
    """Every page is the first one, whether or not the answer admits it."""
    sandbox.quirks.serve_page = 1
    sandbox.quirks.echo = echo
    page = ask_for_page(sandbox, "limit=2&page=3")
    assert (["9", "8"], number) == (texts(page), page["page"])


def test_pages_may_go_to_and_fro(sandbox: Sandbox) -> None:
    """A service that serves two pages in turns is one callable away."""
    sandbox.quirks.serve_page = lambda page, request: page - request % 2
    assert [["9"], ["8"], ["7"]] == [
        texts(ask_for_page(sandbox, f"limit=1&page={page}")) for page in (2, 2, 4)
    ]


_CLAIMS: list[tuple[Literal["honest"] | int | Callable[[int, int], object], list[object]]] = [
    ("honest", [10, 10]),
    (3, [3, 3]),
    (lambda real, request: real + request, [11, 12]),
    (lambda real, _: str(real), ["10", "10"]),
    (lambda _, request: None if request == 1 else [], [None, []]),
]


@pytest.mark.parametrize(
    ("claim", "totals"), _CLAIMS, ids=["honest", "number", "callable", "text", "nonsense"]
)
def test_total_may_lie(sandbox: Sandbox, claim: Any, totals: list[object]) -> None:
    """By a number, or by whatever a callable makes of the truth."""
    sandbox.quirks.total = claim
    assert totals == [ask_for_page(sandbox)["total"] for _ in range(2)]


def test_total_may_be_missing(sandbox: Sandbox) -> None:
    """The key itself is gone."""
    sandbox.quirks.total = "missing"
    assert ["shown", "page", "limit", "conversation"] == [*ask_for_page(sandbox)]


def test_pages_and_requests_may_come_empty(sandbox: Sandbox) -> None:
    """The rows are there, and so is the total."""
    sandbox.quirks.empty_pages = {2}
    sandbox.quirks.empty_requests = {3}
    pages = [ask_for_page(sandbox, f"limit=4&page={page}") for page in (1, 2, 3, 3)]
    assert [4, 0, 0, 2] == [page["shown"] for page in pages]
    assert {10} == {page["total"] for page in pages}


def test_bodies_may_be_compressed(sandbox: Sandbox) -> None:
    """For those who accept it."""
    plain = ask(sandbox)
    sandbox.quirks.gzip = True
    packed = sandbox.answer("GET", PATH, headers=LOGIN | {"accept-encoding": "gzip, br"})
    assert plain == ask(sandbox)
    assert isinstance(packed, Answer)
    assert "gzip" == packed.headers["Content-Encoding"]
    assert plain.body == decompress(packed.body)


def test_history_moves_between_requests(sandbox: Sandbox) -> None:
    """The hook runs before the rows of each request are read."""

    def move(request: int) -> None:
        if request == 2:
            sandbox.receive(PHONE, "new")
        if request == 3:
            sandbox.expire(PHONE, 5)

    sandbox.before_each_request = move
    pages = [ask_for_page(sandbox, f"limit=3&page={page}") for page in (1, 2, 2)]
    assert [["9", "8", "7"], ["7", "6", "5"], ["7", "6", "5"]] == [texts(page) for page in pages]
    assert [10, 11, 6] == [page["total"] for page in pages]
