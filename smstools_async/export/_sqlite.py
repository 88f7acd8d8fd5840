"""SQLite: conversations in a database that is brought up to date, and that can be searched.

A database is never changed where it lies. A copy is, in one transaction, and takes its place when
it is whole: so there is always the one before or the new one, and neither needs a journal.
"""

import json
import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from errno import EBUSY, EEXIST, EIO
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from smstools_async._files import put_in_new_place, put_in_place
from smstools_async._models import Direction, Message, MessageFile
from smstools_async._phone import without_plus
from smstools_async.export._targets import unfinished
from smstools_async.export._writer import MessageWriter, encodable, lent

_APPLICATION: Final = 0x736D7374
"""`smst`, where SQLite keeps whose database it is."""
_VERSION: Final = 1
"""Of the tables, and of how messages are known again."""
_OLDEST_SQLITE: Final = (3, 37, 0)
"""The first with strict tables."""
_OUTBOUND: Final = Direction.OUTBOUND.value

_TABLES: Final = """
create table messages (
    id integer primary key,
    sent_at text generated always as
        (strftime('%Y-%m-%dT%H:%M:%S+00:00', unix_time, 'unixepoch')) virtual,
    phone text not null,
    message_id text,
    direction text not null,
    sender text not null,
    receiver text not null,
    text text not null,
    unix_time integer not null,
    datetime_text text not null,
    delivery_status text not null,
    content blob not null,
    last_export integer not null
) strict;
create index messages_by_phone on messages (phone, unix_time);
create index messages_by_time on messages (unix_time);
create index messages_by_message_id on messages (message_id) where message_id is not null;
create index messages_by_content on messages (content);

create table files (
    message integer not null references messages (id) on delete cascade,
    place integer not null,
    name text not null,
    url text not null,
    mime text not null,
    primary key (message, place)
) strict, without rowid;

create virtual table texts using fts5 (
    text, content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
create trigger text_comes after insert on messages begin
    insert into texts (rowid, text) values (new.id, new.text);
end;
create trigger text_goes after delete on messages begin
    insert into texts (texts, rowid, text) values ('delete', old.id, old.text);
end;
create trigger text_changes after update of text on messages when new.text <> old.text begin
    insert into texts (texts, rowid, text) values ('delete', old.id, old.text);
    insert into texts (rowid, text) values (new.id, new.text);
end;
"""

_FIND_BY_ID: Final = """
select id from messages indexed by messages_by_message_id
where message_id = :message_id and last_export < :export order by id limit 1
"""
_FIND_BY_CONTENT: Final = """
select id from messages indexed by messages_by_content
where content = :content and message_id is null and last_export < :export order by id limit 1
"""
_INSERT: Final = """
insert into messages (
    id, phone, message_id, direction, sender, receiver, text, unix_time, datetime_text,
    delivery_status, content, last_export
) values (
    :id, :phone, :message_id, :direction, :sender, :receiver, :text, :unix_time, :datetime_text,
    :delivery_status, :content, :export
)
on conflict (id) do update set
    phone = excluded.phone, message_id = excluded.message_id, direction = excluded.direction,
    sender = excluded.sender, receiver = excluded.receiver, text = excluded.text,
    unix_time = excluded.unix_time, datetime_text = excluded.datetime_text,
    delivery_status = excluded.delivery_status, content = excluded.content,
    last_export = excluded.last_export
"""
_INSERT_FILE: Final = "insert into files (message, place, name, url, mime) values (?, ?, ?, ?, ?)"
_FIELDS: Final = (
    *("message_id", "direction", "sender", "receiver", "text"),
    *("unix_time", "datetime_text", "delivery_status"),
)
_SELECT: Final = """
select
    message_id, direction, sender, receiver, text, unix_time, datetime_text, delivery_status, id,
    exists (select 1 from files where message = id) as has_files
from messages where :phone is null or phone = :phone order by unix_time, id
"""
_SELECT_FILES: Final = "select name, url, mime from files where message = ? order by place"


@contextmanager
def sqlite_writer(target: str | os.PathLike[str]) -> Generator[MessageWriter]:
    """Write messages into a SQLite database, new or written by an earlier export.

    An earlier one is brought up to date: a message that is in it already gets its present delivery
    status and the present addresses of its files, and one that is new is added. Nothing is removed
    that no longer comes, and tables of your own stay. Conversations with many phones may share one
    database.

    A message is known again by its `message_id`; where it has none, by its direction, time, sender,
    receiver, text and names of files. Equal ones are counted: if two came, there are two rows, and
    when both come again there still are. A `message_id` that a message gets later is added to its
    row.

    The whole database before is copied first, at each export, however few messages come. That keeps
    the event loop, for some 0.3 seconds with 100 MiB. Another program that is writing to it then is
    not waited for.

    Tables and columns are told in the page on exports. A half of a surrogate pair, which no answer
    of the client holds, becomes U+FFFD; all else is kept as it is, and `read_sqlite` reads it back.

    Args:
        target: A path. The database appears there, or is replaced by its new state, when the block
            ends well, as with `jsonl_writer`. Meanwhile others can read the one before, and no one
            can write to it. Where there is none before, two exports can begin at once; the one that
            ends later replaces nothing, but ends in an error.

    Raises:
        ValueError: There is a file that is no such database, or one in WAL mode.
        FileExistsError: There was no file at the start, and there is one at the end: run the same
            again.
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
    with (
        _held(Path(target)) as before,
        unfinished(Path(target), None, put_in_place if before else _put_first) as path,
        closing(_copied(before, path)) as database,
    ):
        writer = _SqliteWriter(database, path)
        with lent(writer) as lent_writer:
            yield lent_writer
        writer.commit()


class _SqliteWriter:
    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path
        self._export = _next_export(database)

    def write(self, message: Message) -> None:
        with _errors_told(self._path):
            self._put(message)

    def commit(self) -> None:
        with _errors_told(self._path):
            self._database.execute("commit")

    def _put(self, message: Message) -> None:
        row = _row(message) | {"export": self._export}
        known = self._find(row)
        inserted = self._database.execute(_INSERT, row | {"id": known}).lastrowid
        if known is not None:
            self._database.execute("delete from files where message = ?", [known])
        if message.files:
            self._put_files(known or inserted, message)

    def _put_files(self, number: int | None, message: Message) -> None:
        for place, file in enumerate(message.files, start=1):
            texts = map(encodable, (file.name, file.url, file.mime))
            self._database.execute(_INSERT_FILE, [number, place, *texts])

    def _find(self, row: dict[str, Any]) -> int | None:
        """Find a row of the same message that no other one of this export was put into."""
        queries = (
            [_FIND_BY_CONTENT] if row["message_id"] is None else [_FIND_BY_ID, _FIND_BY_CONTENT]
        )
        for query in queries:
            for (found,) in self._database.execute(query, row):
                number: int = found
                return number
        return None


def _row(message: Message) -> dict[str, Any]:
    fields = message.to_dict()
    del fields["files"]
    texts = {
        name: encodable(value) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    return {**texts, "phone": _phone(message), "content": _content(message)}


def _phone(message: Message) -> str:
    other_side = message.receiver if message.direction == _OUTBOUND else message.sender
    return encodable(without_plus(other_side))


def _content(message: Message) -> bytes:
    """Return what a message without an id is known by, which no delivery changes, as a hash."""
    names = [file.name for file in message.files]
    content = [message.direction, message.unix_time, message.sender, message.receiver]
    written = json.dumps([*content, message.text, names])  # the same in every Python, unlike `repr`
    return sha256(written.encode()).digest()[:16]


def _next_export(database: sqlite3.Connection) -> int:
    ((last,),) = database.execute("select coalesce(max(last_export), 0) from messages")
    return int(last) + 1


def read_sqlite(path: str | os.PathLike[str], *, phone: str | None = None) -> Iterator[Message]:
    """Read back what `sqlite_writer` wrote: messages equal to those that were given to it.

    The oldest comes first; those of one second in the order in which they were first written.

    Args:
        path: The database.
        phone: Read the conversation with this phone alone, digits with or without a plus.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no such database.

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
    with _errors_told(Path(path)), closing(_open(Path(path), "ro")) as database:
        if _is_begun(database, Path(path)):
            for row in database.execute(
                _SELECT, {"phone": None if phone is None else without_plus(phone)}
            ):
                yield _message(database, *row)


def _message(database: sqlite3.Connection, *row: Any) -> Message:
    *texts, number, has_files = row
    rows = database.execute(_SELECT_FILES, [number]) if has_files else ()
    files = tuple(MessageFile(name=name, url=url, mime=mime) for name, url, mime in rows)
    return Message(files=files, **dict(zip(_FIELDS, texts, strict=True)))


@contextmanager
def _held(target: Path) -> Generator[Path | None]:
    """Give the database before, if there is one, and keep others from writing to it."""
    if not target.exists():
        yield None
        return
    if not target.is_file():
        raise ValueError(f"{target} is no file: a database cannot be written there")
    with closing(_hold(target)):
        yield target


def _hold(target: Path) -> sqlite3.Connection:
    with _errors_told(target):
        while True:
            found = target.stat()
            database = _open(target, "rw", timeout=0)  # a wait would keep the event loop
            try:
                _check_mode(database, target)
                database.execute("begin immediate")
            except BaseException:
                database.close()
                raise
            if os.path.samestat(found, target.stat()):
                return database
            database.close()  # another export has replaced it meanwhile


def _check_mode(database: sqlite3.Connection, target: Path) -> None:
    ((mode,),) = database.execute("pragma journal_mode")
    if mode == "wal":
        raise ValueError(
            f"{target} is in WAL mode, and can have files beside it that do not fit the new one."
            " Set `pragma journal_mode = delete` on it first"
        )


def _put_first(path: Path, target: Path) -> None:
    """Put a database where there was none to hold, and still is none."""
    try:
        put_in_new_place(path, target)
    except FileExistsError as error:
        raise FileExistsError(
            EEXIST,
            "A file has appeared meanwhile: run this export again, and a database is brought up to"
            " date",
            str(target),
        ) from error


def _copied(before: Path | None, path: Path) -> sqlite3.Connection:
    """Return the database to be written, in a transaction."""
    with _errors_told(path):
        database = _open(path, "rw")
        try:
            if before:
                with closing(_open(before, "ro")) as source:
                    source.backup(database)
            _begin(database, path)
        except BaseException:
            database.close()
            raise
        return database


def _begin(database: sqlite3.Connection, path: Path) -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise OSError(f"SQLite 3.37 is needed, and this Python has {sqlite3.sqlite_version}")
    database.execute("pragma journal_mode = off")  # nothing is lost with it but itself
    database.execute("pragma synchronous = off")  # it is stored before it gets its name
    if not _is_begun(database, path):
        database.execute(f"pragma application_id = {_APPLICATION}")
        database.execute(f"pragma user_version = {_VERSION}")
        database.executescript(_TABLES)
    database.execute("begin")


def _is_begun(database: sqlite3.Connection, path: Path) -> bool:
    """Tell whether the tables are there; refuse those of others."""
    ((application,),) = database.execute("pragma application_id")
    ((version,),) = database.execute("pragma user_version")
    ((objects,),) = database.execute("select count(*) from sqlite_schema")
    if (application, version) == (_APPLICATION, _VERSION):
        return True
    if application or objects:
        raise ValueError(
            f"{path} is no database of this version of smstools_async; choose another file"
        )
    return False


def _open(path: Path, mode: Literal["ro", "rw"], timeout: float = 5) -> sqlite3.Connection:
    """Open a database; `timeout` is how long to wait for others, in seconds."""
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,  # transactions begin and end where it says so
        check_same_thread=False,
    )


@contextmanager
def _errors_told(path: Path) -> Generator[None]:
    """Let the errors of SQLite be those of files."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is why
        if code == sqlite3.SQLITE_NOTADB:
            raise ValueError(f"{path} is no database; choose another file") from error
        if code == sqlite3.SQLITE_BUSY:
            busy = "Another program is writing to this database; try again when it has ended"
            raise OSError(EBUSY, busy, str(path)) from error
        raise OSError(EIO, f"SQLite says: {error}", str(path)) from error
