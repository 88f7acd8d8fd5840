"""Downloads tell hooks and the log as requests do, and of the file's address its host alone."""

import logging

import pytest

from smstools_async import DownloadError, Hooks, RequestInfo, ResponseInfo, RetryInfo
from tests.download.hosts import AT_ONCE, PICTURE, answer, file_at, hosting, opened

pytestmark = pytest.mark.anyio

BUSY = answer(b"", "503 Service Unavailable")


async def test_hooks_are_told_of_each_attempt() -> None:
    """Of its beginning, its end and the wait behind it."""
    told: list[RequestInfo | ResponseInfo | RetryInfo] = []
    hooks = Hooks(on_request=told.append, on_response=told.append, on_retry=told.append)
    async with hosting(BUSY, answer()) as host, opened(retry=AT_ONCE, hooks=hooks) as client:
        await client.download(file_at(host.url), allow_private=True)
    first, failed, retry, second, came = told
    assert isinstance(first, RequestInfo)
    assert (
        RequestInfo(method="GET", path=f"http://127.0.0.1:{host.port}/…", params={}, attempt=1)
        == first
    )
    assert isinstance(failed, ResponseInfo)
    assert (503, 0) == (failed.status, failed.size)
    assert isinstance(failed.error, DownloadError)
    assert RetryInfo(request=first, error=failed.error, wait=0) == retry
    assert isinstance(came, ResponseInfo)
    assert (second, 200, len(PICTURE), None) == (came.request, came.status, came.size, came.error)


async def test_a_file_that_is_none_has_no_status() -> None:
    """What came is not what was asked for, whatever its host says."""
    told: list[ResponseInfo] = []
    hooks = Hooks(on_response=told.append)
    async with hosting(answer(b"")) as host, opened(hooks=hooks) as client:
        with pytest.raises(DownloadError):
            await client.download(file_at(host.url), allow_private=True)
    (response,) = told
    assert (None, 0) == (response.status, response.size)


async def test_log_has_a_line_for_each_attempt_and_each_wait(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At `DEBUG` and at `WARNING`."""
    caplog.set_level(logging.DEBUG, "smstools_async")
    async with hosting(BUSY, answer()) as host, opened(retry=AT_ONCE) as client:
        await client.download(file_at(host.url), allow_private=True)
    lines = [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name == "smstools_async"
    ]
    assert ["DEBUG", "WARNING", "DEBUG"] == [level for level, _ in lines]
    assert lines[0][1].startswith(f"GET http://127.0.0.1:{host.port}/…: HTTP 503, 0 bytes in 0.")
    assert lines[1][1].endswith("Attempt 2 in 0.0 s.")
    assert lines[2][1].startswith(
        f"GET http://127.0.0.1:{host.port}/…: HTTP 200, {len(PICTURE):,} bytes in 0."
    )
