"""What a reader of the docs has: credentials in the environment, for an account with a history."""

from collections.abc import Iterator

import pytest
from anyio.from_thread import start_blocking_portal

from smstools_async.sandbox import Sandbox, serving

PHONE = "+5511987654321"


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """Serve what `smstools-async sandbox --messages 5000` serves, on a port of this machine."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=5000)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(sandbox, port=0)) as url,
    ):
        sandbox.move_files(PHONE, f"{url.removesuffix('/v1')}/files")
        yield url


@pytest.fixture
def _account(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the three variables that the sandbox prints for its user."""
    monkeypatch.setenv("SMSTOOLS_BASE_URL", base_url)
    monkeypatch.setenv("SMSTOOLS_CLIENT_ID", "sandbox-id")
    monkeypatch.setenv("SMSTOOLS_CLIENT_SECRET", "sandbox-secret")
