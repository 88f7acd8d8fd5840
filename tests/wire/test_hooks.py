"""Whoever wants to know is told of each request, and of nothing private."""

import logging
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from smstools_async import (
    Client,
    Hooks,
    NotFoundError,
    RequestInfo,
    RequestTimeoutError,
    ResponseInfo,
    Retry,
    RetryInfo,
    ServerError,
)
from smstools_async.sandbox import ReadTimedOut, Response
from tests.wire.asking import AT_ONCE, PHONE, client_of, run_virtually, sandbox_of

BUSY = Response(status=503)
MASKED = "/conversation/•••21"


class Told:
    """What the hooks were told, in order."""

    def __init__(self) -> None:
        self.all: list[RequestInfo | ResponseInfo | RetryInfo] = []
        self.hooks = Hooks(
            on_request=self.all.append, on_response=self.all.append, on_retry=self.all.append
        )

    @property
    def kinds(self) -> list[str]:
        """What they were told of."""
        return [type(told).__name__ for told in self.all]


@pytest.mark.anyio
async def test_hooks_are_told_of_each_attempt() -> None:
    """Of its beginning, its end and the wait behind it."""
    told = Told()
    sandbox = sandbox_of()
    sandbox.fail(BUSY)
    async with client_of(sandbox, retry=AT_ONCE, hooks=told.hooks) as client:
        await client.conversation(PHONE).page(1, limit=10)
    request = RequestInfo(method="GET", path=MASKED, params={"page": "1", "limit": "10"}, attempt=1)
    first, failed, retry, _, answered = told.all
    assert request == first
    assert isinstance(failed, ResponseInfo)
    assert (503, 0) == (failed.status, failed.size)
    assert isinstance(failed.error, ServerError)
    assert RetryInfo(request=request, error=failed.error, wait=0) == retry
    assert isinstance(answered, ResponseInfo)
    assert (200, None, 2) == (answered.status, answered.error, answered.request.attempt)
    assert answered.size > 300


@pytest.mark.anyio
async def test_no_answer_has_no_status() -> None:
    """And no size, but an error."""
    told = Told()
    sandbox = sandbox_of()
    sandbox.fail(ReadTimedOut())
    async with client_of(sandbox, hooks=told.hooks) as client:
        with pytest.raises(RequestTimeoutError) as caught:
            await client.conversation(PHONE).page()
    response = told.all[-1]
    assert isinstance(response, ResponseInfo)
    assert (None, 0) == (response.status, response.size)
    assert str(caught.value) == str(response.error)


def test_elapsed_is_the_time_of_one_attempt() -> None:
    """In seconds, without the wait in the queue."""
    elapsed = list[float]()
    sandbox = sandbox_of()
    sandbox.latency = 2.0
    hooks = Hooks(on_response=lambda response: elapsed.append(response.elapsed))

    async def ask_twice() -> None:
        async with (
            client_of(sandbox, hooks=hooks, max_connections=1) as client,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(client.conversation(PHONE).page)
            tasks.start_soon(client.conversation(PHONE).page)

    run_virtually(ask_twice)
    assert [2, 2] == [round(seconds, 6) for seconds in elapsed]


def stumble(_: object) -> None:
    """Fail as a hook may."""
    raise KeyError("a slip of the hook")


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["on_request", "on_response", "on_retry"])
async def test_what_a_hook_raises_comes_out_of_the_call(name: str) -> None:
    """As itself; the client works on."""
    hooks: dict[str, Callable[[Any], object]] = {name: stumble}
    sandbox = sandbox_of()
    sandbox.fail(BUSY)
    async with client_of(sandbox, retry=AT_ONCE, hooks=Hooks(**hooks)) as client:
        with pytest.raises(KeyError, match="a slip"):
            await client.conversation(PHONE).page()


@pytest.mark.anyio
async def test_requests_of_any_endpoint_are_told_without_numbers() -> None:
    """Long ones in the path and in the query are masked."""
    told = Told()
    sandbox = sandbox_of()
    sandbox.fail(Response(body=b"{}"), times=None)
    async with client_of(sandbox, hooks=told.hooks) as client:
        params: dict[str, str | int | None] = {"to": PHONE, "limit": 5, "none": None}
        await client.request("POST", f"/message/inbox/{PHONE}", params=params)
    request = told.all[0]
    assert isinstance(request, RequestInfo)
    assert ("POST", "/message/inbox/•••21") == (request.method, request.path)
    assert {"to": "•••21", "limit": "5"} == request.params


@pytest.mark.anyio
async def test_log_has_a_line_for_each_attempt_and_each_wait(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At `DEBUG` and at `WARNING`, with what an engineer looks for and no phone."""
    caplog.set_level(logging.DEBUG, "smstools_async")
    sandbox = sandbox_of()
    sandbox.fail(BUSY)
    async with client_of(sandbox, retry=AT_ONCE) as client:
        await client.conversation(PHONE).page(2, limit=1)
    lines = [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name == "smstools_async"
    ]
    place = f"GET {MASKED}?page=2&limit=1"
    assert ["DEBUG", "WARNING", "DEBUG"] == [level for level, _ in lines]
    assert lines[0][1].startswith(f"{place}: HTTP 503, 0 bytes in 0.0")
    assert lines[0][1].endswith(" s, ServerError")
    assert f"{place}: The API returned HTTP 503" in lines[1][1]
    assert lines[1][1].endswith("Attempt 2 in 0.0 s.")
    assert lines[2][1].startswith(f"{place}: HTTP 200, ")
    assert lines[2][1].endswith(" s")
    assert PHONE not in caplog.text.replace(f"conversation/{PHONE}", "")


@pytest.mark.anyio
async def test_path_without_a_query_is_logged_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """A time-out has no status to tell."""
    caplog.set_level(logging.DEBUG, "smstools_async")
    sandbox = sandbox_of()
    sandbox.fail(ReadTimedOut())
    async with client_of(sandbox) as client:
        with pytest.raises(RequestTimeoutError):
            await client.request("GET", "/balance")
    assert "GET /balance: no response, 0 bytes in 0.0" in caplog.text


@pytest.mark.anyio
async def test_phone_in_a_query_is_logged_masked(caplog: pytest.LogCaptureFixture) -> None:
    """Legibly, since the mask is not quoted."""
    caplog.set_level(logging.DEBUG, "smstools_async")
    async with client_of(sandbox_of()) as client:
        with pytest.raises(NotFoundError):
            await client.request("GET", "/message", params={"to": PHONE})
    ours = [record for record in caplog.records if record.name == "smstools_async"]
    assert ours[0].getMessage().startswith("GET /message?to=•••21: HTTP 404, ")


def test_hooks_have_to_be_hooks() -> None:
    """A function alone does not say what it wants to be told of."""
    wrong: Any = print
    with pytest.raises(TypeError, match="hooks must be a Hooks, got builtin"):
        Client("x", "x", hooks=wrong)


async def never_awaited(_: object) -> None:
    """Be what nobody would await."""


@pytest.mark.parametrize("wrong", [never_awaited, "print"])
def test_hook_is_a_plain_function(wrong: Any) -> None:
    """A coroutine function would never run."""
    with pytest.raises(TypeError, match="on_retry must be a plain function"):
        Hooks(on_retry=wrong)


def test_error_says_how_many_attempts_were_made() -> None:
    """As a number, and in the traceback."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY, times=None)

    async def fail() -> ServerError:
        async with client_of(sandbox, retry=Retry(attempts=3, backoff_initial=0)) as client:
            with pytest.raises(ServerError) as caught:
                await client.conversation(PHONE).page()
        return caught.value

    error = run_virtually(fail)
    assert 3 == error.attempts
    assert ["This was attempt 3, 0.0 s after the first."] == error.__notes__
