"""Many conversations: one file each, none stops the others, and all go on by one command."""

import os
import re
import shlex
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from datetime import UTC
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from click.testing import Result

import smstools_async.export as room
from smstools_async import Message, MessageFile
from smstools_async.cli._many import ManyExports
from smstools_async.cli._outcomes import Outcome
from smstools_async.cli._phones import Entry
from smstools_async.cli._plan import Plan
from smstools_async.cli._resuming import RESUME_FILE, ResumeFile
from smstools_async.cli._service import Service
from smstools_async.cli._source import Selection
from smstools_async.cli._table import print_outcomes
from smstools_async.cli._writing import Writing
from smstools_async.export import FORMATS, read_jsonl
from smstools_async.sandbox import Response, Sandbox, named_quirks
from tests.cli.command import (
    Terminal,
    invoke,
    invoke_at_terminal,
    plain,
    receive_with_bad_row,
    signal_at_request,
    untimed,
)

PHONES = [f"+55119876543{number:02}" for number in range(5)]
EXPORT = ("export", "--phones-file", "phones.txt", "-o", "out", "--page-size", "100")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a file of five phones."""
    monkeypatch.chdir(tmp_path)
    _write_phones(PHONES)
    return tmp_path / "out"


@pytest.fixture
def conversations(sandbox: Sandbox) -> Sandbox:
    """Serve a conversation with each of them, of 100 to 500 messages."""
    for number, phone in enumerate(PHONES, start=1):
        sandbox.add_conversation(phone, messages=100 * number)
    return sandbox


def _write_phones(lines: Sequence[str]) -> None:
    Path("phones.txt").write_text("\n".join(lines), encoding="utf-8")


def _read(path: Path) -> tuple[Message, ...]:
    with path.open(encoding="utf-8") as lines:
        return tuple(read_jsonl(lines))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _are_all_whole(sandbox: Sandbox, folder: Path) -> bool:
    return _names(folder) == [f"{phone}.jsonl" for phone in PHONES] and all(
        _read(folder / f"{phone}.jsonl") == sandbox.messages(phone) for phone in PHONES
    )


def _resuming_arguments(result: Result) -> list[str]:
    program, *arguments = shlex.split(result.stderr.splitlines()[-1])
    assert "smstools-async" == program
    return arguments


# -- what is written


def test_each_conversation_has_its_file(conversations: Sandbox, folder: Path) -> None:
    """Called like its phone, whole, its owner's alone, and nothing else is left in the folder."""
    result = invoke(*EXPORT)
    assert 0 == result.exit_code
    assert _are_all_whole(conversations, folder)
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.mark.usefixtures("conversations")
def test_sum_is_told() -> None:
    """A line for each, by its line in the file of phones: no log gets a phone number.

    The first page is short, and one more request confirms that it ends there.
    """
    result = invoke(*EXPORT)
    assert "" == result.stdout
    *table, total = untimed(result.stderr).splitlines()
    assert ["line", "messages", "requests"] == table[0].split()
    assert [[str(n), f"{n}00", str(max(2, n)), "✓", "complete"] for n in range(1, 6)] == [
        row.split() for row in table[1:]
    ]
    assert "5 conversations: 1,500 messages in 16 requests and … s → out" == total
    assert PHONES[0][1:] not in result.stderr


def test_arrivals_are_told(conversations: Sandbox) -> None:
    """The histories moved while they were read."""
    conversations.before_each_request = lambda number: (
        conversations.receive(PHONES[4], "Oi") if number == 13 else None
    )
    result = invoke(*EXPORT, "--concurrency", "1")
    assert " s, 1 arrived in the meantime → out\n" in result.stderr


def test_doubt_about_the_service_is_told(sandbox: Sandbox) -> None:
    """Messages that are counted and never sent are missing: the table says of which phone."""
    sandbox.add_conversation(PHONES[0], messages=300)
    sandbox.quirks = named_quirks("row-never-sent")
    result = invoke(*EXPORT)
    assert 5 == result.exit_code
    row = r" (\d+) \d+ \? in doubt: total=300, but (\d+) of these rows did not come"
    ((came, missing),) = re.findall(row, " ".join(result.stderr.split()))
    assert 300 == int(came) + int(missing)
    assert "Note: the service contradicted itself" in result.stderr


def test_doubtful_conversation_is_among_those_listed_of_many() -> None:
    """Of more than forty, failed and doubtful ones alone have a line."""
    outcomes = [
        Outcome(
            entry=Entry(line=number, phone=PHONES[0], name="a"),
            messages=1,
            requests=1,
            failure=None,
            doubts=("lost",) if number == 7 else (),
        )
        for number in range(1, 51)
    ]
    terminal = Terminal()
    with redirect_stderr(terminal):
        print_outcomes(outcomes)
    shown = [line.split() for line in plain(terminal).splitlines()]
    assert [["line", "messages", "requests"], ["7", "1", "1", "?", "a:", "lost"]] == shown


def test_bad_rows_are_left_out_and_counted(sandbox: Sandbox, folder: Path) -> None:
    """Of all conversations together; without the option they fail."""
    for phone in PHONES:
        receive_with_bad_row(sandbox, phone)
    assert 4 == invoke(*EXPORT).exit_code
    result = invoke(*EXPORT, "--skip-bad-rows")
    assert 0 == result.exit_code, result.stderr
    assert "5 rows are left out, since the service sent what cannot be read." in result.stderr
    for phone in PHONES:
        texts = [message.text for message in _read(folder / f"{phone}.jsonl")]
        assert ["last", "first"] == texts


def test_names_follow_a_template(conversations: Sandbox, folder: Path) -> None:
    """What ends in .csv is CSV, as everywhere."""
    arguments = ["--name", "{line:03}-{phone}.csv", "--max-messages", "10"]
    assert 0 == invoke(*EXPORT, *arguments).exit_code
    names = [f"{line:03}-{phone}.csv" for line, phone in enumerate(PHONES, start=1)]
    assert names == _names(folder)
    assert (folder / names[0]).read_bytes().startswith(b'"sent_at",')
    assert 5 == len(conversations.requests)


def test_phones_may_come_by_standard_input(conversations: Sandbox, folder: Path) -> None:
    """As from another program."""
    result = invoke("export", "--phones-file", "-", "-o", "out", stdin="\n".join(PHONES))
    assert 0 == result.exit_code
    assert _are_all_whole(conversations, folder)


def test_some_are_read_at_once(conversations: Sandbox) -> None:
    """As many as is said, and no more."""
    conversations.latency = 0.01
    invoke(*EXPORT, "--concurrency", "1", "--page-size", "2000")
    assert 1 == conversations.most_in_flight
    invoke(*EXPORT, "--concurrency", "5", "--page-size", "2000")
    assert 5 == conversations.most_in_flight


def test_sandbox_within_the_program_has_them_all(folder: Path) -> None:
    """They share its messages; pages that overlap take ten requests for 1,000."""
    result = invoke(*EXPORT, "--sandbox")
    assert "5 conversations: 5,000 messages in 50 requests" in result.stderr
    assert [1000] * 5 == [len(_read(folder / f"{phone}.jsonl")) for phone in PHONES]


# -- which phones


def test_blank_lines_and_comments_say_nothing(conversations: Sandbox, folder: Path) -> None:
    """A list that people keep has both; phones are written as people write them."""
    lines = ["\ufeff# ours", "", "+55 (11) 98765-4300  # Ana", "", *PHONES[1:], "   "]
    _write_phones(lines)
    assert 0 == invoke(*EXPORT).exit_code
    assert _are_all_whole(conversations, folder)


def test_phone_that_comes_twice_is_read_once(conversations: Sandbox, folder: Path) -> None:
    """However it is written; that it was there is said by its line."""
    _write_phones([*PHONES, "+55 11 98765-4302", PHONES[0], PHONES[1].removeprefix("+")])
    result = invoke(*EXPORT)
    told = "In phones.txt, lines 6, 7 and 8 repeat phones of earlier lines: read once.\n"
    assert result.stderr.startswith(told)
    assert _are_all_whole(conversations, folder)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["+5511", "98-Ana", "5522"], "In phones.txt, line 2 is not a phone number."),
        (["phone", "5522"], "In phones.txt, line 1 is not a phone number."),
        (["Ana", "5522", "", "Bia"], "In phones.txt, lines 1 and 4 are not phone numbers."),
        (["?"] * 20, "lines 1, 2, 3, 4, 5 and 15 others are not phone numbers."),
        (["", "# 5511"], "There is no phone number in phones.txt."),
    ],
)
def test_what_is_no_phone_is_named_by_its_line(
    lines: list[str], words: str, sandbox: Sandbox, folder: Path
) -> None:
    """Before anything is asked, and without being shown: it may be a secret."""
    _write_phones(lines)
    result = invoke(*EXPORT)
    assert 2 == result.exit_code
    assert words in " ".join(result.stderr.split())
    assert "Ana" not in result.stderr
    assert [] == sandbox.requests
    assert not folder.exists()


def test_bytes_that_are_no_text_are_no_phone() -> None:
    """Such as those of a picture."""
    Path("phones.txt").write_bytes(b"5511\n\xff\xfe\x00\n")
    assert "line 2 is not a phone number" in invoke(*EXPORT).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--name", "{phone[0]}"], "gives lines 1 and 2 the same file name"),
        (["--name", "a.csv"], "gives lines 1 and 2 the same file name"),
        (["--name", "../{phone}"], "is a path"),
        (["--name", "{phone}.ods"], ".ods does not imply a format"),
        (["--name", "{phon}"], "is not a template: {phone}, {line} and {format} are filled in"),
        (["--name", "{phone"], "is not a template"),
        (["--name", "{}"], "is not a template"),
        (["--name", "{line.x}"], "is not a template"),
        (["--resume-from", "AQ"], "resume many by --resume"),
        (["-o", "-"], "--phones-file needs a folder or a file"),
        (["-o", "phones.txt"], "phones.txt is not a folder, and its ending implies no format"),
        (["+5511987654321"], "Give either PHONE or --phones-file"),
        (["--concurrency", "33"], "33 is not in the range 1<=x<=32"),
    ],
    ids=str,
)
def test_wrong_usage_ends_with_2(arguments: list[str], words: str, sandbox: Sandbox) -> None:
    """Mistakes are found before anything is asked or written."""
    result = invoke(*EXPORT, *arguments)
    assert 2 == result.exit_code
    assert words in " ".join(result.stderr.split())
    assert [] == sandbox.requests


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bom"], "--bom is for csv, not for jsonl"),
        (["--since", "2025-06-05", "--until", "2025-06-04"], "--since must be before --until="),
        (["--format", "parquet"], "pip install 'smstools-async[parquet]'"),
    ],
    ids=["option of another format", "no time between", "missing extra"],
)
def test_what_is_wrong_for_all_ends_with_2(
    arguments: list[str],
    words: str,
    sandbox: Sandbox,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is said once, and leaves nothing."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for name in ("_arrow", "_parquet_file"):
        monkeypatch.delitem(sys.modules, f"smstools_async.export.{name}", raising=False)
        monkeypatch.delattr(room, name, raising=False)
    result = invoke(*EXPORT, *arguments)
    assert 2 == result.exit_code
    assert 1 == result.stderr.count(words)
    assert [] == sandbox.requests
    assert not folder.exists() or [] == _names(folder)


@pytest.mark.parametrize("template", ["{phone}", "of.{phone}"])
def test_template_without_an_ending_is_no_wish(
    template: str, conversations: Sandbox, folder: Path
) -> None:
    """What is filled in behind a dot is none."""
    assert 0 == invoke(*EXPORT, "--name", template).exit_code
    path = folder / template.format(phone=PHONES[0])
    assert conversations.messages(PHONES[0]) == _read(path)


@pytest.mark.parametrize(
    "arguments", [["--resume"], ["--concurrency", "4"], ["--name", "{phone}"]], ids=" ".join
)
def test_options_of_many_are_not_for_one(arguments: list[str]) -> None:
    """No option is passed over in silence."""
    result = invoke("export", PHONES[0], *arguments)
    assert 2 == result.exit_code
    assert f"{arguments[0]} is for many conversations" in result.stderr


def test_folder_is_no_place_for_one(folder: Path) -> None:
    """One conversation goes into a file."""
    folder.mkdir()
    result = invoke("export", PHONES[0], "-o", "out")
    assert 2 == result.exit_code
    assert "out is a folder: give the name of a file." in result.stderr


# -- what goes wrong


def test_one_in_trouble_stops_no_other(conversations: Sandbox, folder: Path) -> None:
    """It is told, the exit code tells, and the printed command makes it whole as well."""
    conversations.fail(Response.error(103, "No"), phone=PHONES[3], page=3)
    result = invoke(*EXPORT)
    assert 4 == result.exit_code
    row = r" 4       (\d+)         [34]  ✗ The API returned HTTP 400 with error 103: No\."
    (kept,) = map(int, re.findall(row, result.stderr))
    assert f"4 of 5 conversations: {1100 + kept:,} messages in " in result.stderr
    assert "\nRetry what is incomplete with:\n" in result.stderr
    assert f"{PHONES[3]}.jsonl" not in _names(folder)

    conversations.stop_failing()
    conversations.requests.clear()
    again = invoke(*_resuming_arguments(result))
    assert 0 == again.exit_code
    assert f"5 conversations: {400 - kept} messages in " in again.stderr
    assert {PHONES[3].removeprefix("+")} == {request.phone for request in conversations.requests}
    assert _are_all_whole(conversations, folder)


def test_refused_login_ends_all(conversations: Sandbox, folder: Path) -> None:
    """No other phone would fare better; what came is kept."""
    refusal = Response.error(104, "Invalid credentials", status=401)
    conversations.fail(refusal, from_request=9, times=None)
    result = invoke(*EXPORT, "--concurrency", "2")
    assert 1 == result.exit_code
    assert "Error: The API returned HTTP 401 with error 104" in result.stderr
    conversations.stop_failing()
    assert 0 == invoke(*_resuming_arguments(result)).exit_code
    assert _are_all_whole(conversations, folder)


def test_refused_login_at_once_leaves_nothing(conversations: Sandbox, folder: Path) -> None:
    """There is nothing to go on with, and nothing is said of it."""
    conversations.fail(Response.error(104, "Invalid", status=401), times=None)
    result = invoke(*EXPORT)
    assert 1 == result.exit_code
    assert "Go on" not in result.stderr
    assert [] == _names(folder)


def test_file_that_cannot_be_written_stops_no_other(conversations: Sandbox, folder: Path) -> None:
    """The trouble of this machine is told like that of the service, and no log gets a phone."""
    (folder / f"{PHONES[1]}.jsonl").mkdir(parents=True)
    result = invoke(*EXPORT)
    assert 4 == result.exit_code
    assert "✗ out/+•••01.jsonl: Is a directory" in result.stderr
    assert 4 == sum(path.is_file() for path in folder.glob("*.jsonl"))
    assert conversations.requests


def test_file_of_somebody_else_stops_no_other(conversations: Sandbox, folder: Path) -> None:
    """What the library calls a wrong argument is trouble of one conversation here, in a line."""
    folder.mkdir()
    theirs = folder / f"{PHONES[1]}.db"
    theirs.write_text("a text, and no database" * 100)
    result = invoke(*EXPORT, "--name", "{phone}.db", "--concurrency", "2")
    assert 4 == result.exit_code
    assert " is not a database; choose another file " in " ".join(result.stderr.split())
    assert "4 of 5 conversations: 1,300 messages in " in result.stderr
    assert "\nRetry what is incomplete with:\n" in result.stderr
    assert [*(f"{phone}.db" for phone in PHONES), RESUME_FILE] == sorted(
        _names(folder), key=lambda name: name.startswith(".")
    )
    assert {PHONES[1].removeprefix("+")}.isdisjoint(each.phone for each in conversations.requests)


def test_resume_file_that_cannot_be_written_ends_all(conversations: Sandbox, folder: Path) -> None:
    """Nothing would be known of what came: one line says so, and what is read is kept."""

    def spoil(number: int) -> None:
        if number == 9:
            (folder / RESUME_FILE).unlink()
            (folder / RESUME_FILE).mkdir()

    conversations.before_each_request = spoil
    result = invoke(*EXPORT)
    assert 1 == result.exit_code
    assert f"Error: out/{RESUME_FILE}: Is a directory\n" in result.stderr
    assert "Traceback" not in result.stderr


def test_trouble_with_all_is_the_same(conversations: Sandbox, folder: Path) -> None:
    """It is nobody's business whether one is whole."""
    for phone in PHONES:
        (folder / f"{phone}.jsonl").mkdir(parents=True)
    result = invoke(*EXPORT)
    assert 4 == result.exit_code
    assert "0 of 5 conversations: 0 messages in 0 requests" in result.stderr
    assert [] == conversations.requests


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interruption_keeps_all_that_came(
    what: signal.Signals, conversations: Sandbox, folder: Path
) -> None:
    """Whole ones stay, parts are kept, and one command makes all whole, each message once."""
    signal_at_request(conversations, 13, os.getpid(), what)
    result = invoke(*EXPORT, "--concurrency", "3")
    assert 130 == result.exit_code
    assert "Interrupted.\n" in result.stderr
    assert " of 5 conversations complete; parts of " in result.stderr
    assert 0o600 == stat.S_IMODE((folder / RESUME_FILE).stat().st_mode)
    came = sum(path.read_text().count("\n") for path in folder.glob("+*"))

    conversations.latency, conversations.before_each_request = 0, None
    resumed = invoke(*_resuming_arguments(result))
    assert 0 == resumed.exit_code
    assert f"5 conversations: {1500 - came:,} messages in " in resumed.stderr
    assert " s, 1,500 in all → out\n" in resumed.stderr
    assert _are_all_whole(conversations, folder)


def test_export_may_be_stopped_again_and_again(conversations: Sandbox, folder: Path) -> None:
    """With a bound of messages too, which is one for all runs together."""
    arguments = [*EXPORT, "--page-size", "20", "--max-messages", "130"]
    for _ in range(3):
        stop = len(conversations.requests) + 10
        signal_at_request(conversations, stop, os.getpid(), signal.SIGINT)
        result = invoke(*arguments)
        assert 130 == result.exit_code
        arguments = _resuming_arguments(result)
    conversations.latency, conversations.before_each_request = 0, None
    assert 0 == invoke(*arguments).exit_code
    expected = [conversations.messages(phone)[:130] for phone in PHONES]
    assert expected == [_read(folder / f"{phone}.jsonl") for phone in PHONES]
    assert 5 == len(_names(folder))


def _stop_in_the_middle(conversations: Sandbox) -> Result:
    signal_at_request(conversations, 10, os.getpid(), signal.SIGINT)
    result = invoke(*EXPORT)
    conversations.latency, conversations.before_each_request = 0, None
    httpx.get(os.environ["SMSTOOLS_BASE_URL"])  # answered when all that was sent before has come
    return result


def test_kept_part_that_is_gone_is_read_again(conversations: Sandbox, folder: Path) -> None:
    """A file that lacks its beginning would pass for a whole one."""
    result = _stop_in_the_middle(conversations)
    for part in folder.glob("*.part"):
        part.unlink()
    assert 0 == invoke(*_resuming_arguments(result)).exit_code
    assert _are_all_whole(conversations, folder)


def test_line_that_a_crash_cut_off_is_passed_over(conversations: Sandbox, folder: Path) -> None:
    """All before it is true."""
    result = _stop_in_the_middle(conversations)
    with (folder / RESUME_FILE).open("a") as file:
        file.write('{"name": "+55119876')
    assert 0 == invoke(*_resuming_arguments(result)).exit_code
    assert _are_all_whole(conversations, folder)


def test_export_with_other_options_does_not_go_on(conversations: Sandbox, folder: Path) -> None:
    """Its files would be of two kinds."""
    result = _stop_in_the_middle(conversations)
    names, requests = _names(folder), len(conversations.requests)
    other = invoke(*_resuming_arguments(result), "--since", "2025-01-01", "--format", "csv")
    assert 2 == other.exit_code
    assert (
        f"out/{RESUME_FILE} belongs to an export that differs in --since, --format: "
        in other.stderr
    )
    assert (names, requests) == (_names(folder), len(conversations.requests))


@pytest.mark.parametrize("other", [["--sandbox"], ["--base-url", "https://elsewhere.example"]])
def test_export_of_another_service_does_not_go_on(
    other: list[str], conversations: Sandbox, folder: Path
) -> None:
    """What was made up would pass for what people wrote."""
    result = _stop_in_the_middle(conversations)
    names, requests = _names(folder), len(conversations.requests)
    resumed = invoke(*_resuming_arguments(result), *other)
    assert 2 == resumed.exit_code
    assert f"out/{RESUME_FILE} belongs to an export that differs in the service: " in resumed.stderr
    assert (names, requests) == (_names(folder), len(conversations.requests))


def test_another_phone_is_not_taken_for_the_one_before(
    conversations: Sandbox, folder: Path
) -> None:
    """Where names do not tell the phones, an edited list would leave one out, and one twice."""
    named = (*EXPORT, "--name", "{line}.{format}", "--concurrency", "1")
    signal_at_request(conversations, 9, os.getpid(), signal.SIGINT)
    assert 130 == invoke(*named).exit_code
    conversations.latency, conversations.before_each_request = 0, None
    _write_phones([PHONES[4], *PHONES[:4]])
    assert 0 == invoke(*named, "--resume").exit_code
    assert [f"{line}.jsonl" for line in range(1, 6)] == _names(folder)
    expected = [conversations.messages(phone) for phone in (PHONES[4], *PHONES[:4])]
    assert expected == [_read(folder / f"{line}.jsonl") for line in range(1, 6)]


def test_whole_file_that_is_gone_is_read_again(conversations: Sandbox, folder: Path) -> None:
    """Somebody removed it: that it was there once makes nothing whole."""
    conversations.fail(Response.error(103, "No"), phone=PHONES[3])
    result = invoke(*EXPORT)
    (folder / f"{PHONES[1]}.jsonl").unlink()
    conversations.fail(Response.error(103, "No"), phone=PHONES[1])
    again = invoke(*_resuming_arguments(result))
    assert 4 == again.exit_code
    assert "4 of 5 conversations: " in again.stderr
    conversations.stop_failing()
    assert 0 == invoke(*_resuming_arguments(result)).exit_code
    assert _are_all_whole(conversations, folder)


def test_phones_that_are_not_asked_for_any_more_are_not_counted(
    conversations: Sandbox, folder: Path
) -> None:
    """What was kept for them waits for them, until all that is asked for is whole."""
    conversations.fail(Response.error(103, "No"), phone=PHONES[3], page=3, times=None)
    conversations.fail(Response.error(103, "No"), phone=PHONES[4], page=3, times=None)
    invoke(*EXPORT)
    _write_phones(PHONES[3:4])
    again = invoke(*EXPORT, "--resume")
    assert "0 of 1 conversation: 0 messages in " in again.stderr
    assert list(folder.glob(f"{PHONES[4]}*.part"))
    conversations.stop_failing()
    (kept,) = (len(_read(path)) for path in folder.glob(f"{PHONES[3]}*.part"))
    resumed = invoke(*EXPORT, "--resume")
    assert f"\n1 conversation: {400 - kept} messages in " in resumed.stderr
    assert [f"{phone}.jsonl" for phone in PHONES[:4]] == _names(folder)


def test_other_page_size_goes_on(conversations: Sandbox, folder: Path) -> None:
    """It chooses no messages."""
    result = _stop_in_the_middle(conversations)
    assert 0 == invoke(*_resuming_arguments(result), "--page-size", "70").exit_code
    assert _are_all_whole(conversations, folder)


def test_option_that_was_given_before_and_is_not_now_is_named(conversations: Sandbox) -> None:
    """As any other that differs."""
    conversations.fail(Response.error(103, "No"), phone=PHONES[3])
    assert 4 == invoke(*EXPORT, "--format", "csv", "--bom").exit_code
    other = invoke(*EXPORT, "--format", "csv", "--resume")
    assert "that differs in --bom: give the same, or start over without --resume." in other.stderr


@pytest.mark.parametrize("text", ["", "x\n", '{"page_size": "100"}\n{"name": 1}\n'])
def test_file_that_is_not_ours_is_not_gone_on_from(
    text: str, conversations: Sandbox, folder: Path
) -> None:
    """Nor is it replaced."""
    folder.mkdir()
    (folder / RESUME_FILE).write_text(text)
    result = invoke(*EXPORT, "--resume")
    assert 2 == result.exit_code
    assert f"out/{RESUME_FILE} is not a resume file: remove it." in result.stderr
    assert text == (folder / RESUME_FILE).read_text()
    assert [] == conversations.requests


def test_export_that_begins_anew_removes_what_was_kept(
    conversations: Sandbox, folder: Path
) -> None:
    """Nobody would ever ask for it."""
    _stop_in_the_middle(conversations)
    assert list(folder.glob("*.part"))
    assert 0 == invoke(*EXPORT).exit_code
    assert _are_all_whole(conversations, folder)


def test_resuming_what_was_never_stopped_begins(conversations: Sandbox, folder: Path) -> None:
    """So that a script may always say `--resume`."""
    assert 0 == invoke(*EXPORT, "--resume").exit_code
    assert _are_all_whole(conversations, folder)


def test_killed_export_is_cleaned_up_by_the_next(conversations: Sandbox, folder: Path) -> None:
    """What belongs to these phones is removed and named; what is of others stays."""
    folder.mkdir()
    (folder / f"{PHONES[0]}.jsonl.0123456789ab.part").write_text("killed")
    (folder / f"{PHONES[1]}.jsonl.part").write_text("killed")
    (folder / f"{PHONES[1]}.jsonl.part.d").mkdir()
    (folder / "+5521.jsonl.0123456789ab.part").write_text("of another export")
    result = invoke(*EXPORT)
    assert 0 == result.exit_code
    assert 3 == result.stderr.count(", left by an export that was stopped or killed.")
    (folder / "+5521.jsonl.0123456789ab.part").unlink()
    assert _are_all_whole(conversations, folder)


# -- files of messages


@pytest.fixture
def photos(sandbox: Sandbox) -> Sandbox:
    """Serve a message with a photo from each phone but the last."""
    sandbox.receive(PHONES[4], "oi")
    for phone in PHONES[:4]:
        file = MessageFile(name="foto.jpg", url=f"https://files.example/{phone}", mime="image/")
        sandbox.receive(phone, "veja", files=[file], unix_time=1749113086)
        sandbox.move_files(phone, os.environ["SMSTOOLS_BASE_URL"])
    return sandbox


FILES = ("--files", "files", "--allow-private-addresses")


def test_files_of_each_conversation_have_a_folder(photos: Sandbox) -> None:
    """Called like its file, for their owner alone, if there are any.

    Each short page is confirmed by a second request.
    """
    assert 0 == invoke(*EXPORT, *FILES).exit_code
    assert PHONES[:4] == _names(Path("files"))
    assert [1] * 4 == [len(_names(Path("files", phone))) for phone in PHONES[:4]]
    assert 0o700 == stat.S_IMODE(Path("files").stat().st_mode)
    assert 14 == len(photos.requests)


def test_failed_files_are_trouble(photos: Sandbox) -> None:
    """A conversation without them is not whole; trying again fetches them."""
    photos.fail(Response(status=404), from_request=3, times=1)
    result = invoke(*EXPORT, *FILES, "--concurrency", "1")
    assert 4 == result.exit_code
    assert (
        "✗ 1 attachment could not be downloaded. 1 of them: its host responded with HTTP 404"
        in " ".join(result.stderr.split())
    )
    assert 0 == invoke(*_resuming_arguments(result)).exit_code
    assert [1] * 4 == [len(_names(Path("files", phone))) for phone in PHONES[:4]]


# -- what a person sees


@pytest.mark.usefixtures("conversations")
def test_progress_of_all_is_shown_at_a_terminal() -> None:
    """While it goes on; in the end the table is left, with the names of the files."""
    seen = invoke_at_terminal(*EXPORT)
    assert " of 5 done, " in plain(seen.stderr)
    assert f" 5       500         5  ✓ {PHONES[4]}.jsonl" in plain(seen.stderr)
    assert untimed(seen.stderr).endswith(
        "5 conversations: 1,500 messages in 16 requests and … s → out\n"
    )


def test_trouble_at_a_terminal_has_the_name(conversations: Sandbox) -> None:
    """Of the file that is not whole."""
    conversations.fail(Response.error(103, "No"), phone=PHONES[3])
    seen = invoke_at_terminal(*EXPORT)
    assert f"✗ {PHONES[3]}.jsonl: The API returned" in plain(seen.stderr)


def test_trouble_of_a_file_at_a_terminal_has_its_path(sandbox: Sandbox, folder: Path) -> None:
    """Where it is, whoever looks at it may know."""
    (folder / f"{PHONES[1]}.jsonl").mkdir(parents=True)
    seen = invoke_at_terminal(*EXPORT)
    assert f"out/{PHONES[1]}.jsonl: Is a directory" in " ".join(plain(seen.stderr).split())
    assert sandbox.requests


def test_long_table_is_of_troubles_only(sandbox: Sandbox) -> None:
    """Who exports a thousand conversations wants to know of three."""
    phones = [f"+5521{number:09}" for number in range(50)]
    _write_phones(phones)
    sandbox.fail(Response.error(103, "No"), phone=phones[7], times=None)
    result = invoke(*EXPORT)
    assert 2 == sum(line[:4].strip() in ("8", "line") for line in result.stderr.splitlines())
    assert "✓" not in result.stderr
    assert "49 of 50 conversations: 0 messages" in result.stderr


def test_long_table_without_trouble_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to see."""
    entry = Entry(line=1, phone=PHONES[0], name="a")
    print_outcomes([Outcome(entry=entry, messages=1, requests=1, failure=None)] * 41)
    assert "" == capsys.readouterr().err


@pytest.mark.usefixtures("sandbox")
def test_progress_may_be_looked_at_from_another_thread(folder: Path) -> None:
    """As the display does at any moment, also in the one in which a conversation ends."""
    exports = _exports_of(120, folder)
    seen, over = list[int](), Event()
    watcher = Thread(target=lambda: seen.extend(_look(exports, over)))
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    watcher.start()
    try:
        exports.run()
    finally:
        over.set()
        watcher.join()
        sys.setswitchinterval(before)
    assert 120 == seen[-1]


def _look(exports: ManyExports, over: Event) -> Iterator[int]:
    while not over.is_set():
        yield exports.ended
    yield exports.ended


def _exports_of(count: int, folder: Path) -> ManyExports:
    plan = Plan(
        service=Service(),
        entries=[Entry(line=n, phone=f"5521{n:09}", name=f"{n}.jsonl") for n in range(count)],
        selection=Selection(
            max_messages=None, page_size=None, since=None, until=None, order="newest"
        ),
        folder=folder,
        writing=Writing(format=FORMATS["jsonl"], zone=UTC),
        concurrency=4,
        resume_file=ResumeFile(folder, {}),
        resumes=False,
    )
    return ManyExports(plan)
