"""Quirks against a model: pages read by plain requests show each of them, alone and combined."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import Message
from smstools_async.sandbox import ORDERS, UNSTABLE_ROWS, UNTRUE_NUMBERS, Quirks, Response, Sandbox
from tests.sandbox.asking import LOGIN, PATH, PHONE, ask_for_page, read_rows

BEGIN = 1_749_113_086


def _digit(message: Message) -> int:
    return int(message.text[-1])


def _below(digit: int) -> Callable[[Message], bool]:
    return lambda message: _digit(message) < digit


_PREDICATES = st.sampled_from([None, _below(1), _below(5), _below(10)])
QUIRKS = st.builds(
    Quirks,
    sort_by=st.sampled_from(["entry", "time", "direction", _digit]),
    page_order=st.sampled_from(["newest", "oldest"]),
    row_order=st.sampled_from([None, "newest", "oldest"]),
    never_sent=_PREDICATES,
    filtered_out=_PREDICATES,
    sent_twice=_PREDICATES,
    last_row=st.none() | st.integers(0, 20),
    max_limit=st.none() | st.integers(1, 5),
    fixed_limit=st.none() | st.integers(1, 5),
    overlap=st.integers(-2, 2),
    serve_page=st.none() | st.integers(1, 3),
    beyond_end=st.sampled_from(["empty", "last_page", "first_page"]),
    empty_pages=st.sets(st.integers(1, 3)),
)
"""Anything at once that leaves each response a page of stored rows."""


def _fill(sandbox: Sandbox, arrivals: Sequence[tuple[bool, int]]) -> None:
    for number, (is_inbound, second) in enumerate(arrivals):
        enter = sandbox.receive if is_inbound else sandbox.send
        enter(PHONE, f"text {number:02}", unix_time=BEGIN + second)


ARRIVALS = st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=25)


def _listed(entered: list[Message], quirks: Quirks) -> list[Message]:
    """Return the list in the order of the pages, written as plainly as can be."""
    keys: dict[object, Callable[[Message], Any]] = {
        "entry": lambda _: 0,
        "time": lambda message: message.unix_time,
        "direction": lambda message: message.direction,
        _digit: _digit,
    }
    rows: list[Message] = []
    for message in sorted(entered, key=keys[quirks.sort_by]):
        if quirks.never_sent is None or not quirks.never_sent(message):
            is_double = quirks.sent_twice is not None and quirks.sent_twice(message)
            rows += [message, message] if is_double else [message]
    if quirks.page_order == "newest":
        rows.reverse()
    return rows if quirks.last_row is None else rows[: quirks.last_row]


def _page(rows: list[Message], number: int, limit: int, quirks: Quirks) -> list[Message]:
    """Return the rows of one page in the order in which they are sent."""
    if number in quirks.empty_pages:
        return []
    number = quirks.serve_page if isinstance(quirks.serve_page, int) else number
    limit = quirks.fixed_limit or min(limit, quirks.max_limit or limit)
    step = max(1, limit - quirks.overlap)
    if number > 1 and (number - 1) * step >= len(rows) and quirks.beyond_end != "empty":
        number = 1 if quirks.beyond_end == "first_page" else max(1, ceil(len(rows) / step))
    page = rows[(number - 1) * step :][:limit]
    if quirks.row_order not in {None, quirks.page_order}:
        page.reverse()
    return [m for m in page if quirks.filtered_out is None or not quirks.filtered_out(m)]


@given(quirks=QUIRKS, arrivals=ARRIVALS, limit=st.integers(1, 6))
def test_pages_are_those_of_the_model(
    quirks: Quirks, arrivals: list[tuple[bool, int]], limit: int
) -> None:
    """Whatever is combined, page after page holds the rows that a plain reading of it gives."""
    sandbox = Sandbox(quirks=quirks)
    _fill(sandbox, arrivals)
    rows = _listed([*reversed(sandbox.messages(PHONE))], quirks)
    assert rows == [*sandbox.listed(PHONE)]
    for number in range(1, 7):
        response = ask_for_page(sandbox, f"page={number}&limit={limit}")
        assert _page(rows, number, limit, quirks) == read_rows(response)
        assert len(arrivals) == response["total"]


def _walk(sandbox: Sandbox, limit: int) -> Iterator[list[Message]]:
    """Yield pages until one is empty, as the simplest client does."""
    number = 1
    while page := read_rows(ask_for_page(sandbox, f"page={number}&limit={limit}")):
        yield page
        number += 1


@pytest.mark.parametrize("name", sorted(ORDERS.keys() - {"shuffled-ties", "shuffled-rows"}))
@given(arrivals=ARRIVALS, limit=st.integers(1, 6))
def test_quiet_orders_lose_nothing(name: str, arrivals: list[tuple[bool, int]], limit: int) -> None:
    """In a quiet list of any stable order, the pages hold every row once."""
    sandbox = Sandbox(quirks=ORDERS[name])
    _fill(sandbox, arrivals)
    read = [message.text for page in _walk(sandbox, limit) for message in page]
    assert sorted(message.text for message in sandbox.messages(PHONE)) == sorted(read)


def _responses(quirks: Quirks) -> list[dict[str, Any]]:
    sandbox = Sandbox(quirks=quirks)
    sandbox.add_conversation(PHONE, messages=60)
    outcomes = [
        sandbox.respond("GET", PATH, f"limit=25&page={page}", LOGIN) for page in (1, 2, 3, 4)
    ]
    return [
        json.loads(outcome.body)
        for outcome in outcomes
        if isinstance(outcome, Response) and outcome.status == 200
    ]


_CLAIMS = {"total", "shown", "page", "limit"}


def _fields_set(quirks: Quirks) -> set[str]:
    fields = attrs.fields_dict(Quirks)
    return {
        name
        for name, value in attrs.asdict(quirks, recurse=False).items()
        if value != fields[name].default
    }


@pytest.mark.parametrize("order", ORDERS)
def test_orders_and_claims_combine(order: str) -> None:
    """The rows are those of the order, the numbers those of the claim."""
    rows = [page["conversation"] for page in _responses(ORDERS[order])]
    for claims in UNTRUE_NUMBERS.values():
        if _fields_set(claims) <= _CLAIMS:
            both = _responses(ORDERS[order] | claims)
            assert rows == [page["conversation"] for page in both]
            assert [_numbers(page) for page in _responses(claims)] == [
                _numbers(page) for page in both
            ]


def _numbers(page: dict[str, Any]) -> dict[str, Any]:
    return {name: page[name] for name in page if name != "conversation"}


ALL = {**ORDERS, **UNTRUE_NUMBERS, **UNSTABLE_ROWS}


@given(st.sampled_from(sorted(ALL)), st.sampled_from(sorted(ALL)))
def test_quirks_of_different_fields_combine_either_way(one: str, other: str) -> None:
    """Which one comes first matters only where both set the same field."""
    first, second = ALL[one], ALL[other]
    shared = _fields_set(first) & _fields_set(second)
    both = first | second
    assert _fields_set(both) == _fields_set(first) | _fields_set(second)
    if not shared:
        assert both == second | first


def _step(sandbox: Sandbox, draw: random.Random) -> None:
    """Change the conversation in one of the ways there are."""
    messages = sandbox.messages(PHONE)
    second = BEGIN + draw.randrange(10)
    position = draw.randrange(len(messages) + 1)
    text = f"text {draw.randrange(100):02}"
    if not messages or draw.random() < 0.4:
        sandbox.receive(PHONE, text, unix_time=second, position=position)
        return
    message = draw.choice(messages)
    changes: list[Callable[[], object]] = [
        lambda: sandbox.send(PHONE, text, unix_time=second, position=position),
        lambda: sandbox.delete(PHONE, message),
        lambda: sandbox.move(PHONE, message, position),
        lambda: sandbox.expire(PHONE, 1),
        lambda: sandbox.shift_times(PHONE, draw.choice([-1, 1])),
        lambda: sandbox.set_message_id(PHONE, message, draw.choice([None, "7"])),
        lambda: sandbox.set_delivery_status(PHONE, message, draw.choice(["SUBMITTED", "REJECTED"])),
    ]
    draw.choice(changes)()


@given(quirks=QUIRKS, seed=st.integers(0, 10**6), limit=st.integers(1, 6))
def test_pages_follow_every_change(quirks: Quirks, seed: int, limit: int) -> None:
    """Whatever arrives, goes, moves or changes between requests: no page shows an older state."""
    sandbox, draw = Sandbox(quirks=quirks), random.Random(seed)
    for _ in range(12):
        _step(sandbox, draw)
        rows = _listed([*reversed(sandbox.messages(PHONE))], quirks)
        number = draw.randrange(1, 5)
        response = ask_for_page(sandbox, f"page={number}&limit={limit}")
        assert _page(rows, number, limit, quirks) == read_rows(response)
