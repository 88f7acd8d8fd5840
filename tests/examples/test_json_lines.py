"""The response of JSON Lines closes its messages at the moment a caller hangs up."""

from collections.abc import AsyncGenerator

import anyio
import pytest
from anyio.lowlevel import checkpoint
from starlette.requests import ClientDisconnect
from starlette.types import Message as Event
from starlette.types import Scope

from examples.json_lines import JsonLines
from smstools_async import Message

pytestmark = pytest.mark.anyio

MESSAGE = Message(direction="inbound", sender="1", receiver="2", text="Oi", unix_time=1)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run on both event loops, as Starlette does."""
    backend: str = request.param
    return backend


class Caller:
    """Takes so many events of a response, then hangs up."""

    def __init__(self, patience: int) -> None:
        self._left = patience
        self._gone = anyio.Event()

    def has_enough(self) -> bool:
        """Count down, and hang up at the end."""
        self._left -= 1
        if self._left < 0:
            self._gone.set()
        return self._left < 0

    async def receive(self) -> Event:
        """Tell the response when the caller has gone."""
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, event: Event) -> None:
        """Take an event, or keep the response waiting for ever."""
        del event
        if self.has_enough():
            await anyio.sleep_forever()


def scope_of(spec_version: str) -> Scope:
    """Return what a server of that version says of a request."""
    return {"type": "http", "asgi": {"spec_version": spec_version}}


async def messages_for_ever() -> AsyncGenerator[Message, None]:
    """Hand out the same message again and again."""
    while True:
        await checkpoint()
        yield MESSAGE


@pytest.mark.parametrize("patience", range(4))
async def test_messages_are_closed_with_the_connection(patience: int) -> None:
    """Be it at the status, at the first line or at a later one; no collector has to come by."""
    messages, caller = messages_for_ever(), Caller(patience)
    await JsonLines(messages)(scope_of("2.3"), caller.receive, caller.send)
    assert await anext(messages, None) is None


@pytest.mark.parametrize("patience", range(4))
async def test_messages_are_closed_when_sending_fails(patience: int) -> None:
    """As newer servers tell of a caller who has gone."""
    messages, caller = messages_for_ever(), Caller(patience)

    async def send(event: Event) -> None:
        del event
        if caller.has_enough():
            raise OSError

    with pytest.raises(ClientDisconnect):
        await JsonLines(messages)(scope_of("2.4"), caller.receive, send)
    assert await anext(messages, None) is None


async def test_messages_are_closed_while_the_first_one_is_awaited() -> None:
    """Nothing was sent then, not even a status."""
    caller = Caller(0)

    async def messages_that_never_come() -> AsyncGenerator[Message, None]:
        caller.has_enough()
        await anyio.sleep_forever()
        yield MESSAGE

    async def send(event: Event) -> None:
        pytest.fail(f"{event} was sent")

    messages = messages_that_never_come()
    await JsonLines(messages)(scope_of("2.3"), caller.receive, send)
    assert await anext(messages, None) is None
