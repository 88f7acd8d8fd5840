"""A task that asyncio cancels leaves no thread alone with a file."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from smstools_async import Client, MessageFile
from smstools_async.sandbox import Sandbox
from tests.walk.schedules import PHONE


@pytest.mark.asyncio
async def test_cancelled_task_leaves_the_whole_file_or_nothing(
    smstools_client: Client, smstools_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Wherever it stood, in a thread that writes or renames as well."""
    smstools_sandbox.add_conversation(PHONE, messages=200)
    files = [file for message in smstools_sandbox.messages(PHONE) for file in message.files]
    file: MessageFile = files[0]
    whole = await smstools_client.download(file)
    for steps in range(120):
        folder = tmp_path / str(steps)
        folder.mkdir()
        download = asyncio.create_task(smstools_client.download(file, folder))
        for _ in range(steps):
            await asyncio.sleep(0)
        download.cancel()
        with suppress(asyncio.CancelledError):
            await download
        assert [path.read_bytes() for path in folder.iterdir()] in ([], [whole])
