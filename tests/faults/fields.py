"""Faults of fields: pages and rows that are not as documented."""

import json
from typing import Any

from smstools_async import MessageFile, UnexpectedResponseError
from tests.faults.fault import Fault, answer, fails, gives, page
from tests.wire.rows import TEXT, as_php_list, body_of, page_of, row, row_without

FILE = {"name": "exame.png", "image": "https://files.example/1", "mime": "image/png"}
READ_FILE = (MessageFile(name="exame.png", url="https://files.example/1", mime="image/png"),)
SENT = " (sent 2025-06-05 08:44:46 UTC)"
NO_FILES = tuple[MessageFile, ...]()


def not_a_page(name: str, problem: str, body: bytes) -> Fault:
    """Make a row of an answer that is refused."""
    reason = "The response is not a page as documented"
    return fails(name, UnexpectedResponseError(reason, (problem,)), answer(body))


def not_a_row(name: str, problem: str, body: bytes) -> Fault:
    """Make a row of a page of which one row is refused."""
    reason = "A row of the response is not as documented"
    return fails(name, UnexpectedResponseError(reason, (problem,), skippable=True), answer(body))


def wrong(field: str, sent: object, kind: str) -> Fault:
    """Make a row of a value that is refused, in the second of two rows."""
    name = f"`{field}` is {json.dumps(sent)[:24]}"
    time = "" if field == "unixDatetime" else SENT
    problem = f"$.conversation[1].{field}{kind}{time}"
    return not_a_row(name, problem, body_of(row(), row(**{field: sent})))


def odd(field: str, sent: object, name: str, read: object, note: str = "") -> Fault:
    """Make a row of a value that is read all the same."""
    what = f"`{field}` is {json.dumps(sent)[:24]}"
    note = note or (f"`{name}` is `{read!r}`")
    return gives(what, note, page(row(**{field: sent})), message={name: read})


def count(sent: object, read: int | None) -> Fault:
    """Make a row of a number next to the rows."""
    note = "unknown" if read is None else f"{read}"
    what = f"`total` is {json.dumps(sent)[:24]}"
    return gives(what, f"`total` is {note}", page(row(), total=sent), page={"total": read})


def lacking(key: str, name: str, read: object) -> Fault:
    """Make a row of a key whose absence does no harm."""
    note = f"`{name}` is `{read!r}`"
    return gives(f"`{key}` is missing", note, page(row_without(key)), message={name: read})


def missing(key: str) -> Fault:
    """Make a row of a key whose absence would mislead."""
    time = "" if key == "unixDatetime" else SENT
    problem = f"$.conversation[1].{key}: missing{time}"
    return not_a_row(f"`{key}` is missing", problem, body_of(row(), row_without(key)))


def envelope_without(key: str) -> bytes:
    """Return an answer that lacks a key next to the rows."""
    sent: dict[str, Any] = page_of(row())
    del sent[key]
    return answer(json.dumps(sent).encode())


MILLISECONDS = ": must be a time in seconds since 1970, got a number out of range (milliseconds?)"

PAGES = (
    not_a_page("A list instead of an object", "$: must be an object, got a list", b"[]"),
    not_a_page("`null` instead of an object", "$: must be an object, got null", b"null"),
    not_a_page("A text instead of an object", "$: must be an object, got a string", b'"page"'),
    not_a_page("An object without `conversation`", "$.conversation: missing", b"{}"),
    not_a_page(
        "`conversation` is `null`, though there are rows",
        "$.conversation: must be a list, got null",
        body_of(conversation=None, total=1),
    ),
    gives(
        "`conversation` is `null`, and both `total` and `shown` are 0",
        "no messages",
        page(conversation=None),
    ),
    gives(
        "No `conversation`, and both `total` and `shown` are 0",
        "no messages",
        answer(b'{"total": 0, "shown": 0}'),
    ),
    not_a_page(
        "`conversation` is a text",
        "$.conversation: must be a list, got a string",
        body_of(conversation=TEXT),
    ),
    not_a_row(
        "A row is `null`", "$.conversation[1]: must be an object, got null", body_of(row(), None)
    ),
    not_a_row(
        "A row is a text",
        "$.conversation[1]: must be an object, got a string",
        body_of(row(), TEXT),
    ),
    gives("An empty `conversation`", "no messages", page(), page={"rows": ()}),
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
    wrong("message", 5, ": must be a string, got a number"),
    wrong("message", [TEXT], ": must be a string, got a list"),
    wrong("message", {"text": TEXT}, ": must be a string, got an object"),
    wrong("sender", [], ": must be a string, got a list"),
    wrong("receiver", sent=False, kind=": must be a string, got a boolean"),
    wrong("direction", 1, ": must be a string, got a number"),
    wrong("messageId", 1.5, ": must be a string, got a number"),
    wrong("deliveryStatus", 1, ": must be a string, got a number"),
    wrong("unixDatetime", None, ": must be a time in seconds, got null"),
    wrong("unixDatetime", sent=True, kind=": must be a time in seconds, got a boolean"),
    wrong("unixDatetime", "yesterday", ": must be a time in seconds, got a string"),
    wrong("unixDatetime", 1749113086000, MILLISECONDS),
    wrong("unixDatetime", -1, MILLISECONDS),
    wrong("unixDatetime", 2**64, MILLISECONDS),
    wrong("file", "x.png", ": must be a list, got a string"),
    wrong("file", [None], "[0]: must be an object, got null"),
    wrong("file", [{"name": "x"}], "[0].image: missing"),
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
    odd("file", "", "files", NO_FILES),
    odd("file", sent=False, name="files", read=NO_FILES),
    odd("file", FILE, "files", READ_FILE, "one file"),
    odd("file", {"3": FILE}, "files", READ_FILE, "one file"),
)
