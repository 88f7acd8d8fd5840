"""How the vendor writes: rows, pages and errors as JSON, dates in lower-case English.

Vendor pages: `get_conversation` for the shapes, `handling_errors` for the codes.
"""

from collections.abc import Sequence
from functools import lru_cache
from json import JSONEncoder
from time import gmtime
from typing import Final

from smstools_async._models import Message, MessageFile

JSON: Final = "application/json; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"

_DAY: Final = 86_400
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip

# Other alphabets become \u escapes, as PHP's `json_encode` writes them; a cut emoji stays writable.
to_json = JSONEncoder(separators=(",", ":")).encode
_known_json = lru_cache(maxsize=1024)(to_json)


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    moment = gmtime(day * _DAY)
    return f"{moment.tm_mday:02} {_MONTHS[moment.tm_mon - 1]} {moment.tm_year}"


def datetime_text(unix_time: int) -> str:
    """Write a moment as the vendor does, in UTC and in any locale.

    Example:
        >>> datetime_text(1749113086)
        '05 jun 2025, 08:44:46'
    """
    day, second = divmod(unix_time, _DAY)
    minutes, second = divmod(second, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day_text(day)}, {hour:02}:{minute:02}:{second:02}"


def row_json(message: Message) -> bytes:
    """Write a message as a row, its keys in the documented order.

    Assembled by hand: `to_json` of a row takes three times as long.
    """
    message_id = "null" if message.message_id is None else to_json(message.message_id)
    files = to_json([_file_row(file) for file in message.files]) if message.files else "null"
    return (
        f'{{"messageId":{message_id},'
        f'"direction":{_known_json(message.direction)},'
        f'"sender":{_known_json(message.sender)},'
        f'"receiver":{_known_json(message.receiver)},'
        f'"message":{to_json(message.text)},'
        f'"file":{files},'
        f'"datetime":{to_json(message.datetime_text)},'
        f'"unixDatetime":{message.unix_time},'
        f'"deliveryStatus":{_known_json(message.delivery_status)}}}'
    ).encode("ascii")


def _file_row(file: MessageFile) -> dict[str, str]:
    return {"name": file.name, "image": file.url, "mime": file.mime}


def page_json(
    numbers: dict[str, object],
    rows: Sequence[bytes],
    *,
    as_object: bool = False,
    empty: str = "list",
) -> bytes:
    """Write a page: `numbers` in their order, then the rows as they are.

    A page takes half a megabyte, so the pieces are joined only once.
    """
    head = "".join(f"{to_json(name)}:{to_json(value)}," for name, value in numbers.items())
    if not rows:
        return f"{{{head}{_EMPTY[empty]}".rstrip(",").encode("ascii") + b"}"
    if as_object:
        rows = [b'"%d":%b' % numbered for numbered in enumerate(rows)]
    opening, closing = (b"{", b"}}") if as_object else (b"[", b"]}")
    pieces = [piece for row in rows for piece in (b",", row)]
    pieces[:1] = [f'{{{head}"conversation":'.encode("ascii"), opening]
    return b"".join([*pieces, closing])


_EMPTY: Final = {
    "list": '"conversation":[]',
    "object": '"conversation":{}',
    "null": '"conversation":null',
    "missing": "",
}


def error_json(code: str, message: str) -> bytes:
    """Write an error in the documented shape, the code as a string of digits."""
    return to_json({"error": code, "errorMsg": message}).encode("ascii")
