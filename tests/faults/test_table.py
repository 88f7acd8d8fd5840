"""Every fault of the table has the outcome that the table tells, on asyncio and trio."""

import logging
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
import httpx
import pytest

from smstools_async import (
    AuthenticationError,
    Client,
    Page,
    Retry,
    SmstoolsError,
)
from smstools_async._http.responses import LOCKING_CODES
from smstools_async._http.transport import WideTransport
from tests.faults.fault import ALWAYS, ONCE, Fault
from tests.faults.outcomes import Outcome, is_like, outcome_of
from tests.faults.server import CERTIFICATES, FaultServer, serving_faults
from tests.faults.table import FAULTS
from tests.faults.waits import WAITS
from tests.wire.asking import CLIENT_ID, CLIENT_SECRET, NO_TLS, PHONE
from tests.wire.rows import TEXT
from tests.wire.showing import variables_of, words_of

CANARIES = (CLIENT_ID, CLIENT_SECRET, TEXT)
RETRY = Retry(attempts=ALWAYS, backoff_initial=0)
PASSING = [fault for fault in FAULTS if fault.sent > ONCE]


class Counting(WideTransport):
    """A client's own transport with one connection, which counts requests and tells of them."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(tls, httpx.Limits(max_connections=1))
        self.requests = 0
        self.before_second: Callable[[], Awaitable[None]] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count, then do as always."""
        self.requests += 1
        if self.requests == 2 and self.before_second is not None:
            await self.before_second()
        return await super().handle_async_request(request)


def trusting(*certificates: str) -> ssl.SSLContext:
    """Return what makes a client trust these alone."""
    if not certificates:
        return NO_TLS
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for certificate in certificates:
        context.load_verify_locations(CERTIFICATES / certificate)
    return context


@asynccontextmanager
async def facing(fault: Fault) -> AsyncGenerator[tuple[FaultServer, Counting, Client], None]:
    """Open a client whose server has the fault."""
    transport = Counting(trusting(*fault.trusts))
    async with (
        serving_faults(fault.before or fault.treatment) as server,
        httpx.AsyncClient(transport=transport) as http_client,
        Client(
            CLIENT_ID,
            CLIENT_SECRET,
            base_url=server.base_url.replace("http", "https" if fault.trusts else "http"),
            http_client=http_client,
            max_connections=1,
            retry=RETRY,
            timeout=fault.timeout,
        ) as client,
    ):
        if fault.before is not None:
            await client.conversation(PHONE).page()
            await server.treat(fault.treatment)
            transport.requests = 0
        yield server, transport, client


def assert_silent(error: SmstoolsError) -> None:
    """Find nothing in an error that must not get out, nor in the frames it came through."""
    assert (None, None) == (error.__cause__, error.__context__)
    for canary in (*CANARIES, PHONE, PHONE[-8:]):
        assert not [words for words in words_of(error) if canary in words]
    variables = variables_of(error)
    assert variables
    for canary in CANARIES:
        assert not [value for value in variables if canary in value]


@pytest.fixture(autouse=True)
def silent_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Find nothing in the logs either, of all libraries at their most talkative."""
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.records:
        said = f"{record.getMessage()} {vars(record)}"
        assert not [canary for canary in CANARIES if canary in said]
        assert PHONE not in said or record.name.startswith(("httpx", "httpcore"))


def assert_told(fault: Fault, outcome: Outcome) -> None:
    """Compare an outcome with the one in the table."""
    if isinstance(outcome, SmstoolsError):
        assert fault.error is not None, outcome
        assert is_like(fault.error, outcome), outcome
        assert_silent(outcome)
        return
    assert fault.error is None
    assert fault.page == {name: getattr(outcome, name) for name in fault.page}
    assert fault.message == {name: getattr(outcome[0], name) for name in fault.message}


def assert_usable_after(error: SmstoolsError | None, outcome: Outcome) -> None:
    """Find that the one connection there can be is not lost; a refused login alone is final."""
    if isinstance(error, AuthenticationError) and error.code in LOCKING_CODES:
        assert isinstance(outcome, AuthenticationError)
    else:
        assert isinstance(outcome, Page), outcome


async def try_out(fault: Fault) -> None:
    """Ask while the fault lasts, and when it has passed."""
    async with facing(fault) as (server, transport, client):
        assert_told(fault, await outcome_of(client))
        assert fault.sent == transport.requests
        await server.treat(fault.recovery)
        assert_usable_after(fault.error, await outcome_of(client))


@pytest.mark.anyio
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_fault_ends_as_the_table_tells(fault: Fault) -> None:
    """Its error or page comes, after so many requests, and the client goes on working."""
    with anyio.fail_after(20):
        await try_out(fault)


@pytest.mark.anyio
@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.name)
async def test_fault_that_passes_is_not_noticed(fault: Fault) -> None:
    """What is tried again brings the page the second time."""
    async with facing(fault) as (server, transport, client):
        transport.before_second = partial(server.treat, fault.recovery)
        assert 1 == len(await client.conversation(PHONE).page())
        assert 2 == transport.requests


def test_table_is_long_and_says_nothing_twice() -> None:
    """No row hides another one in the reports of the tests."""
    names = [fault.name for fault in FAULTS] + [wait.name for wait in WAITS]
    assert len(names) > 250
    assert len(names) == len(set(names))
