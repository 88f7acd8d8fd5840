"""Check whether a body is complete, while it comes in.

Pure: chunks from the wire go in; the body comes out, inflated and bounded.
"""

import zlib
from collections.abc import Callable, Iterator

from smstools_async._errors import (
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
    quote_safely,
)

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a decompressed body; a page of 2,000 messages takes about 0.6 MiB."""
_STEP = 1024 * 1024
"""Bytes that are inflated at once: zlib takes twice the memory of what it returns."""


class Body:
    """A body on its way in.

    Args:
        encoding: The `Content-Encoding`, in lower case.
        most: Bytes it may have when it is inflated.
        conceal: Masks secrets in what the server sent, before it goes into an error.

    Raises:
        UnexpectedResponseError: The encoding was not asked for.
    """

    def __init__(
        self,
        encoding: str,
        most: int = LARGEST_BODY,
        conceal: Callable[[str], str] = lambda words: words,
    ) -> None:
        if encoding not in ("identity", "gzip", "x-gzip"):
            sent = quote_safely(conceal(encoding))
            raise UnexpectedResponseError(
                f"The body is encoded as '{sent}', though only gzip was asked for"
            )
        self._inflater = None if encoding == "identity" else zlib.decompressobj(wbits=31)
        self._body = bytearray()  # pieces that were kept until the end would cost page faults
        self._most = most
        self._room = most
        self._failure: SmstoolsError | None = None

    def take(self, chunk: bytes) -> Iterator[bool]:
        """Take what came from the wire, in steps; yield after each whether more may come.

        A step takes a few milliseconds, however far a chunk inflates, so that other tasks and
        deadlines can have their turn in between.
        """
        while chunk and self._failure is None:
            chunk = self._take_some(chunk)
            if self._room < 0:
                self._failure = UnexpectedResponseError(
                    f"The body is larger than {self._most} bytes"
                )
            yield self._failure is None

    def _take_some(self, chunk: bytes) -> bytes:
        """Take the beginning of `chunk`, as much as inflates to a step, and return the rest."""
        body, rest = self._inflate(chunk)
        self._body += body
        self._room -= len(body)
        return rest

    def _inflate(self, chunk: bytes) -> tuple[bytes, bytes]:
        if self._inflater is None:
            return chunk, b""
        try:
            inflated = self._inflater.decompress(chunk, _STEP)
        except zlib.error:
            inflated = None
        if inflated is None or self._inflater.unused_data:
            self._failure = TransportError("The compressed body is damaged")
        return inflated or b"", self._inflater.unconsumed_tail

    def finish(self) -> bytes:
        """Return the complete body.

        Raises:
            UnexpectedResponseError: It is too large.
            TransportError: It is damaged or was cut short.
        """
        if self._failure is not None:
            raise self._failure
        if self._inflater is not None and not self._inflater.eof:
            raise TransportError("The compressed body was cut short")
        return bytes(self._body)
