"""A server that does nothing but send: its bodies are made before it begins.

Run as a process of its own, so that a client's CPU time is the client's.
"""

import asyncio
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial

import attrs

from benchmarks.bodies import PHONE, body

_PATH = re.compile(rb"GET /v1/conversation/(?:%2B|\+)?([0-9]+)\?")
_PAGE = re.compile(rb"[?&]page=([0-9]+)")
_LIMIT = re.compile(rb"[?&]limit=([0-9]+)")


@attrs.frozen(kw_only=True)
class Served:
    """What a server sends, and how."""

    pages: int
    page_size: int
    latency: float = 0.0
    """Seconds before each answer."""
    certificate: str = ""
    """Path of a PEM file with key and chain; empty: no TLS."""


class _Answering(asyncio.Protocol):
    def __init__(self, bodies: dict[tuple[int, int], bytes], latency: float) -> None:
        self._bodies = bodies
        self._latency = latency
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"\r\n\r\n"):
            answer, self._received = self._answer(self._received), b""
            asyncio.get_running_loop().call_later(self._latency, self._send, answer)

    def _answer(self, request: bytes) -> bytes:
        phone, page, limit = (_find(part, request) for part in (_PATH, _PAGE, _LIMIT))
        sent = self._bodies[int(page), int(limit)].replace(PHONE.encode(), phone)
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (
                len(sent),
                sent,
            )
        )

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _find(part: re.Pattern[bytes], request: bytes) -> bytes:
    found = part.search(request)
    if found is None:
        raise ValueError(request)
    return found[1]


async def _serve(served: Served) -> None:
    limits = (served.page_size, 1)  # of one row each, so that a walk may look at single rows
    bodies = {
        (page, limit): body(page, limit, served.pages * served.page_size // limit)
        for limit in limits
        for page in range(1, served.pages + 1)
    }
    context = None
    if served.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(served.certificate)
    server = await asyncio.get_running_loop().create_server(
        partial(_Answering, bodies, served.latency), "127.0.0.1", 0, ssl=context
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def serving(served: Served) -> Generator[str]:
    """Run a server for as long as the block lasts; give the base URL of its API."""
    command = [sys.executable, "-m", "benchmarks.server", json.dumps(attrs.asdict(served))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield f"{'https' if served.certificate else 'http'}://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(_serve(Served(**json.loads(sys.argv[1]))))
