"""The network of a company: its proxy, its certificate authority, its client certificates."""

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import attrs
import click
import httpx

from smstools_async import open_http_client


@attrs.frozen(kw_only=True)
class Network:
    """How connections are made, where not directly and by public certificates alone."""

    proxy: str | None = attrs.field(default=None, repr=False)
    ca_file: Path | None = None
    client_cert: Path | None = None

    def open(self, max_connections: int) -> httpx.AsyncClient:
        """Open an HTTP client that connects like this."""
        return open_http_client(
            proxy=self.proxy,
            ca_file=self.ca_file,
            client_cert=self.client_cert,
            max_connections=max_connections,
        )

    @property
    def for_attachments(self) -> "Network":
        """The same without the client certificate, which their hosts have no business with."""
        return attrs.evolve(self, client_cert=None)


DIRECT = Network()


def with_environment(network: Network, base_url: str) -> Network:
    """Return a network with what the environment says about connections to a URL."""
    url, proxies = urlsplit(base_url), getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if proxy_bypass(url.hostname or ""):
        proxy = None
    bundle = os.environ.get("SSL_CERT_FILE")
    return attrs.evolve(
        network,
        proxy=network.proxy or proxy,
        ca_file=network.ca_file or (Path(bundle) if bundle else None),
    )


def check_proxy(_context: click.Context, _option: click.Parameter, proxy: str | None) -> str | None:
    """Refuse a password on the command line, which others can read."""
    if proxy and urlsplit(proxy).password is not None:
        raise click.BadParameter(
            "it must not hold a password, since others can read command lines. Put the URL into"
            " HTTPS_PROXY, and give --trust-env."
        )
    return proxy
