"""Files of databases: opened, locked, copied, and put in place.

A database is never changed where it lies. A copy is, in one transaction, and takes its place when
it is complete: so there is always the old or the new one, and neither needs a journal.
"""

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from errno import EBUSY, EEXIST, EIO
from pathlib import Path
from typing import Literal

from smstools_async._files import put_in_new_place, put_in_place
from smstools_async.export._sqlite_schema import begin
from smstools_async.export._targets import unfinished


@contextmanager
def changed_database(
    target: Path, is_changed: Callable[[], bool] = lambda: True
) -> Generator[sqlite3.Connection]:
    """Yield a copy of a database, or a new one, in a transaction that is committed at the end.

    The copy takes the place of `target` when the block ends well, if it `is_changed`.
    """

    def put(path: Path, target: Path) -> None:
        if is_changed():
            (put_in_place if before else _put_first)(path, target)

    with (
        _held(target) as before,
        unfinished(target, None, put) as path,
        closing(_copied(before, path, target)) as database,
    ):
        yield database
        with errors_of(target):
            database.execute("commit")


@contextmanager
def _held(target: Path) -> Generator[Path | None]:
    """Yield the existing database, if there is one, and keep others from writing to it."""
    if not target.exists():
        yield None
        return
    if not target.is_file():
        raise ValueError(f"{target} is not a file: a database cannot be written there")
    with closing(_hold(target)):
        yield target


def _hold(target: Path) -> sqlite3.Connection:
    with errors_of(target):
        while True:
            found = target.stat()
            database = open_database(target, "rw", timeout=0)  # a wait would block the event loop
            try:
                _check_mode(database, target)
                database.execute("begin immediate")
            except BaseException:
                database.close()
                raise
            if os.path.samestat(found, target.stat()):
                return database
            database.close()  # another export has just replaced it


def _check_mode(database: sqlite3.Connection, target: Path) -> None:
    ((mode,),) = database.execute("pragma journal_mode")
    if mode == "wal":
        raise ValueError(
            f"{target} is in WAL mode, and can have files next to it that do not fit the new one."
            " Set `pragma journal_mode = delete` on it first"
        )


def _put_first(path: Path, target: Path) -> None:
    """Put a database where there was none to lock, and still is none."""
    try:
        put_in_new_place(path, target)
    except FileExistsError as error:
        raise FileExistsError(
            EEXIST,
            "Another export has created this file: run this export again, and it updates the"
            " database",
            str(target),
        ) from error


def _copied(before: Path | None, path: Path, target: Path) -> sqlite3.Connection:
    """Return the database to be written, in a transaction."""
    with errors_of(target):
        database = open_database(path, "rw")
        try:
            if before:
                with closing(open_database(before, "ro")) as source:
                    source.backup(database)
            begin(database, target)
        except BaseException:
            database.close()
            raise
        return database


def open_database(path: Path, mode: Literal["ro", "rw"], timeout: float = 5) -> sqlite3.Connection:
    """Open a database; `timeout` is how long to wait for others, in seconds."""
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,  # transactions begin and end where the code says so
        check_same_thread=False,
    )


@contextmanager
def errors_of(target: Path) -> Generator[None]:
    """Raise the errors of SQLite as errors of the file that the caller knows."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is the reason
        if code == sqlite3.SQLITE_NOTADB:
            raise ValueError(f"{target} is not a database; choose another file") from error
        if code == sqlite3.SQLITE_BUSY:
            busy = "Another program is writing to this database; try again when it has ended"
            raise OSError(EBUSY, busy, str(target)) from error
        raise OSError(EIO, f"SQLite reports: {error}", str(target)) from error
