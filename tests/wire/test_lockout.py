"""After a refused login a client asks no more: too many of them lock the account."""

import anyio
import httpx
import pytest

from smstools_async import AuthenticationError, Client, InvalidRequestError
from smstools_async.sandbox import Answer
from tests.wire.asking import AT_ONCE, CLIENT_ID, PHONE, client_of, sandbox_of

LOCKING_CODES = [104, 116, 200, 1002, 1403]


@pytest.mark.anyio
@pytest.mark.parametrize("code", LOCKING_CODES)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_no_request_follows_a_refused_login(code: int, status: int) -> None:
    """Every further call raises the same error, and sends nothing."""
    sandbox = sandbox_of()
    sandbox.fail(Answer.error(code, "No entry", status=status))
    async with client_of(sandbox, retry=AT_ONCE) as client:
        for _ in range(3):
            with pytest.raises(AuthenticationError, match="No entry") as caught:
                await client.get_conversation(PHONE)
            assert (status, code) == (caught.value.status, caught.value.code)
        with pytest.raises(AuthenticationError):
            await client.request("POST", "/message/send", json={})
    assert 1 == len(sandbox.requests)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [401, 403])
async def test_login_refused_without_a_code_locks_nothing(status: int) -> None:
    """A firewall answers so as well, and means one request."""
    sandbox = sandbox_of()
    sandbox.fail(Answer(status=status, body=b"<html>"))
    async with client_of(sandbox) as client:
        with pytest.raises(AuthenticationError):
            await client.get_conversation(PHONE)
        assert 3 == len(await client.get_conversation(PHONE))


@pytest.mark.asyncio
async def test_other_refusals_lock_nothing() -> None:
    """They are about one request."""
    sandbox = sandbox_of()
    sandbox.fail(Answer.error(103, "Phone number is invalid"))
    async with client_of(sandbox) as client:
        with pytest.raises(InvalidRequestError):
            await client.get_conversation(PHONE)
        assert 3 == len(await client.get_conversation(PHONE))


@pytest.mark.anyio
async def test_requests_that_wait_are_not_sent_any_more() -> None:
    """Of fifty at once, only those under way fail at the server."""
    sandbox = sandbox_of()
    errors = list[AuthenticationError]()

    async def ask(client: Client) -> None:
        try:
            await client.get_conversation(PHONE)
        except AuthenticationError as error:
            errors.append(error)

    async with httpx.AsyncClient(transport=sandbox.transport()) as http_client:
        client = Client(CLIENT_ID, "wrong", http_client=http_client, max_connections=2)
        async with anyio.create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(ask, client)
    assert 2 == len(sandbox.requests)
    assert [104] * 50 == [error.code for error in errors]


@pytest.mark.asyncio
async def test_later_answers_open_nothing() -> None:
    """Requests that were under way beside the refused login may end otherwise."""
    second_is_asked, first_is_refused = anyio.Event(), anyio.Event()
    requests = list[httpx.Request]()

    async def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if len(requests) == 1:
            await second_is_asked.wait()
            return httpx.Response(400, json={"error": "104"})
        second_is_asked.set()
        await first_is_refused.wait()
        return httpx.Response(403, text="<html>")

    async def fail(client: Client) -> None:
        with pytest.raises(AuthenticationError):
            await client.get_conversation(PHONE)
        first_is_refused.set()

    async with client_of(httpx.MockTransport(answer)) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail, client)
            tasks.start_soon(fail, client)
        with pytest.raises(AuthenticationError) as caught:
            await client.get_conversation(PHONE)
    assert (104, 2) == (caught.value.code, len(requests))


@pytest.mark.asyncio
async def test_new_client_asks_again() -> None:
    """With credentials that may be right by now."""
    sandbox = sandbox_of()
    sandbox.fail(Answer.error(104, "Invalid credentials"))
    async with client_of(sandbox) as client:
        with pytest.raises(AuthenticationError):
            await client.get_conversation(PHONE)
    async with client_of(sandbox) as client:
        assert 3 == len(await client.get_conversation(PHONE))
