"""How a request is built and sent on, looked at without a server."""

import inspect
import sys
from types import ModuleType
from typing import Any

import anyio
import attrs
import httpx
import pytest
from anyio.lowlevel import checkpoint

from smstools_async import Retry
from smstools_async._http.calls import Call
from smstools_async._http.credentials import Credentials
from smstools_async._http.exchange import dispatch
from smstools_async._http.foreign_errors import foreign_errors, translate
from smstools_async._http.lifetime import Lifetime
from smstools_async._http.session import Session
from smstools_async._http.urls import read_base_url
from tests.wire.asking import CLIENT_ID, CLIENT_SECRET

CREDENTIALS = Credentials(CLIENT_ID, CLIENT_SECRET)
BALANCE = Call(method="GET", parts=("balance", "a/b c"), params={"page": 1, "limit": None})


def session_of(
    http_client: httpx.AsyncClient | None,
    timeout: float | httpx.Timeout,
    base_url: str = "https://gateway.example/v1",
) -> Session:
    """Return a session that sends nothing."""
    return Session(
        CREDENTIALS,
        read_base_url(base_url),
        timeout=timeout,
        retry=Retry(),
        max_connections=8,
        http_client=http_client,
        user_agent="smstools-async/7",
        lifetime=Lifetime(),
    )


def built(
    http_client: httpx.AsyncClient | None = None,
    timeout: float | httpx.Timeout = 30,
    *,
    keeps_connection: bool = True,
) -> httpx.Request:
    """Return the request for the balance."""
    session = session_of(http_client, timeout)
    request = session._build(BALANCE, CREDENTIALS, keeps_connection=keeps_connection)  # noqa: SLF001 - built, not sent
    assert isinstance(request, httpx.Request)
    return request


def test_what_is_sent_with_every_request() -> None:
    """JSON is asked for, compressed by what is undone here, and both credentials go along."""
    headers = built().headers
    assert "application/json" == headers["accept"]
    assert "gzip" == headers["accept-encoding"]
    assert (CLIENT_ID, CLIENT_SECRET) == (headers["x-client-id"], headers["x-client-secret"])


def test_session_is_as_careful_as_a_client() -> None:
    """Plain HTTP has to be asked for; and nothing is opened next to what is given."""
    with pytest.raises(ValueError, match="would send the secret unencrypted"):
        session_of(None, 30, "http://gateway.example/v1")
    assert () == session_of(httpx.AsyncClient(), 30)._pools._own  # noqa: SLF001 - opened, not used


def test_address_is_quoted_part_by_part() -> None:
    """A slash within a part is none, and what is `None` is not sent."""
    assert "https://gateway.example/v1/balance/a%2Fb%20c?page=1" == str(built().url)


def test_nothing_is_sent_next_to_the_headers() -> None:
    """A body would be sent where there is something to send."""
    assert b"" == built().content
    posted = session_of(None, 30)._build(  # noqa: SLF001 - built, not sent
        attrs.evolve(BALANCE, method="POST", json={"a": 1}), CREDENTIALS, keeps_connection=True
    )
    assert ("POST", b'{"a":1}') == (posted.method, posted.content)


def test_library_names_itself_only_by_clients_of_its_own() -> None:
    """One that is given keeps the name its owner gave it."""
    assert "smstools-async/7" == built().headers["user-agent"]
    given = httpx.AsyncClient(headers={"User-Agent": "mine"})
    assert "mine" == built(given).headers["user-agent"]


@pytest.mark.parametrize(("keeps", "sent"), [(True, "keep-alive"), (False, "close")])
def test_connection_that_is_not_trusted_any_more_is_to_be_closed(sent: str, *, keeps: bool) -> None:
    """Otherwise it is kept for the next request."""
    assert sent == built(keeps_connection=keeps).headers["connection"]


@pytest.mark.parametrize(
    ("timeout", "phases"),
    [
        (7, {"connect": 7, "read": 7, "write": 7, "pool": 7}),
        (
            httpx.Timeout(connect=1, read=2, write=None, pool=4),
            {"connect": 1, "read": 2, "write": None, "pool": 4},
        ),
    ],
    ids=["seconds", "phases"],
)
def test_each_phase_has_its_time(timeout: float | httpx.Timeout, phases: dict[str, float]) -> None:
    """A number counts for all of them."""
    assert phases == built(timeout=timeout).extensions["timeout"]


class Tracing:
    """Sends a request by telling of one event, being cancelled, and telling of another."""

    is_closed = False

    def __init__(self, scope: anyio.CancelScope, event: str) -> None:
        self.asked: dict[str, Any] = {}
        self.reached: list[str] = []
        self._scope = scope
        self._event = event

    def build_request(self, *_: Any, **__: Any) -> Any:
        """Build nothing."""

    async def send(self, request: Any, **options: Any) -> None:
        """Note how far the request comes."""
        self.asked = options
        tell = request.extensions["trace"]
        await tell(self._event, {})
        self._scope.cancel()
        await checkpoint()
        self.reached.append("in use")
        await tell("http11.send_request_headers.started", {})
        await checkpoint()
        self.reached.append("sent")


async def sent_by_tracing(event: str) -> Tracing:
    """Send a request that is cancelled after an event."""
    client = Tracing(scope := anyio.CancelScope(), event)
    with scope:
        await dispatch(client, httpx.Request("GET", "https://gateway.example"))
    return client


@pytest.mark.anyio
@pytest.mark.parametrize(
    "event",
    [
        "connection.connect_tcp.complete",
        "connection.connect_unix_socket.complete",
        "connection.start_tls.complete",
        "http_proxy.start_tls.complete",
    ],
)
async def test_new_connection_is_not_cancelled_before_it_is_in_use(event: str) -> None:
    """Then it is: httpcore would take it for a busy one ever after, or lose it."""
    assert ["in use"] == (await sent_by_tracing(event)).reached


@pytest.mark.anyio
@pytest.mark.parametrize(
    "event", ["connection.connect_tcp.started", "http11.receive_body.complete"]
)
async def test_anything_else_is_cancelled_at_once(event: str) -> None:
    """There is no other time at which a cancellation would do harm."""
    assert [] == (await sent_by_tracing(event)).reached


@pytest.mark.anyio
async def test_body_is_left_unread_and_redirects_unfollowed() -> None:
    """Whatever the defaults of the client are."""
    client = await sent_by_tracing("connection.connect_tcp.started")
    assert {"stream": True, "follow_redirects": False} == client.asked


NAMED = (
    *("ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout", "TimeoutException"),
    *("ConnectError", "ProxyError", "NetworkError", "RemoteProtocolError", "DecodingError"),
    *("LocalProtocolError", "UnsupportedProtocol", "InvalidURL", "HTTPStatusError"),
    *("CookieConflict", "StreamError", "HTTPError"),
)
PASSING = {*NAMED[:10], "ReadError", "WriteError", "CloseError"}


def test_each_kind_of_failure_has_words_of_its_own() -> None:
    """Whoever reads a log can tell one from another."""
    words = {name: str(translate(_error_of(name))) for name in NAMED}
    assert len(NAMED) == len(set(words.values()))


def test_what_may_pass_is_told_from_what_lasts() -> None:
    """A network may heal; an address that cannot be read will not."""
    errors = [
        name for name, member in inspect.getmembers(httpx, inspect.isclass) if _is_error(member)
    ]
    assert PASSING == {name for name in errors if translate(_error_of(name)).retryable}


def _is_error(member: type) -> bool:
    return issubclass(member, Exception)


def _error_of(name: str) -> Exception:
    cls: type[Exception] = getattr(httpx, name)
    return cls.__new__(cls)


def test_client_of_another_library_is_refused() -> None:
    """It is called by the name of its class."""
    with pytest.raises(TypeError, match="of httpx or httpx2, got dict"):
        foreign_errors(dict)


def test_errors_are_those_of_the_library_and_not_of_whoever_derives_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A module with an `HTTPError` of its own is no HTTP library yet."""
    module: Any = ModuleType("their_own")
    module.HTTPError = KeyError
    monkeypatch.setitem(sys.modules, "their_own", module)
    theirs = type("TheirClient", (httpx.AsyncClient,), {"__module__": "their_own.clients"})
    assert httpx.HTTPError in foreign_errors(theirs)
