"""Exports: whole or not there, and always with a way to go on."""

import os
import re
import shlex
import signal
import sys
from pathlib import Path

import pytest
from click.testing import Result

import smstools_async.export as room
from smstools_async import Message
from smstools_async.export import read_jsonl, read_parquet
from smstools_async.sandbox import Response, Sandbox, named_quirks
from tests.cli.command import (
    PHONE,
    files_no_larger_than,
    invoke,
    invoke_at_terminal,
    signal_at_request,
    untimed,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _read(path: Path) -> list[Message]:
    with path.open(encoding="utf-8") as lines:
        return list(read_jsonl(lines))


def _with_bad_row(sandbox: Sandbox) -> None:
    bad = b'{"total": 2, "shown": 2, "page": 1, "limit": 1000, "conversation": [null, %b]}'
    good = (
        b'{"direction": "inbound", "sender": "5511987654321", "receiver": "Clinica",'
        b' "message": "ok", "unixDatetime": 1749113086}'
    )
    sandbox.fail(Response(body=bad % good), times=None)


def test_bad_row_stops_an_export_and_says_how_to_go_on(folder: Path, sandbox: Sandbox) -> None:
    """A row that is left out silently would be worse."""
    _with_bad_row(sandbox)
    result = invoke("export", PHONE, "-o", "a.jsonl")
    assert "$.conversation[0]: must be an object, got null" in result.stderr
    assert "--skip-bad-rows" in result.stderr
    assert not _names(folder)


def test_bad_row_is_left_out_where_that_is_asked_for(folder: Path, sandbox: Sandbox) -> None:
    """All others are there, and it is reported."""
    _with_bad_row(sandbox)
    result = invoke("export", PHONE, "-o", "a.jsonl", "--skip-bad-rows")
    assert 0 == result.exit_code
    assert "1 row is left out, since the service sent what cannot be read." in result.stderr
    assert ["ok"] == [message.text for message in _read(folder / "a.jsonl")]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _resuming_arguments(result: Result) -> list[str]:
    program, *arguments = shlex.split(result.stderr.splitlines()[-1])
    assert "smstools-async" == program
    return arguments


def _amount(stopped: Result) -> int:
    """Return how many messages were kept or written, which depends on how much pages overlap."""
    ((amount,),) = [re.findall(r"^([\d,]+) of \d+ messages ", stopped.stderr, re.MULTILINE)]
    assert 100 < int(amount) < 300
    return int(amount)


# -- what is written


def test_standard_output_gets_lines_only(sandbox: Sandbox) -> None:
    """A program can read it: what a person is told goes to standard error."""
    sandbox.add_conversation(PHONE, messages=250)
    result = invoke("export", PHONE, "--page-size", "100")
    assert sandbox.messages(PHONE) == tuple(read_jsonl(result.stdout.splitlines()))
    assert "250 messages in 3 requests and … s → standard output\n" == untimed(result.stderr)


def test_dash_is_standard_output(sandbox: Sandbox, folder: Path) -> None:
    """As everywhere on a command line."""
    sandbox.receive(PHONE, "Oi")
    assert 1 == len(invoke("export", PHONE, "-o", "-").stdout.splitlines())
    assert [] == _names(folder)


def test_file_is_whole_and_alone(sandbox: Sandbox, folder: Path) -> None:
    """Nothing else is left in the folder; the second request confirms the short page."""
    sandbox.add_conversation(PHONE, messages=250)
    result = invoke("export", PHONE, "-o", "conversation.jsonl")
    assert sandbox.messages(PHONE) == tuple(_read(folder / "conversation.jsonl"))
    assert ["conversation.jsonl"] == _names(folder)
    assert "" == result.stdout
    assert "250 messages in 2 requests and … s → conversation.jsonl\n" == untimed(result.stderr)


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (["-o", "a.csv"], b'"sent_at",'),
        (["-o", "a.CSV"], b'"sent_at",'),
        (["-o", "a.csv", "--bom"], b'\xef\xbb\xbf"sent_at",'),
        (["-o", "a", "--format", "csv"], b'"sent_at",'),
        (["-o", "a.csv", "--format", "jsonl"], b'{"sent_at": '),
        (["-o", "a.jsonl"], b'{"sent_at": '),
        (["-o", "a"], b'{"sent_at": '),
    ],
)
def test_format_is_said_or_follows_from_the_name(
    sandbox: Sandbox, folder: Path, arguments: list[str], begins: bytes
) -> None:
    """A name that ends in .csv is a wish for CSV."""
    sandbox.receive(PHONE, "Oi")
    assert 0 == invoke("export", PHONE, *arguments).exit_code
    assert (folder / arguments[1]).read_bytes().startswith(begins)


@pytest.mark.parametrize("name", ["a.ods", "a.jsonl.gz", "a.JSON"])
def test_unknown_ending_is_refused(sandbox: Sandbox, folder: Path, name: str) -> None:
    """Lines of JSON under such a name are what nobody asked for; `--format` makes it a wish."""
    sandbox.receive(PHONE, "Oi")
    result = invoke("export", PHONE, "-o", name)
    assert 2 == result.exit_code
    words = " ".join(result.stderr.split())
    assert f"{Path(name).suffix} does not imply a format: give --format, or" in words
    assert ".jsonl, .ndjson, .csv, .xlsx, .parquet, .db, .sqlite, .sqlite3, .html, .htm" in words
    assert ([], []) == (sandbox.requests, _names(folder))
    assert 0 == invoke("export", PHONE, "-o", name, "--format", "jsonl").exit_code


def test_option_of_another_format_is_refused(sandbox: Sandbox, folder: Path) -> None:
    """Nothing is asked for, and nothing is left."""
    result = invoke("export", PHONE, "-o", "a.jsonl", "--bom")
    assert 2 == result.exit_code
    assert result.stderr.endswith("Error: --bom is for csv, not for jsonl.\n")
    assert [] == sandbox.requests
    assert [] == _names(folder)


def test_missing_extra_is_named(
    sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is asked for."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for name in ("_arrow", "_parquet_file"):
        monkeypatch.delitem(sys.modules, f"smstools_async.export.{name}", raising=False)
        monkeypatch.delattr(room, name, raising=False)
    result = invoke("export", PHONE, "-o", "a.parquet")
    assert 2 == result.exit_code
    assert "pip install 'smstools-async[parquet]'" in result.stderr
    assert [] == sandbox.requests
    assert [] == _names(folder)


def test_format_for_files_is_not_written_to_a_stream(sandbox: Sandbox) -> None:
    """Bytes would confuse a terminal, and a program that reads lines."""
    result = invoke("export", PHONE, "--format", "parquet")
    assert 2 == result.exit_code
    assert "Error: parquet is not text: it needs a file to be written to\n" == result.stderr
    assert [] == sandbox.requests


def test_csv_on_standard_output_has_its_own_line_ends(sandbox: Sandbox) -> None:
    """RFC 4180 wants both characters, once."""
    sandbox.receive(PHONE, "Oi")
    result = invoke("export", PHONE, "--format", "csv")
    assert 2 == result.stdout_bytes.count(b"\r\n") == result.stdout_bytes.count(b"\n")


def test_walk_is_chosen_by_options(sandbox: Sandbox) -> None:
    """Times, order and number are handed to the library."""
    for hour in range(24):
        sandbox.receive(PHONE, f"{hour} h", unix_time=1749081600 + hour * 3600)  # 5 June, UTC
    arguments = ["--since", "2025-06-05T10:00", "--until", "2025-06-05T15:00-03:00"]
    result = invoke("export", PHONE, *arguments, "--order", "oldest", "--max-messages", "3")
    texts = [message.text for message in read_jsonl(result.stdout.splitlines())]
    assert ["10 h", "11 h", "12 h"] == texts


def test_what_is_not_a_date_is_refused(sandbox: Sandbox, folder: Path) -> None:
    """The error shows what can be written."""
    result = invoke("export", PHONE, "--since", "soon", "-o", "a")
    assert 2 == result.exit_code
    assert "'soon' is not a date or time. Write 2025-06-05" in " ".join(result.stderr.split())
    assert ([], []) == (sandbox.requests, _names(folder))


def test_link_to_itself_is_refused(sandbox: Sandbox, folder: Path) -> None:
    """In one line, before any request; the link stays."""
    (folder / "a.jsonl").symlink_to("a.jsonl")
    result = invoke("export", PHONE, "-o", "a.jsonl")
    assert 1 == result.exit_code
    assert "Error: a.jsonl: Too many levels of symbolic links\n" == result.stderr
    assert ([], ["a.jsonl"]) == (sandbox.requests, _names(folder))


def test_wrong_combination_is_the_librarys_to_refuse(sandbox: Sandbox, folder: Path) -> None:
    """It ends with 2, before any request, and leaves nothing."""
    result = invoke("export", PHONE, "--since", "2025-06-05", "--until", "2025-06-04", "-o", "a")
    assert 2 == result.exit_code
    assert result.stderr.startswith(
        "Error: --since must be before --until=2025-06-05 00:00:00+00:00, got 2025-06-05"
    )
    assert [] == _names(folder)
    assert [] == sandbox.requests


@pytest.mark.parametrize(("order", "messages"), [("newest", 300), ("oldest", 303)])
def test_arrivals_are_told(sandbox: Sandbox, order: str, messages: int) -> None:
    """Oldest first, those of the second to fourth request are written; newest first, none."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.before_each_request = lambda number: number > 1 and sandbox.receive(PHONE, "Oi")
    result = invoke("export", PHONE, "--page-size", "150", "--order", order)
    assert messages == len(result.stdout.splitlines())
    assert re.search(r" s, [1-3] arrived in the meantime → standard output\n$", result.stderr)


def test_doubt_about_the_service_is_told(sandbox: Sandbox) -> None:
    """A message that is counted and never sent may be missing."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.quirks = named_quirks("row-never-sent")
    result = invoke("export", PHONE, "--page-size", "100")
    assert 5 == result.exit_code
    assert "\nNote: the service contradicted itself" in result.stderr


# -- what goes wrong


def test_interruption_keeps_what_came_and_goes_on(sandbox: Sandbox, folder: Path) -> None:
    """No half file under the final name; the printed command makes it whole, each message once."""
    sandbox.add_conversation(PHONE, messages=500)
    signal_at_request(sandbox, 4, os.getpid(), signal.SIGINT)
    result = invoke("export", PHONE, "-o", "a.jsonl", "--page-size", "100")
    assert 130 == result.exit_code
    (kept,) = folder.iterdir()
    messages = _read(kept)
    assert result.stderr.startswith(
        f"Interrupted.\n{len(messages)} of 500 messages are kept next to a.jsonl, in {kept.name}."
        " Resume with:\n"
    )
    assert sandbox.messages(PHONE)[: len(messages)] == tuple(messages)

    sandbox.latency, sandbox.before_each_request = 0, None
    sandbox.receive(PHONE, "arrived meanwhile")
    resumed = invoke(*_resuming_arguments(result))
    assert f"{500 - len(messages)} messages in " in resumed.stderr
    assert sandbox.messages(PHONE)[1:] == tuple(_read(folder / "a.jsonl"))
    assert ["a.jsonl"] == _names(folder)


def test_interruption_of_standard_output_goes_on_behind_it(sandbox: Sandbox) -> None:
    """What was written there cannot be kept; the rest follows it exactly."""
    sandbox.add_conversation(PHONE, messages=500)
    signal_at_request(sandbox, 4, os.getpid(), signal.SIGTERM)
    result = invoke("export", PHONE, "--page-size", "100")
    lines = result.stdout.splitlines()
    written = f"Interrupted.\n{len(lines)} of 500 messages were written. Resume with:\n"
    assert written in result.stderr
    sandbox.latency, sandbox.before_each_request = 0, None
    rest = invoke(*_resuming_arguments(result))
    lines += rest.stdout.splitlines()
    assert sandbox.messages(PHONE) == tuple(read_jsonl(lines))


def test_csv_goes_on_with_one_header(sandbox: Sandbox, folder: Path) -> None:
    """The file in the end is the one that an undisturbed export makes."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.fail(Response.error(103, "No"), page=3, times=1)
    stopped = invoke("export", PHONE, "-o", "a.csv", "--page-size", "100", "--bom")
    assert 0 == invoke(*_resuming_arguments(stopped)).exit_code
    invoke("export", PHONE, "-o", "whole.csv", "--bom")
    assert (folder / "whole.csv").read_bytes() == (folder / "a.csv").read_bytes()


def test_format_without_appending_goes_on(sandbox: Sandbox, folder: Path) -> None:
    """What came is kept as JSON Lines, two overlapping pages; the file has it when complete."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.fail(Response.error(103, "No"), page=3, times=1)
    stopped = invoke("export", PHONE, "-o", "a.parquet", "--page-size", "100")
    (kept,) = folder.iterdir()
    assert sandbox.messages(PHONE)[: _amount(stopped)] == tuple(_read(kept))
    assert 0 == invoke(*_resuming_arguments(stopped)).exit_code
    assert sandbox.messages(PHONE) == tuple(read_parquet(folder / "a.parquet"))
    assert ["a.parquet"] == _names(folder)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "sqlite", "html"])
def test_sum_of_an_export_that_went_on_is_of_all(sandbox: Sandbox, ending: str) -> None:
    """And says how much of it came in this run, whatever the texts hold."""
    sandbox.add_conversation(PHONE, messages=200)
    for text in ['two\r\nlines\nand "words"', '"', "a\u2028b", '"\r\n"'] * 25:
        sandbox.receive(PHONE, text)
    sandbox.fail(Response.error(103, "No"), page=3, times=1)
    export = ["export", PHONE, "-o", f"a.{ending}", "--page-size", "100", "--order", "newest"]
    stopped = invoke(*export)
    resumed = invoke(*_resuming_arguments(stopped))
    told = rf"^{300 - _amount(stopped)} messages in \d requests? and … s, 300 in all → a.{ending}$"
    assert re.search(told, untimed(resumed.stderr), re.MULTILINE), resumed.stderr


@pytest.mark.usefixtures("folder")
def test_export_that_is_stopped_twice_tells_all_that_is_kept(sandbox: Sandbox) -> None:
    """Not what came in the last run alone."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.fail(Response.error(103, "No"), page=3, times=1)
    stopped = invoke("export", PHONE, "-o", "a.jsonl", "--page-size", "100")
    signal_at_request(sandbox, len(sandbox.requests) + 2, os.getpid(), signal.SIGINT)
    again = invoke(*_resuming_arguments(stopped), "--page-size", "50")
    kept = Path(re.findall(r"in (\S+\.part)", again.stderr)[0])
    assert f"\n{len(_read(kept))} messages are kept next to a.jsonl" in again.stderr
    assert len(_read(kept)) > _amount(stopped)


@pytest.mark.usefixtures("folder")
def test_error_keeps_what_came(sandbox: Sandbox) -> None:
    """An error is like an interruption, with a reason and an exit code of its own."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.fail(Response.error(103, "No"), page=3)
    result = invoke("export", PHONE, "-o", "a.jsonl", "--page-size", "100")
    assert 1 == result.exit_code
    error, kept, _ = result.stderr.splitlines()
    assert error.startswith("Error: The API returned HTTP 400 with error 103: No")
    assert kept.startswith(
        f"{_amount(result)} of 300 messages are kept next to a.jsonl, in a.jsonl."
    )


def test_error_before_the_first_message_leaves_nothing(sandbox: Sandbox, folder: Path) -> None:
    """There is nothing to keep and nothing to go on from."""
    (folder / "a.jsonl").write_text("the one before", encoding="utf-8")
    sandbox.fail(Response.error(103, "No"))
    result = invoke("export", PHONE, "-o", "a.jsonl")
    assert 1 == len(result.stderr.splitlines())
    assert ["a.jsonl"] == _names(folder)
    assert "the one before" == (folder / "a.jsonl").read_text(encoding="utf-8")


def test_failed_resumption_loses_nothing(sandbox: Sandbox, folder: Path) -> None:
    """What was kept stays until an export has come further."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.fail(Response.error(103, "No"), page=3, times=1)
    stopped = invoke("export", PHONE, "-o", "a.jsonl", "--page-size", "100")
    kept = _names(folder)
    sandbox.fail(Response.error(103, "No"))
    again = invoke(*_resuming_arguments(stopped))
    assert 1 == again.exit_code
    assert "Run the same command to resume." in again.stderr
    assert kept == _names(folder)
    assert 0 == invoke(*_resuming_arguments(stopped)).exit_code
    assert sandbox.messages(PHONE) == tuple(_read(folder / "a.jsonl"))


def test_export_may_be_stopped_again_and_again(sandbox: Sandbox, folder: Path) -> None:
    """Each stop keeps all that came so far, in one file."""
    sandbox.add_conversation(PHONE, messages=300)
    arguments = ["export", PHONE, "-o", "a.jsonl", "--page-size", "20", "--max-messages", "250"]
    for _ in range(3):
        signal_at_request(sandbox, len(sandbox.requests) + 5, os.getpid(), signal.SIGINT)
        result = invoke(*arguments)
        assert 1 == len(_names(folder))
        arguments = _resuming_arguments(result)
    sandbox.latency, sandbox.before_each_request = 0, None
    assert 0 == invoke(*arguments).exit_code
    assert sandbox.messages(PHONE)[:250] == tuple(_read(folder / "a.jsonl"))
    assert ["a.jsonl"] == _names(folder)


def test_cursor_without_a_kept_file_replaces_nothing(sandbox: Sandbox, folder: Path) -> None:
    """A command to go on that is run twice does not turn a whole file into its end."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.fail(Response.error(103, "No"), page=3, times=1)
    stopped = invoke("export", PHONE, "--page-size", "100")
    sandbox.requests.clear()
    (folder / "a.jsonl").write_text("whole\n")
    result = invoke(*_resuming_arguments(stopped), "-o", "a.jsonl")
    assert 2 == result.exit_code
    assert "Next to a.jsonl nothing is kept for this cursor" in result.stderr
    assert [] == sandbox.requests
    assert ["a.jsonl"] == [path.name for path in folder.iterdir()]
    assert "whole\n" == (folder / "a.jsonl").read_text()


def test_cursor_without_a_kept_file_writes_the_rest(sandbox: Sandbox, folder: Path) -> None:
    """A cursor from elsewhere is good too; it is said that the beginning is not there."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.fail(Response.error(103, "No"), page=3, times=1)
    stopped = invoke("export", PHONE, "--page-size", "100")
    result = invoke(*_resuming_arguments(stopped), "-o", "rest.jsonl")
    assert result.stderr.startswith("Next to rest.jsonl nothing is kept for this cursor: ")
    assert sandbox.messages(PHONE)[_amount(stopped) :] == tuple(_read(folder / "rest.jsonl"))


def test_damaged_cursor_ends_with_2(sandbox: Sandbox, folder: Path) -> None:
    """A cursor that was not copied whole is refused before anything is asked."""
    result = invoke("export", PHONE, "--resume-from", "abc", "-o", "a")
    assert 2 == result.exit_code
    assert result.stderr.startswith("Error: This is not a cursor, or it is damaged. ")
    assert 1 == result.stderr.count("\n")
    assert [] == sandbox.requests
    assert [] == _names(folder)


def test_server_without_order_of_time_can_be_resumed(sandbox: Sandbox, folder: Path) -> None:
    """A cursor knows the last rows, and the list keeps their sequence whatever their times."""
    for number in range(300):
        sandbox.receive(PHONE, str(number), unix_time=1749081600 + number * 7 % 300)
    sandbox.fail(Response.error(103, "No"), page=3, times=1)
    stopped = invoke("export", PHONE, "-o", "a", "--page-size", "100")
    resumed = invoke(*_resuming_arguments(stopped))
    assert 300 == len(_read(folder / "a"))
    assert set(sandbox.messages(PHONE)) == set(_read(folder / "a"))
    assert ["a"] == _names(folder)
    assert 5 == resumed.exit_code
    assert "\n  times run neither way through the list\n" in resumed.stderr


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("missing/a", "There is no folder missing for a: create it, or write elsewhere.\n"),
        ("/dev/full", "Error: /dev/full: No space left on device\n"),
    ],
)
def test_file_that_cannot_be_written_ends_with_1(
    sandbox: Sandbox, folder: Path, output: str, words: str
) -> None:
    """Nothing is left, nothing is said about going on: what was read is not written."""
    sandbox.add_conversation(PHONE, messages=300)
    result = invoke("export", PHONE, "-o", output)
    assert 1 == result.exit_code
    assert words in result.stderr
    assert "--resume-from" not in result.stderr
    assert [] == _names(folder)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "sqlite", "html"])
def test_full_disk_keeps_whole_pages(sandbox: Sandbox, folder: Path, ending: str) -> None:
    """Half a message is cut off; once there is room, the printed command makes the file whole."""
    sandbox.add_conversation(PHONE, messages=500)
    export = ["export", PHONE, "--page-size", "100", "--order", "newest", "-o"]
    with files_no_larger_than(80_000):
        result = invoke(*export, f"a.{ending}")
    assert 1 == result.exit_code
    assert f"Error: a.{ending}: File too large\n" in result.stderr
    assert re.search(
        rf"\n(120|236|351|464) of 500 messages are kept next to a.{ending}, in ", result.stderr
    )
    assert 1 == len(_names(folder))
    assert 0 == invoke(*_resuming_arguments(result)).exit_code
    invoke(*export, f"whole.{ending}")
    assert [f"a.{ending}", f"whole.{ending}"] == _names(folder)
    whole, resumed = ((folder / f"{name}.{ending}").read_bytes() for name in ("whole", "a"))
    assert whole.partition(b"<footer>")[0] == resumed.partition(b"<footer>")[0]  # it has the time


def test_full_disk_keeps_nothing_of_a_first_page(sandbox: Sandbox, folder: Path) -> None:
    """Nobody could go on from the middle of it."""
    sandbox.add_conversation(PHONE, messages=500)
    with files_no_larger_than(10_000):
        result = invoke("export", PHONE, "--page-size", "100", "-o", "a.jsonl")
    assert 1 == result.exit_code
    assert result.stderr.endswith(
        " were read, but the export cannot be resumed from there: start over.\n"
    )
    assert [] == _names(folder)


def test_full_disk_keeps_what_was_kept_before(sandbox: Sandbox, folder: Path) -> None:
    """An export that gets no whole page further can be gone on with as before."""
    sandbox.add_conversation(PHONE, messages=500)
    with files_no_larger_than(70_000):
        result = invoke("export", PHONE, "--page-size", "100", "-o", "a.jsonl")
        kept = _names(folder)
        again = invoke(*_resuming_arguments(result))
    assert 1 == again.exit_code
    assert again.stderr.endswith(
        "Nothing more could be kept; what was kept is still there."
        " Run the same command to resume.\n"
    )
    assert kept == _names(folder)
    assert 0 == invoke(*_resuming_arguments(result)).exit_code
    assert sandbox.messages(PHONE) == tuple(_read(folder / "a.jsonl"))


def test_device_is_written_directly(sandbox: Sandbox, folder: Path) -> None:
    """`-o /dev/null` does not replace the device."""
    sandbox.receive(PHONE, "Oi")
    assert 0 == invoke("export", PHONE, "-o", os.devnull).exit_code
    assert Path(os.devnull).is_char_device()
    assert [] == _names(folder)


# -- what a person sees


def test_progress_is_shown_at_a_terminal(sandbox: Sandbox, folder: Path) -> None:
    """A bar while it goes on; in the end the sum alone is left."""
    sandbox.add_conversation(PHONE, messages=300)
    seen = invoke_at_terminal("export", PHONE, "-o", "a.jsonl", "--page-size", "100")
    assert "━" in seen.stderr
    assert untimed(seen.stderr).endswith("300 messages in 3 requests and … s → a.jsonl\n")
    assert "" == seen.stdout
    assert ["a.jsonl"] == _names(folder)


def test_progress_is_not_drawn_over_the_messages(sandbox: Sandbox) -> None:
    """When the messages themselves come to the terminal, they are the progress."""
    sandbox.receive(PHONE, "Oi")
    seen = invoke_at_terminal("export", PHONE)
    assert "━" not in seen.stderr
    assert '"text": "Oi"' in seen.stdout
