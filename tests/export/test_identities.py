"""Identity: what makes two rows of a database the same, and what does not."""

from pathlib import Path
from typing import Any

import attrs
import pytest

from smstools_async import Message, MessageFile
from smstools_async.export import read_sqlite, sqlite_writer

ANA, BIA = "551100000001", "551100000002"


def _sent(receiver: str, text: str, **others: Any) -> Message:
    return attrs.evolve(
        Message(
            message_id="BULK-77",
            direction="outbound",
            sender="Clinica",
            receiver=receiver,
            text=text,
            unix_time=1749113086,
        ),
        **others,
    )


def _write(path: Path, *messages: Message, phone: str | None = None) -> None:
    with sqlite_writer(path) as writer:
        for message in messages:
            writer.write(message, phone=phone)


def _texts(path: Path, phone: str | None = None) -> list[str]:
    return [message.text for message in read_sqlite(path, phone=phone)]


def test_one_id_in_two_conversations_is_two_messages(tmp_path: Path) -> None:
    """A server that numbers a bulk message once gives its id to each receiver."""
    path = tmp_path / "a.db"
    for _ in range(2):
        _write(path, _sent(ANA, "Olá Ana"))
        _write(path, _sent(BIA, "Olá Bia"))
    assert (["Olá Ana"], ["Olá Bia"]) == (_texts(path, ANA), _texts(path, BIA))


def test_equal_messages_of_two_conversations_are_two_messages(tmp_path: Path) -> None:
    """The same row may be listed in two conversations, as one with a sender id is."""
    path = tmp_path / "a.db"
    message = _sent("Clinica", "Olá")
    for phone in (ANA, BIA, ANA, BIA):
        _write(path, message, phone=phone)
    assert (["Olá"], ["Olá"]) == (_texts(path, ANA), _texts(path, BIA))


@pytest.mark.parametrize("message_id", ["0", "", "BULK-77", None])
def test_one_id_on_two_messages_of_a_conversation_keeps_both(
    tmp_path: Path, message_id: str | None
) -> None:
    """However many exports there are."""
    path = tmp_path / "a.db"
    rows = [attrs.evolve(_sent(ANA, text), message_id=message_id) for text in ("one", "two")]
    for export in (rows, rows, rows[::-1]):
        _write(path, *export)
        assert ["one", "two"] == _texts(path)


def test_status_and_urls_are_updated(tmp_path: Path) -> None:
    """Neither is a part of the identity, so SUBMITTED becomes DELIVERED in the same row."""
    path = tmp_path / "a.db"
    files = [
        (MessageFile(name="a.pdf", url=f"https://files.example/{n}", mime="")) for n in range(2)
    ]
    before = attrs.evolve(_sent(ANA, "Olá", delivery_status="SUBMITTED"), files=(files[0],))
    after = attrs.evolve(_sent(ANA, "Olá", delivery_status="DELIVERED"), files=(files[1],))
    for message in (before, after):
        _write(path, message)
        assert [message] == list(read_sqlite(path))


def test_equal_messages_keep_their_ids(tmp_path: Path) -> None:
    """In whichever order two equal ones come, each gets the row with its own id."""
    path = tmp_path / "a.db"
    first, second = (attrs.evolve(_sent(ANA, "ok"), message_id=number) for number in "12")
    _write(path, first, second)
    _write(path, attrs.evolve(second, delivery_status="DELIVERED"), first)
    found = [(message.message_id, message.delivery_status) for message in read_sqlite(path)]
    assert [("1", ""), ("2", "DELIVERED")] == found


def test_errors_name_the_file_of_the_caller(tmp_path: Path) -> None:
    """And not the part that grows next to it."""
    path = tmp_path / "mine.db"
    path.write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises((ValueError, OSError)) as caught:
        sqlite_writer(path).__enter__()
    assert "mine.db" in str(caught.value)
    assert ".part" not in str(caught.value)
    assert [path] == list(tmp_path.iterdir())
