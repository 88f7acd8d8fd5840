"""Rows of a database: a message that is there already is updated, a new one is added."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from smstools_async._models import Message, MessageFile
from smstools_async.export._rows import encodable, identity_of
from smstools_async.export._sqlite_files import errors_of

_FIND: Final = """
select id from messages indexed by messages_by_identity
where identity = :identity and phone = :phone and last_export < :export and first_export > :after
order by message_id is not :message_id, message_id is not null, id limit 1
"""
"""Of equal messages, the one with the same id first, then one without an id."""
_INSERT: Final = """
insert into messages (
    id, phone, message_id, direction, sender, receiver, text, unix_time, datetime_text,
    delivery_status, identity, first_export, last_export
) values (
    :id, :phone, :message_id, :direction, :sender, :receiver, :text, :unix_time, :datetime_text,
    :delivery_status, :identity, :export, :export
)
on conflict (id) do update set
    message_id = excluded.message_id, direction = excluded.direction,
    datetime_text = excluded.datetime_text, delivery_status = excluded.delivery_status,
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
from messages
"""
_SELECT_FILES: Final = "select name, url, mime from files where message = ? order by place"
_PLACES: Final = "select phone, cursor, export from cursors"
_MARK: Final = "insert or replace into cursors (phone, cursor, export) values (?, ?, ?)"


class SqliteRows:
    """Writes rows into the tables of a database, in one export."""

    def __init__(self, database: sqlite3.Connection, target: Path, *, appends: bool) -> None:
        """Begin an export.

        One that appends gets messages that come after a cursor: they equal none that the cursor
        covers, only those that another export has added since.
        """
        self._database = database
        self._target = target
        self._export = _next_export(database)
        places = list(database.execute(_PLACES))
        self.places: dict[str, str] = {phone: cursor for phone, cursor, _ in places}
        """The cursor of each conversation that was appended to."""
        self._covered = {phone: export for phone, _, export in places} if appends else {}

    def write(self, message: Message, phone: str) -> None:
        """Write one message."""
        with errors_of(self._target):
            self._put(message, phone)

    def mark(self, phone: str, cursor: str) -> None:
        """Note up to where a conversation is there."""
        with errors_of(self._target):
            self._database.execute(_MARK, [phone, cursor, self._export])

    def _put(self, message: Message, phone: str) -> None:
        after = self._covered.get(phone, 0)
        row = _row(message) | {"phone": phone, "export": self._export, "after": after}
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
        """Find an equal row that no other message of this export is in."""
        for (found,) in self._database.execute(_FIND, row):
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
    return texts | {"identity": identity_of(message)}


def _next_export(database: sqlite3.Connection) -> int:
    ((last,),) = database.execute(
        "select max(coalesce((select max(last_export) from messages), 0),"
        " coalesce((select max(export) from cursors), 0))"
    )
    return int(last) + 1


def select_messages(
    database: sqlite3.Connection, conditions: str, values: dict[str, Any]
) -> Iterator[Message]:
    """Read the messages that an SQL text behind `from messages` chooses."""
    for row in database.execute(_SELECT + conditions, values):
        yield _message(database, *row)


def _message(database: sqlite3.Connection, *row: Any) -> Message:
    *texts, number, has_files = row
    rows = database.execute(_SELECT_FILES, [number]) if has_files else ()
    files = tuple(MessageFile(name=name, url=url, mime=mime) for name, url, mime in rows)
    return Message(files=files, **dict(zip(_FIELDS, texts, strict=True)))
