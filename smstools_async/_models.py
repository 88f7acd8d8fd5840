"""Messages, their files, and pages of rows.

Values only; `_wire` knows how they are written on the wire. Every annotation here resolves at run
time, since cattrs reads it.

Vendor page: https://www.smstools.com/en/sms-gateway-api/get_conversation
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from types import UnionType
from typing import Any, Generic, TypeVar, overload

import attrs

from smstools_async._arguments import ArgumentError, check_whole
from smstools_async._identity import identify, write_identity
from smstools_async._names import safe_name


class Direction(StrEnum):
    """Which way a message went, seen from the account."""

    INBOUND = "inbound"
    """From the phone to the account."""
    OUTBOUND = "outbound"
    """From the account to the phone."""


class DeliveryStatus(StrEnum):
    """How far a message got, in the vendor's words (webhook page, delivery codes 0 to 9).

    On inbound messages the API sends a status too, and it says nothing there.
    """

    SUBMITTED = "SUBMITTED"
    DELIVERED = "DELIVERED"
    NOT_DELIVERED = "NOT DELIVERED"
    BUFFERED = "BUFFERED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"


_LATEST = 10**11 - 1
"""Seconds: what lies beyond it are milliseconds."""


def _show_word(sent: str) -> str:
    """Show a word of the server, unless it is none: it could hold a number, or escape codes."""
    return re.sub(r"[^A-Za-z _-]", "•", f"{sent!s:.20}")


def _refuse_others(fields: Mapping[str, Any], known: set[str]) -> None:
    if not isinstance(fields, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - read from files
        raise ArgumentError("fields", f"must be a dict, got {type(fields).__name__}")
    if fields.keys() - known:
        raise ArgumentError("fields", "must be what to_dict returned, but has other keys")


def _read_text(fields: Mapping[str, Any], key: str) -> str:
    text: str = _read_field(fields, key, str, "a str")
    return text


def _read_field(fields: Mapping[str, Any], key: str, wanted: type | UnionType, words: str) -> Any:
    if key not in fields:
        raise ArgumentError("fields", f"must be what to_dict returned, but has no {key!r}")
    value = fields[key]
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise ArgumentError(f"fields[{key!r}]", f"must be {words}, got {type(value).__name__}")
    return value


@attrs.frozen(kw_only=True)
class MessageFile:
    """A file sent along with a message, such as a picture.

    Example:
        >>> MessageFile(name="boleto.png", url="https://files.example/1", mime="image/png").name
        'boleto.png'
    """

    name: str = attrs.field(repr=False)
    """The file's name as the sender chose it: no path, and fit for none. `safe_name` is."""
    url: str = attrs.field(repr=False)
    """Where the file is; the API's `image`. The host need not be the vendor's: send no secrets."""
    mime: str
    """The media type; the vendor's own example has the bare prefix `image/`."""

    @property
    def safe_name(self) -> str:
        """What is left of `name` once it is a plain file name on every system.

        One part of a path, never empty, at most 120 bytes; not hidden, and no device of Windows.
        """
        return safe_name(self.name)

    def to_dict(self) -> dict[str, str]:
        """Return the fields as a new plain dict, ready for `json.dumps`; `from_dict` reads it."""
        return {"name": self.name, "url": self.url, "mime": self.mime}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "MessageFile":
        """Return the file that `to_dict` was called on.

        Raises:
            ValueError: `fields` is not what `to_dict` returns.

        Example:
            >>> MessageFile.from_dict({"name": "a.png", "url": "https://f.test", "mime": ""}).name
            'a.png'
        """
        _refuse_others(fields, {"name", "url", "mime"})
        name, url, mime = (_read_text(fields, key) for key in ("name", "url", "mime"))
        return cls(name=name, url=url, mime=mime)


@attrs.frozen(kw_only=True)
class Message:
    """One message of a conversation.

    Two messages with equal fields are equal, yet may both be real: people do send "ok" twice in one
    second, and inbound messages carry no id that would distinguish them.

    The `repr` shows neither the text nor a phone number, so that a message may be logged.

    Example:
        >>> message = Message(
        ...     direction=Direction.INBOUND,
        ...     sender="5511987654321",
        ...     receiver="Clinica",
        ...     text="Confirmo, obrigada!",
        ...     unix_time=1749113086,
        ...     delivery_status=DeliveryStatus.DELIVERED,
        ... )
        >>> message.sent_at.isoformat()
        '2025-06-05T08:44:46+00:00'
        >>> message
        Message(message_id=None, direction=inbound, unix_time=1749113086, delivery_status=DELIVERED)
    """

    message_id: str | None = None
    """The vendor's id; `None` on inbound messages."""
    direction: str = attrs.field(repr=_show_word)
    """A `Direction`, or whatever else the server sent."""
    sender: str = attrs.field(repr=False)
    """A phone number or an alphanumeric sender id."""
    receiver: str = attrs.field(repr=False)
    """A phone number or an alphanumeric sender id."""
    text: str = attrs.field(repr=False)
    """The API's `message`; empty where the API sends null."""
    files: tuple[MessageFile, ...] = attrs.field(default=(), repr=False)
    """The API's `file`, whichever of its shapes was sent (null, a list, one object)."""
    unix_time: int
    """Seconds since 1970-01-01 UTC; the API's `unixDatetime`."""
    datetime_text: str = attrs.field(default="", repr=False)
    """The API's `datetime` as sent, like `05 jun 2025, 08:44:46`. Its time zone is documented
    nowhere; read `sent_at` instead."""
    delivery_status: str = attrs.field(default="", repr=_show_word)
    """A `DeliveryStatus`, or whatever else the server sent."""

    @property
    def sent_at(self) -> datetime:
        """When the message was sent: an aware `datetime` in UTC, exact to the second."""
        return datetime.fromtimestamp(self.unix_time, UTC)

    @property
    def identity(self) -> str:
        """What makes two messages the same: 22 characters, safe in URLs and file names.

        It is made of the direction, second, sender, receiver, text and file names, and of nothing
        that may change: not the id, which comes late or never, nor the status, nor a file's URL.
        Equal messages have equal identities although both may be real, so count them. Versions of
        this library and of Python agree on it. It shows nothing of the message, yet whoever knows
        or guesses all of a message can check the guess.
        """
        names = [file.name for file in self.files]
        return write_identity(
            identify(self.direction, self.unix_time, self.sender, self.receiver, self.text, names)
        )

    @property
    def is_inbound(self) -> bool:
        """Whether the message came from the phone to the account."""
        return self.direction == Direction.INBOUND

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a new plain dict, ready for `json.dumps`; `from_dict` reads it.

        Keys are the names of this class, and `sent_at` in ISO 8601; all texts are plain `str`. It
        is the shape of exported JSON Lines, but for their `phone`. The vendor's shape is returned
        by `converter.unstructure(message)`.
        """
        return {
            "sent_at": self.sent_at.isoformat(),
            "message_id": self.message_id,
            "direction": str(self.direction),
            "sender": self.sender,
            "receiver": self.receiver,
            "text": self.text,
            "files": [file.to_dict() for file in self.files],
            "unix_time": self.unix_time,
            "datetime_text": self.datetime_text,
            "delivery_status": str(self.delivery_status),
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Message":
        """Return the message that `to_dict` was called on, also from an exported JSON line.

        `sent_at`, which follows from `unix_time`, may be missing, and the `phone` of a line is not
        part of the message.

        Raises:
            ValueError: `fields` is not what `to_dict` returns.

        Example:
            >>> message = Message(
            ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
            ...     unix_time=1749113086,
            ... )
            >>> Message.from_dict(message.to_dict()) == message
            True
        """
        _refuse_others(fields, {*attrs.fields_dict(cls), "sent_at", "phone"})
        message_id = _read_field(fields, "message_id", str | None, "a str or None")
        files = _read_field(fields, "files", list, "a list")
        unix_time = _read_field(fields, "unix_time", int, "an int")
        return cls(
            message_id=message_id,
            direction=_read_text(fields, "direction"),
            sender=_read_text(fields, "sender"),
            receiver=_read_text(fields, "receiver"),
            text=_read_text(fields, "text"),
            files=tuple([MessageFile.from_dict(file) for file in files]),
            unix_time=check_whole("fields['unix_time']", unix_time, 0, _LATEST),
            datetime_text=_read_text(fields, "datetime_text"),
            delivery_status=_read_text(fields, "delivery_status"),
        )


class OpenMessageFile(MessageFile):
    """A file whose fields are set one by one; see `OpenMessage`."""

    __slots__ = ()
    __init__ = object.__init__  # pyright: ignore[reportAssignmentType] - nothing is given to it
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


class OpenMessage(Message):
    """A message whose fields are set one by one, before `__class__` makes it a frozen `Message`.

    The `__init__` of a frozen attrs class sets each field by `object.__setattr__`, which takes ten
    times as long as the slot itself; making messages is half of decoding. Delete the open classes
    when `Message(…)` costs at most twice what `make_messages` of `_wire` spends on a message.
    """

    __slots__ = ()
    __init__ = object.__init__  # pyright: ignore[reportAssignmentType] - nothing is given to it
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


RowT = TypeVar("RowT")


@attrs.frozen(kw_only=True)
class Page(Sequence[RowT], Generic[RowT]):
    """One response of the API: a sequence of rows with the numbers that came with them.

    The numbers are the server's claims: `None` where it sent none that can be read. Trust
    `len(page)` over `shown`.
    """

    rows: tuple[RowT, ...] = attrs.field(repr=False)
    """Messages, for a conversation; in the order of the server."""
    total: int | None
    """How many rows the list has, over all pages."""
    shown: int | None
    """How many the server says are on this page."""
    page: int | None
    """The number of this page, from 1."""
    limit: int | None
    """How many rows a page may have."""
    bad: tuple[str, ...] = ()
    """What is wrong with the rows that could not be read and were left out; only with
    `on_bad_row="skip"`."""

    @overload
    def __getitem__(self, index: int) -> RowT: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RowT, ...]: ...
    def __getitem__(self, index: int | slice) -> RowT | tuple[RowT, ...]:
        """Return the row at `index`, or a tuple of those of a slice."""
        return self.rows[index]

    def __iter__(self) -> Iterator[RowT]:
        """Iterate over the rows, without a call for each as a bare `Sequence` would."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return how many rows are really here."""
        return len(self.rows)
