"""Check that what a host sends is the file.

Pure: chunks from the wire go in, pieces of the file come out. Hosts label what they send
carelessly, so content counts for more than labels: a `Content-Encoding` that does not fit is
ignored, and a web page is recognised by how it begins.
"""

from collections.abc import Iterator

from smstools_async._download.encodings import Decoder, Plain, choose_decoder
from smstools_async._download.kinds import sniff, stands_in_for
from smstools_async._errors import DownloadError
from smstools_async._models import MessageFile

_HEAD = 1024
"""Bytes by which a kind of file is recognised."""


class Content:
    """A file on its way in.

    Args:
        file: What the message says of it.
        encoding: The `Content-Encoding`.
        label: The `Content-Type`.
        most: Bytes it may have, once decoded.
    """

    def __init__(self, file: MessageFile, *, encoding: str, label: str, most: int) -> None:
        self.size = 0
        """Bytes so far, decoded."""
        self.kind: str | None = None
        """The media type by content, where it is one of those that are recognised."""
        self._file = file
        self._encoding = encoding
        self._label = label
        self._most = most
        self._longest_head = min(_HEAD, most + 1)  # what is too large shows at once
        self._decoder: Decoder = Plain()
        self._is_decoding = False
        self._head = b""
        self._is_checked = False

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """Take what came from the wire, and yield pieces of the file.

        Raises:
            DownloadError: It is not the file, too large, or encoded as cannot be undone.
            TransportError: It is damaged.
        """
        if self._is_decoding:
            yield from self._decode(chunk)
            return
        self._head += chunk
        if len(self._head) >= self._longest_head:
            yield from self._decode_head()

    def finish(self) -> Iterator[bytes]:
        """Yield what is left at the end.

        Raises:
            DownloadError, TransportError: As by `take`, or it is empty or cut short.
        """
        if not self._is_decoding:
            yield from self._decode_head()
        self._decoder.finish()
        if not self.size:
            raise DownloadError("it is empty")
        if not self._is_checked:
            yield self._check()

    def _decode_head(self) -> Iterator[bytes]:
        head, self._head = self._head, b""
        self._decoder = choose_decoder(self._encoding, self._file, head)
        self._is_decoding = True
        yield from self._decode(head)

    def _decode(self, chunk: bytes) -> Iterator[bytes]:
        for piece in self._decoder.take(chunk):
            self.size += len(piece)
            if self.size > self._most:
                raise DownloadError(f"it is larger than {self._most} bytes (`max_bytes`)")
            yield from self._checked(piece)

    def _checked(self, piece: bytes) -> Iterator[bytes]:
        if self._is_checked:
            yield piece
            return
        self._head += piece
        if len(self._head) >= _HEAD:
            yield self._check()

    def _check(self) -> bytes:
        """Return the beginning of the file, if it may be that of the file.

        Raises:
            DownloadError: It is something else.
        """
        self._is_checked = True
        self.kind = sniff(self._head)
        substitute = stands_in_for(self._file.mime, self._label, self._head)
        if substitute is not None:
            raise DownloadError(f"its host sent {substitute} in its place")
        return self._head
