"""A body within the cap of bytes costs no more objects than some pages do."""

import gc
import json
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import UnexpectedResponseError
from smstools_async._wire.bounds import DEEPEST, LARGEST_REPAIR, cut_depth
from smstools_async._wire.documents import decode_document
from smstools_async._wire.messages import decode_conversation
from tests.counting import counting_calls
from tests.wire.rows import BOM, JSON_VALUES, TEXT, body_of, row

MIB = 2**20
MANY = 2 * MIB
PAGE = body_of(*[row(messageId=f"id {number}", sender=f"{number}") for number in range(2000)])
ROW = body_of(row())[:-1]
SMALLEST_ROW = b'{"direction":"","sender":"","receiver":"","message":"","unixDatetime":0},'


def listed(items: bytes) -> bytes:
    """Return a page with these rows."""
    return b'{"conversation":[' + items.rstrip(b",") + b"]}"


def with_file(sent: bytes) -> bytes:
    """Return a page with one row that has these files."""
    return ROW.replace(b'"file": null', b'"file": [' + sent.rstrip(b",") + b"]") + b"}"


REFUSED = {
    "numbers": listed(b"0," * MANY),
    "nulls": listed(b"null," * MANY),
    "lists": listed(b"[]," * MANY),
    "objects": listed(b"{}," * MANY),
    "small rows": listed(SMALLEST_ROW * (MANY // 16)),
    "files": with_file(b'{"image":""},' * (MANY // 4)),
    "bad files": with_file(b"0," * MANY),
    "rows by number": b'{"conversation":{' + b'"1":0,' * MANY + b'"2":0}}',
    "rows by many numbers": json.dumps({"conversation": dict.fromkeys(range(MANY // 8))}).encode(),
    "broken": b"\xff" + listed(b"0," * MANY),
    "broken text": listed(b'"\xff",' * MANY),
    "not closed": listed(b"0," * MANY)[:-2],
    "deep": b"[" * MANY,
    "deep objects": b'{"":' * (MANY // 8),
    "a list": b"[" + b"0," * MANY + b"0]",
    "a string": b'"' + b"[{," * MANY + b'"',
}
ACCEPTED = {
    "lists in total": ROW + b',"total":[' + b"[]," * MANY + b"[]]}",
    "objects in limit": ROW + b',"limit":[' + b"{}," * MANY + b"{}]}",
    "lists in a field of the page": ROW + b',"new":[' + b"[]," * MANY + b"[]]}",
    "lists in a field of a row": ROW[:-2] + b',"new":[' + b"[]," * MANY + b"[]]}]}",
    "keys": ROW[:-2] + b"," + b'"x":0,' * MANY + b'"y":0}]}',
    "the same key": ROW[:-2]
    + b","
    + b'"message":"x",' * (MANY // 4)
    + b'"message":"'
    + TEXT.encode()
    + b'"}]}',
    "deep lists in a field of the page": ROW + b',"new":' + b"[" * MANY + b"]" * MANY + b"}",
    "deep lists in a field of a row": ROW[:-2] + b',"new":' + b"[" * MANY + b"]" * MANY + b"}]}",
}


def peak_of(decode: Callable[[bytes], object], body: bytes) -> int:
    """Return how many bytes of objects there are at most while a body is decoded."""
    gc.collect()
    tracemalloc.start()
    try:
        decode(body)
    except UnexpectedResponseError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak


A_PAGE = peak_of(decode_conversation, PAGE)


def assert_few_objects(decode: Callable[[bytes], object], body: bytes, copies: int) -> None:
    """Fail if decoding makes more objects than some pages, besides copies of the body."""
    assert peak_of(decode, body) < 20 * A_PAGE + copies * len(body)
    with counting_calls() as calls:
        peak_of(decode, body)
    assert 20 * 2000 > len(calls)


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_body_of_many_objects_is_refused(body: bytes) -> None:
    """Before they are made, and with the first 20 problems."""
    with pytest.raises(UnexpectedResponseError) as caught:
        decode_conversation(body)
    assert 20 >= len(caught.value.problems)
    assert 1000 > len(str(caught.value))
    assert_few_objects(decode_conversation, body, copies=2)


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
def test_what_nobody_reads_is_passed_over(body: bytes) -> None:
    """However many objects it would make."""
    (message,) = decode_conversation(body).structured()
    assert TEXT == message.text
    assert_few_objects(decode_conversation, body, copies=3)


@pytest.mark.parametrize("body", [*REFUSED.values(), *ACCEPTED.values()], ids=[*REFUSED, *ACCEPTED])
def test_a_document_of_many_values_is_refused(body: bytes) -> None:
    """Endpoints that are not modelled are read as a whole."""
    with pytest.raises(UnexpectedResponseError):
        decode_document(body)
    assert_few_objects(decode_document, body, copies=0)


def test_problems_are_cut() -> None:
    """The first 20 say what is wrong, and how many more there are."""
    with pytest.raises(UnexpectedResponseError, match=r" and 1997 more\. ") as caught:
        decode_conversation(body_of(*[5] * 2000))
    error = caught.value
    assert 20 == len(error.problems)
    assert "$.conversation[19]: must be an object, got a number" == error.problems[-1]
    assert 1980 == error.omitted


def test_2000_rows_are_read() -> None:
    """In whichever way."""
    rows = [row()] * 2000
    assert 2000 == len(decode_conversation(body_of(*rows)))
    assert 2000 == len(decode_conversation(body_of(*rows[1:], row(message=5)), on_bad_row="skip"))
    assert 2000 == len(
        decode_conversation(body_of(conversation={str(n): rows[0] for n in range(2000)}))
    )


@pytest.mark.parametrize(
    "body",
    [
        body_of(*[row()] * 2001),
        body_of(*[row()] * 2000, row(message=5)),
        body_of(conversation={str(number): row() for number in range(2001)}),
    ],
    ids=["good", "bad", "php-list"],
)
def test_more_rows_are_refused(body: bytes) -> None:
    """The API gives at most 2,000, so it is not the API."""
    with pytest.raises(UnexpectedResponseError, match="more than 2,000 rows"):
        decode_conversation(body, on_bad_row="skip", limit=10)


def test_as_many_rows_are_read_as_were_asked_for() -> None:
    """Should the API ever give more."""
    assert 2500 == len(decode_conversation(body_of(*[row()] * 2500), limit=2500))


def test_many_long_rows_are_repaired_as_far_as_it_is_cheap() -> None:
    """All rows of a page share one allowance, and the others are read in any case."""
    long, short = row(message="," * 1000, unixDatetime=1.5), row(unixDatetime=1.5)
    page = decode_conversation(body_of(*[long] * 1000, short, row()), on_bad_row="skip")
    assert {f"$.conversation[{index}]: too many values to be read" for index in page.bad} == set(
        page.bad.values()
    )
    assert 150 < 1000 - len(page.bad) < 250
    assert [TEXT] * 2 == [message.text for message in page.rows((1000, 1001))]


def test_texts_may_be_full_of_braces() -> None:
    """What looks like many objects is looked at more closely, not refused."""
    rows = [row(message="{[," * 300) for _ in range(2000)]
    page = decode_conversation(body_of(*rows)).structured()
    assert {"{[," * 300} == {message.text for message in page}


@pytest.mark.parametrize("levels", [60, 64, 65, 1000, 5000])
@pytest.mark.parametrize("broken", [b"", b"\xff"], ids=["sound", "broken"])
def test_levels_of_a_field_nobody_reads_do_no_harm(levels: int, broken: bytes) -> None:
    """Beside the rows, within a row, and within a row that has to be repaired."""
    deep = b'[{"a":' * (levels // 2) + b"1" + b"}]" * (levels // 2)
    text = TEXT.encode() + broken
    rows = body_of(row(new=0), row(new=0, unixDatetime=1.5), new=0)
    body = rows.replace(b'"new": 0', b'"new": ' + deep).replace(TEXT.encode(), text)
    page = decode_conversation(body).structured()
    assert [text.decode(errors="replace")] * 2 == [message.text for message in page]


@given(JSON_VALUES, st.integers(0, DEEPEST))
def test_what_is_not_deep_is_not_cut(value: object, levels: int) -> None:
    """Brackets within strings are none."""
    document = b"[" * levels + json.dumps(value).encode() + b"]" * levels
    if levels <= DEEPEST - 10:
        assert document == cut_depth(document)


@given(JSON_VALUES, st.integers(DEEPEST, 150), st.sampled_from([(b"[", b"]"), (b"[ ", b" ]")]))
def test_what_is_too_deep_is_null(
    value: object, levels: int, brackets: tuple[bytes, bytes]
) -> None:
    """And everything else stays as it is."""
    deep = brackets[0] * levels + json.dumps([value]).encode() + brackets[1] * levels
    head = json.dumps([value]).encode()[:-1]
    before, inner, behind = json.loads(cut_depth(head + b", " + deep + b', "[{"]'))
    assert [value, "[{"] == [before, behind]
    for _ in range(DEEPEST - 1):
        (inner,) = inner
    assert inner is None


@pytest.mark.parametrize(
    "cut", [b'["', b"[" * 100, b"[" * 100 + b"]" * 99, rb'{"\\', b"", b"]" * 100, b"[{" * 50_000]
)
def test_cutting_makes_nothing_valid_that_is_not(cut: bytes) -> None:
    """A body that was cut short stays one."""
    with pytest.raises((ValueError, RecursionError), match=r"recursion|Expecting|Unterminated"):
        json.loads(cut_depth(cut))


def test_a_large_body_is_not_repaired() -> None:
    """That takes longer than decoding, and no page of the API is so large."""
    large = body_of(row(), new="x" * LARGEST_REPAIR)
    assert TEXT == decode_conversation(large).structured()[0].text
    with pytest.raises(UnexpectedResponseError, match="is not valid JSON"):
        decode_conversation(large.replace(b"x", b"\n", 1))
    with pytest.raises(UnexpectedResponseError, match="is not valid JSON"):
        decode_conversation(large[:-1] + b',"deep":' + b"[" * 5000 + b"]" * 5000 + b"}")


def test_byte_order_mark_costs_no_second_reading() -> None:
    """It is dropped before anything else."""
    with counting_calls() as calls:
        decode_conversation(BOM + PAGE)
    assert 20 > len(calls)
