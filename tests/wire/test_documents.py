"""Bodies of endpoints that are not modelled are read as mildly as pages are."""

import pytest

from smstools_async import UnexpectedResponseError
from smstools_async._wire.documents import decode_document


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"credits": "12.5"}', {"credits": "12.5"}),
        (b"\xef\xbb\xbf[]", []),
        (b"null", None),
        (b"1.5", 1.5),
        (b'["\xff", "a\n"]', ["\ufffd", "a\n"]),
        (rb'{"\ud83d": ["\ude00", {"a": "\ud83d\ude00"}]}', {"\ufffd": ["\ufffd", {"a": "😀"}]}),
    ],
    ids=["object", "bom", "null", "number", "broken-utf-8", "halves-of-emoji"],
)
def test_document_is_read_and_mended(body: bytes, expected: object) -> None:
    """What broken text becomes can be written anywhere."""
    assert expected == decode_document(body)


def nested(levels: int, text: bytes) -> bytes:
    """Return a text within so many lists and objects."""
    opening, closing = b'[{"x":' * (levels // 2), b"}]" * (levels // 2)
    return b"[" * (levels % 2) + opening + text + closing + b"]" * (levels % 2)


@pytest.mark.parametrize("text", [b'"x"', b'"\xff"'], ids=["sound", "broken"])
def test_document_may_have_64_levels(text: bytes) -> None:
    """And no more, whatever Python itself would bear."""
    assert decode_document(nested(64, text))
    with pytest.raises(UnexpectedResponseError, match=r"not (valid )?JSON"):
        decode_document(nested(65, text))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"NaN", b'["\xff", Infinity]', b'["\xff", 1e999]', b"[" * 2000 + b"]" * 2000],
    ids=["empty", "html", "nan", "infinity", "1e999", "deep"],
)
def test_document_is_refused(body: bytes) -> None:
    """What is no JSON by its standard raises our own error."""
    with pytest.raises(UnexpectedResponseError, match=r"not (valid )?JSON"):
        decode_document(body)
