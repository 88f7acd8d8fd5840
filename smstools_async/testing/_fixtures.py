"""The fixtures: a sandbox, and a client of it."""

import httpx
import pytest

from smstools_async import Client, Retry
from smstools_async.sandbox import Sandbox


@pytest.fixture
def smstools_sandbox() -> Sandbox:
    """Give an account in memory, without messages, to be filled and disturbed by the test.

    Example:
        >>> def test_counts(smstools_sandbox: Sandbox) -> None:
        ...     smstools_sandbox.receive("+5511987654321", "Oi")
        ...     assert len(smstools_sandbox.messages("+5511987654321")) == 1
    """
    return Sandbox()


@pytest.fixture
def smstools_client(smstools_sandbox: Sandbox) -> Client:
    """Give a client of `smstools_sandbox`, which tries again as often as any, but without waiting.

    It reaches nothing but the sandbox, and need not be closed.

    Example:
        >>> async def test_reads(smstools_client: Client, smstools_sandbox: Sandbox) -> None:
        ...     smstools_sandbox.receive("+5511987654321", "Oi")
        ...     (message,) = await smstools_client.get_conversation("+5511987654321")
        ...     assert message.text == "Oi"
    """
    return Client(
        smstools_sandbox.client_id,
        smstools_sandbox.client_secret,
        http_client=httpx.AsyncClient(transport=smstools_sandbox.transport()),
        file_http_client=httpx.AsyncClient(transport=smstools_sandbox.transport()),
        retry=Retry(backoff_initial=0),
    )
