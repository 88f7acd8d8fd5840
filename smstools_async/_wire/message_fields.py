"""Fields of a row of a conversation, and how a row is repaired.

A missing key is an error where a renamed one would silently empty the history (`direction`,
`sender`, `receiver`, `message`, `unixDatetime`), and empty elsewhere.

Vendor page: https://www.smstools.com/en/sms-gateway-api/get_conversation
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec

from smstools_async._errors import UnexpectedResponseError
from smstools_async._identity import identify_bytes
from smstools_async._models import Direction
from smstools_async._phone import last_digits
from smstools_async._wire.bounds import Allowance, cut_depth
from smstools_async._wire.documents import decode_document, is_object
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
from smstools_async._wire.pages import BadRow

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


_decode_row = msgspec.json.Decoder(WireMessage, strict=False).decode


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
        pass  # it names the complete response
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
    parties = [last_digits(fields.get(key, "")) for key in ("sender", "receiver")]
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
    """Read an attachment list in any of its shapes: nothing, a list, a PHP list, one object."""
    if sent is None or sent is False or sent == "":
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
