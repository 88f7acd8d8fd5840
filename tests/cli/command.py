"""Ways to run the command in tests: within the process, at a make-believe terminal, by itself."""

import io
import os
import pty
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import NamedTuple

import attrs
import pytest
from click.testing import CliRunner, Result

from smstools_async.cli._commands import smstools_async
from smstools_async.sandbox import Response, Sandbox

_TAKE_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
_PROGRAM = "from smstools_async.cli import main; main()"
PHONE = "+5511987654321"


def invoke(*arguments: str, stdin: str = "") -> Result:
    """Run the command with its output captured; an error that it does not expect comes out."""
    result = CliRunner().invoke(smstools_async, arguments, input=stdin, prog_name="smstools-async")
    if result.exc_info and result.exc_info[0] is not SystemExit:
        raise result.exc_info[1]  # pragma: no cover - it only happens when a test fails
    return result


def untimed(text: str) -> str:
    """Leave out what a clock says: `0.3 s` becomes `… s`."""
    return re.sub(r"\d+\.\d s\b", "… s", text)


def plain(text: object) -> str:
    """Leave out colours and movements of the cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", str(text))


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal, and remembers what it was told to show."""

    def __init__(self) -> None:
        self.shown = io.BytesIO()
        super().__init__(self.shown, encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        """Claim to be one."""
        return True

    def __str__(self) -> str:
        return self.shown.getvalue().decode("utf-8")


@contextmanager
def broken_pipe() -> Generator[io.TextIOWrapper]:
    """Open a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    with suppress(BrokenPipeError), os.fdopen(writer, "w", encoding="utf-8") as pipe:
        yield pipe


class InterruptingTerminal(Terminal):
    """A terminal whose reader presses Ctrl-C on seeing a certain text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def write(self, text: str, /) -> int:
        """Show it, then look at it."""
        written = super().write(text)
        if self._text in text:
            os.kill(os.getpid(), signal.SIGINT)
        return written


class Seen(NamedTuple):
    """What a person has seen at two terminals."""

    exit_code: object
    stdout: str
    stderr: str


def invoke_at_terminal(*arguments: str, interrupt_at: str | None = None) -> Seen:
    """Run the command for a person who looks at it, and may interrupt it at a certain text."""
    stdout = InterruptingTerminal(interrupt_at) if interrupt_at else Terminal()
    stderr = Terminal()
    with redirect_stdout(stdout), redirect_stderr(stderr), pytest.raises(SystemExit) as ended:
        smstools_async(arguments, prog_name="smstools-async")
    return Seen(ended.value.code, str(stdout), str(stderr))


def start(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start the command in a process of its own, with more variables in its environment."""
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-W", "error", "-c", _PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
    )


class AtTerminal:
    """A process at a terminal of its own, which a person looks at, types into, and may close."""

    def __init__(self, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-W", "error", "-c", f"{_TAKE_TERMINAL}; {_PROGRAM}", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def press(self, keys: bytes) -> None:
        r"""Type something; `\x03` is Ctrl-C."""
        os.write(self._ours, keys)

    def close(self) -> None:
        """Close the window."""
        os.close(self._ours)

    def read_to_the_end(self) -> str:
        """Look at it until the command has ended; then close it."""
        shown = bytearray()
        with suppress(OSError):  # which is how the end of a terminal is told
            while piece := os.read(self._ours, 65536):
                shown += piece
        self.close()
        return shown.decode("utf-8").replace("\r\n", "\n")


def signal_at_request(sandbox: Sandbox, number: int, process_id: int, what: signal.Signals) -> None:
    """Send a signal to a process when its request of that number arrives, and never answer that."""

    def send(arrived: int) -> None:
        if arrived == number:
            os.kill(process_id, what)

    sandbox.before_each_request = send
    sandbox.latency = lambda arrived: 0.0 if arrived < number else 600.0


def receive_with_bad_row(sandbox: Sandbox, phone: str) -> None:
    """Let `first`, `bad` and `last` arrive, whose second text is sent as a list from now on."""
    for text in ("first", "bad", "last"):
        sandbox.receive(phone, text)
    sandbox.fail(_with_bad_text, times=None, phone=phone)


def _with_bad_text(response: Response) -> Response:
    return attrs.evolve(response, body=response.body.replace(b'"bad"', b'["bad"]'))


@contextmanager
def files_no_larger_than(size: int) -> Generator[None]:
    """Let the system refuse to write more into a file, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
