"""One row that cannot be read makes no history unreadable."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import UnexpectedResponseError
from smstools_async._wire.messages import decode_conversation
from tests.wire.rows import JSON_VALUES, PHONE, ROWS, TEXT, body_of, row

NO_URL = [{"name": "foto.jpg", "image": None, "mime": "image/jpeg"}]
SENT = "sent 2025-06-05 08:44:46 UTC"
FAULTS = [
    pytest.param(
        {"file": NO_URL}, f".file[0].image: must be a string, got null ({SENT})", id="url"
    ),
    pytest.param(
        {"file": ["https://files.example/1"]},
        f".file[0]: must be an object, got a string ({SENT})",
        id="list-of-urls",
    ),
    pytest.param({"message": 5}, f".message: must be a string, got a number ({SENT})", id="text"),
    pytest.param(
        {"unixDatetime": None}, ".unixDatetime: must be a time in seconds, got null", id="time"
    ),
    pytest.param(
        {"unixDatetime": None, "messageId": 740},
        ".unixDatetime: must be a time in seconds, got null (id 740)",
        id="time-of-a-row-with-an-id",
    ),
    pytest.param(
        {"messageId": "a-1", "sender": []},
        f".sender: must be a string, got a list ({SENT}, id a-1)",
        id="sender-of-a-row-with-an-id",
    ),
]


def _changed_row(key: str, value: object) -> dict[str, Any]:
    return row(**{key: value})


CHANGED_ROWS = st.builds(_changed_row, st.sampled_from([*row(), "mine"]), JSON_VALUES)


@pytest.mark.parametrize(("changes", "problem"), FAULTS)
def test_bad_row_is_skipped_where_that_is_asked_for(changes: dict[str, Any], problem: str) -> None:
    """It keeps its place, and what is wrong with it is known; all others are there."""
    rows = [row(message=f"m{number}") for number in range(3)]
    rows[1] |= changes
    page = decode_conversation(body_of(*rows), on_bad_row="skip")
    assert 3 == len(page)
    assert {1: f"$.conversation[1]{problem}"} == page.bad
    assert ["m0", "m2"] == [message.text for message in page.structured()]
    assert (f"$.conversation[1]{problem}",) == page.structured().bad
    assert "m2" == page.rows([2])[0].text


@pytest.mark.parametrize(("changes", "problem"), FAULTS)
def test_bad_row_is_an_error_by_default(changes: dict[str, Any], problem: str) -> None:
    """It names the JSON path, the row's time and id, never its text, and how to get past it."""
    with pytest.raises(UnexpectedResponseError) as caught:
        decode_conversation(body_of(row(), row(**changes)))
    error = caught.value
    assert (f"$.conversation[1]{problem}",) == error.problems
    assert error.skippable
    assert "on_bad_row='skip' (command: --skip-bad-rows)" in str(error)
    assert TEXT not in f"{error} {error!r}"
    assert PHONE[-4:] not in f"{error} {error!r}"


@given(st.lists(ROWS | CHANGED_ROWS | JSON_VALUES, max_size=6))
def test_any_rows_are_read_or_skipped(rows: list[Any]) -> None:
    """Each as if it were alone, in its place; and by default all of them are refused or none."""
    page = decode_conversation(body_of(*rows), on_bad_row="skip")
    alone = [decode_conversation(body_of(sent), on_bad_row="skip") for sent in rows]
    assert len(rows) == len(page)
    assert [index for index, each in enumerate(alone) if each.bad] == sorted(page.bad)
    assert [each.identity(0) for each in alone] == [page.identity(n) for n in range(len(page))]
    assert [each.seconds[0] for each in alone] == list(page.seconds)
    assert [message for each in alone for message in each.structured()] == list(page.structured())
    if page.bad:
        with pytest.raises(UnexpectedResponseError):
            decode_conversation(body_of(*rows))
    else:
        assert page.structured() == decode_conversation(body_of(*rows)).structured()


def test_seconds_are_those_that_can_be_read() -> None:
    """A walk has to know where in the list a bad row stands."""
    rows = [row(unixDatetime=3), row(unixDatetime=2, file="x"), row(unixDatetime=None), row()]
    page = decode_conversation(body_of(*rows), on_bad_row="skip")
    assert [3, 2, None, 1749113086] == page.seconds
    assert [1, 2] == list(page.bad)


def test_bad_rows_are_the_same_if_their_bytes_are() -> None:
    """Nothing else of them can be relied on."""
    rows = [row(file="x"), row(file="x"), row(file="y"), row(), None]
    page = decode_conversation(body_of(*rows), on_bad_row="skip")
    identities = [page.identity(index) for index in range(5)]
    assert identities[0] == identities[1]
    assert 4 == len(set(identities))
    assert page.identity(3) == decode_conversation(body_of(row())).identity(0)


def test_a_message_cannot_be_made_of_a_bad_row() -> None:
    """An empty one would be worse than none."""
    page = decode_conversation(body_of(row(), None), on_bad_row="skip")
    with pytest.raises(LookupError):
        page.rows([0, 1])


@pytest.mark.parametrize(
    "row_id",
    [PHONE, f"x-{PHONE}", "a b", "\x1b[31m", "x" * 65],
    ids=["phone", "phone-within", "blank", "escape", "long"],
)
def test_id_is_shown_only_if_it_is_one(row_id: str) -> None:
    """It could hold the phone number, or anything else."""
    page = decode_conversation(body_of(row(messageId=row_id, message=5)), on_bad_row="skip")
    assert f"$.conversation[0].message: must be a string, got a number ({SENT})" == page.bad[0]


def test_row_that_is_no_json_by_its_standard_is_bad() -> None:
    """A number out of range in a field nobody reads, next to a field that has to be repaired."""
    body = body_of(row(), row(new=0, unixDatetime=1.5)).replace(b'"new": 0', b'"new": 1e999')
    page = decode_conversation(body, on_bad_row="skip")
    assert {1: "$.conversation[1]: not valid JSON"} == page.bad


def test_all_problems_of_a_row_are_named() -> None:
    """In one line."""
    page = decode_conversation(body_of(row(message=5, sender=[])), on_bad_row="skip")
    assert (
        f"$.conversation[0].message: must be a string, got a number ({SENT}); "
        f"$.conversation[0].sender: must be a string, got a list ({SENT})"
    ) == page.bad[0]


@pytest.mark.parametrize("phone", [PHONE, "5521912345678"])
def test_bad_rows_do_not_tell_whose_page_it_is(phone: str) -> None:
    """Only rows that can be read do."""
    body = body_of(None, row(message=5))
    assert 2 == len(decode_conversation(body, phone=phone, on_bad_row="skip").bad)
    with pytest.raises(UnexpectedResponseError, match="another phone"):
        decode_conversation(body_of(None, row()), phone="5521912345678", on_bad_row="skip")


@pytest.mark.parametrize(
    "sent",
    [{"conversation": None}, {"conversation": None, "total": "0", "shown": "0"}],
    ids=["null", "texts"],
)
def test_null_is_an_empty_page_where_the_numbers_say_so(sent: dict[str, Any]) -> None:
    """A PHP back end writes an empty list that way."""
    assert 0 == len(decode_conversation(body_of(**sent)))


def test_no_key_is_an_empty_page_where_the_numbers_say_so() -> None:
    """Or leaves it out."""
    assert 0 == len(decode_conversation(b'{"total": 0, "shown": 0, "page": 1, "limit": 1000}'))


@pytest.mark.parametrize(
    "body",
    [
        b'{"total": 1, "shown": 0}',
        b'{"total": 0, "shown": 1}',
        b'{"total": 0}',
        b'{"shown": 0}',
        b'{"total": null, "shown": null, "conversation": null}',
        b'{"total": 0, "shown": 0, "conversation": false}',
    ],
)
def test_it_is_an_error_beside_any_other_numbers(body: bytes) -> None:
    """A renamed key would empty every history."""
    with pytest.raises(UnexpectedResponseError, match=r"\$\.conversation: "):
        decode_conversation(body)
