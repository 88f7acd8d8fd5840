"""The service that a command reads from: the vendor's, or a sandbox within the program."""

import os
from collections.abc import AsyncGenerator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
import click
import httpx

from smstools_async import Client, Retry
from smstools_async.cli._network import DIRECT, Network, with_environment
from smstools_async.cli._reporting import report

if TYPE_CHECKING:
    from smstools_async.sandbox import Sandbox

_CREDENTIALS: Final = ("SMSTOOLS_CLIENT_ID", "SMSTOOLS_CLIENT_SECRET")
_SANDBOX_MESSAGES: Final = 5000
_NEWS: Final = ("Oi, tudo bem?", "Confirmo, obrigada! 🙏", "Posso remarcar?", "👍", "Até amanhã!")


@attrs.frozen(kw_only=True)
class Service:
    """The options that say where to read from, and how patiently."""

    base_url: str | None = None
    allow_insecure_http: bool = False
    timeout: float = 30.0
    sandbox: bool = False
    proxy: str | None = attrs.field(default=None, repr=False)
    ca_file: Path | None = None
    client_cert: Path | None = None
    trust_env: bool = False
    requests_per_second: float | None = None
    attempts: int | None = None
    patience: float | None = None

    @property
    def network(self) -> Network:
        """How connections are made."""
        network = Network(proxy=self.proxy, ca_file=self.ca_file, client_cert=self.client_cert)
        if not self.trust_env:
            return network
        base_url = self.base_url or os.environ.get("SMSTOOLS_BASE_URL") or "https:"
        return with_environment(network, base_url)

    @property
    def retry(self) -> Retry:
        """How often and for how long a failed request is retried."""
        retry = Retry() if self.patience is None else Retry.patient(total_time=self.patience)
        return retry if self.attempts is None else attrs.evolve(retry, attempts=self.attempts)

    @property
    def address(self) -> str:
        """Its URL, or words for a service whose URL was not given."""
        if self.sandbox:
            return "a sandbox in the program"
        base_url = self.base_url or os.environ.get("SMSTOOLS_BASE_URL")
        return base_url.rstrip("/") if base_url else "the vendor's"

    def client(
        self, *phones: str, lively: bool = False, max_connections: int = 8
    ) -> AbstractAsyncContextManager[Client]:
        """Return a client to open; for a sandbox, one that has messages with `phones`."""
        if not self.sandbox:
            _check_environment()
            return self._client(max_connections)
        if self.base_url:
            raise ValueError("--base-url and --sandbox name two different services: give one.")
        sandbox = make_sandbox(*phones, messages=_SANDBOX_MESSAGES, lively=lively)
        report(
            f"This is a sandbox of {_SANDBOX_MESSAGES:,} made-up messages, not the real service."
        )
        return _sandbox_client(sandbox, max_connections)

    @asynccontextmanager
    async def _client(self, max_connections: int) -> AsyncGenerator[Client]:
        async with AsyncExitStack() as opened:
            network = self.network
            own, for_attachments = [
                await opened.enter_async_context(each.open(max_connections))
                if each != DIRECT
                else None
                for each in (network, network.for_attachments)
            ]
            yield await opened.enter_async_context(
                Client(
                    base_url=self.base_url,
                    allow_insecure_http=self.allow_insecure_http,
                    timeout=self.timeout,
                    retry=self.retry,
                    requests_per_second=self.requests_per_second,
                    max_connections=max_connections,
                    http_client=own,
                    download_client=for_attachments,
                )
            )


def check_attachments(service: Service) -> None:
    """Refuse attachments through a proxy or by another CA, unless private addresses are accepted.

    Raises:
        click.UsageError: They would be downloaded without a check of the addresses.
    """
    if service.network.for_attachments != DIRECT:
        raise click.UsageError(
            "Through a proxy or with a CA of your own, --files cannot check which addresses the"
            " attachments come from. Accept that by --allow-private-addresses, or export without"
            " --files."
        )


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
    quirks: Iterable[str] = (),
) -> "Sandbox":
    """Create a sandbox whose conversations share `messages` as evenly as possible.

    In a lively one a message arrives with each request.

    Raises:
        ValueError: A phone, or the name of a quirk, is not valid.
    """
    from smstools_async.sandbox import Sandbox, named_quirks  # noqa: PLC0415 - for --sandbox alone

    sandbox = Sandbox(seed=seed, quirks=named_quirks(*quirks))
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
