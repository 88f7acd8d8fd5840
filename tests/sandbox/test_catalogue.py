"""The named quirks: each one shows in the pages, and none stops the service."""

import json
import re
from pathlib import Path

import pytest

from smstools_async.sandbox import (
    ORDERS,
    UNSTABLE_ROWS,
    UNTIDY_HOSTS,
    UNTRUE_NUMBERS,
    Outcome,
    Quirks,
    Response,
    Sandbox,
    named_quirks,
)
from tests.sandbox.asking import LOGIN, PATH, PHONE

ALL = {**ORDERS, **UNTRUE_NUMBERS, **UNSTABLE_ROWS}
REFERENCE = Path(__file__).parents[2] / "docs/reference/sandbox.md"


def _outcomes(quirks: Quirks) -> list[Outcome]:
    """Return what the pages of a growing conversation get, then the first ones again."""
    sandbox = Sandbox(quirks=quirks)
    sandbox.add_conversation(PHONE, messages=1200)
    for number in range(10):
        sandbox.receive(PHONE, f"late {number}", unix_time=1_749_000_000 - number)
    sandbox.before_each_request = lambda request: sandbox.receive(PHONE, f"new {request}")
    pages = [*range(1, 16), 1, 1, 2]
    return [sandbox.respond("GET", PATH, f"limit=100&page={page}", LOGIN) for page in pages]


def test_there_are_many() -> None:
    """Among them all four layouts, and more than thirty kinds of untrue numbers."""
    layouts = {
        (quirks.page_order, quirks.row_order or quirks.page_order) for quirks in ORDERS.values()
    }
    assert {
        ("newest", "newest"),
        ("newest", "oldest"),
        ("oldest", "newest"),
        ("oldest", "oldest"),
    } <= layouts
    assert len(UNTRUE_NUMBERS) > 30
    assert len(ALL) == len(ORDERS) + len(UNTRUE_NUMBERS) + len(UNSTABLE_ROWS)


@pytest.mark.parametrize("name", sorted(ALL.keys() - {"newest-first"}))
def test_each_shows_in_the_pages(name: str) -> None:
    """In bytes that the documented service would not have sent."""
    documented, quirky = _outcomes(Quirks()), _outcomes(ALL[name])
    assert documented != quirky
    for outcome in quirky:
        assert isinstance(outcome, Response)
        assert outcome.status == 404 or isinstance(json.loads(outcome.body), dict)


def test_names_combine() -> None:
    """None at all is the documented service."""
    both = named_quirks("oldest-first", "total-null")
    assert Quirks(page_order="oldest", total="null") == both
    assert Quirks() == named_quirks()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("total-nul", "'total-nul' is not the name of a quirk; try total-null"),
        ("§", "by-hash, by-"),
    ],
)
def test_unknown_name_is_refused(name: str, error: str) -> None:
    """With the names that come near, or all of them."""
    with pytest.raises(ValueError, match=error):
        named_quirks("oldest-first", name)


def test_reference_lists_all_names() -> None:
    """Each in the first column of a table, with what it does and what comes of it."""
    rows = re.findall(r"^\| ([^|]+) \|", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    listed = set(re.findall(r"`([a-z0-9-]+)`", " ".join(rows)))
    assert ALL.keys() | UNTIDY_HOSTS.keys() <= listed
