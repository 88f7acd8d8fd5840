"""Where a contender reads from; it travels to the contender's process as JSON.

Standard library only: the existing client is measured in an environment of its own.
"""

import ssl
from dataclasses import dataclass

PHONE = "+5511987654321"
CLIENT_ID = "benchmark"
CLIENT_SECRET = "benchmark"  # noqa: S105 - the server asks for none


@dataclass(frozen=True, kw_only=True)
class Source:
    """A history on a local server."""

    base_url: str
    pages: int
    page_size: int
    latency: float = 0.0
    """Seconds before each answer."""
    authority: str = ""
    """Path of the PEM file that vouches for the server's certificate; empty: no TLS."""
    phone: str = PHONE

    @property
    def headers(self) -> dict[str, str]:
        """The headers the vendor's page asks for."""
        return {"X-Client-Id": CLIENT_ID, "X-Client-Secret": CLIENT_SECRET}

    @property
    def tls(self) -> ssl.SSLContext | None:
        """How to check the server's certificate."""
        return ssl.create_default_context(cafile=self.authority) if self.authority else None
