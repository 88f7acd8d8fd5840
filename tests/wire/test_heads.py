"""The head of a response is bounded in lines, since each takes time."""

import pytest

from smstools_async import TransportError
from smstools_async._http.heads import MOST_LINES, Heads
from tests.wire.asking import PHONE
from tests.wire.test_bad_connections import Server, serving

STATUS = b"HTTP/1.1 200 OK\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\n"
LINES = b"a: 1\r\n" * MOST_LINES
FEW = b"a: 1\r\n" * 9


def is_accepted(*sent: bytes) -> bool:
    """Take what is sent after a request, all at once and byte by byte; return what both say."""
    whole = b"".join(sent)
    at_once, slowly = Heads(), Heads()
    at_once.begin()
    slowly.begin()
    accepted = at_once.accept(whole)
    assert accepted == [slowly.accept(bytes([byte])) for byte in whole][-1]
    return accepted


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_usual_head_is_accepted(end: bytes) -> None:
    """Whatever its body has: lines are counted up to the empty one."""
    assert is_accepted(STATUS, FEW, end, b"\n" * 9 * MOST_LINES)


def test_long_head_is_refused() -> None:
    """Its end need not have come."""
    assert not is_accepted(STATUS, LINES, b"\r\n")
    assert not is_accepted(STATUS, LINES)


def test_interim_responses_count() -> None:
    """Else an endless row of them would be as good."""
    assert is_accepted(INTERIM, FEW, b"\r\n", STATUS, FEW, b"\r\n", b"\n" * 9 * MOST_LINES)
    assert not is_accepted(INTERIM, FEW, b"\r\n", STATUS, LINES, b"\r\n")
    assert not is_accepted(*[INTERIM, b"\r\n"] * MOST_LINES)


def test_each_request_begins_at_nothing() -> None:
    """As many as one likes share a connection."""
    heads = Heads()
    for _ in range(MOST_LINES):
        heads.begin()
        assert heads.accept(STATUS + FEW + b"\r\n" + b"\n" * 99)
        assert heads.accept(b"\n" * 99)


@pytest.mark.anyio
async def test_response_with_a_long_head_is_refused() -> None:
    """As one that is not HTTP."""
    server = Server(behind=STATUS + LINES)
    server.gate.set()
    async with serving(server) as client:
        assert 0 == await client.conversation(PHONE).count()
        server.behind = STATUS + LINES
        with pytest.raises(TransportError, match="did not speak HTTP"):
            await client.request("POST", "/message/send", json={})
