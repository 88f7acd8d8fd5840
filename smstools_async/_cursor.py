"""Where a walk stands, written down.

A cursor names the last second handed out and the rows of that second that were, as short keyed
hashes. Times do not move when rows arrive or vanish, so a cursor stays right after any of both; the
row count beside it only tells where to look first.
"""

import binascii
import struct
from base64 import b64decode, urlsafe_b64encode
from collections import Counter
from hashlib import blake2b
from typing import Literal, NamedTuple, Self, TypeAlias

from smstools_async._errors import CursorError
from smstools_async._models import Message
from smstools_async._phone import without_plus

Order: TypeAlias = Literal["newest", "oldest"]

DIGEST_SIZE = 8
"""Bytes of a row's hash: two of 10,000 rows of one second collide once in 10**11 walks."""

_VERSION = 2
_HEAD = struct.Struct(">BBHQIHB")
_CHECK = struct.Struct(">I")
_NO_HINT = 0xFFFFFFFF
_LONGEST = 148  # bytes, so that the text stays below 200 characters
_MOST_DIGESTS = 0xFFFF
_ORDERS: tuple[Order, ...] = ("newest", "oldest")


class Frontier(NamedTuple):
    """The last second handed out, and which of its rows were."""

    second: int
    seen: Counter[bytes]
    """Digests of `width` bytes. A multiset: two equal texts in one second are two messages."""
    width: int = DIGEST_SIZE


class Position(NamedTuple):
    """A decoded cursor."""

    frontier: Frontier
    older_rows: int | None
    """How many rows were older than the frontier: where to look first, and no more than that."""


class Cursor(str):
    """Where a walk stands: an opaque text to be kept and handed back.

    Under 200 characters, safe in URLs and logs: it holds no phone number and no text. It is exact
    to the message, stays right whatever arrives or vanishes meanwhile, and fits one phone and one
    order only.

    Raises:
        CursorError: the text is no cursor, is damaged, or of a version unknown here.
        TypeError: it is no `str`.

    Example:
        >>> Cursor("resume me")
        Traceback (most recent call last):
        ...
        smstools_async._errors.CursorError: This is no cursor, or a damaged one. Start over...
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check `text` and keep it."""
        _unpack(text)
        return super().__new__(cls, text)


def digest(message: Message, phone: str) -> bytes:
    """Return the identity of a row within its second.

    The id where there is one; else what cannot change: neither the delivery status nor the address
    of a file is part of it. Keyed with the phone, so that a cursor cannot be searched for texts.
    """
    identity: tuple[object, ...] = (message.message_id,)
    if message.message_id is None:
        names = tuple(file.name for file in message.files)
        identity = (message.direction, message.sender, message.receiver, message.text, names)
    written = ascii(identity).encode()  # what `repr` escapes depends on the version of Python
    return blake2b(written, digest_size=DIGEST_SIZE, key=_key(phone)).digest()


def write_cursor(position: Position, phone: str, order: Order) -> Cursor:
    """Write a position down."""
    second, seen, width = position.frontier
    digests = sorted(seen.elements())[:_MOST_DIGESTS]
    width = min(width, (_LONGEST - _HEAD.size - _CHECK.size) // max(1, len(digests)))
    older_rows = _NO_HINT if position.older_rows is None else min(position.older_rows, _NO_HINT)
    head = _HEAD.pack(
        _VERSION, _ORDERS.index(order), _tag(phone), second, older_rows, len(digests), width
    )
    body = head + b"".join(row[:width] for row in digests)
    return Cursor(_spell(body + _CHECK.pack(binascii.crc32(body))))


def read_cursor(cursor: str, phone: str, order: Order) -> Position:
    """Read a position.

    Raises:
        CursorError: it is damaged, or was written for another phone or order.
        TypeError: it is no `str`.
    """
    (_, order_index, tag, second, older_rows, count, width), digests = _unpack(cursor)
    if tag != _tag(phone):
        raise CursorError("This cursor was made for another phone number")
    if _ORDERS[order_index] != order:
        raise CursorError(f"This cursor was made for order={_ORDERS[order_index]!r}")
    rows = (digests[index * width : (index + 1) * width] for index in range(count))
    frontier = Frontier(second, Counter(rows), width)
    return Position(frontier, None if older_rows == _NO_HINT else older_rows)


def _spell(packed: bytes) -> str:
    return urlsafe_b64encode(packed).rstrip(b"=").decode()


def _unpack(text: str) -> tuple[tuple[int, ...], bytes]:
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"cursor must be a Cursor or its str, not {type(text).__name__}")
    unpacked = _unpack_checked(text)
    if unpacked is None:
        raise CursorError("This is no cursor, or a damaged one")
    version = unpacked[0][0]
    if version != _VERSION:
        raise CursorError(f"This cursor is of version {version}, and only {_VERSION} is known here")
    return unpacked


def _unpack_checked(text: str) -> tuple[tuple[int, ...], bytes] | None:
    try:
        packed = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body, check = packed[: -_CHECK.size], packed[-_CHECK.size :]
        if _CHECK.unpack(check) != (binascii.crc32(body),) or _spell(packed) != text:
            return None
        return _HEAD.unpack_from(body), body[_HEAD.size :]
    except (ValueError, struct.error):
        return None


def _tag(phone: str) -> int:
    """Return 16 bits of the phone's hash: enough to refuse another, too few to find this one."""
    return int.from_bytes(blake2b(_key(phone), digest_size=2).digest())


def _key(phone: str) -> bytes:
    return without_plus(phone).encode()
