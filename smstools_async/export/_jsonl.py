"""JSON Lines: one object per line."""

import json
import os
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from smstools_async._models import Message
from smstools_async.export._appending import Appender
from smstools_async.export._rows import Row, row_of, wanted
from smstools_async.export._sources import open_lines
from smstools_async.export._targets import Target, TextStream, open_text, refuse_cut
from smstools_async.export._text_appending import text_appender
from smstools_async.export._writer import MessageWriter, lent

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)

_BARE: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON allows unescaped although other programs take it for a line end, a command, or for no
character at all."""


@contextmanager
def jsonl_writer(
    target: Target, *, part: str | os.PathLike[str] | None = None
) -> Generator[MessageWriter]:
    r"""Write messages as JSON Lines (jsonlines.org): one object per line, in UTF-8.

    An object has the keys of `Message.to_dict()` and `phone`, which says to which conversation it
    belongs: digits without a plus. Control characters, line separators and unpaired surrogates are
    written as `\u` escapes, so that every line stays one line to every reader, and nothing is lost.
    `read_jsonl` reads it back, and `Message.from_dict` each object.

    Args:
        target: A path, or an open text stream. A file appears under that path when the block ends
            well, readable by its owner alone. An existing file is replaced, keeps its permissions,
            and is untouched if the block ends in an error. Devices and pipes are written directly.
        part: Where the file grows until it is complete. An existing part is resumed; an error
            leaves it there. By default it is a new file next to the target, which an error
            removes; see `find_parts`.

    Raises:
        ValueError: `part` ends in half a message, as a kill or a full disk can leave it.
        BlockingIOError: Another export is writing to `target`.
        OSError: The file cannot be written.

    Example:
        >>> import sys
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> with jsonl_writer(sys.stdout) as writer:
        ...     writer.write(message)  # doctest: +ELLIPSIS
        {"sent_at": "2025-06-05T08:44:46+00:00", "phone": "5511987654321", ..., "text": "Olá!", ...}
    """
    refuse_cut(part, ends_a_line)
    with open_text(target, part) as stream, lent(JsonlRows(stream)) as writer:
        yield writer


@contextmanager
def jsonl_appender(target: str | os.PathLike[str]) -> Generator[Appender]:
    """Add what is new to a file of JSON Lines; see `open_appender`."""
    with text_appender(Path(target), lambda stream, _: JsonlRows(stream), jsonl_rows) as appender:
        yield appender


class JsonlRows:
    """Writes rows to a stream of text."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream

    def write(self, message: Message, phone: str) -> None:
        """Write one message."""
        self._stream.write(encode_json(row_of(message, phone)) + "\n")


def ends_a_line(file: BinaryIO) -> bool:
    """Whether the last line is complete: no line break is inside one."""
    file.seek(-1, os.SEEK_END)
    return file.read() == b"\n"


def encode_json(value: object) -> str:
    """Encode as one line of JSON that is safe to store and to split."""
    return _BARE.sub(lambda bare: f"\\u{ord(bare[0]):04x}", _ENCODER.encode(value))


def read_jsonl(
    source: str | os.PathLike[str] | Iterable[str], *, phone: str | None = None
) -> Iterator[Message]:
    """Read back what `jsonl_writer` wrote: messages equal to those that were given to it.

    Args:
        source: A path, or lines, such as an open file. Lines of `Message.to_dict()` are read too.
        phone: Read the conversation with this phone alone.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line is not a message; it is named by its number, its text is not echoed. Or
            `phone` is not a telephone number.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversation.jsonl"
        ...     with jsonl_writer(path) as writer:
        ...         writer.write(message)
        ...     list(read_jsonl(path)) == [message]
        True
    """
    yield from wanted(jsonl_rows(source), phone)


def jsonl_rows(source: str | os.PathLike[str] | Iterable[str]) -> Iterator[Row]:
    """Read messages with the phone of their conversation."""
    with open_lines(source) as lines:
        for number, line in enumerate(lines, start=1):
            yield _read_line(number, line)


def _read_line(number: int, line: str) -> Row:
    try:
        return Row.from_dict(dict(json.loads(line)))
    except (ValueError, TypeError, LookupError) as error:
        raise ValueError(
            f"line {number} is not a message as jsonl_writer writes it; repair or remove it"
        ) from error
