"""Keep what is private in a URL out of the logs of HTTP libraries.

httpx logs each request with its complete URL at INFO: a phone number in the path, a signature in
the query. Its logger belongs to the application, as does a given HTTP client, so nothing is added
to either. Instead a request carries a URL that is complete for whoever sends it, and redacted in
log lines and in its `repr`.

httpcore logs response headers and exceptions at DEBUG, from a dictionary that it passes to the
request's `trace` extension first: `hide_details` empties it.
"""

from inspect import currentframe
from typing import Any, Final

import httpx

from smstools_async._redact import redact_url, show_host

_CLASSES: Final[dict[Any, Any]] = {}
"""Classes of redacted URLs, by what they are made of; at most four."""


class _Redacted:
    """Adds to a class of URLs what they look like in a log line."""

    def __str__(self) -> str:
        complete = super().__str__()
        return self.show(complete) if _is_for_a_log() else complete

    def __repr__(self) -> str:
        return f"URL({self.show(super().__str__())!r})"

    @staticmethod
    def show(url: str) -> str:
        """Return what may be logged of a URL of the API: all but phone numbers."""
        return redact_url(url)


class _RedactedToHost(_Redacted):
    @staticmethod
    def show(url: str) -> str:
        """Return what may be logged of an attachment's URL, whose path and query may be a key."""
        return show_origin(httpx.URL(url))


def show_origin(url: httpx.URL) -> str:
    """Return scheme, host and port of an attachment's URL.

    Example:
        >>> show_origin(httpx.URL("https://files.example/boleto.png?sig=k3y"))
        'https://files.example/…'
    """
    return f"{url.scheme}://{show_host(url.host, url.port)}/…"


def redact_numbers(request: Any) -> None:
    """Have phone numbers masked wherever the request's URL is logged."""
    _redact(request, _Redacted)


def redact_to_host(request: Any) -> None:
    """Have only the host shown wherever the request's URL is logged."""
    _redact(request, _RedactedToHost)


def _redact(request: Any, redacted: type[_Redacted]) -> None:
    bases: Any = (redacted, type(request.url))  # a URL of httpx or of httpx2
    if bases not in _CLASSES:
        _CLASSES[bases] = type("URL", bases, {})
    request.url = _CLASSES[bases](request.url)


def _is_for_a_log() -> bool:
    """Whether the module `logging` is among the callers, which formats lines."""
    frame = currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "logging":
            return True
        frame = frame.f_back
    return False


def hide_details(event: str, details: dict[str, Any]) -> None:
    """Empty what httpcore is about to log of the end of an event.

    The dictionaries of beginnings are left: httpcore continues to use them, and they hold no more
    than a host, a port and a method.
    """
    if not event.endswith(".started"):
        details.clear()
