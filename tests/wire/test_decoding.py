"""Pages are read leniently where that cannot mislead, and refused where it can."""

import json
from typing import Any

import attrs
import pytest

from smstools_async import (
    Direction,
    Message,
    MessageFile,
    Page,
    UnexpectedResponseError,
    converter,
)
from smstools_async._wire.messages import decode_conversation
from tests.counting import counting_calls
from tests.wire.rows import (
    BOM,
    PHONE,
    TEXT,
    VENDOR_EXAMPLE,
    as_php_list,
    body_of,
    page_of,
    row,
    row_without,
)

FILE = {"name": "exame.png", "image": "https://files.example/1", "mime": "image/png"}
SAME_FILE = MessageFile(name="exame.png", url="https://files.example/1", mime="image/png")
OUT_OF_RANGE = ": must be a time in seconds since 1970, got a number out of range"
NAMELESS_FILE = MessageFile(name="", url="x", mime="")


def read(*rows: Any, **changes: Any) -> Page[Message]:
    """Decode a page with these rows."""
    return decode_conversation(body_of(*rows, **changes)).structured()


def read_one(**changes: Any) -> Message:
    """Decode a page with one row."""
    return read(row(**changes))[0]


def problems_of(body: bytes) -> tuple[str, ...]:
    """Return what is wrong with a page."""
    with pytest.raises(UnexpectedResponseError) as caught:
        decode_conversation(body)
    return tuple(problem.partition(" (sent ")[0] for problem in caught.value.problems)


def test_vendor_example_is_two_messages() -> None:
    """One without an id came in with a picture; their times are those of the example, in UTC."""
    page = decode_conversation(VENDOR_EXAMPLE.read_bytes()).structured()
    assert (2, 2, 1, 1000) == (page.total, page.shown, page.page, page.limit)
    outbound, inbound = page
    assert ("outbound", "{messageId}", ()) == (
        outbound.direction,
        outbound.message_id,
        outbound.files,
    )
    picture = MessageFile(name="{image_name}", url="{image_url}", mime="image/")
    assert ("inbound", None, (picture,)) == (inbound.direction, inbound.message_id, inbound.files)
    for message in page:
        assert message.datetime_text == f"{message.sent_at:%d %b %Y, %H:%M:%S}".lower()


def test_vendor_example_round_trips() -> None:
    """The rows come back exactly as the vendor wrote them."""
    sent = json.loads(VENDOR_EXAMPLE.read_bytes())["conversation"]
    page = decode_conversation(VENDOR_EXAMPLE.read_bytes()).structured()
    assert sent == [converter.unstructure(message) for message in page]


def test_every_field_has_its_place() -> None:
    """What the vendor names one way, the model may name another."""
    expected = Message(
        message_id="740",
        direction=Direction.OUTBOUND,
        sender="Clinica",
        receiver=PHONE,
        text=TEXT,
        files=(SAME_FILE,),
        unix_time=1749113086,
        datetime_text="05 jun 2025, 08:44:46",
        delivery_status="REJECTED",
    )
    assert expected == read_one(
        messageId="740",
        direction="outbound",
        sender="Clinica",
        receiver=PHONE,
        file=[FILE],
        deliveryStatus="REJECTED",
    )


@pytest.mark.parametrize(
    ("field", "sent", "name", "expected"),
    [
        ("message", None, "text", ""),
        ("message", "", "text", ""),
        ("message", "a\x00b", "text", "a\x00b"),
        ("messageId", "", "message_id", None),
        ("messageId", 0, "message_id", "0"),
        ("messageId", 740, "message_id", "740"),
        ("messageId", 2**64, "message_id", str(2**64)),
        ("sender", 5511987654321, "sender", "5511987654321"),
        ("receiver", "0032470", "receiver", "0032470"),
        ("sender", None, "sender", ""),
        ("direction", "INBOUND", "direction", "inbound"),
        ("direction", "sideways", "direction", "sideways"),
        ("direction", None, "direction", ""),
        ("deliveryStatus", "not delivered", "delivery_status", "NOT DELIVERED"),
        ("deliveryStatus", "queued", "delivery_status", "queued"),
        ("deliveryStatus", None, "delivery_status", ""),
        ("datetime", None, "datetime_text", ""),
        ("unixDatetime", "1749113086", "unix_time", 1749113086),
        ("unixDatetime", 1749113086.7, "unix_time", 1749113086),
        ("unixDatetime", 0, "unix_time", 0),
        ("unixDatetime", 10**11 - 1, "unix_time", 10**11 - 1),
        ("file", [], "files", ()),
        ("file", {}, "files", ()),
        ("file", "", "files", ()),
        ("file", False, "files", ()),
        ("file", [FILE, FILE], "files", (SAME_FILE, SAME_FILE)),
        ("file", FILE, "files", (SAME_FILE,)),
        ("file", {"10": FILE, "9": {"image": "x"}}, "files", (NAMELESS_FILE, SAME_FILE)),
        ("file", [{"image": "x"}], "files", (NAMELESS_FILE,)),
        ("file", [{"image": "x", "name": None, "mime": None}], "files", (NAMELESS_FILE,)),
    ],
)
def test_field_is_read_leniently(field: str, sent: object, name: str, expected: object) -> None:
    """What PHP may make of a value is read as what it was, whichever way the page is decoded."""
    at_once = read_one(**{field: sent})
    leniently = decode_conversation(BOM + body_of(row(**{field: sent}))).rows([0])[0]
    assert [expected, expected] == [getattr(at_once, name), getattr(leniently, name)]


@pytest.mark.parametrize(
    "changes",
    [
        {"unixDatetime": "1749113086"},
        {"messageId": 740},
        {"message": None, "datetime": None, "deliveryStatus": None},
        {"file": FILE},
        {"sender": 5511987654321, "receiver": None},
    ],
    ids=["time-as-text", "id-as-number", "nulls", "one-file", "phone-as-number"],
)
def test_likely_drift_costs_no_second_reading(changes: dict[str, object]) -> None:
    """What PHP tends to do to JSON is read as fast as what is documented."""
    with counting_calls() as calls:
        page = decode_conversation(body_of(*[row(**changes)] * 200))
    assert 200 == len(page)
    assert 20 > len(calls)


def test_an_odd_row_costs_the_others_little() -> None:
    """They are read as they are documented, and it alone is repaired."""
    rows = [row(message=str(number)) for number in range(500)]
    rows[250]["unixDatetime"] = 1749113086.7
    with counting_calls() as calls:
        page = decode_conversation(body_of(*rows))
    assert [str(number) for number in range(500)] == [message.text for message in page.structured()]
    assert 3 * 500 > len(calls)


@pytest.mark.parametrize(
    ("changes", "direction"),
    [
        ({"mine": True}, "outbound"),
        ({"mine": False}, "inbound"),
        ({"mine": True, "direction": None}, "outbound"),
        ({"mine": True, "direction": "inbound"}, "inbound"),
        ({"mine": "yes", "direction": None}, ""),
    ],
    ids=["missing", "missing-not-mine", "null", "both", "no-boolean"],
)
def test_mine_fills_a_missing_direction(changes: dict[str, object], direction: str) -> None:
    """And nothing else: the vendor's page mentions it, and no row shows it."""
    sent = {**row_without("direction"), **changes}
    assert direction == read(sent)[0].direction
    assert direction == converter.structure(sent, Message).direction


@pytest.mark.parametrize(
    ("key", "name", "expected"),
    [
        ("messageId", "message_id", None),
        ("file", "files", ()),
        ("datetime", "datetime_text", ""),
        ("deliveryStatus", "delivery_status", ""),
    ],
)
def test_missing_key_is_empty_where_that_is_harmless(key: str, name: str, expected: object) -> None:
    """A message is one without these, too."""
    assert expected == getattr(read(row_without(key))[0], name)


@pytest.mark.parametrize("key", ["direction", "sender", "receiver", "message", "unixDatetime"])
def test_missing_key_is_refused_where_it_would_mislead(key: str) -> None:
    """A renamed key would empty the whole history without a word."""
    assert (f"$.conversation[1].{key}: missing",) == problems_of(body_of(row(), row_without(key)))


@pytest.mark.parametrize(
    ("field", "sent", "problem"),
    [
        ("message", 5, ": must be a string, got a number"),
        ("message", True, ": must be a string, got a boolean"),
        ("message", ["x"], ": must be a string, got a list"),
        ("message", {"x": "y"}, ": must be a string, got an object"),
        ("messageId", 1.5, ": must be a string, got a number"),
        ("messageId", True, ": must be a string, got a boolean"),
        ("sender", ["x"], ": must be a string, got a list"),
        ("receiver", False, ": must be a string, got a boolean"),
        ("direction", 1, ": must be a string, got a number"),
        ("datetime", 1, ": must be a string, got a number"),
        ("deliveryStatus", 1, ": must be a string, got a number"),
        ("unixDatetime", None, ": must be a time in seconds, got null"),
        ("unixDatetime", True, ": must be a time in seconds, got a boolean"),
        ("unixDatetime", "yesterday", ": must be a time in seconds, got a string"),
        ("unixDatetime", "٢", ": must be a time in seconds, got a string"),
        ("unixDatetime", "1" * 33, ": must be a time in seconds, got a string"),
        (
            "unixDatetime",
            1749113086000,
            OUT_OF_RANGE,
        ),
        ("unixDatetime", -1, OUT_OF_RANGE),
        ("unixDatetime", 10**11, OUT_OF_RANGE),
        ("unixDatetime", 10**20, OUT_OF_RANGE),
        ("file", "x.png", ": must be a list, got a string"),
        ("file", {"name": "x.png"}, ": must be a list, got an object"),
        ("file", [None], "[0]: must be an object, got null"),
        ("file", [{"name": "x"}], "[0].image: missing"),
        ("file", [{"image": None}], "[0].image: must be a string, got null"),
        ("file", [FILE | {"name": 1}], "[0].name: must be a string, got a number"),
    ],
)
def test_field_is_refused(field: str, sent: object, problem: str) -> None:
    """What could mean something else is never bent; the problem has its path."""
    (said,) = problems_of(body_of(row(), row(**{field: sent})))
    assert said.startswith(f"$.conversation[1].{field}{problem}")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"messageId": 740},
        {"sender": int(PHONE)},
        {"unixDatetime": "1749113086"},
        {"file": FILE, "unixDatetime": 1749113086.5},
    ],
    ids=["alone", "id", "phone", "time", "time-and-one-file"],
)
def test_a_row_that_needs_mending_keeps_its_other_fields(changes: dict[str, object]) -> None:
    """Each is read as it would be in a row without a fault, even if it is written as PHP may."""
    whole = row(messageId="740", file=[FILE], deliveryStatus="delivered")
    assert read(whole)[0] == read({**whole, "file": as_php_list([FILE]), **changes})[0]


@pytest.mark.parametrize("sent", [None, "x", 7, []], ids=["null", "text", "number", "list"])
def test_a_row_that_is_no_object_is_called_what_it_is(sent: object) -> None:
    """By the words of JSON."""
    kinds = {"NoneType": "null", "str": "a string", "int": "a number", "list": "a list"}
    (said,) = problems_of(body_of(row(), sent))
    assert f"$.conversation[1]: must be an object, got {kinds[type(sent).__name__]}" == said


def test_every_problem_is_named() -> None:
    """Not only the first one, so that one report tells all; in the order of the rows."""
    body = body_of(row(message=1, sender=[]), row(), None, {})
    assert (
        "$.conversation[0].message: must be a string, got a number",
        "$.conversation[0].sender: must be a string, got a list",
        "$.conversation[2]: must be an object, got null",
        "$.conversation[3].direction: missing",
        "$.conversation[3].message: missing",
        "$.conversation[3].receiver: missing",
        "$.conversation[3].sender: missing",
        "$.conversation[3].unixDatetime: missing",
    ) == problems_of(body)


def test_error_names_the_first_problems() -> None:
    """And how many more there are."""
    with pytest.raises(
        UnexpectedResponseError, match=r"message: .*; .*sender: .*; .* and 6 more\."
    ):
        decode_conversation(body_of(row(message=1, sender=[]), row(), None, {}, []))


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ([], "$: must be an object, got a list"),
        (None, "$: must be an object, got null"),
        ("x", "$: must be an object, got a string"),
        (7, "$: must be an object, got a number"),
        (True, "$: must be an object, got a boolean"),
        ({}, "$.conversation: missing"),
        (page_of(conversation=None, total=1), "$.conversation: must be a list, got null"),
        (page_of(conversation="x"), "$.conversation: must be a list, got a string"),
        (page_of(conversation={"0": {}, "x": {}}), "$.conversation: must be a list, got an object"),
    ],
)
def test_page_is_refused(page: object, problem: str) -> None:
    """An answer of another shape is never taken for an empty history."""
    assert (problem,) == problems_of(json.dumps(page).encode())


def test_rows_may_be_a_php_list() -> None:
    """With numbered keys, in the order of the numbers."""
    rows = [row(message=str(number)) for number in range(12)]
    page = read(conversation=dict(sorted(as_php_list(rows).items())))
    assert [str(number) for number in range(12)] == [message.text for message in page]


def test_empty_php_list_is_empty() -> None:
    """PHP writes an empty object for it."""
    assert 0 == len(read(conversation={}))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (7, 7),
        ("7", 7),
        (0, 0),
        (None, None),
        ("", None),
        (" 7 ", None),
        ("7.0", None),
        ("٢", None),
        (7.9, None),
        (7.0, None),
        (True, None),
        (-7, None),
        ("-7", None),
        (10**12 - 1, 10**12 - 1),
        (10**12, None),
        (10**40, None),
        ("1" * 5000, None),
        ([7], None),
    ],
)
@pytest.mark.parametrize("name", ["total", "shown", "page", "limit"])
def test_number_of_the_page_is_never_guessed(name: str, sent: object, expected: int | None) -> None:
    """What is not plainly a count is unknown."""
    assert expected == getattr(read(row(), **{name: sent}), name)


def test_missing_numbers_are_unknown() -> None:
    """The rows are there all the same."""
    page = decode_conversation(json.dumps({"conversation": [row()]}).encode()).structured()
    assert (1, None, None, None, None) == (
        len(page),
        page.total,
        page.shown,
        page.page,
        page.limit,
    )


def test_unknown_fields_are_ignored() -> None:
    """The vendor may add some any day."""
    assert read(row()) == read(row(channel={"type": "sms"}), next=None)


def test_repeated_key_counts_the_last_time() -> None:
    """As in every parser of note."""
    body = body_of(row()).replace(b'"message":', b'"message": "first", "message":')
    assert TEXT == decode_conversation(body).structured()[0].text


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b"a\xffb", "a\ufffdb"),
        (b"\xc3", "\ufffd"),
        (b"\xed\xa0\xbd", "\ufffd\ufffd\ufffd"),
        (rb"cut \ud83d", "cut \ufffd"),
        (rb"\ude00 alone", "\ufffd alone"),
        (rb"\ud83d\ud83d\ude00", "\ufffd😀"),
        (rb"\ud83d\ude00", "😀"),
        (b"a\nb\x01", "a\nb\x01"),
        (rb"\u0000", "\x00"),
        (rb"\ufeff\ud83d", "\ufeff\ufffd"),
    ],
    ids=[
        "latin-1",
        "cut-utf-8",
        "cesu-8",
        "high-half",
        "low-half",
        "half-and-whole",
        "escaped-emoji",
        "raw-control",
        "nul",
        "bom-in-text",
    ],
)
def test_broken_text_is_mended(sent: bytes, text: str) -> None:
    """One cut emoji does not lose a page, and what comes out can be written anywhere."""
    message = decode_conversation(body_of(row()).replace(TEXT.encode(), sent)).structured()[0]
    assert text == message.text
    assert message.text.encode()


def test_byte_order_mark_is_dropped() -> None:
    """Some editors of PHP files leave one."""
    assert read(row()) == decode_conversation(BOM + body_of(row())).structured()


@pytest.mark.parametrize(
    ("body", "description"),
    [
        (b"", "empty, not JSON"),
        (b" \r\n\t", "empty, not JSON"),
        (BOM, "empty, not JSON"),
        (b"<!DOCTYPE html><html>", "an HTML page, not JSON"),
        (BOM + b"\n<br />", "an HTML page, not JSON"),
        (b"Warning: mysql " + body_of(), "plain text, not JSON"),
        (body_of(row())[:-9], "not valid JSON"),
        (body_of() + b"!", "not valid JSON"),
        (body_of() + body_of(), "not valid JSON"),
        (b"{'conversation': []}", "not valid JSON"),
        (b"// comment\n" + body_of(), "plain text, not JSON"),
        (b"X-Powered-By: PHP", "plain text, not JSON"),
        (b"\x1f\x8b\x08\x00", "plain text, not JSON"),
        (body_of().decode().encode("utf-16"), "plain text, not JSON"),
        (body_of(total=float("nan")), "not valid JSON"),
        (body_of(total=float("inf")), "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
    ],
    ids=[
        "empty",
        "blank",
        "only-bom",
        "html",
        "html-after-bom",
        "php-warning",
        "cut",
        "trailing",
        "two-documents",
        "single-quotes",
        "comment",
        "header",
        "gzip",
        "utf-16",
        "nan",
        "infinity",
        "deep-and-cut",
    ],
)
def test_what_is_no_json_is_said_so(body: bytes, description: str) -> None:
    """The error says what came instead."""
    with pytest.raises(UnexpectedResponseError, match=f"^The response is {description}"):
        decode_conversation(body)


def test_rows_are_structured_when_asked_for() -> None:
    """One by one, or a choice of them; the seconds are there without."""
    page = decode_conversation(body_of(*(row(unixDatetime=second) for second in (9, 5, 1))))
    assert 3 == len(page)
    assert [9, 5, 1] == page.seconds
    assert [5] == [message.unix_time for message in page.rows([1])]
    chosen = page.rows([2, 0])
    assert [1, 9] == [message.unix_time for message in chosen]
    assert (3, tuple(chosen)) == (page.page_with(chosen).total, page.page_with(chosen).rows)


@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Message)])
def test_what_was_decoded_is_frozen(name: str) -> None:
    """It is made in another way than by hand, and is the same in the end."""
    message = read_one(file=[FILE])
    assert (Message, MessageFile) == (type(message), type(message.files[0]))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(message, name, None)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(message.files[0], "url")


def test_phones_are_kept_once() -> None:
    """A fifth of the memory of a history that is collected would hold the same two numbers."""
    first, second = read(row(), row())
    assert first.sender is second.sender
    assert first.receiver is second.receiver


def test_converter_reads_a_row() -> None:
    """From whatever JSON library the caller has, with all that is mended and refused."""
    assert "cut \ufffd" == converter.structure(row(message="cut \ud83d"), Message).text
    with pytest.raises(UnexpectedResponseError) as caught:
        converter.structure(row(message=5), Message)
    assert ("$.message: must be a string, got a number",) == caught.value.problems


def test_converter_reads_and_writes_a_file() -> None:
    """By the vendor's names."""
    assert SAME_FILE == converter.structure(FILE, MessageFile)
    assert FILE == converter.unstructure(SAME_FILE)
    with pytest.raises(UnexpectedResponseError) as caught:
        converter.structure([FILE], MessageFile)
    assert "The file is not as documented" in str(caught.value)
    assert ("$: must be an object, got a list",) == caught.value.problems
