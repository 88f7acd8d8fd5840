"""The fixtures: a sandbox, a client for it, and the sandbox on a port."""

from collections.abc import Iterator

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from smstools_async import Client, Retry
from smstools_async.sandbox import Sandbox, serving


@pytest.fixture
def smstools_sandbox() -> Sandbox:
    """Return an account in memory, without messages: fill it, change it, make it fail.

    Example:
        >>> def test_counts(smstools_sandbox: Sandbox) -> None:
        ...     smstools_sandbox.receive("+5511987654321", "Oi")
        ...     assert len(smstools_sandbox.messages("+5511987654321")) == 1
    """
    return Sandbox()


@pytest.fixture
def smstools_client(smstools_sandbox: Sandbox) -> Client:
    """Return a client for `smstools_sandbox`, which retries as often as others, without waiting.

    It reaches nothing but the sandbox, and need not be closed.

    Example:
        >>> async def test_reads(smstools_client: Client, smstools_sandbox: Sandbox) -> None:
        ...     smstools_sandbox.receive("+5511987654321", "Oi")
        ...     async for message in smstools_client.iter_conversation("+5511987654321"):
        ...         assert message.text == "Oi"
    """
    return Client(
        smstools_sandbox.client_id,
        smstools_sandbox.client_secret,
        http_client=httpx.AsyncClient(transport=smstools_sandbox.transport()),
        download_client=httpx.AsyncClient(transport=smstools_sandbox.transport()),
        retry=Retry(backoff_initial=0),
    )


@pytest.fixture
def smstools_base_url(smstools_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve `smstools_sandbox` on a port of this machine, and return its base URL.

    Sets `SMSTOOLS_BASE_URL`, `SMSTOOLS_CLIENT_ID` and `SMSTOOLS_CLIENT_SECRET` in the environment:
    for code that creates a `Client()` of its own, and for programs that the test starts.

    The sandbox runs in a thread of its own, on asyncio, whatever the test runs on. Needs the extra:
    `pip install 'smstools-async[sandbox]'`.

    Raises:
        ImportError: The extra `sandbox` is not installed.

    Example:
        >>> @pytest.mark.usefixtures("smstools_base_url")
        ... async def test_reads(smstools_sandbox: Sandbox) -> None:
        ...     smstools_sandbox.receive("+5511987654321", "Oi")
        ...     async with Client() as client:
        ...         assert await client.conversation("+5511987654321").count() == 1
    """
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(smstools_sandbox)) as base_url,
    ):
        monkeypatch.setenv("SMSTOOLS_BASE_URL", base_url)
        monkeypatch.setenv("SMSTOOLS_CLIENT_ID", smstools_sandbox.client_id)
        monkeypatch.setenv("SMSTOOLS_CLIENT_SECRET", smstools_sandbox.client_secret)
        yield base_url
