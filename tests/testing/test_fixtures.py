"""The fixtures for tests of users, as users have them."""

import pytest

from smstools_async import Client
from smstools_async.sandbox import Answer, Sandbox

PHONE = "+5511987654321"


@pytest.mark.anyio
async def test_client_reads_what_the_sandbox_holds(
    smstools_client: Client, smstools_sandbox: Sandbox
) -> None:
    """By anyio's plugin, on asyncio and trio."""
    smstools_sandbox.add_conversation(PHONE, messages=2500)
    messages = [message async for message in smstools_client.iter_conversation(PHONE)]
    assert smstools_sandbox.messages(PHONE) == tuple(messages)


@pytest.mark.asyncio
async def test_client_tries_again_without_waiting(
    smstools_client: Client, smstools_sandbox: Sandbox
) -> None:
    """By pytest-asyncio; a wait would be 20 seconds here."""
    smstools_sandbox.receive(PHONE, "Oi")
    smstools_sandbox.fail(Answer(status=503), times=3)
    assert 1 == await smstools_client.count_conversation(PHONE)
    assert 4 == len(smstools_sandbox.requests)


@pytest.mark.anyio
async def test_client_downloads_files_of_the_sandbox(
    smstools_client: Client, smstools_sandbox: Sandbox
) -> None:
    """Nothing but the sandbox is reached."""
    smstools_sandbox.add_conversation(PHONE, messages=200)
    message = next(message for message in smstools_sandbox.messages(PHONE) if message.files)
    assert await smstools_client.download(message.files[0])


def test_each_test_has_a_sandbox_of_its_own(smstools_sandbox: Sandbox) -> None:
    """Nothing is left of the tests before."""
    assert 0 == len(smstools_sandbox.requests)
    assert () == smstools_sandbox.messages(PHONE)
