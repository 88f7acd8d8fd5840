"""Adding what is new: one request where nothing is, and never a message twice."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import smstools_async.export as room
from smstools_async import Message, MessageFile
from smstools_async.export import read_csv, read_jsonl, read_parquet, read_sqlite
from smstools_async.sandbox import Response, Sandbox, named_quirks
from tests.cli.command import (
    PHONE,
    files_no_larger_than,
    invoke,
    invoke_at_terminal,
    plain,
    receive_with_bad_row,
    signal_at_request,
    untimed,
)

PHONES = [f"+55119876543{number:02}" for number in range(5)]
MANY = ("export", "--phones-file", "phones.txt", "--append")
READERS: dict[str, Callable[[Path], list[Message]]] = {
    ".jsonl": lambda path: list(read_jsonl(path)),
    ".csv": lambda path: list(read_csv(path)),
    ".parquet": lambda path: list(read_parquet(path)),
    ".db": lambda path: list(read_sqlite(path)),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a file of five phones."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "phones.txt").write_text("\n".join(PHONES))
    return tmp_path


@pytest.fixture
def conversations(sandbox: Sandbox) -> Sandbox:
    """Serve a conversation with each of them, of 100 to 500 messages."""
    for number, phone in enumerate(PHONES, start=1):
        sandbox.add_conversation(phone, messages=100 * number)
    return sandbox


def _sorted(messages: list[Message]) -> list[Message]:
    return sorted(messages, key=lambda message: message.identity)


def _all(sandbox: Sandbox) -> list[Message]:
    return _sorted([message for phone in PHONES for message in sandbox.messages(phone)])


def _read(target: Path) -> list[Message]:
    files = target.glob("*.jsonl") if target.is_dir() else [target]
    return _sorted([each for file in files for each in READERS[file.suffix](file)])


@pytest.mark.parametrize("ending", READERS)
def test_second_night_costs_one_request_per_conversation(
    ending: str, conversations: Sandbox, folder: Path
) -> None:
    """In one file for all, of each format that can be added to; nothing is there twice."""
    target = folder / f"all{ending}"
    assert 0 == invoke(*MANY, "-o", target.name).exit_code
    before = target.read_bytes()
    conversations.requests.clear()
    quiet = untimed(invoke(*MANY, "-o", target.name).stderr)
    assert 5 == len(conversations.requests)
    assert f"5 conversations: 0 new messages in 5 requests and … s → {target.name}\n" in quiet
    assert before == target.read_bytes()
    conversations.receive(PHONES[2], "Bom dia!")
    assert "5 conversations: 1 new message in " in invoke(*MANY, "-o", target.name).stderr
    assert _all(conversations) == _read(target)


def test_each_may_have_a_file_of_its_own(conversations: Sandbox, folder: Path) -> None:
    """In a folder, and each is added to by itself."""
    invoke(*MANY, "-o", "out")
    for phone in PHONES:
        conversations.receive(phone, "Bom dia!")
    assert 0 == invoke(*MANY, "-o", "out").exit_code
    for phone in PHONES:
        added = read_jsonl(folder / "out" / f"{phone}.jsonl")
        assert conversations.messages(phone)[::-1] == tuple(added)


def test_one_conversation_is_added_to(sandbox: Sandbox, folder: Path) -> None:
    """The summary has a line for it, and no table."""
    sandbox.add_conversation(PHONE, messages=300)
    arguments = ("export", PHONE, "-o", "a.jsonl", "--append", "--since", "2020-01-01")
    first = invoke(*arguments)
    assert "1 conversation: 300 new messages in " in first.stderr
    assert 1 == first.stderr.count("\n")
    sandbox.receive(PHONE, "Oi")
    assert 0 == invoke(*arguments).exit_code
    assert sandbox.messages(PHONE)[::-1] == tuple(read_jsonl(folder / "a.jsonl"))


def test_bad_rows_are_left_out_and_counted(sandbox: Sandbox, folder: Path) -> None:
    """By each run; the file goes on behind them."""
    receive_with_bad_row(sandbox, PHONE)
    export = ("export", PHONE, "-o", "a.jsonl", "--append")
    assert 1 == invoke(*export).exit_code
    result = invoke(*export, "--skip-bad-rows")
    assert 0 == result.exit_code, result.stderr
    assert "1 row is left out, since the service sent what cannot be read." in result.stderr
    sandbox.receive(PHONE, "Oi")
    assert 0 == invoke(*export, "--skip-bad-rows").exit_code
    assert ["first", "last", "Oi"] == [message.text for message in read_jsonl(folder / "a.jsonl")]


def test_sandbox_within_the_program_is_added_from(folder: Path) -> None:
    """Its messages are the same each time, so a second run finds none that are new."""
    export = ("export", PHONE, "--sandbox", "-o", "a.jsonl", "--append")
    assert "1 conversation: 5,000 new messages in " in invoke(*export).stderr
    assert "1 conversation: 0 new messages in 1 request " in invoke(*export).stderr
    assert 5000 == len(list(read_jsonl(folder / "a.jsonl")))


def test_missing_extra_is_named_once(
    conversations: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is missing for all conversations."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for name in ("_arrow", "_parquet_file"):
        monkeypatch.delitem(sys.modules, f"smstools_async.export.{name}", raising=False)
        monkeypatch.delattr(room, name, raising=False)
    result = invoke(*MANY, "-o", "out", "--format", "parquet")
    assert 2 == result.exit_code
    assert 1 == result.stderr.count("pip install 'smstools-async[parquet]'")
    assert [] == conversations.requests


def test_doubt_about_the_service_is_told(sandbox: Sandbox) -> None:
    """Of one conversation under the summary, of many in the table."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.quirks = named_quirks("row-never-sent")
    one = invoke("export", PHONE, "-o", "a.jsonl", "--append")
    assert 5 == one.exit_code
    assert "Note: the service contradicted itself" in one.stderr
    assert "\n  total=300, but 55 of these rows did not come\n" in one.stderr


@pytest.mark.parametrize("target", ["all.db", "out"])
def test_failed_conversation_does_not_stop_the_others(
    target: str, conversations: Sandbox, folder: Path
) -> None:
    """What was read of it is kept, and the same command adds the rest."""
    conversations.fail(Response.error(103, "No"), phone=PHONES[4], page=3)
    export = (*MANY, "-o", target, "--page-size", "100")
    result = invoke(*export)
    assert 4 == result.exit_code
    assert "4 of 5 conversations: " in result.stderr
    assert result.stderr.endswith("Run the same command to add the rest.\n")
    conversations.stop_failing()
    assert 0 == invoke(*export).exit_code
    assert _all(conversations) == _read(folder / target)


@pytest.mark.parametrize("target", ["a.jsonl", "a.db"])
def test_failed_single_conversation_has_its_exit_code(target: str, sandbox: Sandbox) -> None:
    """And what came before is there."""
    sandbox.add_conversation(PHONE, messages=500)
    sandbox.fail(Response.error(103, "No"), from_request=5, times=None)
    result = invoke("export", PHONE, "-o", target, "--append", "--page-size", "100")
    assert 1 == result.exit_code
    assert "\nError: The API " in result.stderr
    assert _read(Path(target))


@pytest.mark.parametrize("target", ["all.jsonl", "out"])
def test_interruption_keeps_what_was_read(
    target: str, conversations: Sandbox, folder: Path
) -> None:
    """In the file itself; the same command adds the rest."""
    export = (*MANY, "-o", target, "--page-size", "100", "--concurrency", "2")
    signal_at_request(conversations, 10, os.getpid(), signal.SIGINT)
    result = invoke(*export)
    assert 130 == result.exit_code
    assert f" messages were added to {target}. Run the same command to" in result.stderr
    assert _read(folder / target)
    conversations.latency, conversations.before_each_request = 0, None
    assert 0 == invoke(*export).exit_code
    assert _all(conversations) == _read(folder / target)


@pytest.mark.usefixtures("conversations")
def test_full_disk_ends_all_and_adds_nothing(folder: Path) -> None:
    """The report names the file, and does not claim that anything was added."""
    with files_no_larger_than(100_000):
        result = invoke(*MANY, "-o", "all.jsonl")
    assert 1 == result.exit_code
    assert result.stderr == "Error: all.jsonl: File too large\nNothing was added to all.jsonl.\n"
    assert ["phones.txt"] == [path.name for path in folder.iterdir()]


def test_full_disk_fails_one_of_many_files(conversations: Sandbox, folder: Path) -> None:
    """Those that fit are there; the same command adds the rest when there is room."""
    with files_no_larger_than(100_000):
        result = invoke(*MANY, "-o", "out")
    assert 4 == result.exit_code
    assert "File too large" in result.stderr
    assert 0 == invoke(*MANY, "-o", "out").exit_code
    assert _all(conversations) == _read(folder / "out")


def test_refused_login_ends_all(conversations: Sandbox) -> None:
    """No other phone would fare better."""
    conversations.fail(Response.error(104, "Invalid", status=401), times=None)
    assert 1 == invoke(*MANY, "-o", "all.db", "--concurrency", "1").exit_code
    assert 1 == len(conversations.requests)


def test_file_that_cannot_be_written_does_not_stop_the_others(
    conversations: Sandbox, folder: Path
) -> None:
    """As for every export of many."""
    (folder / "out" / f"{PHONES[1]}.jsonl").mkdir(parents=True)
    assert 4 == invoke(*MANY, "-o", "out").exit_code
    expected = [
        each for phone in PHONES if phone != PHONES[1] for each in conversations.messages(phone)
    ]
    (folder / "out" / f"{PHONES[1]}.jsonl").rmdir()
    assert _sorted(expected) == _read(folder / "out")


def test_file_of_all_that_cannot_be_written_ends_with_1(
    conversations: Sandbox, folder: Path
) -> None:
    """In one line."""
    (folder / "all.db").write_text("a text, and no database" * 100)
    result = invoke(*MANY, "-o", "all.db")
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("Error: ")
    assert [] == conversations.requests


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "a.html"), "html cannot be appended to: "),
        (("-o", "a.xlsx"), "xlsx cannot be appended to: "),
        ((), "--append needs a file to add to: give one by -o."),
        (("-o", "-"), "--append needs a file to add to: give one by -o."),
        (("-o", "/dev/null"), "/dev/null is not a file, so nothing can be added to it."),
        (("-o", "a.db", "--order", "newest"), "leave out --order newest"),
        (("-o", "a.db", "--until", "today"), "--append cannot have --until: "),
        (("-o", "a.db", "--max-messages", "5"), "--append cannot have --max-messages: "),
        (("-o", "a.db", "--resume-from", "AQ"), "--append cannot have --resume-from: "),
    ],
    ids=str,
)
def test_what_cannot_be_honoured_is_refused(
    arguments: tuple[str, ...], words: str, sandbox: Sandbox
) -> None:
    """With the reason, and before anything is requested."""
    result = invoke("export", PHONE, "--append", *arguments)
    assert 2 == result.exit_code
    assert words in " ".join(result.stderr.split())
    assert [] == sandbox.requests


@pytest.mark.parametrize("target", ["all.db", "out"])
def test_attachments_of_new_messages_are_downloaded(
    target: str, sandbox: Sandbox, folder: Path
) -> None:
    """Into one folder for one file, and into one for each otherwise."""
    for phone in PHONES[:2]:
        file = MessageFile(name="foto.jpg", url=f"https://files.example/{phone}", mime="image/")
        sandbox.receive(phone, "veja", files=[file], unix_time=1749113086)
        sandbox.move_files(phone, os.environ["SMSTOOLS_BASE_URL"])
    files = ("--files", "files", "--allow-private-addresses")
    assert 0 == invoke(*MANY, "-o", target, *files).exit_code
    assert 2 == sum(path.is_file() for path in (folder / "files").rglob("*"))


def test_failed_attachments_make_a_conversation_incomplete(sandbox: Sandbox) -> None:
    """They are reported, and the messages are there."""
    file = MessageFile(name="foto.jpg", url="https://files.example/x", mime="image/")
    sandbox.receive(PHONE, "veja", files=[file], unix_time=1749113086)
    sandbox.move_files(PHONE, os.environ["SMSTOOLS_BASE_URL"])
    result = invoke("export", PHONE, "-o", "a.jsonl", "--append", "--files", "files")
    assert 1 == result.exit_code
    assert "Error: 1 attachment could not be downloaded. " in result.stderr
    assert 1 == len(_read(Path("a.jsonl")))


@pytest.mark.usefixtures("conversations")
def test_progress_of_all_is_shown_at_a_terminal() -> None:
    """One line for all."""
    shown = plain(invoke_at_terminal(*MANY, "-o", "all.db").stderr)
    assert " of 5 conversations, " in shown
    assert "5 conversations: 1,500 new messages in " in shown
