"""More bytes come off a socket at once than httpcore asks for."""

import socket
import ssl
from contextlib import suppress

import anyio.lowlevel
import httpcore
import pytest

from smstools_async._http.transport import BYTES_AT_ONCE, _WideStream
from tests.faults.server import CERTIFICATES

ASKED = 64 * 1024
"""How much httpcore asks for."""
RECORD = 16 * 1024
"""The most that TLS encrypts at once (RFC 8446, section 5.1)."""


class Line:
    """Both ends of an encrypted connection, without a socket."""

    def __init__(self) -> None:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(CERTIFICATES / "here.pem")
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_verify_locations(CERTIFICATES / "here.pem")
        client.check_hostname = False
        there, self.on_the_way, self.arrived, back = (ssl.MemoryBIO() for _ in range(4))
        self.server: ssl.SSLObject = server.wrap_bio(there, self.on_the_way, server_side=True)
        self.client: ssl.SSLObject = client.wrap_bio(self.arrived, back)
        for side in (self.client, self.server, self.client, self.server):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
            there.write(back.read())
            self.deliver()

    def deliver(self) -> None:
        """Let arrive what the server sent."""
        self.arrived.write(self.on_the_way.read())


class OneRecord(httpcore.AsyncNetworkStream):
    """Reads as anyio and trio do: one record, at most."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - it is httpcore's
        """Decrypt the next record."""
        del timeout
        await anyio.lowlevel.checkpoint()
        return self._line.client.read(max_bytes)

    def get_extra_info(self, info: str) -> object:
        """Give what decrypts."""
        return {"ssl_object": self._line.client}.get(info)


class Plain(httpcore.AsyncNetworkStream):
    """Gives as many bytes as are asked for."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - it is httpcore's
        """Give them."""
        del timeout
        await anyio.lowlevel.checkpoint()
        return bytes(max_bytes)

    def get_extra_info(self, info: str) -> object:
        """Know one thing, and have no socket."""
        return {"is_readable": "perhaps"}.get(info)


class OfSocket(Plain):
    """A stream of a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def get_extra_info(self, info: str) -> object:
        """Give the socket."""
        return {"socket": self._connection}.get(info)


@pytest.mark.anyio
async def test_more_is_asked_of_a_plain_connection() -> None:
    """The pieces of a body are fewer then."""
    assert BYTES_AT_ONCE == len(await _WideStream(Plain()).read(ASKED))


@pytest.mark.anyio
async def test_records_that_have_come_are_read_together() -> None:
    """In their order, and no more of them than may be."""
    line = Line()
    sent = bytes(range(256)) * (3 * BYTES_AT_ONCE // 512)
    line.server.write(sent)
    line.deliver()
    stream = _WideStream(OneRecord(line))
    pieces = [await stream.read(ASKED), await stream.read(ASKED)]
    assert sent == b"".join(pieces)
    assert [BYTES_AT_ONCE, BYTES_AT_ONCE // 2] == [len(piece) for piece in pieces]


@pytest.mark.anyio
async def test_record_that_has_not_come_is_not_waited_for() -> None:
    """Half of it is no record."""
    line = Line()
    line.server.write(bytes(2 * RECORD))
    encrypted = line.on_the_way.read()
    line.arrived.write(encrypted[: RECORD * 3 // 2])
    stream = _WideStream(OneRecord(line))
    assert RECORD == len(await stream.read(ASKED))
    line.arrived.write(encrypted[RECORD * 3 // 2 :])
    assert RECORD == len(await stream.read(ASKED))


@pytest.mark.anyio
async def test_damaged_record_comes_after_the_whole_ones() -> None:
    """What is read together with it is not lost."""
    line = Line()
    line.server.write(bytes(2 * RECORD))
    encrypted = bytearray(line.on_the_way.read())
    encrypted[-1] ^= 1
    line.arrived.write(encrypted)
    stream = _WideStream(OneRecord(line))
    assert RECORD == len(await stream.read(ASKED))
    with pytest.raises(ssl.SSLError):
        await stream.read(ASKED)


@pytest.mark.anyio
async def test_end_of_an_encrypted_connection_is_an_end() -> None:
    """Said by the server behind the last record."""
    line = Line()
    line.server.write(b"bye")
    with suppress(ssl.SSLWantReadError):
        line.server.unwrap()
    line.deliver()
    stream = _WideStream(OneRecord(line))
    assert [b"bye", b""] == [await stream.read(ASKED), await stream.read(ASKED)]


def test_idle_connection_is_readable_when_its_other_side_hung_up() -> None:
    """So it is not taken for another request, nor is one that was closed on this side."""
    here, there = socket.socketpair()
    stream = _WideStream(OfSocket(here))
    with here:
        seen = [stream.get_extra_info("is_readable")]
        there.close()
        seen.append(stream.get_extra_info("is_readable"))
    assert [False, True, True] == [*seen, stream.get_extra_info("is_readable")]


def test_connection_without_a_socket_is_asked_itself() -> None:
    """Such as one within another."""
    assert "perhaps" == _WideStream(Plain()).get_extra_info("is_readable")
