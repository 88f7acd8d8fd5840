"""What the tests of the wire share."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import settings

from smstools_async.sandbox import Sandbox, serving
from tests.wire.asking import sandbox_of

# A time limit would be broken by a busy machine.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


class Port(NamedTuple):
    """A sandbox, and where it is served."""

    sandbox: Sandbox
    base_url: str


@pytest.fixture(scope="module")
def shared_port() -> Iterator[Port]:
    """Serve one sandbox from a thread; beginning and ending take a quarter of a second."""
    sandbox = sandbox_of()
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(sandbox)) as base_url,
    ):
        yield Port(sandbox, base_url)


@pytest.fixture
def port(shared_port: Port) -> Port:
    """Return a served sandbox with nothing planned for it and nothing asked of it."""
    shared_port.sandbox.stop_failing()
    shared_port.sandbox.requests.clear()
    return shared_port
