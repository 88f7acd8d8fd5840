"""Whom a command asks: the service, or a sandbox within the program."""

import os
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

import click
import httpx

from smstools_async import Client
from smstools_async.cli._arguments import Seconds
from smstools_async.cli._running import tell, tell_of_requests

if TYPE_CHECKING:
    from smstools_async.sandbox import Sandbox

P = ParamSpec("P")
R = TypeVar("R")

_CREDENTIALS: Final = ("SMSTOOLS_CLIENT_ID", "SMSTOOLS_CLIENT_SECRET")
VERBOSE: Final = "Tell of each request and each retry, without phones."
_SANDBOX_MESSAGES: Final = 5000
_NEWS: Final = ("Oi, tudo bem?", "Confirmo, obrigada! 🙏", "Posso remarcar?", "👍", "Até amanhã!")


@dataclass(frozen=True, kw_only=True)
class Service:
    """The options that say whom to ask, and how patiently."""

    base_url: str | None
    allow_insecure_http: bool
    timeout: float
    sandbox: bool

    @property
    def address(self) -> str:
        """Where it is, or words for one whose address nobody gave."""
        if self.sandbox:
            return "a sandbox in the program"
        base_url = self.base_url or os.environ.get("SMSTOOLS_BASE_URL")
        return base_url.rstrip("/") if base_url else "the vendor's"

    def client(
        self, *phones: str, lively: bool = False, max_connections: int = 8
    ) -> AbstractAsyncContextManager[Client]:
        """Return a client to be opened; for a sandbox, one that has messages with `phones`."""
        if not self.sandbox:
            _check_environment()
            return Client(
                base_url=self.base_url,
                allow_insecure_http=self.allow_insecure_http,
                timeout=self.timeout,
                max_connections=max_connections,
            )
        if self.base_url:
            raise ValueError("--base-url and --sandbox name two different services: give one.")
        sandbox = make_sandbox(*phones, messages=_SANDBOX_MESSAGES, lively=lively)
        tell(f"This is a sandbox of {_SANDBOX_MESSAGES:,} made-up messages, not the real service.")
        return _sandbox_client(sandbox, max_connections)


def _check_environment() -> None:
    missing = [variable for variable in _CREDENTIALS if variable not in os.environ]
    if missing:
        raise ValueError(
            f"Set {' and '.join(missing)} in the environment, to what the vendor's pages show under"
            " Advanced > API authentication; or try --sandbox, which needs none."
        )


def make_sandbox(
    *phones: str,
    messages: int,
    seed: int = 0,
    latency: float = 0.0,
    lively: bool = False,
    quirk: Iterable[str] = (),
) -> "Sandbox":
    """Make a sandbox whose conversations share `messages`, as evenly as can be.

    In a lively one a message arrives with each request.

    Raises:
        ValueError: a phone or the name of a quirk is not valid.
    """
    from smstools_async.sandbox import Sandbox, named_quirks  # noqa: PLC0415 - the real service does without

    sandbox = Sandbox(seed=seed, quirks=named_quirks(*quirk))
    sandbox.latency = latency
    for number, phone in enumerate(phones):
        share = (messages + number) // len(phones)
        sandbox.add_conversation(phone, messages=share)
    if lively:
        sandbox.before_each_request = lambda number: sandbox.receive(
            phones[number % len(phones)], _NEWS[number % len(_NEWS)]
        )
    return sandbox


@asynccontextmanager
async def _sandbox_client(sandbox: "Sandbox", max_connections: int) -> AsyncGenerator[Client]:
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client(
            sandbox.client_id,
            sandbox.client_secret,
            base_url="https://sandbox.example/v1",
            max_connections=max_connections,
            http_client=http_client,
            download_client=http_client,
        ) as client,
    ):
        yield client


def _heed_verbose(_context: click.Context, _option: click.Parameter, verbose: object) -> None:
    if verbose:
        tell_of_requests()


def service_options(command: Callable[Concatenate[Service, P], R]) -> Callable[P, R]:
    """Add the options of `Service` to a command, which gets one as its first argument."""

    @click.option(
        "--base-url",
        metavar="URL",
        help="Ask there. [default: $SMSTOOLS_BASE_URL, or the vendor's address]",
    )
    @click.option(
        "--allow-insecure-http",
        is_flag=True,
        help="Ask by plain http beyond this machine, too: what is sent can be read on the way.",
    )
    @click.option(
        "--timeout",
        type=Seconds(min=0, min_open=True),
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="Wait no longer for an answer.",
    )
    @click.option(
        "--sandbox",
        is_flag=True,
        help="Ask a sandbox in this program: made-up messages with any phone, no credentials.",
    )
    @click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_heed_verbose,
        help=VERBOSE,
    )
    @wraps(command)
    def with_service(*args: P.args, **kwargs: P.kwargs) -> R:
        options: dict[str, Any] = {
            name: kwargs.pop(name)
            for name in ("base_url", "allow_insecure_http", "timeout", "sandbox")
        }
        return command(Service(**options), *args, **kwargs)

    return with_service
