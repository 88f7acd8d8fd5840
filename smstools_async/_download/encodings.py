"""Undo what a host says it did to a file, as far as it did.

A `Content-Encoding` is not asked for, yet hosts send one: `gzip` by mistake or on purpose, and
words that mean nothing there, such as `utf-8`, `none` or `aws-chunked`.
"""

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

from smstools_async._download.kinds import sniff
from smstools_async._errors import DownloadError, TransportError, quote_safely
from smstools_async._models import MessageFile

_ENCODINGS: Final = frozenset(
    {"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz"}
)
"""Those of IANA's registry; what else stands in the header changes nothing."""
_GZIP: Final = b"\x1f\x8b"
_STEP: Final = 1024 * 1024
"""Bytes that are inflated at once: zlib takes twice the memory of what it returns."""


class Decoder(Protocol):
    """Undoes one encoding."""

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """Take what came from the wire, and yield what it decodes to."""
        ...

    def finish(self) -> None:
        """Check that nothing is missing at the end."""
        ...


def choose_decoder(encoding: str, file: MessageFile, head: bytes) -> Decoder:
    """Return what undoes `encoding`, as far as `head` shows that it was applied.

    Raises:
        DownloadError: It was, and cannot be undone within bounds.
    """
    words = [word.strip().lower() for word in encoding.split(",")]
    applied = [word for word in words if word in _ENCODINGS]
    if not applied or _is_plain(applied, file, head):
        return Plain()
    if applied in (["gzip"], ["x-gzip"]):
        return _Inflater(zlib.MAX_WBITS | 16)
    if applied == ["deflate"]:
        return _Inflater(zlib.MAX_WBITS if _has_zlib_header(head) else -zlib.MAX_WBITS)
    raise DownloadError(f"it came encoded as '{quote_safely(encoding)}', which cannot be undone")


def _is_plain(applied: list[str], file: MessageFile, head: bytes) -> bool:
    """Whether the label is wrong: the file itself begins right there."""
    if applied[-1] in ("gzip", "x-gzip"):
        is_gzip_file = "gzip" in file.mime or file.name.endswith((".gz", ".tgz"))
        return is_gzip_file or not head.startswith(_GZIP)
    return sniff(head) is not None


def _has_zlib_header(head: bytes) -> bool:
    return head[0] & 15 == zlib.DEFLATED and int.from_bytes(head[:2]) % 31 == 0  # RFC 1950


class Plain:
    """Leaves a file as it is."""

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what came."""
        yield chunk

    def finish(self) -> None:
        """Miss nothing."""


class _Inflater:
    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._inflater = zlib.decompressobj(wbits)

    def take(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._inflater.eof and not self._begins_next_member(chunk):
                return  # padding behind the end
            try:
                yield self._inflater.decompress(chunk, _STEP)
            except zlib.error:
                raise TransportError("The compressed file is damaged") from None
            chunk = self._inflater.unconsumed_tail or self._inflater.unused_data

    def _begins_next_member(self, chunk: bytes) -> bool:
        if not _GZIP.startswith(chunk[:2]):
            return False
        self._inflater = zlib.decompressobj(self._wbits)
        return True

    def finish(self) -> None:
        if not self._inflater.eof:
            raise TransportError("The compressed file was cut short")
