"""Every walk is tested on asyncio and on trio."""

from collections.abc import AsyncIterator

import pytest

from smstools_async import Client
from smstools_async.sandbox import Sandbox
from tests.walk.schedules import open_client


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each test marked `anyio` on both event loops."""
    backend: str = request.param
    return backend


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an empty account."""
    return Sandbox(seed=1)


@pytest.fixture
async def client(anyio_backend: str, sandbox: Sandbox) -> AsyncIterator[Client]:
    """Give a client of the sandbox, opened and closed in tasks of the fixture's own."""
    del anyio_backend  # asked for, so that the fixture runs on the test's event loop
    async with open_client(sandbox) as client:
        yield client
