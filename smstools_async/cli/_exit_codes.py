"""Exit codes: what a shell learns about how a command ended."""

from enum import IntEnum
from typing import Final

from smstools_async import CursorError, SmstoolsError, TransportError


class ExitCode(IntEnum):
    """How a command ended. `MEANINGS` has a sentence for each."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    INCOMPLETE = 4
    DOUBTFUL = 5
    INTERRUPTED = 130


MEANINGS: Final = {
    ExitCode.DONE: "done; also when the reader of the output stops reading, as `| head` does",
    ExitCode.FAILED: "the API refused, its response is unusable, or a file operation failed",
    ExitCode.USAGE: "an argument, option, cursor, variable or extra is wrong or missing",
    ExitCode.UNREACHABLE: "the network failed: no usable response arrived",
    ExitCode.INCOMPLETE: "of many conversations, at least one is incomplete",
    ExitCode.DOUBTFUL: "written to the end, but the service contradicted itself",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C, SIGTERM or SIGHUP",
}
"""For the help text and the docs."""

_CODES: Final = (
    (CursorError, ExitCode.USAGE),
    (TransportError, ExitCode.UNREACHABLE),
    (SmstoolsError, ExitCode.FAILED),
    (ValueError, ExitCode.USAGE),
    (OSError, ExitCode.FAILED),
    (ImportError, ExitCode.USAGE),
)


def exit_code(error: Exception) -> ExitCode:
    """Return the exit code for `error`."""
    return next(code for kind, code in _CODES if isinstance(error, kind))
