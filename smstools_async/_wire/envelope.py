"""What is around the rows of a page: their list, and the numbers next to it.

The lists of the API are written alike, but for the key of their rows. The numbers are the server's
claims; they are read from their bytes alone, so that a list in the place of `total` costs nothing.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from smstools_async._errors import UnexpectedResponseError
from smstools_async._wire.bounds import LARGEST_REPAIR, cut_depth, has_few_keys
from smstools_async._wire.documents import is_object, repair_document
from smstools_async._wire.fields import has_numbered_keys, kind_of

RowsT = TypeVar("RowsT")

_NOTHING = msgspec.Raw(b"")
_NULL = msgspec.Raw(b"null")
_COUNT = re.compile(rb'"?([0-9]{1,12})"?')
_KINDS = {b"n": "null", b'"': "a string", b"t": "a boolean", b"f": "a boolean"}


class Envelope(msgspec.Struct, Generic[RowsT], gc=False):
    """A page as it was sent; a subclass names the key of the rows."""

    rows: RowsT
    total: msgspec.Raw = _NULL
    shown: msgspec.Raw = _NULL
    page: msgspec.Raw = _NULL
    limit: msgspec.Raw = _NULL


def read_envelope(key: str, body: bytes) -> Envelope[msgspec.Raw]:
    """Decode what is around the rows, and repair the body where it is broken.

    Raises:
        UnexpectedResponseError: it is not JSON, or not an object.
    """
    decode = _decoder_of(key)
    try:
        return _decode_at_any_depth(decode, body)
    except (ValueError, RecursionError):
        pass  # it is broken, or something else
    document = repair_document(_cut_depth(body))
    if not is_object(document):
        raise not_a_page(f"$: must be an object, got {kind_of(document)}")
    return decode(json.dumps(document).encode())


def split_rows(key: str, envelope: Envelope[msgspec.Raw], most: int) -> list[msgspec.Raw]:
    """Return the rows, each as it was sent; no more are made into objects than `most` and one.

    Raises:
        UnexpectedResponseError: there is no list of rows, and the numbers do not say it is empty.
    """
    start = memoryview(envelope.rows)[:1].tobytes()
    if start == b"[":
        return _split_list(envelope.rows, most)
    if start == b"{":
        return _split_object(key, bytes(envelope.rows))
    if start in (b"", b"n") and _is_empty(envelope):
        return []
    found = f"must be a list, got {_KINDS.get(start, 'a number')}" if start else "missing"
    raise not_a_page(f"$.{key}: {found}")


def not_a_page(problem: str) -> UnexpectedResponseError:
    """Return the error for a response without a list of rows."""
    return UnexpectedResponseError("The response is not a page as documented", (problem,))


_Decode = Callable[[bytes], Envelope[msgspec.Raw]]


@cache
def _decoder_of(key: str) -> _Decode:
    rows = msgspec.field(default=_NOTHING, name=key)
    envelope = msgspec.defstruct("RawEnvelope", [("rows", msgspec.Raw, rows)], bases=(Envelope,))
    decode: _Decode = msgspec.json.Decoder[Any](envelope).decode
    return decode


def _decode_at_any_depth(decode: _Decode, body: bytes) -> Envelope[msgspec.Raw]:
    try:
        return decode(body)
    except RecursionError:
        return decode(_cut_depth(body))


def _cut_depth(body: bytes) -> bytes:
    return cut_depth(body) if len(body) <= LARGEST_REPAIR else body


def _is_empty(envelope: Envelope[Any]) -> bool:
    """Whether the numbers say that no rows were sent since there are none."""
    return read_count(envelope.total) == 0 == read_count(envelope.shown)


@cache
def _decoder_of_rows(most: int) -> Callable[[msgspec.Raw], msgspec.Struct]:
    """Return a decoder that makes objects of the first items of a list, and passes over the rest.

    An array is decoded into the fields of a struct; what is beyond the last one is only looked at
    as far as it takes to find the end.
    """
    fields = [(f"row_{number}", msgspec.Raw, _NOTHING) for number in range(most)]
    return msgspec.json.Decoder(msgspec.defstruct("Rows", fields, array_like=True)).decode


def _split_list(rows: msgspec.Raw, most: int) -> list[msgspec.Raw]:
    found: tuple[msgspec.Raw, ...] = msgspec.structs.astuple(_decoder_of_rows(most + 1)(rows))
    return [row for row in found if row is not _NOTHING]


def _split_object(key: str, rows: bytes) -> list[msgspec.Raw]:
    """Split a list that PHP has written as an object with numbered keys."""
    if has_few_keys(rows):
        found = msgspec.json.decode(rows, type=dict[str, msgspec.Raw])
        if has_numbered_keys(found):
            return [found[index] for index in sorted(found, key=int)]
    raise not_a_page(f"$.{key}: must be a list, got an object")


def read_count(sent: msgspec.Raw) -> int | None:
    """Read a number of the envelope; what is not plainly a count is unknown, never guessed."""
    count = _COUNT.fullmatch(sent)
    return int(count[1]) if count else None
