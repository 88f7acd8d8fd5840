"""A service that moves, contradicts itself, or does what its documentation leaves open."""

from collections import Counter
from gzip import decompress
from itertools import pairwise
from typing import Any

import attrs
import pytest

from smstools_async import Message
from smstools_async.sandbox import Claim, Quirks, Response, Sandbox
from tests.sandbox.asking import LOGIN, PATH, PHONE, ask, ask_for_page, read_rows, texts


@pytest.fixture
def sandbox() -> Sandbox:
    """Return a conversation of ten texts, "9" the newest; "0" to "3" share a second."""
    sandbox = Sandbox()
    for text, second in zip("0123456789", [1, 1, 1, 1, 2, 2, 3, 4, 5, 5], strict=True):
        sandbox.receive(PHONE, text, unix_time=1_749_113_086 + second)
    return sandbox


@pytest.mark.parametrize(
    ("page_order", "row_order", "pages"),
    [
        ("newest", None, ["9876", "5432", "10", ""]),
        ("newest", "newest", ["9876", "5432", "10", ""]),
        ("newest", "oldest", ["6789", "2345", "01", ""]),
        ("oldest", "newest", ["3210", "7654", "98", ""]),
        ("oldest", "oldest", ["0123", "4567", "89", ""]),
    ],
)
def test_pages_and_rows_run_either_way(
    sandbox: Sandbox, page_order: Any, row_order: Any, pages: list[str]
) -> None:
    """The vendor's order is not documented, so there are four layouts."""
    sandbox.quirks = Quirks(page_order=page_order, row_order=row_order)
    assert pages == [_page_text(sandbox, f"limit=4&page={page}") for page in (1, 2, 3, 4)]


def _page_text(sandbox: Sandbox, query: str = "") -> str:
    return "".join(texts(ask_for_page(sandbox, query)))


@pytest.mark.parametrize(
    ("quirks", "rows"),
    [
        (Quirks(), "ecdba"),
        (Quirks(page_order="oldest"), "abdce"),
        (Quirks(sort_by="time"), "edcba"),
        (Quirks(sort_by="time", page_order="oldest"), "abcde"),
        (Quirks(sort_by="direction"), "ebcda"),
        (Quirks(sort_by="direction", page_order="oldest"), "adcbe"),
        (Quirks(sort_by=lambda message: -ord(message.text)), "abcde"),
    ],
    ids=["entry", "entry-turned", "time", "time-turned", "direction", "direction-turned", "key"],
)
def test_list_is_sorted_in_many_ways(quirks: Quirks, rows: str) -> None:
    """Late rows stand where they were entered, or where their time puts them."""
    sandbox = Sandbox(quirks=quirks)
    sandbox.receive(PHONE, "a", unix_time=1)
    sandbox.send(PHONE, "b", unix_time=2)
    sandbox.receive(PHONE, "d", unix_time=4)
    sandbox.receive(PHONE, "c", unix_time=3)
    sandbox.send(PHONE, "e", unix_time=5)
    assert rows == _page_text(sandbox)


def test_hash_order_is_stable(sandbox: Sandbox) -> None:
    """The list follows no time, yet is the same in every sandbox and for every request."""
    sandbox.quirks = Quirks(sort_by="hash")
    rows = _page_text(sandbox)
    assert rows not in {"9876543210", "0123456789"}
    assert Counter("0123456789") == Counter(rows)
    assert [*rows] == [_page_text(sandbox, f"limit=1&page={page + 1}") for page in range(10)]


def test_rows_of_a_page_may_be_shuffled(sandbox: Sandbox) -> None:
    """Each page keeps its rows, in another order with each request."""
    sandbox.quirks = Quirks(row_order="shuffled")
    pages = [_page_text(sandbox, "limit=5&page=2") for _ in range(20)]
    assert {"01234"} == {"".join(sorted(page)) for page in pages}
    assert len(set(pages)) > 10


def test_unknown_quirks_are_refused(sandbox: Sandbox) -> None:
    """A typing error does not pass for a quirk, and no quirk changes unnoticed."""
    quirks: Any = sandbox.quirks
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        quirks.page_order = "oldest"
    with pytest.raises(TypeError, match="shuffle"):
        Quirks(shuffle=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - that is the point


@pytest.mark.parametrize(
    ("quirks", "error"),
    [
        ({"page_order": "up"}, "page_order must be one of 'newest', 'oldest', got 'up'"),
        ({"row_order": "random"}, "row_order"),
        ({"sort_by": "id"}, "sort_by"),
        ({"total": "honest"}, "total must be one of .*'missing'.*, got 'honest'"),
        ({"total": "requested"}, "total must be one of"),
        ({"limit": 2.5}, "limit must be a name, an int or a callable, got float"),
        ({"max_limit": 0}, "max_limit"),
        ({"beyond_end": "404"}, "beyond_end"),
        ({"empty_rows": "none"}, "empty_rows"),
        ({"unknown_phone": "404"}, "unknown_phone"),
    ],
)
def test_wrong_values_are_refused(quirks: dict[str, Any], error: str) -> None:
    """By name, before any request."""
    with pytest.raises((ValueError, TypeError), match=error):
        Quirks(**quirks)


def test_quirks_combine() -> None:
    """What the second one sets wins; the rest stays."""
    first = Quirks(page_order="oldest", total=0, max_limit=50)
    both = first | Quirks(total="null", shown=1)
    assert Quirks(page_order="oldest", total="null", max_limit=50, shown=1) == both
    assert first == first | Quirks()


def test_ties_may_be_shuffled_with_each_request(sandbox: Sandbox) -> None:
    """Rows of one second come in any order, the seconds in theirs, and no row is lost."""
    sandbox.quirks |= Quirks(shuffle_ties=True)
    pages = [read_rows(ask_for_page(sandbox)) for _ in range(50)]
    for rows in pages:
        assert Counter(sandbox.messages(PHONE)) == Counter(rows)
        assert all(one.unix_time >= other.unix_time for one, other in pairwise(rows))
    assert len({"".join(row.text for row in rows) for rows in pages}) > 20


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_shuffled_ties_reach_across_pages(sandbox: Sandbox, order: Any) -> None:
    """A page that ends within a second holds any of its rows, so that paging may miss one."""
    sandbox.quirks |= Quirks(page_order=order, shuffle_ties=True)
    number = {"newest": 4, "oldest": 1}[order]
    pages = [texts(ask_for_page(sandbox, f"limit=2&page={number}")) for _ in range(60)]
    assert {*"0123"} == {text for page in pages for text in page}
    assert {2} == {len(page) for page in pages}
    assert [] == texts(ask_for_page(sandbox, "limit=2&page=6"))


def test_shuffled_ties_are_repeated_by_the_seed() -> None:
    """The same requests to the same sandbox get the same responses."""
    bodies = list[list[bytes]]()
    for seed in (1, 1, 2):
        sandbox = Sandbox(seed=seed, quirks=Quirks(shuffle_ties=True))
        for text in "0123456789":
            sandbox.receive(PHONE, text, unix_time=1_749_113_086)
        bodies.append([ask(sandbox).body for _ in range(3)])
    assert bodies[0] == bodies[1]
    assert bodies[0] != bodies[2]


def _is_odd(message: Message) -> bool:
    return int(message.text) % 2 == 1


@pytest.mark.parametrize(
    ("quirks", "pages"),
    [
        (Quirks(never_sent=_is_odd), ["8642", "0", ""]),
        (Quirks(filtered_out=_is_odd), ["86", "42", "0"]),
        (Quirks(sent_twice=_is_odd), ["9987", "7655", "4332"]),
        (Quirks(last_row=5), ["9876", "5", ""]),
        (Quirks(last_row=5, page_order="oldest"), ["0123", "4", ""]),
        (Quirks(last_row=0), ["", "", ""]),
        (Quirks(overlap=1), ["9876", "6543", "3210"]),
        (Quirks(overlap=9), ["9876", "8765", "7654"]),
        (Quirks(overlap=-1), ["9876", "4321", ""]),
        (Quirks(max_limit=3), ["987", "654", "321"]),
        (Quirks(max_limit=300), ["9876", "5432", "10"]),
        (Quirks(fixed_limit=6), ["987654", "3210", ""]),
        (Quirks(serve_page=1), ["9876", "9876", "9876"]),
        (Quirks(serve_page=lambda page, request: page - request % 2), ["", "5432", "5432"]),
        (Quirks(serve_page=lambda _, request: 2 - request % 2), ["9876", "5432", "9876"]),
        (Quirks(empty_pages={2}), ["9876", "", "10"]),
        (Quirks(empty_requests={3}), ["9876", "5432", ""]),
    ],
)
def test_pages_may_hold_other_rows(sandbox: Sandbox, quirks: Quirks, pages: list[str]) -> None:
    """`total` counts ten rows all the while, and `shown` those on the page."""
    sandbox.quirks = quirks
    responses = [ask_for_page(sandbox, f"limit=4&page={page}") for page in (1, 2, 3)]
    assert pages == ["".join(texts(response)) for response in responses]
    assert {10} == {response["total"] for response in responses}
    assert [len(page) for page in pages] == [response["shown"] for response in responses]


@pytest.mark.parametrize(
    ("quirks", "page", "echo"),
    [
        (Quirks(), "", 4),
        (Quirks(beyond_end="last_page"), "10", 3),
        (Quirks(beyond_end="last_page", page="requested"), "10", 4),
        (Quirks(beyond_end="first_page"), "9876", 1),
    ],
)
def test_page_beyond_the_end_may_repeat_another(
    sandbox: Sandbox, quirks: Quirks, page: str, echo: int
) -> None:
    """Whether or not the response admits it."""
    sandbox.quirks = quirks
    response = ask_for_page(sandbox, "limit=4&page=4")
    assert (page, echo) == ("".join(texts(response)), response["page"])


@pytest.mark.parametrize(
    ("quirks", "status"),
    [(Quirks(beyond_end="error_136"), 400), (Quirks(beyond_end="not_found"), 404)],
)
def test_page_beyond_the_end_may_be_an_error(sandbox: Sandbox, quirks: Quirks, status: int) -> None:
    """The last page is not an error, nor is page 1 of an empty conversation."""
    sandbox.quirks = quirks
    assert [200, 200, status] == [ask(sandbox, f"limit=5&page={page}").status for page in (1, 2, 3)]
    assert 200 == ask(sandbox, path="/v1/conversation/5521912345678").status


@pytest.mark.parametrize(
    ("quirks", "page_1", "page_2"),
    [
        (Quirks(), [5, 5, 4, 3, 2, 2, 1, 1, 1, 1, 0, -1], [-2, -3]),
        (Quirks(page_order="oldest"), [1, 1, 1, 1, 2, 2, 3, 4, 5, 5, 6, 7], [8, 9]),
        (Quirks(row_order="oldest"), [-1, 0, 1, 1, 1, 1, 2, 2, 3, 4, 5, 5], [-13, -12]),
    ],
)
def test_pages_may_have_no_end(
    sandbox: Sandbox, quirks: Quirks, page_1: list[int], page_2: list[int]
) -> None:
    """Made-up rows go on in the direction of the pages, the same ones in every response."""
    sandbox.quirks = quirks | Quirks(beyond_end="made_up")
    pages = [read_rows(ask_for_page(sandbox, f"limit=12&page={page}")) for page in (1, 2, 2)]
    times = [[row.unix_time - 1_749_113_086 for row in page] for page in pages]
    assert (page_1, page_2) == (times[0], times[1][:2])
    assert pages[1] == pages[2]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_without_end_go_on_from_the_list(order: Any) -> None:
    """However it is sorted, and however far a page is: dates stop at those that can be written."""
    sandbox = Sandbox(quirks=Quirks(sort_by="time", page_order=order, beyond_end="made_up"))
    for second in (50, 10, 90):
        sandbox.receive(PHONE, "Oi", unix_time=second)
    times = [row.unix_time for row in read_rows(ask_for_page(sandbox, "limit=5"))]
    assert {"newest": [90, 50, 10, 9, 8], "oldest": [10, 50, 90, 91, 92]}[order] == times
    far = read_rows(ask_for_page(sandbox, f"limit=2&page={10**17}"))
    assert [{"newest": 0, "oldest": 253_402_300_799}[order]] * 2 == [row.unix_time for row in far]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_empty_conversation_may_have_no_end(order: Any) -> None:
    """Even a phone without messages gets full pages then."""
    sandbox = Sandbox(quirks=Quirks(page_order=order, beyond_end="made_up"))
    assert (0, 7) == (ask_for_page(sandbox)["total"], ask_for_page(sandbox, "limit=7")["shown"])


_CLAIMS: list[tuple[Claim, list[object]]] = [
    ("true", [10, 10]),
    ("null", [None, None]),
    ("text", ["10", "10"]),
    (3, [3, 3]),
    (lambda total, numbers: total + numbers.request, [11, 12]),
    (lambda _, numbers: numbers.shown, [6, 6]),
    (lambda _, numbers: None if numbers.request == 1 else [], [None, []]),
]


@pytest.mark.parametrize(
    ("claim", "totals"),
    _CLAIMS,
    ids=["true", "null", "text", "number", "growing", "shown", "nonsense"],
)
def test_total_may_be_untrue(sandbox: Sandbox, claim: Claim, totals: list[object]) -> None:
    """By a name, a number, or whatever a callable makes of the true ones."""
    sandbox.quirks |= Quirks(total=claim)
    assert totals == [ask_for_page(sandbox, "limit=6")["total"] for _ in range(2)]


@pytest.mark.parametrize("name", ["total", "shown", "page", "limit"])
def test_any_number_may_be_missing_or_text(sandbox: Sandbox, name: str) -> None:
    """The key itself is gone, or its value is a string; the other numbers stay true."""
    true = ask_for_page(sandbox, "limit=4&page=2")
    without: dict[str, Any] = {name: "missing"}
    sandbox.quirks = Quirks(**without)
    assert {key: true[key] for key in true if key != name} == ask_for_page(
        sandbox, "limit=4&page=2"
    )
    as_text: dict[str, Any] = {name: "text"}
    sandbox.quirks = Quirks(**as_text)
    assert true | {name: str(true[name])} == ask_for_page(sandbox, "limit=4&page=2")


def test_page_and_limit_may_repeat_the_request(sandbox: Sandbox) -> None:
    """While another page and another limit are served."""
    sandbox.quirks = Quirks(max_limit=4, serve_page=1)
    assert (1, 4) == _page_and_limit(sandbox)
    sandbox.quirks |= Quirks(page="requested", limit="requested")
    assert (3, 9) == _page_and_limit(sandbox)


def _page_and_limit(sandbox: Sandbox) -> tuple[int, int]:
    page = ask_for_page(sandbox, "limit=9&page=3")
    return page["page"], page["limit"]


@pytest.mark.parametrize(
    ("empty_rows", "end"),
    [
        ("list", b'"limit":1000,"conversation":[]}'),
        ("object", b'"limit":1000,"conversation":{}}'),
        ("null", b'"limit":1000,"conversation":null}'),
        ("missing", b'"limit":1000}'),
    ],
)
def test_empty_pages_are_written_in_many_ways(empty_rows: Any, end: bytes) -> None:
    """A back end in PHP may do any of these."""
    sandbox = Sandbox(quirks=Quirks(empty_rows=empty_rows))
    assert ask(sandbox).body.endswith(end)
    sandbox.receive(PHONE, "Oi")
    assert ["Oi"] == texts(ask_for_page(sandbox))


def test_response_may_be_bare() -> None:
    """Without any key, it is still JSON."""
    sandbox = Sandbox(
        quirks=Quirks(
            total="missing", shown="missing", page="missing", limit="missing", empty_rows="missing"
        )
    )
    assert b"{}" == ask(sandbox).body


def test_rows_may_be_an_object(sandbox: Sandbox) -> None:
    """As PHP writes an array whose keys are not a sequence."""
    sandbox.quirks = Quirks(rows_as_object=True)
    rows = ask_for_page(sandbox, "limit=3")["conversation"]
    assert [("0", "9"), ("1", "8"), ("2", "7")] == [(key, rows[key]["message"]) for key in rows]


def test_rows_may_be_rewritten(sandbox: Sandbox) -> None:
    """As they are sent; the conversation itself stays."""
    sandbox.quirks = Quirks(
        rewrite=lambda message, request: attrs.evolve(message, message_id=f"{request}")
    )
    ids = [{row["messageId"] for row in ask_for_page(sandbox)["conversation"]} for _ in "12"]
    assert [{"1"}, {"2"}] == ids
    assert {None} == {message.message_id for message in sandbox.messages(PHONE)}


def test_pages_may_come_from_a_cache(sandbox: Sandbox) -> None:
    """For as many requests, and each page from its own; other pages move on."""
    sandbox.quirks = Quirks(cached_requests=2)
    sandbox.before_each_request = lambda request: sandbox.receive(PHONE, f"n{request}")
    pages = [_page_text(sandbox, f"limit=1&page={page}") for page in (1, 2, 1, 1, 1)]
    assert ["n1", "n1", "n1", "n4", "n4"] == pages


@pytest.mark.parametrize(
    ("unknown", "status"), [("empty", 200), ("error", 400), ("not_found", 404)]
)
def test_unknown_phone_may_be_an_error(unknown: Any, status: int) -> None:
    """What the vendor does is unknown."""
    sandbox = Sandbox(quirks=Quirks(unknown_phone=unknown))
    assert status == ask(sandbox).status


def test_bodies_may_be_compressed(sandbox: Sandbox) -> None:
    """For those who accept it."""
    plain = ask(sandbox)
    sandbox.quirks |= Quirks(gzip=True)
    packed = sandbox.respond("GET", PATH, headers=LOGIN | {"accept-encoding": "gzip, br"})
    assert plain == ask(sandbox)
    assert isinstance(packed, Response)
    assert "gzip" == packed.headers["Content-Encoding"]
    assert plain.body == decompress(packed.body)


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(),
        Quirks(page_order="oldest"),
        Quirks(sort_by="hash"),
        Quirks(sort_by="direction", last_row=7, page_order="oldest"),
        Quirks(never_sent=_is_odd, sent_twice=lambda message: message.text == "4"),
    ],
)
def test_listed_is_what_the_pages_are_cut_from(sandbox: Sandbox, quirks: Quirks) -> None:
    """One large page is the list."""
    sandbox.quirks = quirks
    assert list(sandbox.listed(PHONE)) == read_rows(ask_for_page(sandbox))
    assert () == sandbox.listed("5521912345678")


def test_list_follows_every_change() -> None:
    """A sorted list is kept between requests, and made again after changes."""
    sandbox = Sandbox(quirks=Quirks(sort_by="time", page_order="oldest"))
    first = sandbox.receive(PHONE, "b", unix_time=2)
    seen = [_page_text(sandbox)]
    late = sandbox.receive(PHONE, "a", unix_time=1)
    seen.append(_page_text(sandbox))
    sandbox.shift_times(PHONE, 10)
    assert [11, 12] == [row.unix_time for row in read_rows(ask_for_page(sandbox))]
    sandbox.delete(PHONE, late)
    seen.append(_page_text(sandbox))
    sandbox.receive(PHONE, "c", unix_time=12)
    sandbox.move(PHONE, first, 0)
    seen.append(_page_text(sandbox))
    sandbox.expire(PHONE, 1)
    seen.append(_page_text(sandbox))
    assert ["b", "ab", "b", "cb", "b"] == seen


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
