"""JSON Lines: one object a line."""

import json
import os
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from smstools_async._models import Message, MessageFile
from smstools_async.export._sources import open_lines
from smstools_async.export._targets import Target, TextStream, open_text, refuse_cut
from smstools_async.export._writer import MessageWriter, lent, record

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)

_BARE: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON lets stand bare although other programs take it for the end of a line, for a command,
or for no character at all."""


@contextmanager
def jsonl_writer(
    target: Target, *, part: str | os.PathLike[str] | None = None
) -> Generator[MessageWriter]:
    r"""Write messages as JSON Lines (jsonlines.org): one object a line, in UTF-8.

    An object has the keys of `Message.to_dict()`, led by `sent_at` in ISO 8601 (UTC). Control
    characters, line separators and halves of surrogate pairs are written as `\u` escapes, so that
    every line stays one line to every reader, and nothing is lost. `read_jsonl` reads it back.

    Args:
        target: A path, or an open text stream. A file appears under that path when the block ends
            well, readable by its owner alone; one that was there before is replaced by it, keeps
            its permissions, and is untouched if the block ends in an error. Devices and pipes are
            written directly.
        part: Where the file grows until it is whole. If there is something already, it is gone on
            with; an error leaves it there. By default it is a new file beside the target, and an
            error removes it.

    Raises:
        ValueError: `part` ends in half a message, as a kill or a full disk can leave it.
        OSError: The file cannot be written.

    Example:
        >>> import sys
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> with jsonl_writer(sys.stdout) as writer:
        ...     writer.write(message)  # doctest: +ELLIPSIS
        {"sent_at": "2025-06-05T08:44:46+00:00", ..., "text": "Olá!", "files": [], ...}
    """
    refuse_cut(part, ends_a_line)
    with open_text(target, part) as stream, lent(_JsonlWriter(stream)) as writer:
        yield writer


class _JsonlWriter:
    def __init__(self, stream: TextStream) -> None:
        self._stream = stream

    def write(self, message: Message) -> None:
        self._stream.write(encode_json(record(message)) + "\n")


def ends_a_line(file: BinaryIO) -> bool:
    """Tell whether the last line is whole: no line break is within one."""
    file.seek(-1, os.SEEK_END)
    return file.read() == b"\n"


def encode_json(value: object) -> str:
    """Encode as one line of JSON that is safe to store and to split."""
    return _BARE.sub(lambda bare: f"\\u{ord(bare[0]):04x}", _ENCODER.encode(value))


def read_jsonl(source: str | os.PathLike[str] | Iterable[str]) -> Iterator[Message]:
    """Read back what `jsonl_writer` wrote: messages equal to those that were given to it.

    Args:
        source: A path, or lines, such as an open file.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line is no message; it is named by its number, its text is not echoed.

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
    with open_lines(source) as lines:
        for number, line in enumerate(lines, start=1):
            yield _read_line(number, line)


def _read_line(number: int, line: str) -> Message:
    try:
        return _decode_line(line)
    except (ValueError, TypeError, LookupError) as error:
        raise ValueError(
            f"line {number} is no message as jsonl_writer writes it; mend or remove it"
        ) from error


def _decode_line(line: str) -> Message:
    fields = dict(json.loads(line))
    files = tuple(MessageFile(**file) for file in fields.pop("files"))
    del fields["sent_at"]  # follows from `unix_time`
    return Message(files=files, **fields)
