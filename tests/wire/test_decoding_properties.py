"""Whatever comes, it is read alike by both ways, or refused by our own error."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from smstools_async import (
    DeliveryStatus,
    Direction,
    Message,
    MessageFile,
    Page,
    UnexpectedResponseError,
    converter,
)
from smstools_async._wire.documents import decode_document
from smstools_async._wire.messages import decode_conversation
from tests.wire.rows import BOM, JSON_VALUES, PAGES, TEXT, TEXTS, body_of, row

BODY = body_of(row(messageId="740"), row(file=[{"name": "a", "image": "b", "mime": "c"}]))
WORDS = "segredo do paciente"


def read(body: bytes) -> Page[Message] | None:
    """Decode a page, or give up as the library does."""
    try:
        return decode_conversation(body).structured()
    except UnexpectedResponseError:
        return None


@settings(max_examples=50)
@given(PAGES)
def test_both_ways_agree(page: dict[str, Any]) -> None:
    """A byte order mark leads the second way, where the first one would have done."""
    body = json.dumps(page).encode()
    assert read(body) is not None
    assert read(body) == read(BOM + body)


@given(
    st.builds(
        Message,
        message_id=st.none() | TEXTS.filter(bool),
        direction=st.sampled_from([*Direction, "sideways", ""]),
        sender=TEXTS,
        receiver=TEXTS,
        text=TEXTS,
        files=st.lists(st.builds(MessageFile, name=TEXTS, url=TEXTS, mime=TEXTS)).map(tuple),
        unix_time=st.integers(0, 10**11 - 1),
        datetime_text=TEXTS,
        delivery_status=st.sampled_from([*DeliveryStatus, "lost", ""]),
    )
)
def test_message_round_trips(message: Message) -> None:
    """Written by the converter and read again, by either way, it is the same."""
    sent = converter.unstructure(message)
    assert message == converter.structure(sent, Message)
    (read_again,) = decode_conversation(body_of(sent)).structured()
    assert message == read_again


def assert_sound(page: Page[Message]) -> None:
    """Every text can be written in UTF-8, every time is one."""
    for message in page:
        assert json.dumps(message.to_dict(), ensure_ascii=False).encode()
        assert 1970 <= message.sent_at.year < 5200
        assert message == converter.structure(converter.unstructure(message), Message)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """No error but our own comes out."""
    assert read(body) is None
    with suppress(UnexpectedResponseError):
        decode_document(body)


@given(st.data())
def test_damaged_pages_are_read_or_refused(data: st.DataObject) -> None:
    """A page cut, overwritten and stuffed anywhere gives sound messages or our own error."""
    body = bytearray(BODY)
    for _ in range(data.draw(st.integers(1, 3), "damages")):
        start = data.draw(st.integers(0, len(body)), "start")
        end = data.draw(st.integers(start, min(start + 8, len(body))), "end")
        snippet = st.binary(max_size=6) | st.sampled_from(
            [rb"\ud83d", b"null", b"\xff", b'"', b"{"]
        )
        body[start:end] = data.draw(snippet, "snippet")
    page = read(bytes(body))
    if page is not None:
        assert_sound(page)


@given(
    st.sampled_from([*row(), "mine"]),
    JSON_VALUES | st.sampled_from([WORDS, [WORDS], {WORDS: WORDS}]),
)
def test_any_value_anywhere_is_read_or_refused_without_being_shown(key: str, value: object) -> None:
    """The error tells the path and the kind of what it found, and never what it found."""
    changed = {**row(message=WORDS), key: value}
    refused: UnexpectedResponseError | None = None
    try:
        assert_sound(decode_conversation(body_of(row(), changed)).structured())
    except UnexpectedResponseError as error:
        refused = error
    if refused is not None:
        assert all(problem.startswith(f"$.conversation[1].{key}") for problem in refused.problems)
        assert WORDS not in f"{refused} {refused!r}"
        assert TEXT not in f"{refused} {refused!r}"


@given(JSON_VALUES)
def test_any_document_is_read_as_it_is(value: object) -> None:
    """Endpoints that are not modelled lose nothing, and a byte order mark does no harm."""
    body = json.dumps(value).encode()
    assert json.loads(body) == decode_document(body)
    assert json.loads(body) == decode_document(BOM + body)
