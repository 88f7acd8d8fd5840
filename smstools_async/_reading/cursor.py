"""Where a walk stands, written down.

A cursor remembers the last rows that were delivered, as short digests with their seconds, in the
order of the walk. It stays right whatever arrives or vanishes, as long as one of these rows is in
the list; the index and the count that come with them only say where to look first.
"""

import binascii
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Literal, Self

import attrs

from smstools_async._arguments import check_choice
from smstools_async._errors import CursorError
from smstools_async._phone import without_plus, write_phone
from smstools_async._reading.moments import whole_seconds
from smstools_async._walk import Layout, Memory, Order, Place, Row

_VERSION = 3
_LONGEST = 148  # bytes, so that the text stays below 200 characters
_REMEMBERED = 16
_WIDTHS = (6, 5, 4, 3, 2)
_ORDERS: tuple[Order, Order] = ("newest", "oldest")
_TRENDS: tuple[Literal["none"], Literal["falling"], Literal["rising"]] = (
    "none",
    "falling",
    "rising",
)
_TURNED, _COMPLETE, _MOMENT = 8, 16, 32


@attrs.frozen(kw_only=True)
class Resumption:
    """A decoded cursor: a place, or a moment."""

    place: Place | None = None
    moment: int | None = None
    """Seconds since 1970; an oldest-first walk begins there, a newest-first one just before."""


class Cursor(str):
    """Where a walk stands: opaque text to be stored and passed back.

    Under 200 characters, safe in URLs and logs: it holds no phone number and no text. It is exact
    to the message, stays right whatever arrives or vanishes, and is for one list and one order.

    Raises:
        CursorError: The text is not a cursor, is damaged, or has an unknown version.
        TypeError: It is not a `str`.

    Example:
        >>> Cursor("resume me")
        Traceback (most recent call last):
        ...
        smstools_async._errors.CursorError: This is not a cursor, or it is damaged...
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check `text` and keep it."""
        _unpack(text)
        return super().__new__(cls, text)

    @classmethod
    def at(cls, moment: datetime, phone: str, *, order: Order = "oldest") -> Self:
        """Return a cursor that resumes at a moment, for a conversation nothing was read of.

        Args:
            moment: An aware `datetime`. An oldest-first walk begins with the first message at or
                after it, a newest-first one with the last message before it.
            phone: The phone number of the conversation.
            order: The order of the walk that it is for.

        Raises:
            ValueError, TypeError: An argument is not valid.

        Example:
            >>> from datetime import UTC, datetime
            >>> cursor = Cursor.at(datetime(2025, 6, 1, tzinfo=UTC), "+5511987654321")
        """
        check_choice("order", order, _ORDERS)
        flags = _ORDERS.index(order) | _MOMENT
        body = bytes([_VERSION, flags]) + _tag(conversation_scope(write_phone(phone)))
        return cls(_write(body + _varint(whole_seconds("moment", moment))))


def conversation_scope(phone: str) -> str:
    """Return what cursors of a conversation are for; both spellings of a number are one."""
    return without_plus(phone)


def write_cursor(place: Place, scope: str, order: Order) -> Cursor:
    """Write a place down."""
    layout = place.layout
    head = (
        _tag(scope) + _varint(place.index) + _varint(0 if place.total is None else place.total + 1)
    )
    memory, rows = _choose_rows(place.memory, _LONGEST - len(head) - 16)
    flags = _ORDERS.index(order) | _TRENDS.index(layout.pages) << 1
    flags |= _TURNED * layout.is_turned | _COMPLETE * memory.is_complete
    tail = _varint(memory.uncounted) + bytes([memory.width]) + rows
    return Cursor(_write(bytes([_VERSION, flags]) + head + tail))


def check_cursor(cursor: str, scope: str) -> None:
    """Refuse a cursor that fits a list in neither order.

    Raises:
        CursorError: It is damaged, or was written for another list.
        TypeError: It is not a `str`.
    """
    _unpack_for(cursor, scope)


def read_cursor(cursor: str, scope: str, order: Order) -> Resumption:
    """Read a cursor.

    Raises:
        CursorError: It is damaged, or was written for another list or order.
        TypeError: It is not a `str`.
    """
    body = _unpack_for(cursor, scope)
    flags = body[1]
    if _ORDERS[flags & 1] != order:
        raise CursorError(f"This cursor is for order={_ORDERS[flags & 1]!r}, not {order!r}")
    try:
        return _read_rest(flags, body[4:])
    except (IndexError, StopIteration):
        raise CursorError("This is not a cursor, or it is damaged") from None


def _unpack_for(cursor: str, scope: str) -> bytes:
    body = _unpack(cursor)
    if body[2:4] != _tag(scope):
        raise CursorError("This cursor is for another phone number or list")
    return body


def _read_rest(flags: int, body: bytes) -> Resumption:
    octets = iter(body)
    if flags & _MOMENT:
        return Resumption(moment=_read_varint(octets))
    index, total, uncounted = [_read_varint(octets) for _ in range(3)]
    width = next(octets)
    memory = Memory(
        rows=tuple(_read_rows(octets, width)),
        is_complete=bool(flags & _COMPLETE),
        width=width,
        uncounted=uncounted,
    )
    layout = Layout(pages=_TRENDS[flags >> 1 & 3], is_turned=bool(flags & _TURNED))
    total_then = None if total == 0 else total - 1
    return Resumption(place=Place(memory=memory, index=index, total=total_then, layout=layout))


def _choose_rows(memory: Memory, room: int) -> tuple[Memory, bytes]:
    """Return what of a memory fits, with digests as long as the needed rows allow."""
    needed = min(len(memory.rows), max(_REMEMBERED, memory.ties + 4))
    width, written = 0, list[bytes]()
    for width in _WIDTHS:
        written = _write_rows(memory.rows, min(width, memory.width), room)
        if len(written) >= needed:
            break
    kept = memory.rows[len(memory.rows) - len(written) :]
    chosen = Memory(
        rows=kept,
        is_complete=memory.is_complete and len(kept) == len(memory.rows),
        width=min(width, memory.width),
        uncounted=max(0, memory.ties - len(kept)) if memory.last_second is not None else 0,
    )
    return chosen, b"".join(written)


def _write_rows(rows: Sequence[Row], width: int, room: int) -> list[bytes]:
    """Return as many of the last rows as fit, the last one first."""
    written: list[bytes] = []
    before = 0
    for row in reversed(rows):
        second = before if row.second is None else row.second
        gap = 0 if row.second is None else 1 + _zigzag(second - before)
        octets = _varint(gap) + row.digest[:width]
        room -= len(octets)
        if room < 0:
            break
        written.append(octets)
        before = second
    return written


def _read_rows(octets: Iterator[int], width: int) -> list[Row]:
    rows: list[Row] = []
    before = 0
    for first in octets:
        gap = _read_varint(octets, first)
        second = None if gap == 0 else before + _unzigzag(gap - 1)
        rows.append(Row(second, bytes([next(octets) for _ in range(width)])))
        before = before if second is None else second
    return rows[::-1]


def _zigzag(number: int) -> int:
    return 2 * number if number >= 0 else -2 * number - 1


def _unzigzag(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def _varint(number: int) -> bytes:
    octets = bytearray()
    while number > 127:  # noqa: PLR2004 - seven bits an octet
        octets.append(number & 127 | 128)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def _read_varint(octets: Iterator[int], first: int | None = None) -> int:
    number, shift = 0, 0
    octet = next(octets) if first is None else first
    while octet > 127:  # noqa: PLR2004 - seven bits an octet
        number |= (octet & 127) << shift
        shift += 7
        octet = next(octets)
    return number | octet << shift


def _write(body: bytes) -> str:
    return _encode(body + binascii.crc32(body).to_bytes(4))


def _encode(packed: bytes) -> str:
    return urlsafe_b64encode(packed).rstrip(b"=").decode()


def _unpack(text: str) -> bytes:
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"cursor must be a Cursor or its str, got {type(text).__name__}")
    body = _checked(text)
    if body is None:
        raise CursorError("This is not a cursor, or it is damaged")
    if body[0] != _VERSION:
        raise CursorError(f"This cursor has version {body[0]}, and only {_VERSION} is known here")
    return body


def _checked(text: str) -> bytes | None:
    try:
        packed = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    body, check = packed[:-4], packed[-4:]
    is_right = binascii.crc32(body).to_bytes(4) == check and _encode(packed) == text
    return body if is_right and len(body) > 4 else None  # noqa: PLR2004 - version, flags, tag


def _tag(scope: str) -> bytes:
    """Return 16 bits of the list's hash: enough to refuse another, too few to find this one."""
    return blake2b(scope.encode(), digest_size=2).digest()
