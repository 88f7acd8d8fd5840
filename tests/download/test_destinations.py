"""Destinations: a whole file where it was wanted, or nothing."""

import errno
import os
import sys
from pathlib import Path

import anyio
import anyio.abc
import anyio.lowlevel
import httpx
import pytest

from smstools_async import DownloadError, MessageFile
from tests.download.hosts import AT_ONCE, PICTURE, answer, file_at, hosting, opened

pytestmark = pytest.mark.anyio

LARGE = bytes(range(256)) * 4000


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _put_a_folder_in_place_of_the_file_in(folder: Path) -> None:
    (file,) = folder.iterdir()
    file.unlink()
    file.mkdir()


async def test_path_is_that_very_file(tmp_path: Path) -> None:
    """And it is what the call returns."""
    target = tmp_path / "1.png"
    async with hosting(answer()) as host, opened() as client:
        assert target == await client.download(file_at(host.url), target, allow_private=True)
    assert {"1.png": PICTURE} == _contents(tmp_path)
    assert 0o600 == target.stat().st_mode & 0o777


async def test_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    """When the new one is whole, and not before."""
    target = tmp_path / "1.png"
    target.write_bytes(b"old")
    answers = answer(b"", "404 Not Found"), answer()
    async with hosting(*answers) as host, opened() as client:
        with pytest.raises(DownloadError):
            await client.download(file_at(host.url), str(target), allow_private=True)
        assert {"1.png": b"old"} == _contents(tmp_path)
        await client.download(file_at(host.url), str(target), allow_private=True)
    assert {"1.png": PICTURE} == _contents(tmp_path)


async def test_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced."""
    (tmp_path / "real.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to("real.png")
    async with hosting(answer()) as host, opened() as client:
        path = await client.download(file_at(host.url), tmp_path / "link.png", allow_private=True)
    assert tmp_path / "real.png" == path
    assert (tmp_path / "link.png").is_symlink()
    assert PICTURE == (tmp_path / "real.png").read_bytes()


async def test_folder_gets_a_safe_and_free_name(tmp_path: Path) -> None:
    """Nothing in it is replaced, however the sender calls the file."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "boleto.png").write_bytes(b"old")
    async with hosting(answer()) as host, opened() as client:
        file = file_at(host.url, "../../boleto.png")
        path = await client.download(file, folder, allow_private=True)
    assert folder / "boleto-2.png" == path
    assert {"boleto.png": b"old", "boleto-2.png": PICTURE} == _contents(folder)
    assert {"files"} == _names(tmp_path)


async def test_large_file_comes_whole(tmp_path: Path) -> None:
    """In pieces, the last of which is smaller."""
    async with hosting(answer(LARGE)) as host, opened() as client:
        await client.download(file_at(host.url), tmp_path, allow_private=True)
    assert {"boleto.png": LARGE} == _contents(tmp_path)


async def test_second_attempt_begins_anew(tmp_path: Path) -> None:
    """What came of the first one is not kept."""
    answers = answer(LARGE)[:-1], answer(LARGE)
    async with hosting(*answers) as host, opened(retry=AT_ONCE) as client:
        await client.download(file_at(host.url), tmp_path, allow_private=True)
    assert {"boleto.png": LARGE} == _contents(tmp_path)


@pytest.mark.parametrize(
    "sent",
    [answer(b""), answer(LARGE), answer(PICTURE, "500 Oh"), answer(LARGE)[:-1], b""],
    ids=["empty", "large", "status", "cut", "silence"],
)
async def test_failed_download_leaves_nothing(tmp_path: Path, sent: bytes) -> None:
    """Neither under its name nor next to it."""
    async with hosting(sent) as host, opened() as client:
        with pytest.raises(Exception, match=r"\w"):
            await client.download(
                file_at(host.url), tmp_path, max_bytes=500_000, allow_private=True
            )
    assert {} == _contents(tmp_path)


async def test_cancelled_download_leaves_nothing(tmp_path: Path) -> None:
    """Wherever it stood: nothing, or the whole file."""

    async def drip(connection: anyio.abc.ByteStream) -> None:
        await connection.send(answer(LARGE)[:-1])
        await connection.receive()

    for delay in range(0, 60, 4):
        async with hosting(drip) as host, opened() as client:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(_cancel_later, scope, delay)
                    await client.download(file_at(host.url), tmp_path, allow_private=True)
        assert {} == _contents(tmp_path)


async def _cancel_later(scope: anyio.CancelScope, delay: int) -> None:
    for _ in range(delay):
        await anyio.lowlevel.checkpoint()
    scope.cancel()


async def test_missing_folder_is_not_taken_for_a_file(tmp_path: Path) -> None:
    """A slash at the end says what is meant; nothing is asked for."""
    async with hosting(answer()) as host, opened() as client:
        for destination in (f"{tmp_path}/missing/", tmp_path / "missing/1.png"):
            with pytest.raises(FileNotFoundError) as caught:
                await client.download(file_at(host.url), destination, allow_private=True)
            assert errno.ENOENT == caught.value.errno
    assert [] == host.heard
    assert {} == _contents(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
async def test_device_is_refused(tmp_path: Path) -> None:
    """It would be replaced by a file."""
    os.mkfifo(tmp_path / "pipe")
    async with opened() as client:
        with pytest.raises(ValueError, match="is neither a folder nor a file"):
            await client.download(file_at("https://files.example/1"), tmp_path / "pipe")


async def test_failure_of_the_disk_is_raised_as_it_is(tmp_path: Path) -> None:
    """A wrong place is not a failure of the download, and is not retried."""
    target = tmp_path / "1.png"

    async def spoil(connection: anyio.abc.ByteStream) -> None:
        _put_a_folder_in_place_of_the_file_in(tmp_path)
        await connection.send(answer(LARGE))

    async with hosting(spoil) as host, opened(retry=AT_ONCE) as client:
        with pytest.raises(OSError, match="directory"):
            await client.download(file_at(host.url), target, allow_private=True)
    assert 1 == len(host.heard)


# -- by a client that was given


async def test_given_client_does_the_work(tmp_path: Path) -> None:
    """No address is looked at then, and the body may be at hand already."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=PICTURE))
    async with (
        httpx.AsyncClient(transport=transport) as http_client,
        opened(download_client=http_client) as client,
    ):
        file = MessageFile(name="a.png", url="https://10.0.0.1/a.png", mime="image/png")
        assert PICTURE == await client.download(file)
        assert tmp_path / "a.png" == await client.download(file, tmp_path)
        await client.aclose()
        assert not http_client.is_closed
