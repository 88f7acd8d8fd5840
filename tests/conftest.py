"""What all tests share: none of them reaches beyond this machine."""

import signal
import sys
from collections.abc import Iterator

import pytest

pytest_plugins = ["smstools_async.testing"]

_HERE = {"127.0.0.1", b"127.0.0.1", "::1", "localhost", b"localhost", "", None}


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Turn a connection or a look-up of a foreign host into an error of the test that made it."""
    if event == "socket.connect":
        address = arguments[1]
    elif event == "socket.getaddrinfo":
        address = arguments
    else:
        return
    if isinstance(address, tuple) and address[0] not in _HERE:
        raise RuntimeError(f"{event}: no test may reach {address[0]}")


sys.addaudithook(_refuse_network)


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Heed Ctrl-C and a closed terminal, which programs in the background may have to ignore."""
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    hang_up = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGHUP, hang_up)
