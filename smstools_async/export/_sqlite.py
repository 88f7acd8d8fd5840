"""SQLite: many conversations in a database that later exports update, and that can be searched."""

import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from smstools_async._models import Message
from smstools_async.export._appending import Appender, Appending, lent_appender
from smstools_async.export._rows import phone_digits
from smstools_async.export._sqlite_files import changed_database, errors_of, open_database
from smstools_async.export._sqlite_rows import SqliteRows, select_messages
from smstools_async.export._sqlite_schema import has_tables
from smstools_async.export._writer import MessageWriter, lent

_OF_PHONE: Final = "where (:phone is null or phone = :phone)"
_SHORTEST_PIECE: Final = 3
"""In characters: the index of pieces holds none that is shorter."""


@contextmanager
def sqlite_writer(target: str | os.PathLike[str]) -> Generator[MessageWriter]:
    """Write messages into a SQLite database, new or written by an earlier export.

    An existing one is updated: a message that is in it already gets its present delivery status and
    the present URLs of its files, and a new one is added. Nothing is removed that is no longer
    listed, and your own tables stay. Any number of conversations share one database.

    A message is identified within its conversation by direction, second, sender, receiver, text and
    names of files, never by its id. Equal ones are counted: if two came, there are two rows, and
    when both come again there still are. A `message_id` that a message gets later is added to its
    row.

    The existing database is copied first, at each export, however few messages come. That blocks
    the event loop for some 0.3 seconds with 100 MiB. Another program that is writing to it then is
    not waited for.

    The reference lists tables and columns. An unpaired surrogate, which no response holds, becomes
    U+FFFD; all else is kept as it is, and `read_sqlite` reads it back.

    Args:
        target: A path. The database appears there, or is replaced by its new state, when the block
            ends well, as with `jsonl_writer`. Until then others can read the old one, and no one
            can write to it.

    Raises:
        ValueError: There is a file that is not such a database, or one in WAL mode.
        FileExistsError: There was no file at the start, and another export has created it: run
            this one again. Only where the file system has no locks.
        OSError: The file cannot be written, another program is writing to it (`errno.EBUSY`), or
            this Python has an SQLite without full-text search (FTS5) or before 3.37.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="Olá!",
        ...     unix_time=1749113086,
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversations.db"
        ...     for export in ("first", "second"):
        ...         with sqlite_writer(path) as writer:
        ...             writer.write(message)
        ...     list(read_sqlite(path)) == [message]
        True
    """
    path = Path(target)
    with (
        changed_database(path) as database,
        lent(SqliteRows(database, path, appends=False)) as writer,
    ):
        yield writer


@contextmanager
def sqlite_appender(target: str | os.PathLike[str]) -> Generator[Appender]:
    """Add what is new to a database; see `open_appender`."""
    path = Path(target)
    is_new = not path.exists()
    with changed_database(path, lambda: is_new or appending.is_changed) as database:
        rows = SqliteRows(database, path, appends=True)
        appending = Appending(rows, rows.places)
        with lent_appender(appending) as appender:
            yield appender
        for phone in appending.marked:
            rows.mark(phone, appending.places[phone])


def read_sqlite(path: str | os.PathLike[str], *, phone: str | None = None) -> Iterator[Message]:
    """Read back what `sqlite_writer` wrote: messages equal to those that were given to it.

    The oldest comes first; those of one second in the order in which they were first written.

    Args:
        path: The database.
        phone: Read the conversation with this phone alone.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not such a database, or `phone` is not a telephone number.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversations.db"
        ...     with sqlite_writer(path):
        ...         pass  # a conversation without messages
        ...     list(read_sqlite(path, phone="+5511987654321"))
        []
    """
    yield from _select(Path(path), phone, f"{_OF_PHONE} order by unix_time, id", {})


def search_sqlite(
    path: str | os.PathLike[str], words: str, *, phone: str | None = None
) -> Iterator[Message]:
    """Find messages in a database that `sqlite_writer` wrote, the newest first.

    Every word must be in the text. A word is found in any case and without its accents; a part of
    one is found too, which is how texts in Chinese, Japanese or Thai and emoji are found. Words of
    one or two characters that are only a part of a word take a scan of all texts.

    Args:
        path: The database.
        words: Separated by spaces. Quotes and operators have no meaning.
        phone: Search the conversation with this phone alone.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not such a database, or `phone` is not a telephone number.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica",
        ...     text="予約を明日の午後に変更してください", unix_time=1749113086,
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "conversations.db"
        ...     with sqlite_writer(path) as writer:
        ...         writer.write(message)
        ...     [len(list(search_sqlite(path, word))) for word in ("午後", "it's")]
        [1, 0]
    """
    sought = [word for word in words.split() if word.strip("\0")]
    conditions = " and ".join([_OF_PHONE, *(_condition(*each) for each in enumerate(sought))])
    values = {f"word{number}": _quoted(word) for number, word in enumerate(sought)}
    patterns = {f"pattern{number}": _pattern(word) for number, word in enumerate(sought)}
    yield from _select(
        Path(path), phone, f"{conditions} order by unix_time desc, id desc", values | patterns
    )


def _condition(number: int, word: str) -> str:
    piece = (
        f"id in (select rowid from pieces where pieces match :word{number})"  # noqa: S608 - a number
        if len(word) >= _SHORTEST_PIECE
        else f"text like :pattern{number} escape '\\'"
    )
    return f"(id in (select rowid from texts where texts match :word{number}) or {piece})"  # noqa: S608 - a number


def _quoted(word: str) -> str:
    """Quote a word for SQLite's language of searches: its own quotes are doubled."""
    return '"{}"'.format(word.replace('"', '""'))


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _select(
    path: Path, phone: str | None, conditions: str, values: dict[str, Any]
) -> Iterator[Message]:
    conversation = None if phone is None else phone_digits(phone)
    with errors_of(path), closing(open_database(path, "ro")) as database:
        if has_tables(database, path):
            yield from select_messages(database, conditions, {"phone": conversation} | values)
