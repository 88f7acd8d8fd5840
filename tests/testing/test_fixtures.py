"""The fixtures that users get."""

import os
import subprocess
import sys

import pytest

from smstools_async import Client
from smstools_async.sandbox import Response, Sandbox

PHONE = "+5511987654321"


@pytest.mark.anyio
async def test_client_reads_what_the_sandbox_holds(
    smstools_client: Client, smstools_sandbox: Sandbox
) -> None:
    """With anyio's plugin, on asyncio and trio."""
    smstools_sandbox.add_conversation(PHONE, messages=2500)
    messages = [message async for message in smstools_client.iter_conversation(PHONE)]
    assert smstools_sandbox.messages(PHONE) == tuple(messages)


@pytest.mark.asyncio
async def test_client_retries_without_waiting(
    smstools_client: Client, smstools_sandbox: Sandbox
) -> None:
    """With pytest-asyncio; the backoff would be 20 seconds here."""
    smstools_sandbox.receive(PHONE, "Oi")
    smstools_sandbox.fail(Response(status=503), times=3)
    assert 1 == await smstools_client.conversation(PHONE).count()
    assert 4 == len(smstools_sandbox.requests)


@pytest.mark.anyio
async def test_client_downloads_files_of_the_sandbox(
    smstools_client: Client, smstools_sandbox: Sandbox
) -> None:
    """Nothing but the sandbox is reached."""
    smstools_sandbox.add_conversation(PHONE, messages=200)
    message = next(message for message in smstools_sandbox.messages(PHONE) if message.files)
    assert await smstools_client.download(message.files[0])


@pytest.mark.anyio
async def test_client_of_its_own_finds_the_sandbox_in_its_environment(
    smstools_base_url: str, smstools_sandbox: Sandbox
) -> None:
    """On asyncio and trio, although the sandbox is served on asyncio."""
    smstools_sandbox.add_conversation(PHONE, messages=2500)
    async with Client() as client:
        messages = [message async for message in client.iter_conversation(PHONE)]
    assert smstools_sandbox.messages(PHONE) == tuple(messages)
    assert os.environ["SMSTOOLS_BASE_URL"] == smstools_base_url


@pytest.mark.usefixtures("smstools_base_url")
def test_other_programs_find_the_sandbox_too(smstools_sandbox: Sandbox) -> None:
    """Such as the command of this library."""
    smstools_sandbox.receive(PHONE, "Oi")
    program = "from smstools_async.cli import main; main()"
    command = [sys.executable, "-c", program, "count", PHONE]
    assert b"1\n" == subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 - our own


def test_each_test_has_a_sandbox_of_its_own(smstools_sandbox: Sandbox) -> None:
    """Nothing is left of the tests before."""
    assert 0 == len(smstools_sandbox.requests)
    assert () == smstools_sandbox.messages(PHONE)
