"""SQLite: a database that is brought up to date, whole or not at all, and that can be searched."""

import os
import sqlite3
import stat
from collections.abc import Iterable
from contextlib import closing
from errno import EBUSY
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smstools_async import Message, MessageFile
from smstools_async.export import MessageWriter, open_writer, read_sqlite, sqlite_writer
from tests.export.messages import messages_with

PHONE = "5511987654321"
BOLETO = MessageFile(name="boleto.pdf", url="https://files.example/1", mime="application/pdf")
SENT = Message(
    message_id="740000001",
    direction="outbound",
    sender="Clinica",
    receiver=PHONE,
    text="Olá, João! 🙏\x00\nAté amanhã.",
    files=(BOLETO, attrs.evolve(BOLETO, name="foto.png")),
    unix_time=1749113086,
    datetime_text="05 jun 2025, 08:44:46",
    delivery_status="SUBMITTED",
)
RECEIVED = Message(
    direction="inbound", sender=PHONE, receiver="Clinica", text="ok", unix_time=1749113087
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a database may be."""
    return tmp_path / "conversations.db"


def _write(path: Path, *messages: Message) -> None:
    with sqlite_writer(path) as writer:
        for message in messages:
            writer.write(message)


def _query(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as database, database:
        return database.execute(statement).fetchall()


def _sorted(messages: Iterable[Message]) -> list[Message]:
    return sorted(messages, key=lambda message: ascii(message.to_dict()))


# -- what is in it


def test_messages_and_files_are_rows(path: Path) -> None:
    """Columns have the names of a message; `phone` is the other side, whoever wrote."""
    _write(path, RECEIVED, SENT)
    assert [
        (1, "2025-06-05T08:44:47+00:00", PHONE, None, "inbound", 1749113087, ""),
        (2, "2025-06-05T08:44:46+00:00", PHONE, "740000001", "outbound", 1749113086, "SUBMITTED"),
    ] == _query(
        path,
        "select id, sent_at, phone, message_id, direction, unix_time, delivery_status"
        " from messages order by id",
    )
    assert [
        (2, 1, "boleto.pdf", "https://files.example/1", "application/pdf"),
        (2, 2, "foto.png", "https://files.example/1", "application/pdf"),
    ] == _query(path, "select * from files")


def test_texts_can_be_searched(path: Path) -> None:
    """By words, whatever their case and accents."""
    _write(path, SENT, RECEIVED, attrs.evolve(RECEIVED, text="Confirmo, João", unix_time=0))
    _query(path, "update messages set text = 'Outro texto' where id = 1")
    found = "select rowid from texts where texts match '{}' order by rowid"
    assert [(3,)] == _query(path, found.format("joao confirmo"))
    assert [(1,)] == _query(path, found.format("outro"))
    assert [(3,)] == _query(path, found.format("joao"))


@pytest.mark.parametrize(
    "change", ["delete from messages where id = 1", "update messages set text = 'novo'"]
)
def test_search_keeps_in_step_with_changes_by_others(path: Path, change: str) -> None:
    """Triggers see to it, so that nobody need build the index anew."""
    _write(path, SENT, RECEIVED)
    _query(path, change)
    assert [] == _query(path, "select rowid from texts where texts match 'joao'")
    assert [] == _query(path, "insert into texts (texts) values ('integrity-check')")


def test_columns_are_strict(path: Path) -> None:
    """A text cannot get into a column of numbers by mistake."""
    _write(path, RECEIVED)
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER column"):
        _query(path, "update messages set unix_time = 'soon'")


@settings(deadline=None, max_examples=30)  # a busy machine is no failure
@given(
    st.lists(
        messages_with(direction=st.sampled_from(["inbound", "outbound", "sideways"])), max_size=4
    )
)
def test_written_messages_are_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, messages: list[Message]
) -> None:
    """Whatever a message holds that can be encoded is there again; equal ones are counted."""
    path = tmp_path_factory.mktemp("export") / "a.db"
    for _ in range(2):
        _write(path, *messages, *messages)
        assert _sorted([*messages, *messages]) == _sorted(read_sqlite(path))


def test_messages_are_read_oldest_first(path: Path) -> None:
    """Those of one second come as they were first written."""
    others = [attrs.evolve(RECEIVED, text=text) for text in "abc"]
    _write(path, *others, SENT)
    assert [SENT, *others] == list(read_sqlite(str(path)))


def test_half_of_a_character_is_replaced(path: Path) -> None:
    """No text of SQLite can hold one; the message is known again all the same."""
    file = attrs.evolve(BOLETO, name="\udc00.png")
    cut = attrs.evolve(RECEIVED, text="cut \ud83d", files=(file,))
    for _ in range(2):
        _write(path, cut)
        (message,) = read_sqlite(path)
        assert ("cut \ufffd", "\ufffd.png") == (message.text, message.files[0].name)


@pytest.mark.parametrize("phone", [PHONE, f"+{PHONE}"])
def test_phones_share_a_database(path: Path, phone: str) -> None:
    """Each conversation can be read by itself."""
    _write(path, SENT, RECEIVED)
    _write(path, attrs.evolve(RECEIVED, sender="+351912345678"))
    assert [SENT, RECEIVED] == list(read_sqlite(path, phone=phone))
    assert 3 == len(list(read_sqlite(path)))


# -- what happens to what is there


def test_second_export_brings_it_up_to_date(path: Path) -> None:
    """Statuses and addresses of files are those of today; nothing is there twice."""
    _write(path, RECEIVED, SENT)
    moved = tuple(attrs.evolve(file, url=f"{file.url}?signed") for file in SENT.files)
    later = attrs.evolve(SENT, delivery_status="DELIVERED", files=moved)
    _write(path, attrs.evolve(RECEIVED, unix_time=1749113099), RECEIVED, later)
    assert [later, RECEIVED] == list(read_sqlite(path))[:2]
    assert [(1,), (2,), (3,)] == _query(path, "select id from messages order by id")
    assert [(1, 2), (2, 2), (3, 2)] == _query(
        path, "select id, last_export from messages order by id"
    )


def test_names_of_files_are_a_part_of_the_identity(path: Path) -> None:
    """A file with another name makes another message; one with another URL does not."""
    for number, files in enumerate([(), SENT.files, SENT.files[:1], ()]):
        message = attrs.evolve(SENT, files=files)
        _write(path, message)
        assert min(number + 1, 3) == len(list(read_sqlite(path)))
        assert message in list(read_sqlite(path))


def test_equal_messages_are_counted(path: Path) -> None:
    """People do send "ok" twice in a second, and a part of a conversation takes none away."""
    for amount, there in [(1, 1), (3, 3), (2, 3), (3, 3)]:
        _write(path, *[RECEIVED] * amount)
        assert [RECEIVED] * there == list(read_sqlite(path))


@pytest.mark.parametrize("order", [1, -1], ids=["id first", "id last"])
def test_id_that_comes_later_is_added(path: Path, order: int) -> None:
    """The row stays the one it was; its equal without an id is another one."""
    unnamed = attrs.evolve(SENT, message_id=None)
    _write(path, unnamed)
    _write(path, SENT)
    assert [(1, "740000001")] == _query(path, "select id, message_id from messages")
    for _ in range(2):
        _write(path, *[SENT, unnamed][::order])
        assert _sorted([SENT, unnamed]) == _sorted(read_sqlite(path))


def test_nothing_is_removed(path: Path) -> None:
    """A message that comes no more stays, and tells when it came last."""
    _write(path, SENT, RECEIVED)
    _write(path, RECEIVED)
    assert [(1, 1), (2, 2)] == _query(path, "select id, last_export from messages order by id")


def test_tables_of_others_stay(path: Path) -> None:
    """Notes on messages outlive an export."""
    _write(path, SENT)
    _query(path, "create table notes (message, note)")
    _query(path, "insert into notes values (1, 'call back')")
    _write(path, SENT)
    assert [(1, "call back")] == _query(path, "select * from notes")


def test_identity_stays_what_it_is(path: Path) -> None:
    """Databases of years ago are brought up to date by the Python of today."""
    _write(path, attrs.evolve(RECEIVED, text="Olá \ud83d\u0378", files=(BOLETO,)))
    ((identity,),) = _query(path, "select identity from messages")
    assert "b29fe5164501515df1cdbb2b31c36876" == identity.hex()


# -- whole or not at all


def _write_and_raise(writer: MessageWriter) -> None:
    writer.write(RECEIVED)
    raise KeyboardInterrupt


def test_error_leaves_the_database_as_it_was(path: Path, tmp_path: Path) -> None:
    """Byte by byte, with nothing beside it."""
    _write(path, SENT)
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt), sqlite_writer(path) as writer:
        _write_and_raise(writer)
    assert before == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_database_before_can_be_read_meanwhile(path: Path) -> None:
    """It is the one before until the block ends; no one else can write to it."""
    _write(path, SENT)
    with sqlite_writer(path) as writer:
        writer.write(RECEIVED)
        assert [SENT] == list(read_sqlite(path))
        with (
            closing(sqlite3.connect(path, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="database is locked"),
        ):
            other.execute("delete from messages")
    assert [SENT, RECEIVED] == list(read_sqlite(path))


def test_file_is_its_owners_alone_and_keeps_its_permissions(path: Path) -> None:
    """Conversations are private until somebody shares them."""
    _write(path, SENT)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    path.chmod(0o640)
    _write(path, SENT)
    assert 0o640 == stat.S_IMODE(path.stat().st_mode)


def test_stopped_export_is_gone_on_with(path: Path, tmp_path: Path) -> None:
    """What came is kept beside the database, which stays as it was until all is there."""
    _write(path, SENT)
    part = tmp_path / "part"
    with pytest.raises(KeyboardInterrupt), open_writer(path, part=part) as writer:
        _write_and_raise(writer)
    assert [SENT] == list(read_sqlite(path))
    with open_writer(path, part=part) as writer:
        writer.write(RECEIVED)
    assert [SENT, RECEIVED, RECEIVED] == list(read_sqlite(path))
    assert [path] == list(tmp_path.iterdir())


def test_database_that_is_replaced_before_it_is_held_is_opened_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two exports at once add to each other's work."""
    _write(path, SENT)
    connect = sqlite3.connect

    def connect_late(*arguments: Any, **options: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*arguments, **options)
        monkeypatch.undo()
        _write(path, RECEIVED)
        return database

    monkeypatch.setattr(sqlite3, "connect", connect_late)
    _write(path, attrs.evolve(RECEIVED, unix_time=1749113088))
    assert 3 == len(list(read_sqlite(path)))


def _write_while_another_ends(writer: MessageWriter, path: Path) -> None:
    writer.write(RECEIVED)
    _write(path, SENT)


@pytest.mark.usefixtures("_without_locks")
def test_first_export_that_ends_later_replaces_none(path: Path, tmp_path: Path) -> None:
    """Where two began before there was a database, the later one is told to run again."""
    with (
        pytest.raises(
            FileExistsError, match="has created this file: run this export again"
        ) as caught,
        sqlite_writer(path) as later,
    ):
        _write_while_another_ends(later, path)
    assert str(path) == caught.value.filename
    assert [SENT] == list(read_sqlite(path))
    assert [path] == list(tmp_path.iterdir())
    _write(path, RECEIVED)
    assert [SENT, RECEIVED] == list(read_sqlite(path))


@pytest.mark.usefixtures("_without_locks")
def test_first_export_that_ends_later_keeps_its_part(path: Path, tmp_path: Path) -> None:
    """What came need not be asked for again."""
    part = tmp_path / "part"
    with pytest.raises(FileExistsError), open_writer(path, part=part) as later:
        _write_while_another_ends(later, path)
    with open_writer(path, part=part):
        pass
    assert [SENT, RECEIVED] == list(read_sqlite(path))


def test_database_that_another_writes_to_is_an_error_at_once(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting for it would keep the event loop; what can be done is said instead."""
    _write(path, SENT)
    with closing(sqlite3.connect(path)) as other:
        other.execute("begin exclusive")
        waits = _noted_waits(monkeypatch)
        with pytest.raises(OSError, match=r"Another program is writing .* try again") as caught:
            _write(path, RECEIVED)
    assert (EBUSY, str(path)) == (caught.value.errno, caught.value.filename)
    assert [0] == waits
    assert [path] == list(tmp_path.iterdir())


def _noted_waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long connections that are opened from now on wait for others, in seconds."""
    connect, waits = sqlite3.connect, list[float]()

    def noting_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        waits.append(options.get("timeout", 5))
        database: sqlite3.Connection = connect(*arguments, **options)
        return database

    monkeypatch.setattr(sqlite3, "connect", noting_connect)
    return waits


# -- what is refused


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("create table messages (text)", "is not a database of this version of smstools_async"),
        ("pragma user_version = 7", None),
        ("pragma application_id = 7", "is not a database of this version of smstools_async"),
        ("pragma journal_mode = wal", "is in WAL mode"),
    ],
)
def test_database_of_others_is_refused(path: Path, statement: str, words: str | None) -> None:
    """Nothing is mixed with what was not written here, and nothing is changed."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
    if words:
        with pytest.raises(ValueError, match=words):
            sqlite_writer(path).__enter__()
    else:
        _write(path, SENT)  # nothing is in it
        assert [SENT] == list(read_sqlite(path))


def test_database_of_another_version_is_refused(path: Path) -> None:
    """Its tables may be others."""
    _write(path, SENT)
    _query(path, "pragma user_version = 1")
    for attempt in (sqlite_writer(path).__enter__, lambda: next(read_sqlite(path))):
        with pytest.raises(ValueError, match="is not a database of this version of smstools_async"):
            attempt()


def test_other_file_is_refused(path: Path, tmp_path: Path) -> None:
    """It is not replaced either: who knows whose it is."""
    path.write_text("the one before, " * 100, encoding="utf-8")
    for attempt in (sqlite_writer(path).__enter__, lambda: next(read_sqlite(path))):
        with pytest.raises(
            ValueError, match=r"conversations\.db is not a database; choose another"
        ):
            attempt()
    assert [path] == list(tmp_path.iterdir())
    assert path.read_text(encoding="utf-8").startswith("the one before")


def test_empty_file_is_a_beginning(path: Path) -> None:
    """Such as one that was made to have certain permissions."""
    path.touch()
    assert [] == list(read_sqlite(path))
    _write(path, SENT)
    assert [SENT] == list(read_sqlite(path))


def test_device_is_refused() -> None:
    """A database is no stream."""
    with pytest.raises(ValueError, match=r"^/dev/null is not a file: a database cannot be written"):
        sqlite_writer(os.devnull).__enter__()


def test_missing_file_cannot_be_read(path: Path) -> None:
    """As an error of files, with the name of the file."""
    with pytest.raises(OSError, match="unable to open database file") as caught:
        next(read_sqlite(path))
    assert str(path) == caught.value.filename
    assert not path.exists()


def test_what_cannot_be_written_is_an_error_of_files(path: Path, tmp_path: Path) -> None:
    """SQLite's own errors are those of a library that nobody need know."""
    _write(path, SENT)
    _query(path, "create trigger no before insert on messages begin select raise(abort, 'no'); end")
    with pytest.raises(OSError, match="SQLite reports: no"):
        _write(path, RECEIVED)
    assert [path] == list(tmp_path.iterdir())


def test_old_sqlite_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strict tables came with 3.37."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(OSError, match=r"^SQLite 3\.37 is needed, and this Python has 3\."):
        sqlite_writer(path).__enter__()
