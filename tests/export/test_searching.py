"""Search in a database: every script, every spelling, and no language of searches."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from smstools_async import Message
from smstools_async.export import search_sqlite, sqlite_writer

PHONE = "5511987654321"
TEXTS = {
    "ja": "予約を明日の午後に変更してください",
    "thumb": "Combinado 👍",
    "th": "ขอบคุณครับ เจอกันพรุ่งนี้",
    "pt": "Confirmo, João! Até amanhã às 15h.",
    "quote": 'it\'s a "good" day_1',
    "per cent": "100% OK",
    "ru": "Спасибо большое",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a database with a message of each script."""
    path = tmp_path / "a.db"
    with sqlite_writer(path) as writer:
        for number, text in enumerate(TEXTS.values()):
            writer.write(
                Message(
                    direction="inbound",
                    sender=PHONE,
                    receiver="Clinica",
                    text=text,
                    unix_time=1749113086 + number,
                )
            )
    return path


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("午後", ["ja"]),
        ("変更して", ["ja"]),
        ("午", ["ja"]),
        ("👍", ["thumb"]),
        ("combinado 👍", ["thumb"]),
        ("พรุ่งนี้", ["th"]),
        ("คุณ", ["th"]),
        ("joao AMANHA", ["pt"]),
        ("João até", ["pt"]),
        ("amanh", ["pt"]),
        ("15h", ["pt"]),
        ("it's", ["quote"]),
        ('"good"', ["quote"]),
        ("_1", ["quote"]),
        ("0%", ["per cent"]),
        ("100%", ["per cent"]),
        ("спасибо", ["ru"]),
        ("* AND NOT (", []),
        ("\\", []),
        ("joao 午後", []),
        ("\0", list(TEXTS)),
        ("", list(TEXTS)),
    ],
    ids=ascii,
)
def test_words_are_found(path: Path, words: str, names: list[str]) -> None:
    """All of them, in one text, the newest first; quotes and operators are only characters."""
    found = [message.text for message in search_sqlite(path, words)]
    assert [TEXTS[name] for name in reversed(names)] == found


def test_documented_quoting_finds_what_a_bare_word_does_not(path: Path) -> None:
    """In SQL of one's own, a word stands in double quotes."""
    with closing(sqlite3.connect(path)) as database:
        for table, word in [("texts", "it''s"), ("pieces", "午後に")]:
            query = f"select count(*) from {table} where {table} match '\"{word}\"'"  # noqa: S608 - no user's text
            assert [(1,)] == database.execute(query).fetchall()


def test_one_conversation_is_searched(path: Path) -> None:
    """Or all of them."""
    other = Message(
        direction="inbound", sender="551100000002", receiver="C", text="👍", unix_time=0
    )
    with sqlite_writer(path) as writer:
        writer.write(other)
    assert [other] == list(search_sqlite(path, "👍", phone="+551100000002"))
    assert 2 == len(list(search_sqlite(path, "👍")))


@pytest.mark.parametrize("statement", ["delete from messages", "update messages set text = 'x'"])
def test_index_of_pieces_keeps_in_step(path: Path, statement: str) -> None:
    """Whoever changes the database."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)
        assert [] == list(database.execute("select * from pieces where pieces match '\"午後に\"'"))
        database.execute("insert into pieces (pieces) values ('integrity-check')")


def test_phone_that_is_not_one_is_refused(path: Path) -> None:
    """Instead of finding nothing."""
    with pytest.raises(ValueError, match="phone must be a telephone number"):
        next(search_sqlite(path, "x", phone="?"))
