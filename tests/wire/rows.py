"""Rows and pages as the vendor writes them, and ways to make many."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

VENDOR_EXAMPLE = Path(__file__).with_name("vendor_example.json")
"""The example of the vendor's page, without its `...` and its trailing comma."""

TEXT = "Seu resultado chegou"
PHONE = "5511987654321"
BOM = b"\xef\xbb\xbf"


def row(**changes: Any) -> dict[str, Any]:
    """Return an inbound row as documented, but for `changes`."""
    return {
        "messageId": None,
        "direction": "inbound",
        "sender": PHONE,
        "receiver": "Clinica",
        "message": TEXT,
        "file": None,
        "datetime": "05 jun 2025, 08:44:46",
        "unixDatetime": 1749113086,
        "deliveryStatus": "DELIVERED",
    } | changes


def row_without(*keys: str) -> dict[str, Any]:
    """Return a row that lacks some keys."""
    return {key: value for key, value in row().items() if key not in keys}


def page_of(*rows: Any, **changes: Any) -> dict[str, Any]:
    """Return a page as documented, but for `changes`."""
    count = len(rows)
    envelope = {"total": count, "shown": count, "page": 1, "limit": 1000}
    return {**envelope, "conversation": list(rows), **changes}


def body_of(*rows: Any, **changes: Any) -> bytes:
    """Return the body of a page."""
    return json.dumps(page_of(*rows, **changes), ensure_ascii=False).encode()


def as_php_list(items: list[Any]) -> dict[str, Any]:
    """Return a list as PHP writes one that has lost its first item."""
    return {str(number): item for number, item in enumerate(items, start=1)}


TEXTS = st.text(max_size=20)
NUMBERS = st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(TEXTS, children, max_size=3),
    max_leaves=8,
)
FILES = st.fixed_dictionaries(
    {"name": st.none() | TEXTS, "image": TEXTS}, optional={"mime": st.none() | TEXTS}
)
ROWS = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(["inbound", "OUTBOUND", "sideways"]),
        "sender": NUMBERS | TEXTS,
        "receiver": NUMBERS | TEXTS,
        "message": st.none() | TEXTS,
        "unixDatetime": st.integers(0, 10**11 - 1),
    },
    optional={
        "messageId": st.none() | TEXTS | st.integers(),
        "file": st.none() | st.lists(FILES, max_size=2),
        "datetime": st.none() | TEXTS,
        "deliveryStatus": st.none() | st.sampled_from(["delivered", "NOT DELIVERED", "lost"]),
        "x-new": JSON_VALUES,
    },
)
"""Rows that fit what is documented, with all that may be missing, null or new."""
COUNTS = st.none() | st.integers(-1, 10**13) | st.sampled_from(["7", "", "7.0", True, 7.5])
PAGES = st.fixed_dictionaries(
    {"conversation": st.lists(ROWS, max_size=4)},
    optional=dict.fromkeys(("total", "shown", "page", "limit"), COUNTS),
)
