"""What the errors of HTTP libraries mean."""

import ssl
import sys
from collections.abc import Iterator
from typing import Any, Final

from smstools_async._errors import RequestTimeoutError, TransportError

_TIMEOUTS: Final = {
    "ConnectTimeout": "No connection was made in time",
    "ReadTimeout": "No data came in time",
    "WriteTimeout": "The request could not be sent in time",
    "PoolTimeout": "No connection of the pool became free in time",
    "TimeoutException": "The server did not respond in time",
}
_PASSING_FAILURES: Final = {
    "ConnectError": "No connection could be made",
    "ProxyError": "The proxy did not make a connection",
    "NetworkError": "The connection broke",
    "RemoteProtocolError": "The server hung up or did not speak HTTP",
    "DecodingError": "The body could not be decoded",
    "SSLError": "The encryption of the connection broke",
}
_LASTING_FAILURES: Final = {
    "LocalProtocolError": "The request is not valid HTTP",
    "UnsupportedProtocol": "The base URL's scheme is not supported",
    "InvalidURL": "The URL cannot be parsed",
    "HTTPStatusError": "An event hook of the given http_client refused the status",
    "CookieConflict": "The given http_client has cookies that conflict",
    "StreamError": "The body was read by an event hook or transport of the given http_client",
    "HTTPError": "The HTTP client failed",
}
_TRUST_A_CA: Final = (
    "If a proxy or your company's own CA issued it, trust that CA:"
    " Client(http_client=open_http_client(ca_file=…)), or --ca-file on the command line. Otherwise"
    " do not connect: somebody may be reading along"
)


def foreign_errors(client: type[object]) -> tuple[type[Exception], ...]:
    """Return the roots of the errors of `httpx` or `httpx2`, whichever made this class.

    Raises:
        TypeError: It is not the `AsyncClient` of either.
    """
    for cls in client.__mro__:
        library: Any = sys.modules.get(cls.__module__.partition(".")[0])
        if cls is getattr(library, "AsyncClient", None) and hasattr(library, "HTTPError"):
            return (
                library.HTTPError,
                library.InvalidURL,
                library.CookieConflict,
                library.StreamError,
                ssl.SSLError,  # after the handshake httpcore lets it through
            )
    raise TypeError(f"http_client must be an AsyncClient of httpx or httpx2, got {client.__name__}")


def translate(error: Exception) -> TransportError:
    """Return what an error of the HTTP library means; the most specific known class counts."""
    if _is_untrusted(error):
        return TransportError(
            "The server's certificate is not trusted" + _describe_cause(error),
            retryable=False,
            remedy=_TRUST_A_CA,
        )
    for cls in type(error).__mro__:
        if cls.__name__ in _TIMEOUTS:
            return RequestTimeoutError(_TIMEOUTS[cls.__name__])
        if cls.__name__ in _PASSING_FAILURES:
            return TransportError(_PASSING_FAILURES[cls.__name__] + _describe_cause(error))
        if cls.__name__ in _LASTING_FAILURES:
            return TransportError(_LASTING_FAILURES[cls.__name__], retryable=False)
    raise AssertionError(type(error))  # pragma: no cover - a test walks all classes


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_untrusted(error: Exception) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def _describe_cause(error: Exception) -> str:
    """Return what the operating system said, which holds nothing of the request."""
    said = [
        getattr(cause, "verify_message", None) or cause.strerror
        for cause in _causes(error)
        if isinstance(cause, OSError)
    ]
    return f" ({' '.join(str(said[-1]).split())})" if said and said[-1] else ""
