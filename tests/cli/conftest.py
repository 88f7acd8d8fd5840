"""A service to ask: a sandbox on a port, and an environment that points to it."""

import signal
from collections.abc import Iterator

import pytest
from anyio.from_thread import start_blocking_portal

from smstools_async.sandbox import Sandbox, serving


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no setting of this machine decide what is printed."""
    for variable in ("SMSTOOLS_CLIENT_ID", "SMSTOOLS_CLIENT_SECRET", "SMSTOOLS_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Serve an empty sandbox, which the command finds by its environment."""
    sandbox = Sandbox()
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(sandbox)) as base_url,
    ):
        monkeypatch.setenv("SMSTOOLS_CLIENT_ID", sandbox.client_id)
        monkeypatch.setenv("SMSTOOLS_CLIENT_SECRET", sandbox.client_secret)
        monkeypatch.setenv("SMSTOOLS_BASE_URL", base_url)
        yield sandbox


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Heed Ctrl-C, which a shell lets programs ignore that it starts in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
