"""The HTTP clients that requests go through, and the connections behind them."""

from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

import anyio
import httpx

from smstools_async._http.lifetime import Closable
from smstools_async._http.tasks import in_child_task

if TYPE_CHECKING:
    from smstools_async._http.transport import WideTransport

_CLOSING_TIMEOUT: Final = 5.0
"""Seconds for closing connections, which a cancellation does not interrupt."""


class HttpClient(Closable, Protocol):
    """What is needed of an `httpx.AsyncClient`; an `httpx2.AsyncClient` has it too."""

    def build_request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = ...,
        json: Any = ...,
        extensions: dict[str, Any] | None = ...,
    ) -> Any:
        """Build a request on top of the client's own defaults."""
        ...

    async def send(self, request: Any, *, stream: bool = ..., follow_redirects: bool = ...) -> Any:
        """Send a request and return the response with its body unread."""
        ...


class Pools:
    """HTTP clients next to each other, of which each request takes the one with the least to do."""

    def __init__(
        self,
        clients: Sequence[HttpClient],
        own: "Sequence[tuple[httpx.AsyncClient, WideTransport]]" = (),
    ) -> None:
        self.first: HttpClient = clients[0]
        """The one that requests take which come one after the other."""
        self._clients = clients
        self._own = own
        self._under_way = [0] * len(clients)

    @contextmanager
    def freest(self) -> Generator[HttpClient]:
        """Give the first client that has the fewest requests under way."""
        number = self._under_way.index(min(self._under_way))
        self._under_way[number] += 1
        try:
            yield self._clients[number]
        finally:
            self._under_way[number] -= 1

    async def drop_idle(self) -> None:
        """Close kept connections that no request uses, of clients of our own.

        When one of them breaks, the others broke with it as a rule, at a restart of the server say;
        and one that is out of step is only known when it is idle again.
        """
        for _, transport in self._own:
            await _complete(transport.drop_idle)

    async def aclose(self) -> None:
        """Close the clients of our own, even if it is cancelled."""
        for client, _ in self._own:
            await _complete(client.aclose)


async def _complete(close: Callable[[], Awaitable[None]]) -> None:
    """Await `close` in a task of its own, where no cancellation reaches it."""

    async def run() -> None:
        with anyio.move_on_after(_CLOSING_TIMEOUT, shield=True):
            await close()

    await in_child_task(run)
