"""A sandbox on a port. Needs the extra: `pip install 'smstools-async[sandbox]'`."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from smstools_async.sandbox._sandbox import Sandbox

if TYPE_CHECKING:
    from starlette.applications import Starlette


def app(sandbox: Sandbox) -> "Starlette":
    """Make an ASGI application of a sandbox, for a server of your own; it responds under `/v1`.

    Such a server cannot break a connection before the response begins: it responds with HTTP 500
    instead, and it knows of no kept connections. `serve` and `serving` can do both.

    Raises:
        ImportError: The extra `sandbox` is not installed.

    Example:
        >>> type(app(Sandbox())).__name__
        'Starlette'
    """
    from smstools_async.sandbox import _port  # noqa: PLC0415 - needs the extra

    return _port.app(sandbox)


async def serve(
    sandbox: Sandbox,
    *,
    host: str = "127.0.0.1",
    port: int = 8025,
    on_listening: Callable[[str], object] | None = None,
) -> None:
    """Serve a sandbox until Ctrl-C or cancellation, on asyncio.

    Args:
        sandbox: What to serve; it may be changed while it is served.
        host: The address to listen on; other machines can reach any but the default.
        port: The port to listen on; 0 for a free one.
        on_listening: Called with the base URL, `/v1` included, once connections are accepted. For a
            host that stands for every address, such as `0.0.0.0`, the URL has one of this machine.

    Raises:
        ImportError: The extra `sandbox` is not installed.
        OSError: The port is in use, or the address is not this machine's.

    Example:
        >>> import anyio
        >>> async def serve_for_a_moment():
        ...     with anyio.move_on_after(0.1):
        ...         await serve(Sandbox(), port=0, on_listening=lambda url: print(url[:17]))
        >>> anyio.run(serve_for_a_moment)
        http://127.0.0.1:
    """
    from smstools_async.sandbox import _port  # noqa: PLC0415 - needs the extra

    async with _port.running(sandbox, host, port, handles_signals=True) as (base_url, task):
        if on_listening:
            on_listening(base_url)
        await asyncio.wait({task})


@asynccontextmanager
async def serving(
    sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[str, None]:
    """Serve a sandbox for the length of an `async with` block, on asyncio; for tests.

    The block gets the base URL, `/v1` included, as `on_listening` of `serve` does. At its end,
    requests in flight are cut off.

    Args:
        sandbox: What to serve; it may be changed while it is served.
        host: The address to listen on; other machines can reach any but the default.
        port: The port to listen on; 0 for a free one.

    Raises:
        ImportError: The extra `sandbox` is not installed.
        OSError: The port is in use, or the address is not this machine's.

    Example:
        >>> import asyncio, httpx
        >>> async def ask():
        ...     async with serving(Sandbox()) as base_url, httpx.AsyncClient() as client:
        ...         return (await client.get(f"{base_url}/conversation/5511987654321")).text
        >>> asyncio.run(ask())
        '{"error":"104","errorMsg":"Invalid credentials"}'
    """
    from smstools_async.sandbox import _port  # noqa: PLC0415 - needs the extra

    async with _port.running(sandbox, host, port, handles_signals=False) as (base_url, _):
        yield base_url
