"""Resuming a format that cannot be appended to: its messages are kept as JSON Lines."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from smstools_async._models import Message
from smstools_async.export._jsonl import ends_a_line, jsonl_rows, jsonl_writer
from smstools_async.export._rows import conversation_of
from smstools_async.export._targets import refuse_cut
from smstools_async.export._writer import MessageWriter


@contextmanager
def kept_as_jsonl(
    complete: AbstractContextManager[MessageWriter], part: Path
) -> Generator[MessageWriter]:
    """Write to `complete`, and JSON Lines to `part`, which is removed when the block ends well.

    What `part` holds already comes first.
    """
    refuse_cut(part, ends_a_line)
    with complete as writer:
        _write_begun(part, writer)
        part.touch(mode=0o600)
        with (
            part.open("a", 1, encoding="utf-8", newline="") as lines,
            jsonl_writer(lines) as keeper,
        ):
            yield _Both(keeper, writer)
    part.unlink()


def _write_begun(part: Path, writer: MessageWriter) -> None:
    if part.exists():
        for row in jsonl_rows(part):
            is_given = row.phone != conversation_of(row.message)  # the other side may be any text
            writer.write(row.message, phone=row.phone if is_given else None)


class _Both:
    def __init__(self, *writers: MessageWriter) -> None:
        self._writers = writers

    def write(self, message: Message, *, phone: str | None = None) -> None:
        for writer in self._writers:
            writer.write(message, phone=phone)
