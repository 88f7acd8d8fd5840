"""JSON that is decoded as one document, and repaired where it is broken.

What msgspec does not accept is read by the lenient decoder of the standard library.
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

import msgspec

from smstools_async._errors import UnexpectedResponseError
from smstools_async._wire.bounds import DEEPEST, LARGEST_REPAIR, has_few_values

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def decode_document(body: bytes) -> Any:
    """Decode any JSON body, repairing broken text inside of strings.

    A byte order mark is dropped, invalid UTF-8 and halves of emoji become U+FFFD. `NaN`, numbers
    out of range and nesting of more than 64 levels are refused (RFC 8259, sections 6 and 9).

    Raises:
        UnexpectedResponseError: it is not JSON, or holds too many values.
    """
    _refuse_many_values(body)
    try:
        return _refuse_depth(msgspec.json.decode(body))
    except (ValueError, RecursionError):
        pass  # it may be repaired
    return repair_document(body)


def repair_document(body: bytes) -> Any:
    """Decode a body that is not valid JSON, as `decode_document` does.

    Raises:
        UnexpectedResponseError: it is not JSON, or is too large to be repaired.
    """
    _refuse_many_values(body)
    try:
        return _repair_texts(_refuse_depth(_read_leniently(body)))
    except (ValueError, RecursionError):
        pass  # the original error holds the text of the messages
    raise UnexpectedResponseError(f"The response is {_describe(body)}", retryable=True)


def _refuse_many_values(body: bytes) -> None:
    if not has_few_values(body):
        raise UnexpectedResponseError("The response has too many values to be read as one document")


def _read_leniently(body: bytes) -> object:
    """Decode by the standard library, which accepts control characters and broken text."""
    if len(body) > LARGEST_REPAIR:
        raise ValueError(LARGEST_REPAIR)
    text = body.decode("utf-8-sig", "replace")
    value: object = json.loads(
        text, strict=False, parse_constant=_refuse_number, parse_float=_finite
    )
    return value


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether a JSON value is a list."""
    return isinstance(value, list)


def repair_text(text: str) -> str:
    """Join halves of emoji that were escaped one by one; a half alone becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _repair_texts(value: object) -> Any:
    """Repair every string within a JSON value."""
    if isinstance(value, str):
        return repair_text(value)
    if is_list(value):
        return [_repair_texts(item) for item in value]
    if is_object(value):
        return {repair_text(key): _repair_texts(item) for key, item in value.items()}
    return value


def _refuse_depth(value: object) -> object:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return value
    raise ValueError(DEEPEST)


def _children(value: object) -> Iterable[object]:
    if is_object(value):
        return value.values()
    return value if is_list(value) else ()


def _refuse_number(constant: str) -> float:
    raise ValueError(constant)


def _finite(number: str) -> float:
    value = float(number)
    return value if math.isfinite(value) else _refuse_number(number)


def _describe(body: bytes) -> str:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start:
        return "empty, not JSON"
    if start == b"<":
        return "an HTML page, not JSON"
    return "not valid JSON" if start in b"{[" else "plain text, not JSON"
