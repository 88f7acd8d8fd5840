"""The front door: help, version, and what is said when the extra is missing."""

import logging
import sys
from importlib import import_module
from runpy import run_module

import pytest

import smstools_async
from smstools_async.cli import main
from smstools_async.cli._exit_codes import ExitCode
from tests.cli.command import PHONE, invoke

COMMANDS = ["count", "export", "sandbox", "show", "watch"]


def test_package_can_be_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `python -m smstools_async`, where the command is in no path; it is called the same."""
    monkeypatch.setattr(sys, "argv", ["smstools_async", "--version"])
    monkeypatch.delitem(sys.modules, "smstools_async.__main__", raising=False)  # of other tests
    with pytest.raises(SystemExit) as ended:
        run_module("smstools_async", run_name="__main__")
    assert 0 == ended.value.code
    assert capsys.readouterr().out.startswith("smstools-async, version ")


def test_tools_may_import_every_module() -> None:
    """Those that look for docstrings do, and none wants the command to be run."""
    assert main is import_module("smstools_async.__main__").main


def test_sandbox_names_what_it_takes() -> None:
    """In the words of the other commands."""
    text = invoke("sandbox", "--help").stdout
    assert ["--host ADDRESS", "--port N", "--messages N", "--phone PHONE", "--seed N"] == [
        " ".join(line.split()[:2]) for line in text.splitlines() if line.startswith("  --")
    ][:5]
    assert "Number of made-up messages, of all phones together." in text


def test_sandbox_refuses_an_unknown_quirk() -> None:
    """And names those that come near."""
    result = invoke("sandbox", "--quirk", "oldest-first", "--quirk", "total-zeros")
    assert 2 == result.exit_code
    assert "'total-zeros' is not the name of a quirk; try total-zero" in result.stderr


def test_version_is_that_of_the_package() -> None:
    """One version for the library and the command."""
    assert f"smstools-async, version {smstools_async.__version__}\n" == invoke("--version").stdout


def test_help_names_the_commands_and_exit_codes() -> None:
    """Who asks for help sees what there is, how to begin, and what a script may rely on."""
    text = invoke("--help").stdout
    assert all(f"\n  {command} " in text for command in COMMANDS)
    assert all(f"\n    {code.value:<5}" in text for code in ExitCode)
    assert "\n    2    an argument, option, cursor, variable or extra is wrong or missing" in text
    assert "SMSTOOLS_CLIENT_SECRET" in text
    assert "\n    smstools-async show --sandbox +5511987654321\n" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_examples(command: str) -> None:
    """An example says more than a list of options, and `-h` is as good as `--help`."""
    result = invoke(command, "-h")
    assert 0 == result.exit_code
    assert f"\n    smstools-async {command}" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_takes_the_secret(command: str) -> None:
    """A command line can be read by others, in the list of processes and in histories."""
    result = invoke(command, "--help")
    assert "secret" not in result.stdout.lower().replace("smstools_client_secret", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["count"],
        ["count", "--unknown", PHONE],
        ["unknown"],
        ["export", PHONE, "--since", "yesterday"],
        ["export", PHONE, "--format", "xml"],
        ["export", PHONE, "--page-size", "2001"],
        ["export", PHONE, "--bom"],
        ["show", PHONE, "-n", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    """Mistakes are found before anything is asked or written."""
    result = invoke(*arguments)
    assert 2 == result.exit_code
    assert "Error: " in result.stderr
    assert "" == result.stdout


@pytest.mark.parametrize("command", ["count", "export", "show", "watch"])
def test_missing_credentials_are_explained(command: str) -> None:
    """The first run of a newcomer says where credentials come from, and what does without."""
    result = invoke(command, PHONE)
    assert 2 == result.exit_code
    assert result.stderr.startswith("Error: Set SMSTOOLS_CLIENT_ID and SMSTOOLS_CLIENT_SECRET in ")
    assert "--sandbox" in result.stderr


def test_one_missing_credential_is_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there is not asked for again."""
    monkeypatch.setenv("SMSTOOLS_CLIENT_ID", "id")
    assert invoke("count", PHONE).stderr.startswith("Error: Set SMSTOOLS_CLIENT_SECRET in the ")


@pytest.mark.parametrize("module", ["click", "rich"])
def test_missing_extra_is_named(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command is installed without its libraries: it says what to install."""
    for loaded in list(sys.modules):
        if loaded.startswith(("smstools_async.cli._", f"{module}.")):
            monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(sys, "argv", ["smstools-async", "show", "--sandbox", PHONE])
    with pytest.raises(SystemExit) as ended:
        main()
    assert 2 == ended.value.code
    error = capsys.readouterr().err.splitlines()[-1]
    assert "Error: the command needs its extra: pip install 'smstools-async[cli]'" == error


def test_other_missing_module_is_not_taken_for_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation is no missing extra."""
    monkeypatch.setitem(sys.modules, "smstools_async.cli._commands", None)
    with pytest.raises(ModuleNotFoundError, match="_commands"):
        main()


@pytest.mark.parametrize(
    "words", [["--verbose", "count"], ["count", "-v"], ["-v", "count", "-v"]], ids=" ".join
)
def test_verbose_tells_of_each_request_without_the_phone(words: list[str]) -> None:
    """Before the command or behind; on standard error, so that the output stays what it is."""
    result = invoke(*words, "--sandbox", PHONE)
    assert "5000\n" == result.stdout
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("GET")]
    assert line.startswith("GET /conversation/+•••21?page=1&limit=1: HTTP 200, ")
    assert PHONE[-8:] not in result.stderr


def test_nothing_is_told_of_requests_by_default() -> None:
    """And nothing of one command's wishes is left to the next."""
    for words in (["-v", "count"], ["count", "-v"], ["count"]):
        result = invoke(*words, "--sandbox", PHONE)
    assert "GET" not in result.stderr
    assert logging.NOTSET == logging.getLogger("smstools_async").level
