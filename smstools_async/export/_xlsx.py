"""Excel workbooks, for people with a spreadsheet. Needs the extra `xlsx`."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from pathlib import Path

from smstools_async.export._parts import scratch_folder
from smstools_async.export._targets import require_file, unfinished
from smstools_async.export._writer import MessageWriter, lent


@contextmanager
def xlsx_writer(
    target: str | os.PathLike[str],
    *,
    zone: tzinfo = UTC,
    files: str | os.PathLike[str] | None = None,
) -> Generator[MessageWriter]:
    """Write messages as an Excel workbook (`.xlsx`), which opens alike in every country.

    The sheet `messages` has the columns of `csv_writer` under a frozen header. Times are times, in
    `zone`; ids and phones are texts, so that no digit is lost; a text that looks like a formula
    stays a text. The sheet `files` has a row per attachment with a link. After 1,048,575 messages
    another sheet begins. Memory does not grow with the history.

    An unpaired surrogate, which no response holds, becomes U+FFFD.

    Args:
        target: A path. The workbook appears there when the block ends well, as for `jsonl_writer`.
        zone: Of `sent_at`, such as `zoneinfo.ZoneInfo("America/Sao_Paulo")`.
        files: A folder with downloaded attachments, as for `html_writer`: links lead there where
            opening the file is harmless, and otherwise to its `http` or `https` URL.

    Raises:
        ImportError: The extra `xlsx` is not installed.
        ValueError: A text is longer than the 32,767 characters that a cell holds.
        OSError: The workbook cannot be written.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from smstools_async import Message
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="=1+1",
        ...     unix_time=1749113086,
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversation.xlsx"
        ...     with xlsx_writer(path) as writer:
        ...         writer.write(message)
        ...     path.read_bytes()[:2]
        b'PK'
    """
    from smstools_async.export._workbook import open_workbook  # noqa: PLC0415 - needs the extra

    path = Path(target)
    require_file(path)
    folder = Path(files) if files is not None else None
    with (
        unfinished(path, None) as part,
        scratch_folder(part) as scratch,
        open_workbook(part, scratch, page=path.resolve(), zone=zone, files=folder) as rows,
        lent(rows) as writer,
    ):
        yield writer
