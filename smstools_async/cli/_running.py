"""How a command runs and ends: on asyncio, with one line for what went wrong and an exit code."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, Final

import click

from smstools_async import CursorError, RedactPhones, SmstoolsError, TransportError
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
    INTERRUPTED = 130
    """Ctrl-C, or a polite request to end (SIGTERM)."""


_EXIT_CODES: Final = (
    (CursorError, ExitCode.USAGE),
    (TransportError, ExitCode.UNREACHABLE),
    (SmstoolsError, ExitCode.REFUSED),
    (ValueError, ExitCode.USAGE),
    (OSError, ExitCode.REFUSED),
    (ImportError, ExitCode.USAGE),
)


def run(
    body: Coroutine[Any, Any, None], *, when_stopped: Callable[[], object] = lambda: None
) -> None:
    """Run `body` on asyncio; end the program if it does not end well.

    `when_stopped` is called after an interruption or an error of the library has been reported: it
    tells how to go on. Nothing is said when standard output was closed, as by `| head`: whoever
    reads it has enough.
    """
    try:
        with _terminated_as_interrupted():
            asyncio.run(body)
    except BrokenPipeError:
        _forget_standard_output()
        sys.exit(ExitCode.DONE)
    except KeyboardInterrupt:
        end_interrupted_line()
        tell("Interrupted.")
        when_stopped()
        sys.exit(ExitCode.INTERRUPTED)
    except SmstoolsError as error:
        tell_error(str(error))
        when_stopped()
        sys.exit(_exit_code(error))
    except ModuleNotFoundError:
        raise  # no extra of a format, which is an ImportError with words of its own
    except (ValueError, OSError, ImportError) as error:
        tell_error(_describe(error))
        sys.exit(_exit_code(error))


def tell(text: str) -> None:
    """Say something to the person at standard error, not to a program that reads the output."""
    click.echo(visible(text), err=True)


class _TellLines(logging.Handler):
    """Shows lines of the log as everything else that is told."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one."""
        tell(record.getMessage())


@contextmanager
def requests_told(*, verbose: bool) -> Generator[None]:
    """Show each request and each retry meanwhile, or none; and no library shows a phone."""
    ours, httpx, stamina = map(logging.getLogger, ("smstools_async", "httpx", "stamina"))
    lines, redact, nowhere = _TellLines(), RedactPhones(), logging.NullHandler()
    level_before = ours.level
    ours.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
    ours.addHandler(lines)
    httpx.addFilter(redact)
    stamina.addHandler(nowhere)  # else it prints each retry, as ours does
    try:
        yield
    finally:
        ours.setLevel(level_before)
        ours.removeHandler(lines)
        httpx.removeFilter(redact)
        stamina.removeHandler(nowhere)


def tell_error(text: str) -> None:
    """Say what went wrong, in the form that click uses."""
    tell(f"Error: {text}")


def end_interrupted_line() -> None:
    """Begin a new line after the `^C` that a terminal shows."""
    if sys.stderr.isatty():
        click.echo(err=True)


def _exit_code(error: Exception) -> ExitCode:
    return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))


def _describe(error: ValueError | OSError | ImportError) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


@contextmanager
def _terminated_as_interrupted() -> Generator[None]:
    """Let SIGTERM do what Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    signal.raise_signal(signal.SIGINT)


def _forget_standard_output() -> None:
    """Keep Python from complaining at its end that the rest cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
