"""Many conversations in one file: each row with its phone, and complete or not there."""

import csv
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from smstools_async import Message, MessageFile
from smstools_async.export import read_csv, read_jsonl, read_parquet, read_sqlite
from smstools_async.sandbox import Response, Sandbox
from tests.cli.command import invoke, signal_at_request

PHONES = [f"+55119876543{number:02}" for number in range(5)]
EXPORT = ("export", "--phones-file", "phones.txt", "--page-size", "100")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a file of five phones."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "phones.txt").write_text("\n".join([*PHONES, PHONES[0].removeprefix("+")]))
    return tmp_path


@pytest.fixture
def conversations(sandbox: Sandbox) -> Sandbox:
    """Serve a conversation with each of them, of 100 to 500 messages."""
    for number, phone in enumerate(PHONES, start=1):
        sandbox.add_conversation(phone, messages=100 * number)
    return sandbox


def _all(sandbox: Sandbox) -> list[Message]:
    return [message for phone in PHONES for message in sandbox.messages(phone)]


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"phones.txt"}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("all.jsonl", read_jsonl),
        ("all.csv", read_csv),
        ("all.parquet", read_parquet),
        ("all.db", read_sqlite),
    ],
)
def test_all_are_in_one_file(
    name: str, read: Callable[[Path], list[Message]], conversations: Sandbox, folder: Path
) -> None:
    """Every message of every phone, once; nothing else is left."""
    result = invoke(*EXPORT, "-o", name)
    assert 0 == result.exit_code, result.stderr
    assert f" s → {name}\n" in result.stderr
    assert {name} == _names(folder)
    written = sorted(read(folder / name), key=lambda message: message.identity)
    assert sorted(_all(conversations), key=lambda message: message.identity) == written


def test_phones_are_in_the_rows_and_in_the_order_of_the_list(
    conversations: Sandbox, folder: Path
) -> None:
    """As digits, each as often as it has messages."""
    conversations.latency = lambda number: 0.02 * (number % 3)
    invoke(*EXPORT, "-o", "all.csv")
    with (folder / "all.csv").open(encoding="utf-8", newline="") as lines:
        phones = [row["phone"] for row in csv.DictReader(lines)]
    expected = [phone[1:] for n, phone in enumerate(PHONES, start=1) for _ in range(100 * n)]
    assert expected == phones


@pytest.mark.usefixtures("conversations")
def test_workbook_holds_many(folder: Path) -> None:
    """As it holds one."""
    assert 0 == invoke(*EXPORT, "-o", "all.xlsx").exit_code
    assert b"PK" == (folder / "all.xlsx").read_bytes()[:2]


def test_transcript_of_many_is_refused(sandbox: Sandbox, folder: Path) -> None:
    """A page shows one conversation; the error says what to do instead."""
    result = invoke(*EXPORT, "-o", "all.html")
    assert 2 == result.exit_code
    words = " ".join(result.stderr.split())
    assert "html holds one conversation per file: give a folder by -o" in words
    assert ([], set[str]()) == (sandbox.requests, _names(folder))


def test_name_of_each_is_refused(sandbox: Sandbox) -> None:
    """There are no files to name."""
    result = invoke(*EXPORT, "-o", "all.db", "--name", "{phone}")
    assert 2 == result.exit_code
    assert "--name is for the files of a folder, and all.db is one file." in result.stderr
    assert [] == sandbox.requests


@pytest.mark.usefixtures("conversations")
def test_folder_may_be_named_like_a_file(folder: Path) -> None:
    """One that is there is a folder."""
    (folder / "all.db").mkdir()
    assert 0 == invoke(*EXPORT, "-o", "all.db").exit_code
    assert 5 == len(list((folder / "all.db").iterdir()))


def test_failed_conversation_delays_the_file(conversations: Sandbox, folder: Path) -> None:
    """It is not written without it; the printed command reads only what is missing."""
    conversations.fail(Response.error(103, "No"), phone=PHONES[3], page=3)
    result = invoke(*EXPORT, "-o", "all.jsonl")
    assert 4 == result.exit_code
    assert "all.jsonl is written when all are complete." in result.stderr
    assert {".all.jsonl.conversations"} == _names(folder)
    conversations.stop_failing()
    conversations.requests.clear()
    assert 0 == invoke(*EXPORT, "-o", "all.jsonl", "--resume").exit_code
    assert {PHONES[3][1:]} == {request.phone for request in conversations.requests}
    assert {"all.jsonl"} == _names(folder)
    assert _all(conversations) == list(read_jsonl(folder / "all.jsonl"))


def test_interrupted_one_is_resumed(conversations: Sandbox, folder: Path) -> None:
    """Each message is in the file once."""
    signal_at_request(conversations, 9, os.getpid(), signal.SIGINT)
    assert 130 == invoke(*EXPORT, "-o", "all.jsonl").exit_code
    conversations.latency, conversations.before_each_request = 0, None
    assert 0 == invoke(*EXPORT, "-o", "all.jsonl", "--resume").exit_code
    assert {"all.jsonl"} == _names(folder)
    assert _all(conversations) == list(read_jsonl(folder / "all.jsonl"))


def test_refused_login_leaves_nothing(conversations: Sandbox, folder: Path) -> None:
    """No hidden folder either."""
    conversations.fail(Response.error(104, "Invalid", status=401), times=None)
    assert 1 == invoke(*EXPORT, "-o", "all.db").exit_code
    assert set() == _names(folder)


def test_missing_folder_is_named(sandbox: Sandbox) -> None:
    """Before anything is requested."""
    result = invoke(*EXPORT, "-o", "missing/all.db")
    assert 1 == result.exit_code
    assert "There is no folder missing for all.db" in result.stderr
    assert [] == sandbox.requests


def test_attachments_of_all_share_a_folder(sandbox: Sandbox, folder: Path) -> None:
    """Their names are unique."""
    for phone in PHONES[:3]:
        file = MessageFile(name="foto.jpg", url=f"https://files.example/{phone}", mime="image/")
        sandbox.receive(phone, "veja", files=[file], unix_time=1749113086)
        sandbox.move_files(phone, os.environ["SMSTOOLS_BASE_URL"])
    files = ("--files", "files", "--allow-private-addresses")
    result = invoke(*EXPORT, "-o", "all.db", *files)
    assert 0 == result.exit_code, result.stderr
    assert 3 == len(list((folder / "files").iterdir()))
