"""How a command ends: its exit code, its last words."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import partial

import pytest

from smstools_async import (
    APIError,
    AuthenticationError,
    ClientClosedError,
    CursorError,
    PaginationStalledError,
    RequestTimeoutError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
)
from smstools_async.cli import _running
from smstools_async.cli._reporting import report
from smstools_async.cli._running import run
from tests.cli.command import Terminal, broken_pipe


async def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "exit_code", "words"),
    [
        (APIError(418, None, "teapot"), 1, "The API returned HTTP 418: teapot. See"),
        (AuthenticationError(401, 104, "Invalid"), 1, "The API returned HTTP 401 with error 104"),
        (UnexpectedResponseError("No page"), 1, "No page."),
        (PaginationStalledError("Nothing new"), 1, "Nothing new. Resume later"),
        (ClientClosedError(), 1, "This Client is closed."),
        (SmstoolsError("It went wrong"), 1, "It went wrong"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (OSError("It is too late"), 1, "It is too late"),
        (PermissionError(13, "Permission denied", "a.csv"), 1, "a.csv: Permission denied"),
        (CursorError("It is damaged"), 2, "It is damaged. Start over"),
        (ValueError("page_size=0: give 1 to 2000"), 2, "page_size=0: give 1 to 2000"),
        (TransportError("Refused"), 3, "Refused. Check the network"),
        (RequestTimeoutError("Too late"), 3, "Too late. Try again"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_error_has_its_exit_code_and_one_line(
    error: Exception, exit_code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script can tell the kinds apart, a person reads what happened, nobody sees a traceback."""
    with pytest.raises(SystemExit) as ended:
        run(_raise(error))
    assert exit_code == ended.value.code
    written = capsys.readouterr()
    assert "" == written.out
    assert written.err.startswith(f"Error: {words}")
    assert 1 == written.err.count("\n")


def test_mistake_of_ours_is_not_hidden() -> None:
    """A fault of the program itself comes out whole, to be reported."""
    with pytest.raises(ZeroDivisionError):
        run(_raise(ZeroDivisionError()))


def test_stopped_command_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    """The last words come after what happened."""
    with pytest.raises(SystemExit):
        run(_raise(TransportError("Refused")), when_stopped=lambda: report("Resume."))
    assert ["Error: Refused.", "Resume."] == [
        line[:15].rstrip() for line in capsys.readouterr().err.splitlines()
    ]


@pytest.mark.parametrize("error", [ValueError("wrong"), CursorError("damaged")], ids=repr)
def test_command_that_cannot_go_on_says_no_more(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong argument is not mended by going on."""
    with pytest.raises(SystemExit):
        run(_raise(error), when_stopped=lambda: report("Resume."))
    assert "Resume." not in capsys.readouterr().err


def test_full_disk_may_keep_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Then that is said as well, and how the command ended stays what it was."""

    def keep() -> None:
        raise OSError(28, "No space left on device", "a.part")

    with pytest.raises(SystemExit) as ended:
        run(_raise(TransportError("Refused")), when_stopped=keep)
    assert 3 == ended.value.code
    assert capsys.readouterr().err.endswith("Error: a.part: No space left on device\n")


async def _signal_oneself(what: signal.Signals) -> None:
    os.kill(os.getpid(), what)
    await asyncio.Event().wait()


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("what", SIGNALS)
def test_interruption_ends_with_130(
    what: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C, a polite request and a closed terminal are one; what was done before is put back."""
    before = signal.getsignal(what)
    with pytest.raises(SystemExit) as ended:
        run(_signal_oneself(what), when_stopped=lambda: report("Resume."))
    assert 130 == ended.value.code
    assert "Interrupted.\nResume.\n" == capsys.readouterr().err
    assert before is signal.getsignal(what)


async def _tidy_up(interrupt: Callable[[], None], said: list[str]) -> None:
    try:
        interrupt()
        await asyncio.Event().wait()
    finally:
        interrupt()
        await asyncio.sleep(0)
        said.append("tidied up")


def test_impatient_finger_disturbs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The second Ctrl-C of a moment changes nothing: what the first one made begin is finished."""
    said = list[str]()
    interrupt = partial(os.kill, os.getpid(), signal.SIGINT)

    def go_on() -> None:
        interrupt()
        said.append("told how to go on")

    def clear() -> None:
        interrupt()
        said.append("cleared")

    with pytest.raises(SystemExit) as ended:
        run(_tidy_up(interrupt, said), when_stopped=go_on, finally_call=clear)
    assert 130 == ended.value.code
    assert ["tidied up", "told how to go on", "cleared"] == said
    assert "Interrupted.\n" == capsys.readouterr().err


def test_later_interruption_ends_what_hangs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever presses Ctrl-C again after a while means it, even where nothing can be cancelled."""
    clock = iter([100.0, 100.0, 100.9, 101.1, 101.1])
    monkeypatch.setattr(_running, "monotonic", lambda: next(clock))

    async def hang() -> None:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("not reached")  # pragma: no cover

    with pytest.raises(SystemExit) as ended:
        run(hang())
    assert 130 == ended.value.code
    assert "Interrupted.\n" == capsys.readouterr().err


@pytest.mark.parametrize("what", SIGNALS)
def test_ignored_signal_stays_ignored(what: signal.Signals) -> None:
    """As by `nohup`, and for Ctrl-C where a shell starts a program in the background."""
    before = signal.signal(what, signal.SIG_IGN)
    try:
        run(_signal_and_go_on(what))
    finally:
        signal.signal(what, before)


async def _signal_and_go_on(what: signal.Signals) -> None:
    os.kill(os.getpid(), what)


def test_closed_terminal_stops_nothing() -> None:
    """Nobody is there to be told, but what was to be kept is kept."""
    kept = list[str]()

    def keep() -> None:
        report("Resume.")
        kept.append("all")

    with broken_pipe() as stderr, redirect_stderr(stderr), pytest.raises(SystemExit) as ended:
        run(_signal_oneself(signal.SIGHUP), when_stopped=keep)
    assert (130, ["all"]) == (ended.value.code, kept)


def test_caret_of_the_terminal_has_its_own_line() -> None:
    """A terminal shows `^C`; what follows begins below."""
    terminal = Terminal()
    with redirect_stderr(terminal), pytest.raises(SystemExit):
        run(_signal_oneself(signal.SIGINT))
    assert "\nInterrupted.\n" == str(terminal)


def test_closed_output_ends_with_0_and_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads the output has enough; what is left in buffers goes nowhere."""
    with broken_pipe() as stdout:
        stdout.write("left in the buffer")
        with redirect_stdout(stdout), pytest.raises(SystemExit) as ended:
            run(_raise(BrokenPipeError()))
        stdout.flush()
    assert (0, "") == (ended.value.code, capsys.readouterr().err)
