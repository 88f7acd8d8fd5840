"""Faults of fields: pages and rows that are not as documented."""

import json
from typing import Any

from smstools_async import MessageFile, UnexpectedResponseError
from tests.faults.fault import Fault, answer, fails, gives, page
from tests.wire.rows import TEXT, as_php_list, body_of, page_of, row, row_without

FILE = {"name": "exame.png", "image": "https://files.example/1", "mime": "image/png"}
READ_FILE = (MessageFile(name="exame.png", url="https://files.example/1", mime="image/png"),)
NO_FILES = tuple[MessageFile, ...]()


def not_a_page(name: str, problem: str, body: bytes) -> Fault:
    """Make a row of an answer that is refused."""
    reason = "The answer is not a page of a conversation as documented"
    return fails(name, UnexpectedResponseError(reason, (problem,)), answer(body))


def wrong(field: str, sent: object, kind: str) -> Fault:
    """Make a row of a value that is refused, in the second of two rows."""
    name = f"`{field}` is {json.dumps(sent)[:24]}"
    problem = f"$.conversation[1].{field}: {kind}"
    return not_a_page(name, problem, body_of(row(), row(**{field: sent})))


def odd(field: str, sent: object, name: str, read: object, note: str = "") -> Fault:
    """Make a row of a value that is read all the same."""
    what = f"`{field}` is {json.dumps(sent)[:24]}"
    note = note or (f"`{name}` is `{read!r}`")
    return gives(what, note, page(row(**{field: sent})), message={name: read})


def count(sent: object, read: int | None) -> Fault:
    """Make a row of a number beside the rows."""
    note = "unknown" if read is None else f"{read}"
    what = f"`total` is {json.dumps(sent)[:24]}"
    return gives(what, f"`total` is {note}", page(row(), total=sent), page={"total": read})


def lacking(key: str, name: str, read: object) -> Fault:
    """Make a row of a key whose absence does no harm."""
    note = f"`{name}` is `{read!r}`"
    return gives(f"`{key}` is missing", note, page(row_without(key)), message={name: read})


def missing(key: str) -> Fault:
    """Make a row of a key whose absence would mislead."""
    problem = f"$.conversation[1].{key}: missing"
    return not_a_page(f"`{key}` is missing", problem, body_of(row(), row_without(key)))


def envelope_without(key: str) -> bytes:
    """Return an answer that lacks a key beside the rows."""
    sent: dict[str, Any] = page_of(row())
    del sent[key]
    return answer(json.dumps(sent).encode())


MILLISECONDS = "a number that is no time in seconds since 1970 (milliseconds, perhaps?)"

PAGES = (
    not_a_page("A list instead of an object", "$: a list, not an object", b"[]"),
    not_a_page("`null` instead of an object", "$: null, not an object", b"null"),
    not_a_page("A text instead of an object", "$: a text, not an object", b'"page"'),
    not_a_page("An object without `conversation`", "$.conversation: missing", b"{}"),
    not_a_page(
        "`conversation` is `null`",
        "$.conversation: null, not a list",
        body_of(conversation=None),
    ),
    not_a_page(
        "`conversation` is a text", "$.conversation: a text, not a list", body_of(conversation=TEXT)
    ),
    not_a_page("A row is `null`", "$.conversation[1]: null, not an object", body_of(row(), None)),
    not_a_page("A row is a text", "$.conversation[1]: a text, not an object", body_of(row(), TEXT)),
    gives("An empty `conversation`", "no messages", page(), page={"messages": ()}),
    gives("`conversation` is `{}`, as PHP writes no rows", "no messages", page(conversation={})),
    gives(
        "`conversation` is an object with numbered keys, as PHP writes rows",
        "",
        page(conversation=as_php_list([row()])),
        message={"text": TEXT},
    ),
    gives(
        "Unknown fields",
        "without them",
        page(row(channel={"type": "sms"}), next=None),
        message={"text": TEXT},
    ),
    gives("No `total`", "`total` is unknown", envelope_without("total"), page={"total": None}),
    gives("No `shown`", "`shown` is unknown", envelope_without("shown"), page={"shown": None}),
    count("7", 7),
    count("7.0", None),
    count("", None),
    count(None, None),
    count(-7, None),
    count(7.5, None),
    count(sent=True, read=None),
    count(10**40, None),
    count([7], None),
)

ROWS = (
    missing("direction"),
    missing("sender"),
    missing("receiver"),
    missing("message"),
    missing("unixDatetime"),
    lacking("messageId", "message_id", None),
    lacking("file", "files", NO_FILES),
    lacking("datetime", "datetime_text", ""),
    lacking("deliveryStatus", "delivery_status", ""),
    wrong("message", 5, "a number, not a text"),
    wrong("message", [TEXT], "a list, not a text"),
    wrong("message", {"text": TEXT}, "an object, not a text"),
    wrong("sender", [], "a list, not a text"),
    wrong("receiver", sent=False, kind="a boolean, not a text"),
    wrong("direction", 1, "a number, not a text"),
    wrong("messageId", 1.5, "a number, not a text"),
    wrong("deliveryStatus", 1, "a number, not a text"),
    wrong("unixDatetime", None, "null, not a time in seconds"),
    wrong("unixDatetime", sent=True, kind="a boolean, not a time in seconds"),
    wrong("unixDatetime", "yesterday", "a text, not a time in seconds"),
    wrong("unixDatetime", 1749113086000, MILLISECONDS),
    wrong("unixDatetime", -1, MILLISECONDS),
    wrong("unixDatetime", 2**64, MILLISECONDS),
    wrong("file", "x.png", "a text, not a list"),
    wrong("file", [None], "holds null, not an object"),
    wrong("file", [{"name": "x"}], "holds a file without the text `image`, its address"),
    odd("message", None, "text", ""),
    odd("messageId", 740, "message_id", "740"),
    odd("messageId", 2**64, "message_id", str(2**64)),
    odd("sender", 5511987654321, "sender", "5511987654321", "`sender` as a text"),
    odd("direction", "INBOUND", "direction", "inbound", "`direction` is `'inbound'`"),
    odd("direction", "sideways", "direction", "sideways"),
    odd("deliveryStatus", "queued", "delivery_status", "queued"),
    odd("unixDatetime", "1749113086", "unix_time", 1749113086),
    odd("unixDatetime", 1749113086.7, "unix_time", 1749113086),
    odd("file", [], "files", NO_FILES),
    odd("file", FILE, "files", READ_FILE, "one file"),
    odd("file", {"3": FILE}, "files", READ_FILE, "one file"),
)
