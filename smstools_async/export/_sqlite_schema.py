"""The tables of an exported database, and how a database is known to be one."""

import sqlite3
from pathlib import Path
from typing import Final

_APPLICATION: Final = 0x736D7374
"""`smst`, in the header in which SQLite keeps whose database it is."""
_VERSION: Final = 2
"""Of the tables, and of what identifies a message."""
_OLDEST_SQLITE: Final = (3, 37, 0)
"""The first with strict tables."""

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
    identity blob not null,
    first_export integer not null,
    last_export integer not null
) strict;
create index messages_by_phone on messages (phone, unix_time);
create index messages_by_time on messages (unix_time);
create index messages_by_message_id on messages (message_id) where message_id is not null;
create index messages_by_identity on messages (identity, phone);

create table files (
    message integer not null references messages (id) on delete cascade,
    place integer not null,
    name text not null,
    url text not null,
    mime text not null,
    primary key (message, place)
) strict, without rowid;

create table cursors (
    phone text primary key,
    cursor text not null,
    export integer not null
) strict, without rowid;

create virtual table texts using fts5 (
    text, content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
create virtual table pieces using fts5 (
    text, content = 'messages', content_rowid = 'id', tokenize = 'trigram'
);
create trigger text_comes after insert on messages begin
    insert into texts (rowid, text) values (new.id, new.text);
    insert into pieces (rowid, text) values (new.id, new.text);
end;
create trigger text_goes after delete on messages begin
    insert into texts (texts, rowid, text) values ('delete', old.id, old.text);
    insert into pieces (pieces, rowid, text) values ('delete', old.id, old.text);
end;
create trigger text_changes after update of text on messages when new.text <> old.text begin
    insert into texts (texts, rowid, text) values ('delete', old.id, old.text);
    insert into pieces (pieces, rowid, text) values ('delete', old.id, old.text);
    insert into texts (rowid, text) values (new.id, new.text);
    insert into pieces (rowid, text) values (new.id, new.text);
end;
"""


def begin(database: sqlite3.Connection, target: Path) -> None:
    """Create the tables where there are none, and begin a transaction.

    Raises:
        ValueError: The database has other tables.
        OSError: This Python has a SQLite that is too old.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise OSError(f"SQLite 3.37 is needed, and this Python has {sqlite3.sqlite_version}")
    database.execute("pragma journal_mode = off")  # nothing is lost with it but itself
    database.execute("pragma synchronous = off")  # it is stored before it gets its name
    if not has_tables(database, target):
        database.execute(f"pragma application_id = {_APPLICATION}")
        database.execute(f"pragma user_version = {_VERSION}")
        database.executescript(_TABLES)
    database.execute("begin")


def has_tables(database: sqlite3.Connection, target: Path) -> bool:
    """Whether the tables are there.

    Raises:
        ValueError: Other tables are there.
    """
    ((application,),) = database.execute("pragma application_id")
    ((version,),) = database.execute("pragma user_version")
    ((objects,),) = database.execute("select count(*) from sqlite_schema")
    if (application, version) == (_APPLICATION, _VERSION):
        return True
    if application or objects:
        raise ValueError(
            f"{target} is not a database of this version of smstools_async; choose another file"
        )
    return False
