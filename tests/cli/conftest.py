"""A service to ask: a sandbox on a port, and an environment that points to it."""

import pytest

from smstools_async.sandbox import Sandbox


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no setting of this machine decide what is printed."""
    for variable in ("SMSTOOLS_CLIENT_ID", "SMSTOOLS_CLIENT_SECRET", "SMSTOOLS_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TZ", "Etc/UTC")
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def sandbox(environment: None, smstools_sandbox: Sandbox, smstools_base_url: str) -> Sandbox:
    """Return an empty sandbox on a port, which the command finds by its environment."""
    del environment, smstools_base_url  # asked for, in this order
    return smstools_sandbox
