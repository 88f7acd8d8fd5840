"""Pages of a conversation, whose rows become messages."""

from collections.abc import Callable, Iterable

import attrs
import msgspec

from smstools_async._errors import UnexpectedResponseError
from smstools_async._identity import identify
from smstools_async._models import Message
from smstools_async._phone import last_digits
from smstools_async._wire.envelope import Envelope
from smstools_async._wire.message_fields import WireMessage, read_row
from smstools_async._wire.message_models import Words, list_of, make_messages, text_of
from smstools_async._wire.pages import DecodedPage, OnBadRow, RowKind, decode_page


class _WirePage(Envelope[list[WireMessage]], gc=False):
    rows: list[WireMessage] = msgspec.field(name="conversation")


def decode_conversation(
    body: bytes,
    *,
    phone: str | None = None,
    on_bad_row: OnBadRow = "raise",
    limit: int | None = None,
) -> DecodedPage[Message]:
    """Decode a page of the conversation with `phone`, and of no other.

    One response too many on a connection that is kept alive makes each later request on it get its
    predecessor's response: another phone's page. Numbers are compared by their last seven digits,
    since the form in which the API writes them is not documented; names are not compared.

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
        if rows.are_with_others_only(last_digits(phone)):
            reason = "The response is a page of another phone number"
            raise UnexpectedResponseError(reason, retryable=True)
        return rows

    return rows_of


class MessageRows:
    """The rows of a page of a conversation."""

    __slots__ = ("_rows", "_words")

    def __init__(self, rows: list[WireMessage]) -> None:
        self._rows = rows
        self._words = Words()

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
            text_of(row.sender),
            text_of(row.receiver),
            row.message or "",
            [file.name or "" for file in list_of(row.file)],
        )

    def make(self, indexes: Iterable[int]) -> list[Message]:
        """Make messages of the rows at `indexes`."""
        return make_messages(self._rows, indexes, self._words)

    def are_with_others_only(self, digits: str) -> bool:
        """Whether all rows are with numbers, and none with one that ends like this."""
        rows = [row for row in self._rows if row is not _PLACEHOLDER]
        if not (digits and rows):
            return False
        ends = (
            {last_digits(text_of(row.sender)), last_digits(text_of(row.receiver))} for row in rows
        )
        return all(end != {""} and digits not in end for end in ends)


_PLACEHOLDER = WireMessage(direction="", sender="", receiver="", message="", unixDatetime=0)

CONVERSATION: RowKind[WireMessage, Message] = RowKind(
    key="conversation",
    decode=msgspec.json.Decoder(_WirePage, strict=False).decode,
    read=read_row,
    placeholder=_PLACEHOLDER,
    rows=MessageRows,
)
