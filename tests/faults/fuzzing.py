"""Responses of any kind: what the library makes of them is a page, or an error of its own.

Run by hand, for this many responses: `python -m tests.faults.fuzzing 200000`.
"""

import json
import pickle
import sys
from collections import Counter
from contextlib import suppress
from time import perf_counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from smstools_async import Message, Page, SmstoolsError, UnexpectedResponseError
from smstools_async._http.responses import accept
from smstools_async._wire.documents import decode_document
from smstools_async._wire.messages import decode_conversation
from tests.wire.rows import (
    BOM,
    JSON_VALUES,
    PAGES,
    TEXT,
    VENDOR_EXAMPLE,
    as_php_list,
    body_of,
    row,
)

Answer = tuple[int, dict[str, str], bytes]
BATCH = 5000
FILE = {"name": "exame.png", "image": "https://files.example/1", "mime": "image/png"}
SEEDS = [
    body_of(row(messageId="740"), row(file=[FILE])),
    body_of(row(file=FILE), total="7", error=None),
    body_of(conversation=as_php_list([row(message=rb"\ud83d\ude00".decode())])),
    BOM + body_of(),
    VENDOR_EXAMPLE.read_bytes(),
    b'{"error": "104", "errorMsg": "Invalid credentials"}',
    b'{"errorMsg": "subaccount does not exist"}',
]
SNIPPETS = [
    *(b"null", b"true", b"-1", b"1e999", b"NaN", b"9" * 400, b"0.1e-400", b'"104"', b'"error": '),
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"[" * 70, b'{"":' * 70, b"[" * 5000),
    *(rb"\ud83d", rb"\ude00", rb"\u0000", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\xbd", BOM, b"\n"),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a good response, cut, overwritten and stuffed in some places."""
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(start + 12, len(body))))
        body[start:end] = draw(st.sampled_from(SNIPPETS) | st.binary(max_size=6))
    return bytes(body)


@st.composite
def with_a_strange_value(draw: st.DrawFn) -> bytes:
    """Return a page with anything in the place of one field."""
    changes = {draw(st.sampled_from([*row(), "mine"])): draw(JSON_VALUES)}
    name = draw(st.sampled_from(["conversation", "total", "error", "errorMsg", "x"]))
    body = body_of(row(), row(**changes))
    return body if draw(st.booleans()) else body_of(row(), **{name: draw(JSON_VALUES)})


BODIES = st.one_of(
    damaged(),
    with_a_strange_value(),
    PAGES.map(lambda page: json.dumps(page).encode()),
    JSON_VALUES.map(lambda value: json.dumps(value).encode()),
    st.binary(),
)
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "date", "location"]),
    st.text() | st.sampled_from(["7", "Mon, 23 Nov 2026 12:00:00 GMT", "https://x.example"]),
)
ANSWERS = st.tuples(st.sampled_from([200, 200, 200]) | st.integers(100, 999), HEADERS, BODIES)


def read(answer: Answer) -> Page[Message] | SmstoolsError:
    """Do with a response what the library does; any other error is a fault of it."""
    try:
        body = accept(*answer)
        with suppress(UnexpectedResponseError):
            decode_document(body)
        return decode_conversation(body, on_bad_row="skip").structured()
    except SmstoolsError as error:
        return error


def read_strictly(answer: Answer) -> Page[Message] | SmstoolsError:
    """Do the same by default, where a bad row is an error."""
    try:
        return decode_conversation(accept(*answer)).structured()
    except SmstoolsError as error:
        return error


def check(outcome: Page[Message] | SmstoolsError) -> None:
    """Find an error that is fit for any log, or a page whose texts fit anywhere."""
    if isinstance(outcome, SmstoolsError):
        assert TEXT not in f"{outcome} {outcome!r}"
        assert f"{outcome}".encode()
        assert outcome.args == pickle.loads(pickle.dumps(outcome)).args  # noqa: S301 - our own
        return
    for message in outcome:
        assert json.dumps(message.to_dict(), ensure_ascii=False).encode()
        assert 1970 <= message.sent_at.year < 5200


def main(answers: int) -> None:
    """Try this many responses, and print what became of them."""
    outcomes, began = Counter[str](), perf_counter()

    def try_one(answer: Answer) -> None:
        check(read(answer))
        outcome = read_strictly(answer)
        check(outcome)
        outcomes[type(outcome).__name__] += 1

    for number in range(answers // BATCH):
        batch = settings(
            max_examples=BATCH,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        seed(number)(batch(given(ANSWERS)(try_one)))()
    print(f"{outcomes.total()} responses, {perf_counter() - began:.0f} s: {outcomes}")  # noqa: T201 - a command


if __name__ == "__main__":
    main(int(sys.argv[1]))
