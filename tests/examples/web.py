"""A web application of the examples, served on a port, in front of a sandbox on another one."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final, NamedTuple

import httpx
import pytest

from smstools_async.sandbox import Sandbox, serving
from tests.examples.conftest import PHONE
from tests.examples.port import Server, running

THREAD: Final = f"/conversations/{PHONE}/messages"
STREAM: Final = f"/conversations/{PHONE}/messages.jsonl"
EVENTS: Final = f"/conversations/{PHONE}/events"

_SMALL: Final = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)]
"""The system then takes little in advance for a reader who is slow."""


class Web(NamedTuple):
    """What there is to ask, and to look at."""

    http: httpx.AsyncClient
    server: Server
    sandbox: Sandbox


def slow_reader(url: str | httpx.URL) -> httpx.AsyncClient:
    """Make a client for which little is taken in advance."""
    transport = httpx.AsyncHTTPTransport(
        socket_options=_SMALL, limits=httpx.Limits(max_connections=None)
    )
    return httpx.AsyncClient(transport=transport, base_url=url, timeout=60)


@asynccontextmanager
async def opened(name: str, sandbox: Sandbox) -> AsyncGenerator[Web, None]:
    """Serve an application by the name of its module, and talk to it as a browser would."""
    app: Any = import_module(f"examples.{name}").app
    async with serving(sandbox) as base_url:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("SMSTOOLS_BASE_URL", base_url)
            environment.setenv("SMSTOOLS_CLIENT_ID", sandbox.client_id)
            environment.setenv("SMSTOOLS_CLIENT_SECRET", sandbox.client_secret)
            async with (
                running(app) as (url, server),
                httpx.AsyncClient(base_url=url, timeout=60) as http,
            ):
                yield Web(http, server, sandbox)
