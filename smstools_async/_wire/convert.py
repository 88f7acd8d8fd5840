"""How it is written on the wire.

Nearly every page is decoded at once: msgspec reads the whole body into typed structs, and cattrs
hooks make a `Message` of each row when it is asked for. A page that does not fit is read row by
row, and a row that does not fit is repaired where that cannot mislead; else the JSON path of every
problem is told. What msgspec takes for no JSON at all is read by the lenient decoder of the
standard library.

The rule of repairs: null is empty, a number may be a string; a missing key is an error where
a renamed one would silently empty the history (`direction`, `sender`, `receiver`, `message`,
`unixDatetime`), and empty elsewhere.

Vendor page: https://www.smstools.com/en/sms-gateway-api/get_conversation
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeGuard

import cattrs
import msgspec

from smstools_async._errors import UnexpectedResponseError
from smstools_async._models import (
    ConversationPage,
    DeliveryStatus,
    Direction,
    Message,
    MessageFile,
    OpenMessage,
    OpenMessageFile,
)
from smstools_async._phone import telling_digits

_SENSIBLE_SECONDS = range(10**11)  # beyond it are milliseconds, not seconds
_DEEPEST = 64  # levels; Python's own limit depends on its version, and on who calls
_SENSIBLE_COUNTS = range(10**12)


class _WireFile(msgspec.Struct, gc=False):
    name: str | None
    image: str
    mime: str | None = None


class _WireMessage(msgspec.Struct, gc=False, kw_only=True):
    """In the order of the vendor's page: msgspec looks for the next field first."""

    messageId: str | int | None = None  # noqa: N815 - wire name
    direction: str
    sender: str | int | None
    receiver: str | int | None
    message: str | None
    file: list[_WireFile] | _WireFile | None = None
    datetime: str | None = None
    unixDatetime: Annotated[int, msgspec.Meta(ge=0, lt=_SENSIBLE_SECONDS.stop)]  # noqa: N815 - wire name
    deliveryStatus: str | None = None  # noqa: N815 - wire name


class _WirePage(msgspec.Struct, gc=False):
    conversation: list[_WireMessage]
    total: Any = None
    shown: Any = None
    page: Any = None
    limit: Any = None


class _RawPage(msgspec.Struct):
    conversation: list[msgspec.Raw]
    total: Any = None
    shown: Any = None
    page: Any = None
    limit: Any = None


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

    def learn(self, row: _WireMessage) -> None:
        """Enter the words of a row."""
        sent = row.direction
        self.directions[sent] = _DIRECTIONS.get(sent.lower(), sent)
        for party in (row.sender, row.receiver):
            self.parties.setdefault(party, _text_of(party))
        status = row.deliveryStatus or ""
        self.statuses[row.deliveryStatus] = _STATUSES.get(status.upper(), status)


def _text_of(sent: str | int | None) -> str:
    """Return a phone or sender id, which PHP may have turned into a number, as a text."""
    return "" if sent is None else str(sent)


_DIRECTIONS: dict[str, str] = {direction.value: direction for direction in Direction}
_STATUSES: dict[str | None, str] = {status.value: status for status in DeliveryStatus}


_open_file: Any = OpenMessageFile  # checkers take open models for frozen, too
_open_message: Any = OpenMessage


def _from_wire_file(sent: _WireFile) -> MessageFile:
    making = _open_file()
    making.name = sent.name or ""
    making.url = sent.image
    making.mime = sent.mime or ""
    making.__class__ = MessageFile
    file: MessageFile = making
    return file


class _UnreadableError(ValueError):
    """A value on the wire that cannot be read; says what it is and what it should be."""


def _is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case dict():
            return "an object"
        case _:
            return "a list"


def _read_text(sent: object) -> str:
    match sent:
        case None:
            return ""
        case str():
            return _mend_text(sent)
        case _:
            raise _UnreadableError(f"{_kind(sent)}, not a text")


def _mend_text(text: str) -> str:
    """Join halves of emoji that were escaped one by one; a half alone becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mend_texts(value: object) -> Any:
    """Mend every text within a JSON value."""
    if isinstance(value, str):
        return _mend_text(value)
    if _is_list(value):
        return [_mend_texts(item) for item in value]
    if _is_object(value):
        return {_mend_text(key): _mend_texts(item) for key, item in value.items()}
    return value


def _read_number_as_text(sent: object) -> str:
    """Read a phone number or id, which PHP may have turned into a number."""
    if isinstance(sent, int) and not isinstance(sent, bool):
        return str(sent)
    return _read_text(sent)


def _read_id(sent: object) -> str | None:
    if sent is None:
        return None
    return _read_number_as_text(sent) or None


def _read_seconds(sent: object) -> int:
    match sent:
        case bool():
            pass
        case int():
            return _sensible(sent)
        case float() if math.isfinite(sent):
            return _sensible(math.floor(sent))
        case str() if re.fullmatch("[0-9]{1,32}", sent):
            return _sensible(int(sent))
        case _:
            pass
    raise _UnreadableError(f"{_kind(sent)}, not a time in seconds")


def _sensible(seconds: int) -> int:
    if seconds not in _SENSIBLE_SECONDS:
        raise _UnreadableError(
            "a number that is no time in seconds since 1970 (milliseconds, perhaps?)"
        )
    return seconds


def _read_count(sent: object) -> int | None:
    """Read a number of the envelope; what is not plainly a count is unknown, never guessed."""
    match sent:
        case bool():
            return None
        case int() if sent in _SENSIBLE_COUNTS:
            return sent
        case str() if re.fullmatch("[0-9]{1,12}", sent):
            return int(sent)
        case _:
            return None


def _read_list(sent: object) -> list[object]:
    """Read a list, which PHP may have written as an object with numbered keys."""
    if _is_list(sent):
        return sent
    if _is_object(sent) and all(re.fullmatch("[0-9]{1,12}", key) for key in sent):
        return [sent[key] for key in sorted(sent, key=int)]
    raise _UnreadableError(f"{_kind(sent)}, not a list")


def _read_files(sent: object) -> list[_WireFile] | None:
    """Read an attachment list in any of its shapes: null, a list, a PHP list, one object."""
    if sent is None:
        return None
    one_object = _is_object(sent) and "image" in sent
    return [_read_file(file) for file in ([sent] if one_object else _read_list(sent))]


def _read_file(sent: object) -> _WireFile:
    if not _is_object(sent):
        raise _UnreadableError(f"holds {_kind(sent)}, not an object")
    if not isinstance(sent.get("image"), str):
        raise _UnreadableError("holds a file without the text `image`, its address")
    return _WireFile(
        name=_read_text(sent.get("name")),
        image=_read_text(sent["image"]),
        mime=_read_text(sent.get("mime")),
    )


_READERS: dict[str, Callable[[object], Any]] = {
    "messageId": _read_id,
    "direction": _read_text,
    "sender": _read_number_as_text,
    "receiver": _read_number_as_text,
    "message": _read_text,
    "file": _read_files,
    "datetime": _read_text,
    "unixDatetime": _read_seconds,
    "deliveryStatus": _read_text,
}
_REQUIRED = ("direction", "sender", "receiver", "message", "unixDatetime")


def _read_row(sent: object) -> tuple[_WireMessage | None, list[str]]:
    """Read one row; return it, or its problems with their paths below the row."""
    if not isinstance(sent, msgspec.Raw):
        return _repair_row(sent)
    try:
        return _decode_row(sent), []
    except (ValueError, RecursionError):
        pass  # the error holds texts
    return _repair_row(decode_document(bytes(sent)))


def _repair_row(sent: object) -> tuple[_WireMessage | None, list[str]]:
    if not _is_object(sent):
        return None, [f": {_kind(sent)}, not an object"]
    row = _with_direction(sent)
    problems = [f".{key}: missing" for key in _REQUIRED if key not in row]
    fields: dict[str, Any] = {}
    for key in _READERS.keys() & row.keys():
        try:
            fields[key] = _READERS[key](row[key])
        except _UnreadableError as problem:
            problems.append(f".{key}: {problem}")
    return (None, sorted(problems)) if problems else (_WireMessage(**fields), [])


def _with_direction(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fill a missing direction from `mine`, which the vendor's page mentions and no row shows."""
    if row.get("direction") is None and isinstance(row.get("mine"), bool):
        return {**row, "direction": Direction.OUTBOUND if row["mine"] else Direction.INBOUND}
    return row


def _read_rows(sent: object) -> list[_WireMessage]:
    try:
        rows = [_read_row(row) for row in _read_list(sent)]
    except _UnreadableError as problem:
        raise _not_a_conversation(f"$.conversation: {problem}") from None
    problems = [
        f"$.conversation[{index}]{problem}"
        for index, (_, row_problems) in enumerate(rows)
        for problem in row_problems
    ]
    if problems:
        raise _not_a_conversation(*problems)
    return [row for row, _ in rows if row is not None]


def _not_a_conversation(*problems: str) -> UnexpectedResponseError:
    return UnexpectedResponseError(
        "The answer is not a page of a conversation as documented", problems
    )


def _structure_message(sent: object, _: type[Message]) -> Message:
    row = sent if isinstance(sent, _WireMessage) else _read_single_row(sent)
    return _make_messages((row,), (0,), _Words())[0]


def _files_of(sent: list[_WireFile] | _WireFile) -> tuple[MessageFile, ...]:
    files = [sent] if isinstance(sent, _WireFile) else sent
    return tuple([_from_wire_file(file) for file in files])


def _make_messages(
    rows: Sequence[_WireMessage], indexes: Iterable[int], words: _Words
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


def _read_single_row(sent: object) -> _WireMessage:
    row, problems = _repair_row(sent)
    if row is None:
        raise _not_a_conversation(*(f"${problem}" for problem in problems))
    return row


def _structure_file(sent: object, _: type[MessageFile]) -> MessageFile:
    try:
        return _from_wire_file(_read_file(sent))
    except _UnreadableError as error:
        problem = f"$ {error}"
    raise UnexpectedResponseError("The file is not as documented", (problem,))


def _unstructure_file(file: MessageFile) -> dict[str, str]:
    return {"name": file.name, "image": file.url, "mime": file.mime}


def _unstructure_message(message: Message) -> dict[str, Any]:
    return {
        "messageId": message.message_id,
        "direction": str(message.direction),
        "sender": message.sender,
        "receiver": message.receiver,
        "message": message.text,
        "file": [_unstructure_file(file) for file in message.files] or None,
        "datetime": message.datetime_text,
        "unixDatetime": message.unix_time,
        "deliveryStatus": str(message.delivery_status),
    }


converter: cattrs.Converter = cattrs.Converter()
"""Turns the vendor's JSON shape into models and back.

Example:
    >>> row = {
    ...     "messageId": None, "direction": "inbound", "sender": "5511987654321",
    ...     "receiver": "Clinica", "message": "Confirmo!", "file": None,
    ...     "datetime": "28 may 2025, 09:26:58", "unixDatetime": 1748424418,
    ...     "deliveryStatus": "DELIVERED",
    ... }
    >>> message = converter.structure(row, Message)
    >>> message.sent_at.year
    2025
    >>> converter.unstructure(message) == row
    True
"""
converter.register_structure_hook(Message, _structure_message)
converter.register_structure_hook(MessageFile, _structure_file)
converter.register_unstructure_hook(Message, _unstructure_message)
converter.register_unstructure_hook(MessageFile, _unstructure_file)

_structure: Callable[[object, type[Message]], Message] = converter.get_structure_hook(Message)
_decode_page = msgspec.json.Decoder(_WirePage, strict=False).decode
_decode_raw_page = msgspec.json.Decoder(_RawPage).decode
_decode_row = msgspec.json.Decoder(_WireMessage, strict=False).decode


class WirePage:
    """A decoded page whose rows become messages when they are asked for.

    The numbers are those of `ConversationPage`.
    """

    __slots__ = ("_rows", "_words", "limit", "page", "shown", "total")

    def __init__(self, envelope: _WirePage) -> None:
        self._rows = envelope.conversation
        self._words = _Words()
        self.total: int | None = _read_count(envelope.total)
        self.shown: int | None = _read_count(envelope.shown)
        self.page: int | None = _read_count(envelope.page)
        self.limit: int | None = _read_count(envelope.limit)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Message:
        return _structure(self._rows[index], Message)

    def messages(self, indexes: Iterable[int]) -> list[Message]:
        """Make messages of the rows at `indexes`."""
        return _make_messages(self._rows, indexes, self._words)

    @property
    def seconds(self) -> list[int]:
        """The `unix_time` of every row, without structuring any."""
        return [row.unixDatetime for row in self._rows]

    def has_rows_of_others_only(self, last_digits: str) -> bool:
        """Whether all rows are with numbers, and none with one that ends like this."""
        if not (last_digits and self._rows):
            return False
        ends = (
            {telling_digits(_text_of(row.sender)), telling_digits(_text_of(row.receiver))}
            for row in self._rows
        )
        return all(end != {""} and last_digits not in end for end in ends)

    def structured(self) -> ConversationPage:
        """Make messages of all rows."""
        return self.page_with(self.messages(range(len(self))))

    def page_with(self, messages: Iterable[Message]) -> ConversationPage:
        """Return messages of this page beside its numbers."""
        return ConversationPage(
            messages=tuple(messages),
            total=self.total,
            shown=self.shown,
            page=self.page,
            limit=self.limit,
        )


def decode_page(body: bytes) -> WirePage:
    """Decode the body of a conversation page.

    Raises:
        UnexpectedResponseError: it is not JSON, or not a page that can be trusted.
    """
    try:
        return WirePage(_decode_page(body))
    except (ValueError, RecursionError):
        pass  # what follows repairs it, or names every problem instead of the first one
    return WirePage(_repair_page(body))


def decode_page_with(phone: str, body: bytes) -> WirePage:
    """Decode a page of the conversation with `phone`, and of no other.

    One answer too many on a connection that is kept alive makes each later request on it get its
    predecessor's answer: another phone's page. Numbers are told by their last seven digits, since
    in which form the API writes them is documented nowhere; what is no number tells nothing.

    Raises:
        UnexpectedResponseError: it is not a page that can be trusted, or is another phone's.
    """
    page = decode_page(body)
    if page.has_rows_of_others_only(telling_digits(phone)):
        raise UnexpectedResponseError("The answer is a page of another phone", retryable=True)
    return page


def _repair_page(body: bytes) -> _WirePage:
    document = _decode_parts(body)
    if not _is_object(document):
        raise _not_a_conversation(f"$: {_kind(document)}, not an object")
    if "conversation" not in document:
        raise _not_a_conversation("$.conversation: missing")
    numbers = {key: document.get(key) for key in ("total", "shown", "page", "limit")}
    return _WirePage(conversation=_read_rows(document["conversation"]), **numbers)


def _decode_parts(body: bytes) -> Any:
    """Decode what is around the rows, and the rows too where they are no list of them."""
    try:
        return msgspec.structs.asdict(_decode_raw_page(body))
    except (ValueError, RecursionError):
        pass  # whatever it is, it is told of in the words of this room
    return decode_document(body)


def decode_document(body: bytes) -> Any:
    """Decode any JSON body, mending broken text inside of strings.

    A byte order mark is dropped, invalid UTF-8 and halves of emoji become U+FFFD. `NaN`, numbers
    out of range and nesting of more than 64 levels are refused (RFC 8259, sections 6 and 9).

    Raises:
        UnexpectedResponseError: it is not JSON.
    """
    try:
        return _refuse_depth(msgspec.json.decode(body))
    except (ValueError, RecursionError):
        pass  # the standard library's decoder can be told to be lenient
    text = body.decode("utf-8-sig", "replace")
    try:
        value: object = json.loads(
            text, strict=False, parse_constant=_refuse_number, parse_float=_finite
        )
        return _mend_texts(_refuse_depth(value))
    except (ValueError, RecursionError):
        pass  # the original error holds the text of the messages
    raise UnexpectedResponseError(f"The answer is {_describe(body)}, not JSON", retryable=True)


def _refuse_depth(value: object) -> object:
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return value
    raise ValueError(_DEEPEST)


def _children(value: object) -> Iterable[object]:
    if _is_object(value):
        return value.values()
    return value if _is_list(value) else ()


def _refuse_number(constant: str) -> float:
    raise ValueError(constant)


def _finite(number: str) -> float:
    value = float(number)
    return value if math.isfinite(value) else _refuse_number(number)


def _describe(body: bytes) -> str:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start:
        return "empty"
    if start == b"<":
        return "an HTML page"
    return "a broken text" if start in b"{[" else "a text"
