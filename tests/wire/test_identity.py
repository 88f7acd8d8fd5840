"""Two rows are the same if what cannot change of them is the same."""

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import DeliveryStatus, Message, MessageFile
from smstools_async._identity import SIZE, identify
from smstools_async._wire.messages import decode_conversation
from tests.wire.rows import BOM, PAGES, PHONE, body_of, row

FILE = MessageFile(name="exame.png", url="https://files.example/1", mime="image/png")
MESSAGE = Message(
    direction="inbound",
    sender=PHONE,
    receiver="Clinica",
    text="Confirmo! 😀",
    files=(FILE,),
    unix_time=1749113086,
)


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": "740"},
        {"delivery_status": DeliveryStatus.DELIVERED},
        {"datetime_text": "05 jun 2025, 08:44:46"},
        {"files": (attrs.evolve(FILE, url="https://files.example/2?sig=x", mime="image/"),)},
        {"direction": "INBOUND"},
    ],
    ids=["id", "status", "date", "url", "case-of-direction"],
)
def test_what_may_change_is_no_part_of_the_identity(changes: dict[str, Any]) -> None:
    """An id may come late, a status moves on, a URL is signed for each response."""
    assert MESSAGE.identity == attrs.evolve(MESSAGE, **changes).identity


@pytest.mark.parametrize(
    "changes",
    [
        {"direction": "outbound"},
        {"sender": "5511987654322"},
        {"receiver": "Clinica 2"},
        {"text": "Confirmo!"},
        {"unix_time": 1749113087},
        {"files": ()},
        {"files": (FILE, FILE)},
        {"files": (attrs.evolve(FILE, name="laudo.png"),)},
    ],
    ids=["direction", "sender", "receiver", "text", "second", "no-file", "two-files", "file-name"],
)
def test_everything_else_makes_another_row(changes: dict[str, Any]) -> None:
    """Each fact alone."""
    assert MESSAGE.identity != attrs.evolve(MESSAGE, **changes).identity


def test_identity_never_changes() -> None:
    """Cursors and archives keep it: a change of this value needs a new version of both."""
    assert "J1XoZlii_MPjnCotiftHvg" == MESSAGE.identity


def test_identity_is_safe_anywhere() -> None:
    """In URLs, file names and logs, with halves of emoji too."""
    identity = attrs.evolve(MESSAGE, text="cut \ud83d", sender="").identity
    assert 22 == len(identity)
    assert identity.replace("-", "").replace("_", "").isalnum()


FACTS = st.tuples(
    st.text(max_size=3),
    st.integers(0, 9),
    *[st.text("0 1\n2", max_size=4)] * 3,
    st.lists(st.text("0 1\n2", max_size=3), max_size=3),
)


@given(FACTS, FACTS)
def test_different_facts_are_written_differently(one: Any, other: Any) -> None:
    """No text can look like the beginning of the next fact."""
    same = [one[0].lower(), *one[1:]] == [other[0].lower(), *other[1:]]
    assert same == (identify(*one) == identify(*other))


@given(PAGES)
def test_rows_have_the_identity_of_their_messages(page: dict[str, Any]) -> None:
    """Whether or not a message was made of them, and in whichever way the page was decoded."""
    body = body_of(**page)
    decoded = decode_conversation(body)
    identities = [decoded.identity(index) for index in range(len(decoded))]
    repaired = decode_conversation(
        BOM + body.replace(b'"conversation"', b'"\xff": 0, "conversation"')
    )
    assert identities == [repaired.identity(index) for index in range(len(repaired))]
    assert all(SIZE == len(identity) for identity in identities)
    messages = decoded.structured()
    same = [[one == other for other in identities] for one in identities]
    assert same == [[one.identity == other.identity for other in messages] for one in messages]


def test_numbers_are_read_before_they_are_compared() -> None:
    """PHP turns texts into numbers, and null into nothing, from one response to the next."""
    sent = [row(message=None), row(message="", sender=int(PHONE), direction="Inbound")]
    page = decode_conversation(body_of(*sent))
    assert page.identity(0) == page.identity(1)
