"""How a command runs and ends: on asyncio, with one line per error and an exit code."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final, cast

from smstools_async import CursorError, SmstoolsError
from smstools_async.cli._exit_codes import ExitCode, exit_code
from smstools_async.cli._reporting import describe, report, report_error

_SIGNALS: Final = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_GRACE: Final = 1.0
"""Seconds after a first Ctrl-C in which another one is ignored."""


def run(
    body: Coroutine[Any, Any, None],
    *,
    when_stopped: Callable[[], object] = lambda: None,
    finally_call: Callable[[], object] = lambda: None,
) -> None:
    """Run `body` on asyncio; exit the program if it fails or is interrupted.

    `when_stopped` is called after an interruption, an error of the library (except `CursorError`)
    or an OS error has been reported: it reports how to resume. `finally_call` is called in any
    case. When the reader of standard output stops reading, as `| head` does, nothing is reported.
    """
    with _interruptible() as interruption:
        try:
            _run(interruption.cancelling(body), when_stopped)
        finally:
            _try(finally_call)


def _run(body: Coroutine[Any, Any, None], when_stopped: Callable[[], object]) -> None:
    try:
        with errors_reported(when_stopped):
            asyncio.run(body)
    except BrokenPipeError:
        _discard_standard_output()
        sys.exit(ExitCode.DONE)
    except (KeyboardInterrupt, asyncio.CancelledError):
        end_interrupted_line()
        report("Interrupted.")
        _try(when_stopped)
        sys.exit(ExitCode.INTERRUPTED)


@contextmanager
def errors_reported(when_stopped: Callable[[], object] = lambda: None) -> Generator[None]:
    """Report an expected error of a block in one line, and exit the program with its code."""
    try:
        yield
    except (BrokenPipeError, ModuleNotFoundError):
        raise  # the extra of a format is reported by an ImportError of its own
    except CursorError as error:  # nothing resumes from it
        _exit_with(error)
    except (SmstoolsError, OSError) as error:
        report_error(describe(error))
        _try(when_stopped)
        sys.exit(exit_code(error))
    except (ValueError, ImportError) as error:
        _exit_with(error)


def _exit_with(error: Exception) -> None:
    report_error(describe(error))
    sys.exit(exit_code(error))


def _try(call: Callable[[], object]) -> None:
    """Call it; on a full disk or a read-only file system that may fail as well."""
    try:
        call()
    except OSError as error:
        report_error(describe(error))


def end_interrupted_line() -> None:
    """Start a new line after the `^C` that a terminal shows."""
    if sys.stderr.isatty():
        report("")


class _Interruption:
    """What Ctrl-C and its like do: the first one cancels the program's task.

    Any within the next second are ignored, since an impatient finger would otherwise abort the code
    that keeps the messages read so far. A later one ends the program wherever it is.
    """

    def __init__(self) -> None:
        self._cancel: Callable[[], object] = self._raise
        self._received_at = -_GRACE

    def __call__(self, *_: object) -> None:
        if monotonic() - self._received_at < _GRACE:
            return
        self._received_at = monotonic()
        cancel, self._cancel = self._cancel, self._raise
        cancel()

    async def cancelling(self, body: Coroutine[Any, Any, None]) -> None:
        """Run `body` as the task to cancel."""
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
    """Let Ctrl-C, SIGTERM and SIGHUP interrupt, unless they are ignored, as under `nohup`."""
    interruption = _Interruption()
    active = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interruption) for number in active}
    try:
        yield interruption
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _discard_standard_output() -> None:
    """Keep Python from complaining at exit that buffered output cannot be written."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
