"""After a refused login a client asks no more: too many of them lock the account."""

import anyio
import httpx
import pytest

from smstools_async import APIError, AuthenticationError, Client, InvalidRequestError
from smstools_async.sandbox import Response
from tests.wire.asking import (
    AT_ONCE,
    CLIENT_ID,
    CLIENT_SECRET,
    PHONE,
    client_of,
    sandbox_of,
)
from tests.wire.rows import body_of

LOCKING_CODES = [104, 116, 200, 1002, 1403]


@pytest.mark.anyio
@pytest.mark.parametrize("code", LOCKING_CODES)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_no_request_follows_a_refused_login(code: int, status: int) -> None:
    """Every further call raises the same error, and sends nothing."""
    sandbox = sandbox_of()
    sandbox.fail(Response.error(code, "No entry", status=status))
    async with client_of(sandbox, retry=AT_ONCE) as client:
        for _ in range(3):
            with pytest.raises(AuthenticationError, match="No entry") as caught:
                await client.conversation(PHONE).page()
            assert (status, code) == (caught.value.status, caught.value.code)
        with pytest.raises(AuthenticationError):
            await client.request("POST", "/message/send", json={})
    assert 1 == len(sandbox.requests)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [401, 403])
async def test_login_refused_without_a_code_locks_nothing(status: int) -> None:
    """A firewall answers so as well, and means one request."""
    sandbox = sandbox_of()
    sandbox.fail(Response(status=status, body=b"<html>"))
    async with client_of(sandbox) as client:
        with pytest.raises(AuthenticationError):
            await client.conversation(PHONE).page()
        assert 3 == len(await client.conversation(PHONE).page())


@pytest.mark.asyncio
async def test_other_refusals_lock_nothing() -> None:
    """They are about one request."""
    sandbox = sandbox_of()
    sandbox.fail(Response.error(103, "Phone number is invalid"))
    async with client_of(sandbox) as client:
        with pytest.raises(InvalidRequestError):
            await client.conversation(PHONE).page()
        assert 3 == len(await client.conversation(PHONE).page())


@pytest.mark.anyio
async def test_requests_that_wait_are_not_sent_any_more() -> None:
    """Of fifty at once, only those under way fail at the server."""
    sandbox = sandbox_of()
    errors = list[AuthenticationError]()

    async def ask(client: Client) -> None:
        try:
            await client.conversation(PHONE).page()
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
    """Requests that were under way next to the refused login may end otherwise."""
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
            await client.conversation(PHONE).page()
        first_is_refused.set()

    async with client_of(httpx.MockTransport(answer)) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail, client)
            tasks.start_soon(fail, client)
        with pytest.raises(AuthenticationError) as caught:
            await client.conversation(PHONE).page()
    assert (104, 2) == (caught.value.code, len(requests))


@pytest.mark.asyncio
async def test_new_client_asks_again() -> None:
    """With credentials that may be right by now."""
    sandbox = sandbox_of()
    sandbox.fail(Response.error(104, "Invalid credentials"))
    async with client_of(sandbox) as client:
        with pytest.raises(AuthenticationError):
            await client.conversation(PHONE).page()
    async with client_of(sandbox) as client:
        assert 3 == len(await client.conversation(PHONE).page())


@pytest.mark.anyio
async def test_other_credentials_open_the_client_again() -> None:
    """As after their rotation; the connections stay."""
    sandbox = sandbox_of()
    async with httpx.AsyncClient(transport=sandbox.transport()) as http_client:
        client = Client(CLIENT_ID, "wrong", http_client=http_client, retry=AT_ONCE)
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await client.conversation(PHONE).page()
        client.set_credentials(CLIENT_ID, CLIENT_SECRET)
        assert 3 == len(await client.conversation(PHONE).page())
    assert 2 == len(sandbox.requests)


@pytest.mark.anyio
async def test_same_credentials_open_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was wrong may have been mended; they come from where they came before."""
    monkeypatch.setenv("SMSTOOLS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("SMSTOOLS_CLIENT_SECRET", CLIENT_SECRET)
    sandbox = sandbox_of()
    sandbox.fail(Response.error(200, "IP address not allowed"))
    async with client_of(sandbox) as client:
        with pytest.raises(AuthenticationError):
            await client.conversation(PHONE).page()
        client.set_credentials()
        assert 3 == len(await client.conversation(PHONE).page())


@pytest.mark.anyio
async def test_refusal_of_old_credentials_does_not_lock_new_ones() -> None:
    """A request may be under way while they change."""
    is_asked, is_changed = anyio.Event(), anyio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["X-Client-Secret"] == "new":
            return httpx.Response(200, content=body_of())
        is_asked.set()
        await is_changed.wait()
        return httpx.Response(400, json={"error": "104"})

    async def fail(client: Client) -> None:
        with pytest.raises(AuthenticationError):
            await client.conversation(PHONE).page()

    async with client_of(httpx.MockTransport(answer)) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail, client)
            await is_asked.wait()
            client.set_credentials(CLIENT_ID, "new")
            is_changed.set()
        assert 0 == len(await client.conversation(PHONE).page())


def test_wrong_credentials_leave_the_old_ones() -> None:
    """They are refused as at the beginning, and are not echoed."""
    client = Client(CLIENT_ID, CLIENT_SECRET)
    with pytest.raises(ValueError, match=r"client_secret \(not shown\)"):
        client.set_credentials(CLIENT_ID, "wrong\n")


@pytest.mark.anyio
async def test_wrong_credentials_are_sent_once_by_all_that_wait() -> None:
    """Calls that queued before the change use the new ones, and heed that these are refused."""
    sandbox = sandbox_of()
    errors = list[AuthenticationError]()

    async def ask(client: Client) -> None:
        try:
            await client.conversation(PHONE).page()
        except AuthenticationError as error:
            errors.append(error)

    async with client_of(sandbox, max_connections=1) as client:
        sandbox.before_each_request = lambda number: (
            client.set_credentials(CLIENT_ID, "wrong") if number == 1 else None
        )
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(ask, client)
    assert 2 == len(sandbox.requests)
    assert 19 == len(errors)


@pytest.mark.anyio
async def test_credentials_that_were_sent_are_concealed_after_their_change() -> None:
    """The server may echo them all the same."""

    def echo(request: httpx.Request) -> httpx.Response:
        client.set_credentials(CLIENT_ID, "new")
        secret = request.headers["X-Client-Secret"]
        return httpx.Response(400, json={"error": "999", "errorMsg": f"bad secret {secret}"})

    async with client_of(httpx.MockTransport(echo)) as client:
        with pytest.raises(APIError, match="bad secret ••••") as caught:
            await client.conversation(PHONE).page()
    assert CLIENT_SECRET not in str(caught.value)
