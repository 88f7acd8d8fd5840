"""How a command runs and ends: on asyncio, with one line for what went wrong and an exit code."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from enum import IntEnum
from time import monotonic
from typing import Any, Final, cast

import click

from smstools_async import CursorError, SmstoolsError, TransportError
from smstools_async.cli._arguments import name_options
from smstools_async.cli._terminal import visible


class ExitCode(IntEnum):
    """What a shell is told."""

    DONE = 0
    REFUSED = 1
    """The API said no, its answer cannot be trusted, or a file cannot be written or fetched."""
    USAGE = 2
    """An argument, an option, a cursor, a variable of the environment or an extra is wrong or
    missing."""
    UNREACHABLE = 3
    """Nothing usable came back from the network."""
    PARTLY = 4
    """Of many conversations, one at least is not whole, and what there is to say of it was said."""
    INTERRUPTED = 130
    """Ctrl-C, a polite request to end (SIGTERM), or a terminal that was closed (SIGHUP)."""


_SIGNALS: Final = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_TIDYING: Final = 1.0
"""Seconds in which a second Ctrl-C does not disturb what the first one made begin."""

_EXIT_CODES: Final = (
    (CursorError, ExitCode.USAGE),
    (TransportError, ExitCode.UNREACHABLE),
    (SmstoolsError, ExitCode.REFUSED),
    (ValueError, ExitCode.USAGE),
    (OSError, ExitCode.REFUSED),
    (ImportError, ExitCode.USAGE),
)


def run(
    body: Coroutine[Any, Any, None],
    *,
    when_stopped: Callable[[], object] = lambda: None,
    at_last: Callable[[], object] = lambda: None,
) -> None:
    """Run `body` on asyncio; end the program if it does not end well.

    `when_stopped` is called after an interruption, or an error of the library or of the system, has
    been reported, but for a cursor that is no good: it tells how to go on. `at_last` is called in
    any case. Nothing is said when standard output was closed, as by `| head`: whoever reads it has
    enough.
    """
    with _interruptible() as interruption:
        try:
            _run(interruption.end(body), when_stopped)
        finally:
            at_last()


def _run(body: Coroutine[Any, Any, None], when_stopped: Callable[[], object]) -> None:
    try:
        asyncio.run(body)
    except BrokenPipeError:
        _forget_standard_output()
        sys.exit(ExitCode.DONE)
    except (KeyboardInterrupt, asyncio.CancelledError):
        end_interrupted_line()
        tell("Interrupted.")
        _tell_how_to_go_on(when_stopped)
        sys.exit(ExitCode.INTERRUPTED)
    except CursorError as error:  # nothing goes on from there
        tell_error(describe(error))
        sys.exit(exit_code(error))
    except (SmstoolsError, OSError) as error:
        tell_error(describe(error))
        _tell_how_to_go_on(when_stopped)
        sys.exit(exit_code(error))
    except ModuleNotFoundError:
        raise  # no extra of a format, which is an ImportError with words of its own
    except (ValueError, ImportError) as error:
        tell_error(describe(error))
        sys.exit(exit_code(error))


def _tell_how_to_go_on(when_stopped: Callable[[], object]) -> None:
    """Try to keep what came: on a full disk, that may fail as well."""
    try:
        when_stopped()
    except OSError as error:
        tell_error(describe(error))


def tell(text: str) -> None:
    """Say something to the person at standard error, not to a program that reads the output.

    A terminal that was closed meanwhile is told nothing, and stops nothing.
    """
    with suppress(OSError):
        click.echo(visible(text), err=True)


class _TellLines(logging.Handler):
    """Shows lines of the log as everything else that is told."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one."""
        tell(record.getMessage())


@contextmanager
def requests_told(*, verbose: bool) -> Generator[None]:
    """Show each request and each retry in the block, or none."""
    ours, lines = logging.getLogger("smstools_async"), _TellLines()
    level_before = ours.level
    ours.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
    ours.addHandler(lines)
    try:
        yield
    finally:
        ours.setLevel(level_before)
        ours.removeHandler(lines)


def tell_of_requests() -> None:
    """Show each request and each retry from now on, to the end of a `requests_told`."""
    logging.getLogger("smstools_async").setLevel(logging.DEBUG)


def tell_error(text: str) -> None:
    """Say what went wrong, in the form that click uses."""
    tell(f"Error: {text}")


def end_interrupted_line() -> None:
    """Begin a new line after the `^C` that a terminal shows."""
    if sys.stderr.isatty():
        tell("")


def exit_code(error: Exception) -> ExitCode:
    """Return what a shell is told of `error`."""
    return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))


def describe(error: Exception) -> str:
    """Say what went wrong, in terms of the command; of the system's errors without their number."""
    if not isinstance(error, OSError) or error.strerror is None:
        return name_options(str(error))
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


class _Interruption:
    """What Ctrl-C and its like do: the first one cancels the program's task.

    Those that follow within a second do nothing, since an impatient finger would else break off
    what keeps the messages that came. A later one ends the program wherever it is.
    """

    def __init__(self) -> None:
        self._cancel: Callable[[], object] = self._raise
        self._heeded_at = -_TIDYING

    def __call__(self, *_: object) -> None:
        if monotonic() - self._heeded_at < _TIDYING:
            return
        self._heeded_at = monotonic()
        cancel, self._cancel = self._cancel, self._raise
        cancel()

    async def end(self, body: Coroutine[Any, Any, None]) -> None:
        """Run `body` as the task that is cancelled."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        loop = asyncio.get_running_loop()
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)  # wakes the loop as well
        try:
            await body
        finally:
            self._cancel = self._raise

    def _raise(self) -> None:
        raise KeyboardInterrupt


@contextmanager
def _interruptible() -> Generator[_Interruption]:
    """Let Ctrl-C, SIGTERM and SIGHUP do the same, but for those that are ignored, as by `nohup`."""
    interruption = _Interruption()
    heeded = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interruption) for number in heeded}
    try:
        yield interruption
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _forget_standard_output() -> None:
    """Keep Python from complaining at its end that the rest cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
