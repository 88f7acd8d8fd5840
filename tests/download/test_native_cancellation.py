"""A task that asyncio cancels leaves no thread alone with a file."""

import asyncio
import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from smstools_async import Client, MessageFile
from smstools_async.sandbox import Sandbox
from tests.download.hosts import answer, file_at, hosting, opened
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


def names_in(folder: Path) -> list[str]:
    """Return the names of files."""
    return [path.name for path in folder.iterdir()]


@pytest.mark.asyncio
async def test_download_that_is_cancelled_on_a_slow_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that writes is waited for; what it wrote is not put in its place."""
    writes, may_go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def write_slowly(_: int) -> None:
        loop.call_soon_threadsafe(writes.set)
        assert may_go_on.wait(10)

    monkeypatch.setattr(os, "fsync", write_slowly)
    async with hosting(answer()) as host, opened() as client:
        for _ in range(3):
            download = asyncio.create_task(
                client.download(file_at(host.url), tmp_path, allow_private=True)
            )
            await writes.wait()
            writes.clear()
            download.cancel()
            may_go_on.set()
            with suppress(asyncio.CancelledError):
                await download
            may_go_on.clear()
            assert [] == names_in(tmp_path)
