"""The command as a process among others: signals, pipes, ports."""

import os
import re
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smstools_async.export import read_jsonl
from smstools_async.sandbox import Sandbox
from tests.cli.command import (
    PHONE,
    AtTerminal,
    invoke,
    invoke_at_terminal,
    plain,
    signal_at_request,
    start,
)

_PATIENCE = 60  # seconds, and far more than any of these needs


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_export_can_be_made_whole(
    what: signal.Signals, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Killed politely in the middle, it leaves no half file, and a command that completes it."""
    sandbox.add_conversation(PHONE, messages=500)
    target = tmp_path / "conversation.jsonl"
    with start("export", PHONE, "-o", str(target), "--page-size", "100") as process:
        signal_at_request(sandbox, 4, process.pid, what)
        _, errors = process.communicate(timeout=_PATIENCE)
    assert 130 == process.returncode
    assert not target.exists()
    (kept,) = tmp_path.iterdir()
    count = kept.read_text(encoding="utf-8").count("\n")
    assert f"{count} of 500 messages are kept" in errors

    sandbox.latency, sandbox.before_each_request = 0, None
    with start(*shlex.split(errors.splitlines()[-1])[1:]) as process:
        _, errors = process.communicate(timeout=_PATIENCE)
    assert 0 == process.returncode, errors
    assert [target] == list(tmp_path.iterdir())
    with target.open(encoding="utf-8") as lines:
        assert sandbox.messages(PHONE) == tuple(read_jsonl(lines))


@pytest.mark.parametrize("ending", ["jsonl", "html", "db"])
def test_killed_export_is_cleaned_up_by_the_next(
    ending: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """What it left is removed and named; nothing private stays unmentioned."""
    sandbox.add_conversation(PHONE, messages=500)
    target = tmp_path / f"a.{ending}"
    export = ("export", PHONE, "-o", str(target), "--page-size", "100")
    with start(*export) as process:
        signal_at_request(sandbox, 4, process.pid, signal.SIGKILL)
        process.communicate(timeout=_PATIENCE)
    left = {path.name for path in tmp_path.iterdir()}
    assert left
    sandbox.latency, sandbox.before_each_request = 0, None
    result = invoke(*export)
    assert 0 == result.exit_code, result.stderr
    assert [target] == list(tmp_path.iterdir())
    named = set(re.findall(r"Removed (\S+), left by ", result.stderr))
    assert left == named


def test_export_that_is_running_keeps_its_part(sandbox: Sandbox, tmp_path: Path) -> None:
    """Two exports of one file do not disturb each other."""
    sandbox.add_conversation(PHONE, messages=500)
    target = tmp_path / "a.jsonl"
    export = ("export", PHONE, "-o", str(target), "--page-size", "100")
    with start(*export) as process:
        results = list[int]()
        _call_at_request(sandbox, 4, lambda: results.append(len(list(tmp_path.iterdir()))))
        while not results:
            process.poll()
        sandbox.latency, sandbox.before_each_request = 0, None
        result = invoke(*export)
        assert 0 == result.exit_code
        assert "Removed" not in result.stderr
        process.kill()
        process.communicate(timeout=_PATIENCE)
    assert 2 == len(list(tmp_path.iterdir()))


def _call_at_request(sandbox: Sandbox, number: int, call: Callable[[], object]) -> None:
    """Do something when the request of that number arrives, and never answer that."""
    sandbox.before_each_request = lambda arrived: call() if arrived == number else None
    sandbox.latency = lambda arrived: 0.0 if arrived < number else 600.0


def test_two_ctrl_c_leave_no_mess(sandbox: Sandbox, tmp_path: Path) -> None:
    """Both arrive within a millisecond: what came is kept, and a command completes it."""
    sandbox.add_conversation(PHONE, messages=500)
    target = tmp_path / "a.jsonl"
    terminal = AtTerminal("export", PHONE, "-o", str(target), "--page-size", "100")
    with terminal.process:
        _call_at_request(sandbox, 4, lambda: terminal.press(b"\x03\x03"))
        shown = plain(terminal.read_to_the_end())
    assert 130 == terminal.process.returncode
    (kept,) = tmp_path.iterdir()
    count = kept.read_text(encoding="utf-8").count("\n")
    assert 1 == shown.count(f"\nInterrupted.\n{count} of 500 messages are kept next to ")
    assert "Traceback" not in shown

    sandbox.latency, sandbox.before_each_request = 0, None
    command = shown.rsplit("Resume with:\n", maxsplit=1)[1]
    with start(*shlex.split(command)[1:]) as process:
        _, errors = process.communicate(timeout=_PATIENCE)
    assert 0 == process.returncode, errors
    assert [target] == list(tmp_path.iterdir())
    with target.open(encoding="utf-8") as lines:
        assert sandbox.messages(PHONE) == tuple(read_jsonl(lines))


def test_closed_terminal_loses_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """A window that is closed, or a connection that breaks: what came of many is kept."""
    (tmp_path / "phones.txt").write_text(PHONE)
    sandbox.add_conversation(PHONE, messages=500)
    export = ["export", "--phones-file", str(tmp_path / "phones.txt"), "-o", str(tmp_path / "out")]
    terminal = AtTerminal(*export, "--page-size", "100")
    with terminal.process:
        _call_at_request(sandbox, 4, terminal.close)
        terminal.process.wait(_PATIENCE)
    assert 130 == terminal.process.returncode
    kept, resume_file = sorted((tmp_path / "out").iterdir())
    assert ".smstools-async.resume" == resume_file.name
    count = kept.read_text(encoding="utf-8").count("\n")
    assert f'"messages": {count},' in resume_file.read_text(encoding="utf-8")

    sandbox.latency, sandbox.before_each_request = 0, None
    result = invoke(*export, "--page-size", "100", "--resume")
    assert 0 == result.exit_code, result.stderr
    assert [f"{PHONE}.jsonl"] == [path.name for path in (tmp_path / "out").iterdir()]
    with (tmp_path / "out" / f"{PHONE}.jsonl").open(encoding="utf-8") as lines:
        assert sandbox.messages(PHONE) == tuple(read_jsonl(lines))


@pytest.mark.parametrize("arguments", [["export"], ["export", "--format", "csv"], ["show", "-n99"]])
def test_reader_who_has_enough_is_no_error(arguments: list[str], sandbox: Sandbox) -> None:
    """`| head` ends the command, and nobody complains."""
    sandbox.add_conversation(PHONE, messages=5000)
    with start(*arguments, PHONE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
        process.wait(_PATIENCE)
    assert ("", 0) == (errors, process.returncode)


@pytest.mark.parametrize("arguments", [["count"], ["show"], ["export"]])
def test_reader_who_wants_nothing_is_no_error(arguments: list[str], sandbox: Sandbox) -> None:
    """Also what fits into a buffer is not complained about at the very end."""
    sandbox.receive(PHONE, "Oi")
    with start(*arguments, PHONE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
        process.wait(_PATIENCE)
    assert 0 == process.returncode
    assert "Traceback" not in errors
    assert "Error" not in errors


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGTERM])
def test_sandbox_serves_until_it_is_interrupted(
    what: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it prints is what another program needs; its end is no error."""
    with start("sandbox", "--port", "0", "--messages", "70", "--lively") as process:
        assert process.stdout is not None
        printed = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        for variable, value in re.findall(r"export (\w+)=(\S+)", printed):
            monkeypatch.setenv(variable, value)
        assert "71\n" == invoke("count", PHONE).output
        assert f"\n  smstools-async show {PHONE}\n" in printed
        process.send_signal(what)
        rest, errors = process.communicate(timeout=_PATIENCE)
    assert ("", "", 0) == (rest, errors, process.returncode)


def test_sandbox_serves_several_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has messages, once however often it is given, and they share the requested number."""
    phones = ("+5511987654321", "+5511912345678")
    again = "+55 (11) 98765-4321"
    options = [part for phone in (*phones, again) for part in ("--phone", phone)]
    with start("sandbox", "--port", "0", "--messages", "70", *options) as process:
        assert process.stdout is not None
        printed = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        for variable, value in re.findall(r"export (\w+)=(\S+)", printed):
            monkeypatch.setenv(variable, value)
        assert ["35\n", "35\n"] == [invoke("count", phone).output for phone in phones]
        process.terminate()
        process.communicate(timeout=_PATIENCE)


_PLAIN_C = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def test_locale_without_any_language_breaks_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Files are UTF-8 all the same; a terminal gets what it cannot show as escapes."""
    sandbox.receive(PHONE, "amanhã às 9 👍")
    target = tmp_path / "açaí.jsonl"
    for arguments in (["export", PHONE, "-o", str(target)], ["show", PHONE], ["export", PHONE]):
        with start(*arguments, environment=_PLAIN_C) as process:
            _, errors = process.communicate(timeout=_PATIENCE)
        assert 0 == process.returncode, errors
    with target.open(encoding="utf-8") as lines:
        assert sandbox.messages(PHONE) == tuple(read_jsonl(lines))


def test_sandbox_at_an_address_of_others_ends_with_1() -> None:
    """The words of the system say why, without their number."""
    result = invoke("sandbox", "--host", "192.0.2.1", "--port", "0")
    assert 1 == result.exit_code
    assert "assign requested address" in result.stderr
    assert "Errno" not in result.stderr


def test_sandbox_on_a_taken_port_ends_with_1(sandbox: Sandbox) -> None:
    """And says how to get another one."""
    assert [] == sandbox.requests
    port = os.environ["SMSTOOLS_BASE_URL"].split(":")[2].split("/")[0]
    result = invoke("sandbox", "--port", port)
    assert 1 == result.exit_code
    told = f"Error: Port {port} is in use: give another by --port, or 0 for a free one.\n"
    assert told == result.stderr


def test_sandbox_with_what_is_no_phone_ends_with_2() -> None:
    """There is nothing to serve."""
    result = invoke("sandbox", "--phone", "abc")
    assert 2 == result.exit_code
    assert "Error: This is not a phone number" in result.stderr


@pytest.mark.parametrize(
    ("seconds", "error"),
    [
        ("nan", "'nan' is not a finite number of seconds."),
        ("inf", "'inf' is not a finite number of seconds."),
        ("-1", "-1.0 is not in the range x>=0."),
    ],
)
def test_sandbox_takes_a_time_that_passes(seconds: str, error: str) -> None:
    """Else it would never answer, or not as it was told."""
    result = invoke("sandbox", "--port", "0", "--latency", seconds)
    assert 2 == result.exit_code
    assert f"Error: Invalid value for '--latency': {error}\n" in result.stderr


def test_sandbox_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own extra does not bring a server."""
    monkeypatch.delitem(sys.modules, "smstools_async.sandbox._port", raising=False)
    monkeypatch.delattr("smstools_async.sandbox._port", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = invoke("sandbox")
    assert 2 == result.exit_code
    assert "pip install 'smstools-async[sandbox]'" in result.stderr


def test_sandbox_ends_quietly_at_a_terminal() -> None:
    """Ctrl-C is how it ends: the prompt comes back on a line of its own."""
    seen = invoke_at_terminal("sandbox", "--port", "0", interrupt_at="Ctrl-C stops it.")
    assert (0, "\n") == (seen.exit_code, seen.stderr)
