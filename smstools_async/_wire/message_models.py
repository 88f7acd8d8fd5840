"""Messages that are made of decoded rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from smstools_async._models import (
    DeliveryStatus,
    Direction,
    Message,
    MessageFile,
    OpenMessage,
    OpenMessageFile,
)
from smstools_async._wire.message_fields import WireFile, WireMessage

_DIRECTIONS: dict[str, str] = {direction.value: direction for direction in Direction}
_STATUSES: dict[str | None, str] = {status.value: status for status in DeliveryStatus}


class Words:
    """Values that repeat in the rows of one page, and what they become; equal phones share a `str`.

    That saves a fifth of the memory of messages. The table lives as long as its page, while strings
    of `sys.intern` are immortal in Python 3.12. A `dict` with `__missing__` would be three times as
    slow, so new values are added when a look-up fails.
    """

    __slots__ = ("directions", "parties", "statuses")

    def __init__(self) -> None:
        self.directions: dict[str, str] = _DIRECTIONS.copy()
        self.parties: dict[str | int | None, str] = {}
        self.statuses: dict[str | None, str] = _STATUSES.copy()

    def learn(self, row: WireMessage) -> None:
        """Add the values of a row."""
        sent = row.direction
        self.directions[sent] = _DIRECTIONS.get(sent.lower(), sent)
        for party in (row.sender, row.receiver):
            self.parties.setdefault(party, text_of(party))
        status = row.deliveryStatus or ""
        self.statuses[row.deliveryStatus] = _STATUSES.get(status.upper(), status)


_open_file: Any = OpenMessageFile  # checkers take open models for frozen, too
_open_message: Any = OpenMessage


def make_message(row: WireMessage) -> Message:
    """Make a message of one row."""
    return make_messages((row,), (0,), Words())[0]


def make_messages(
    rows: Sequence[WireMessage], indexes: Iterable[int], words: Words
) -> list[Message]:
    """Make messages of rows.

    This is the innermost loop of the library: it avoids calls and look-ups, and sets `__class__`
    instead of calling `Message(…)`; see `OpenMessage`.
    """
    new = _open_message
    directions, parties, statuses = words.directions, words.parties, words.statuses
    messages: list[Message] = []
    for index in indexes:
        row = rows[index]
        making = new()
        try:
            making.direction = directions[row.direction]
            making.sender = parties[row.sender]
            making.receiver = parties[row.receiver]
            making.delivery_status = statuses[row.deliveryStatus]
        except KeyError:
            words.learn(row)
            messages += make_messages(rows, (index,), words)
            continue
        sent_id, files = row.messageId, row.file
        making.message_id = str(sent_id) if sent_id.__class__ is int else sent_id or None
        making.text = row.message or ""
        making.files = _files_of(files) if files else ()
        making.unix_time = row.unixDatetime
        making.datetime_text = row.datetime or ""
        making.__class__ = Message
        messages.append(making)
    return messages


def _files_of(sent: list[WireFile] | WireFile) -> tuple[MessageFile, ...]:
    files = (sent,) if isinstance(sent, WireFile) else sent
    return tuple([make_file(file) for file in files])


def make_file(sent: WireFile) -> MessageFile:
    """Make a file of one as it is written."""
    making = _open_file()
    making.name = sent.name or ""
    making.url = sent.image
    making.mime = sent.mime or ""
    making.__class__ = MessageFile
    file: MessageFile = making
    return file


def list_of(sent: list[WireFile] | WireFile | None) -> Sequence[WireFile]:
    """Return the files of a row, in whichever shape they were sent."""
    return (sent,) if isinstance(sent, WireFile) else sent or ()


def text_of(sent: str | int | None) -> str:
    """Return a phone or sender id, which PHP may have turned into a number, as a text."""
    return "" if sent is None else str(sent)
