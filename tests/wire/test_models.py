"""Models are values: they compare, hash, travel and show themselves without telling secrets."""

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from smstools_async import (
    ConversationEnd,
    ConversationError,
    DeliveryStatus,
    Direction,
    Message,
    MessageFile,
    MessageOf,
    Page,
    Retry,
    TransportError,
)

FILE = MessageFile(name="laudo.pdf", url="https://files.example/laudo", mime="application/pdf")
MESSAGE = Message(
    message_id="740",
    direction=Direction.OUTBOUND,
    sender="Clinica",
    receiver="+5511987654321",
    text="Seu laudo chegou 📄",
    files=(FILE,),
    unix_time=1749113086,
    datetime_text="05 jun 2025, 08:44:46",
    delivery_status=DeliveryStatus.NOT_DELIVERED,
)
PAGE = Page(rows=(MESSAGE, MESSAGE), total=7, shown=2, page=1, limit=2)
ITEM = MessageOf(phone="+5511987654321", message=MESSAGE)
END = ConversationEnd(
    phone="+5511987654321", cursor=None, messages=7, degraded=False, missing=0, skipped_bad=0
)
VALUES = [
    pytest.param(value, id=type(value).__name__)
    for value in (FILE, MESSAGE, PAGE, ITEM, END, Retry())
]


@pytest.mark.parametrize("value", VALUES)
def test_value_is_frozen(value: Any) -> None:
    """No field can be set, and no other added."""
    for name in (*attrs.asdict(value, recurse=False), "other"):
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
            setattr(value, name, None)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("value", VALUES)
def test_equal_values_are_one_in_a_set(value: Any) -> None:
    """They hash as they compare."""
    assert {value} == {value, attrs.evolve(value)}


@pytest.mark.parametrize("value", VALUES)
def test_value_travels(value: Any) -> None:
    """By pickle, of any protocol, and by copies."""
    twins = [
        copy.copy(value),
        copy.deepcopy(value),
        *(pickle.loads(pickle.dumps(value, protocol)) for protocol in range(6)),  # noqa: S301 - our own bytes
    ]
    assert [value] * 8 == twins


@pytest.mark.parametrize("value", VALUES)
def test_repr_tells_no_secrets(value: Any) -> None:
    """Neither text, nor phone, nor file: values may be logged."""
    shown = f"{value!r} {value}"
    for secret in ("laudo", "Clinica", "98765", "jun 2025"):
        assert secret not in shown


@pytest.mark.parametrize("word", ["5511987654321", "a\x1b[31m", "x" * 10_000, "não"])
def test_repr_shows_unknown_words_harmlessly(word: str) -> None:
    """The server may send anything as a direction or status."""
    shown = repr(attrs.evolve(MESSAGE, direction=word, delivery_status=word))
    assert shown.isprintable()
    assert word not in shown
    assert 150 > len(shown)


@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Message)])
def test_all_fields_tell_messages_apart(name: str) -> None:
    """None is left out of the comparison."""
    change: dict[str, Any] = {name: "x"}
    assert MESSAGE != attrs.evolve(MESSAGE, **change)


@pytest.mark.parametrize("value", VALUES)
def test_value_is_made_by_names(value: Any) -> None:
    """Nine positions would be mixed up."""
    with pytest.raises(TypeError, match="positional"):
        type(value)(*attrs.astuple(value, recurse=False))


def test_time_is_aware() -> None:
    """In UTC, to the second."""
    assert datetime(2025, 6, 5, 8, 44, 46, tzinfo=UTC) == MESSAGE.sent_at


def test_message_becomes_json() -> None:
    """A plain dict by our names, new each time."""
    fields = MESSAGE.to_dict()
    assert {
        "sent_at": "2025-06-05T08:44:46+00:00",
        "message_id": "740",
        "direction": "outbound",
        "sender": "Clinica",
        "receiver": "+5511987654321",
        "text": "Seu laudo chegou 📄",
        "files": [
            {
                "name": "laudo.pdf",
                "url": "https://files.example/laudo",
                "mime": "application/pdf",
            }
        ],
        "unix_time": 1749113086,
        "datetime_text": "05 jun 2025, 08:44:46",
        "delivery_status": "NOT DELIVERED",
    } == json.loads(json.dumps(fields))
    fields["files"].clear()
    assert MESSAGE.to_dict() != fields


def test_dict_has_plain_types() -> None:
    """So that every library takes it: yaml and msgpack refuse enumerations."""
    fields = MESSAGE.to_dict()
    assert {str, int, list} == {type(value) for value in fields.values()}


@pytest.mark.parametrize(
    "message", [MESSAGE, attrs.evolve(MESSAGE, message_id=None, files=())], ids=["full", "bare"]
)
def test_dict_is_read_back(message: Message) -> None:
    """Also from JSON, with the phone that exports add, and without `sent_at`."""
    fields = json.loads(json.dumps(message.to_dict()))
    assert message == Message.from_dict(fields)
    assert message == Message.from_dict(message.to_dict() | {"phone": "5511"})
    del fields["sent_at"]
    assert message == Message.from_dict(fields)
    assert FILE == MessageFile.from_dict(FILE.to_dict())


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([], "fields must be a dict, got list"),
        ({}, "fields must be what to_dict returned, but has no 'message_id'"),
        (
            MESSAGE.to_dict() | {"new": 1},
            "fields must be what to_dict returned, but has other keys",
        ),
        (MESSAGE.to_dict() | {"text": None}, r"fields\['text'\] must be a str, got NoneType"),
        (MESSAGE.to_dict() | {"message_id": 7}, r"fields\['message_id'\] must be a str or None"),
        (MESSAGE.to_dict() | {"unix_time": "1"}, r"fields\['unix_time'\] must be an int, got str"),
        (
            MESSAGE.to_dict() | {"unix_time": True},
            r"fields\['unix_time'\] must be an int, got bool",
        ),
        (
            MESSAGE.to_dict() | {"unix_time": -1},
            r"must be from 0 to 99999999999",
        ),
        (MESSAGE.to_dict() | {"files": None}, r"fields\['files'\] must be a list, got NoneType"),
        (MESSAGE.to_dict() | {"files": ["x"]}, "fields must be a dict, got str"),
        (MESSAGE.to_dict() | {"files": [{"name": "x"}]}, "but has no 'url'"),
    ],
)
def test_what_to_dict_never_returned_is_refused(fields: Any, problem: str) -> None:
    """By the name of the field; its value is not shown."""
    with pytest.raises(ValueError, match=problem):
        Message.from_dict(fields)


def test_message_knows_whether_it_came_in() -> None:
    """An unknown direction is not inbound."""
    assert not MESSAGE.is_inbound
    assert attrs.evolve(MESSAGE, direction="inbound").is_inbound
    assert not attrs.evolve(MESSAGE, direction="").is_inbound


def test_page_is_a_sequence() -> None:
    """Of its messages, with all that sequences can."""
    other = attrs.evolve(MESSAGE, text="x")
    page = attrs.evolve(PAGE, rows=(MESSAGE, other))
    assert [MESSAGE, other] == list(page)
    assert (2, other, (MESSAGE,), 1) == (len(page), page[-1], page[:1], page.index(other))
    assert other in page
    assert [other, MESSAGE] == list(reversed(page))
    assert not Page(rows=(), total=0, shown=0, page=1, limit=1)


def test_conversation_error_shows_no_phone_number() -> None:
    """The error and the cursor are enough to log."""
    error = TransportError("The connection broke")
    item = ConversationError(phone="+5511987654321", error=error, cursor=None)
    assert error is item.error
    assert "98765" not in repr(item)
