"""Rows of a conversation, and the messages they become.

A missing key is an error where a renamed one would silently empty the history (`direction`,
`sender`, `receiver`, `message`, `unixDatetime`), and empty elsewhere.

Vendor page: https://www.smstools.com/en/sms-gateway-api/get_conversation
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import attrs
import msgspec

from smstools_async._errors import UnexpectedResponseError
from smstools_async._identity import identify, identify_bytes
from smstools_async._models import (
    DeliveryStatus,
    Direction,
    Message,
    MessageFile,
    OpenMessage,
    OpenMessageFile,
)
from smstools_async._phone import telling_digits
from smstools_async._wire.bounds import Allowance, cut_depth
from smstools_async._wire.documents import decode_document, is_object
from smstools_async._wire.envelope import Envelope
from smstools_async._wire.fields import (
    SENSIBLE_SECONDS,
    UnreadableError,
    kind_of,
    read_at,
    read_id,
    read_items,
    read_number_as_text,
    read_object,
    read_present_text,
    read_seconds,
    read_text,
)
from smstools_async._wire.pages import BadRow, DecodedPage, OnBadRow, RowKind, decode_page

_ID_TO_SHOW = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class WireFile(msgspec.Struct, gc=False):
    """A file as it is written."""

    name: str | None
    image: str
    mime: str | None = None


class WireMessage(msgspec.Struct, gc=False, kw_only=True):
    """A row, in the order of the vendor's page: msgspec looks for the next field first."""

    messageId: str | int | None = None  # noqa: N815 - wire name
    direction: str
    sender: str | int | None
    receiver: str | int | None
    message: str | None
    file: list[WireFile] | WireFile | None = None
    datetime: str | None = None
    unixDatetime: Annotated[int, msgspec.Meta(ge=0, lt=SENSIBLE_SECONDS.stop)]  # noqa: N815 - wire name
    deliveryStatus: str | None = None  # noqa: N815 - wire name


class _WirePage(Envelope[list[WireMessage]], gc=False):
    rows: list[WireMessage] = msgspec.field(name="conversation")


_decode_row = msgspec.json.Decoder(WireMessage, strict=False).decode


def decode_conversation(
    body: bytes,
    *,
    phone: str | None = None,
    on_bad_row: OnBadRow = "raise",
    limit: int | None = None,
) -> DecodedPage[Message]:
    """Decode a page of the conversation with `phone`, and of no other.

    One answer too many on a connection that is kept alive makes each later request on it get its
    predecessor's answer: another phone's page. Numbers are told by their last seven digits, since
    in which form the API writes them is documented nowhere; what is no number tells nothing.

    Args:
        body: the response.
        phone: with whom the conversation is; `None` takes a page of any phone.
        on_bad_row: whether a row that cannot be read is an error, or is passed over.
        limit: how many rows were asked for.

    Raises:
        UnexpectedResponseError: it is not a page that can be trusted, or is another phone's.
    """
    kind = CONVERSATION if phone is None else attrs.evolve(CONVERSATION, rows=_rows_with(phone))
    return decode_page(kind, body, on_bad_row=on_bad_row, limit=limit)


def _rows_with(phone: str) -> Callable[[list[WireMessage]], "MessageRows"]:
    def rows_of(sent: list[WireMessage]) -> MessageRows:
        rows = MessageRows(sent)
        if rows.are_with_others_only(telling_digits(phone)):
            reason = "The response is a page of another phone number"
            raise UnexpectedResponseError(reason, retryable=True)
        return rows

    return rows_of


class MessageRows:
    """The rows of a page of a conversation."""

    __slots__ = ("_rows", "_words")

    def __init__(self, rows: list[WireMessage]) -> None:
        self._rows = rows
        self._words = _Words()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def seconds(self) -> list[int]:
        """The `unix_time` of each row, without making a message of any."""
        return [row.unixDatetime for row in self._rows]

    def identity(self, index: int) -> bytes:
        """Return what makes the row at `index` the same as another; as `Message.identity` does."""
        row = self._rows[index]
        return identify(
            row.direction,
            row.unixDatetime,
            _text_of(row.sender),
            _text_of(row.receiver),
            row.message or "",
            [file.name or "" for file in _list_of(row.file)],
        )

    def make(self, indexes: Iterable[int]) -> list[Message]:
        """Make messages of the rows at `indexes`."""
        return _make_messages(self._rows, indexes, self._words)

    def are_with_others_only(self, last_digits: str) -> bool:
        """Whether all rows are with numbers, and none with one that ends like this."""
        rows = [row for row in self._rows if row is not _PLACEHOLDER]
        if not (last_digits and rows):
            return False
        ends = (
            {telling_digits(_text_of(row.sender)), telling_digits(_text_of(row.receiver))}
            for row in rows
        )
        return all(end != {""} and last_digits not in end for end in ends)


def read_row(sent: msgspec.Raw, allowance: Allowance) -> WireMessage | BadRow:
    """Read one row as it was sent, and repair it where that cannot mislead."""
    try:
        return _decode_row(sent)
    except (ValueError, RecursionError):
        pass  # the error holds texts
    row = bytes(sent)
    try:
        return repair_row(_decode_odd_row(row, allowance))
    except UnreadableRowError as error:
        return _describe(error, identify_bytes(row))


def _decode_odd_row(row: bytes, allowance: Allowance) -> Any:
    if not allowance.covers(row):
        raise UnreadableRowError((": too many values to be read",))
    try:
        return decode_document(cut_depth(row))
    except UnexpectedResponseError:
        pass  # it names the whole response
    raise UnreadableRowError((": not valid JSON",))


class UnreadableRowError(ValueError):
    """A row that cannot be read.

    Args:
        problems: each with its JSON path below the row.
        fields: what could be read.
    """

    def __init__(self, problems: tuple[str, ...], fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(problems)
        self.problems: tuple[str, ...] = problems
        self.fields: Mapping[str, Any] = fields or {}


def repair_row(sent: object) -> WireMessage:
    """Read a row that is not as documented, field by field.

    Raises:
        UnreadableRowError: it cannot be repaired without a guess.
    """
    if not is_object(sent):
        raise UnreadableRowError((f": must be an object, got {kind_of(sent)}",))
    row = _with_direction(sent)
    problems = [f".{key}: missing" for key in _REQUIRED if key not in row]
    fields: dict[str, Any] = {}
    for key in _READERS.keys() & row.keys():
        try:
            fields[key] = read_at(f".{key}", row[key], _READERS[key])
        except UnreadableError as problem:
            problems.append(str(problem))
    if problems:
        raise UnreadableRowError(tuple(sorted(problems)), fields)
    return WireMessage(**fields)


def _describe(error: UnreadableRowError, identity: bytes) -> BadRow:
    fields = error.fields
    parties = [telling_digits(fields.get(key, "")) for key in ("sender", "receiver")]
    row_id = fields.get("messageId") or ""
    holds_phone = any(digits and digits in row_id for digits in parties)
    return BadRow(
        problems=error.problems,
        second=fields.get("unixDatetime"),
        row_id=row_id if _ID_TO_SHOW.fullmatch(row_id) and not holds_phone else None,
        identity=identity,
    )


def _with_direction(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fill a missing direction from `mine`, which the vendor's page mentions and no row shows."""
    if row.get("direction") is None and isinstance(row.get("mine"), bool):
        return {**row, "direction": Direction.OUTBOUND if row["mine"] else Direction.INBOUND}
    return row


def _read_files(sent: object) -> list[WireFile]:
    """Read an attachment list in any of its shapes: null, a list, a PHP list, one object."""
    if sent is None:
        return []
    if is_object(sent) and "image" in sent:
        return [read_file(sent)]
    return read_items(sent, read_file)


def read_file(sent: object) -> WireFile:
    """Read a file that is not as documented, or stands alone."""
    file = read_object(sent)
    if "image" not in file:
        raise UnreadableError("missing", ".image")
    return WireFile(
        name=read_at(".name", file.get("name"), read_text),
        image=read_at(".image", file["image"], read_present_text),
        mime=read_at(".mime", file.get("mime"), read_text),
    )


_READERS: dict[str, Callable[[object], Any]] = {
    "messageId": read_id,
    "direction": read_text,
    "sender": read_number_as_text,
    "receiver": read_number_as_text,
    "message": read_text,
    "file": _read_files,
    "datetime": read_text,
    "unixDatetime": read_seconds,
    "deliveryStatus": read_text,
}
_REQUIRED = ("direction", "sender", "receiver", "message", "unixDatetime")

_DIRECTIONS: dict[str, str] = {direction.value: direction for direction in Direction}
_STATUSES: dict[str | None, str] = {status.value: status for status in DeliveryStatus}


class _Words:
    """What the words in the rows of one page mean; equal phones become one text.

    That saves a fifth of the memory of messages. The table goes with its page; `sys.intern` of
    Python 3.12 keeps texts for ever. Dictionaries of a class of their own would be three times as
    slow, so what is new is learned when a look-up fails.
    """

    __slots__ = ("directions", "parties", "statuses")

    def __init__(self) -> None:
        self.directions: dict[str, str] = _DIRECTIONS.copy()
        self.parties: dict[str | int | None, str] = {}
        self.statuses: dict[str | None, str] = _STATUSES.copy()

    def learn(self, row: WireMessage) -> None:
        """Enter the words of a row."""
        sent = row.direction
        self.directions[sent] = _DIRECTIONS.get(sent.lower(), sent)
        for party in (row.sender, row.receiver):
            self.parties.setdefault(party, _text_of(party))
        status = row.deliveryStatus or ""
        self.statuses[row.deliveryStatus] = _STATUSES.get(status.upper(), status)


_open_file: Any = OpenMessageFile  # checkers take open models for frozen, too
_open_message: Any = OpenMessage


def make_message(row: WireMessage) -> Message:
    """Make a message of one row."""
    return _make_messages((row,), (0,), _Words())[0]


def _make_messages(
    rows: Sequence[WireMessage], indexes: Iterable[int], words: _Words
) -> list[Message]:
    """Make messages of rows: the inner loop of everything, so calls and look-ups are spared."""
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
            messages += _make_messages(rows, (index,), words)
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


def _list_of(sent: list[WireFile] | WireFile | None) -> Sequence[WireFile]:
    return (sent,) if isinstance(sent, WireFile) else sent or ()


def _text_of(sent: str | int | None) -> str:
    """Return a phone or sender id, which PHP may have turned into a number, as a text."""
    return "" if sent is None else str(sent)


_PLACEHOLDER = WireMessage(direction="", sender="", receiver="", message="", unixDatetime=0)

CONVERSATION: RowKind[WireMessage, Message] = RowKind(
    key="conversation",
    decode=msgspec.json.Decoder(_WirePage, strict=False).decode,
    read=read_row,
    placeholder=_PLACEHOLDER,
    rows=MessageRows,
)
