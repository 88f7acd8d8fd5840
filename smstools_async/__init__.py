"""Read whole message histories from the Smstools SMS gateway."""

from typing import TYPE_CHECKING

from smstools_async._client import Client
from smstools_async._cursor import Cursor
from smstools_async._errors import (
    APIError,
    AuthenticationError,
    ClientClosedError,
    CursorError,
    DownloadError,
    InvalidRequestError,
    NotFoundError,
    PaginationError,
    PaginationStalledError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    SmstoolsError,
    TransportError,
    UnexpectedResponseError,
)
from smstools_async._models import (
    ConversationItem,
    ConversationPage,
    DeliveryStatus,
    Direction,
    Hooks,
    Message,
    MessageFile,
    RequestInfo,
    ResponseInfo,
    Retry,
    RetryInfo,
)
from smstools_async._reading.pages import (
    ConversationPages,
    ConversationStream,
    MessageStream,
    Progress,
)
from smstools_async._redact import RedactPhones, redact_url

if TYPE_CHECKING:
    from smstools_async._wire.convert import converter
else:  # out of the sight of type checkers, which would take any name for one that is here

    def __getattr__(name: str) -> object:
        """Load the converter, and cattrs with it, when it is asked for (PEP 562)."""
        if name != "converter":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from smstools_async._wire.convert import converter  # noqa: PLC0415

        return converter


__all__ = [
    "APIError",
    "AuthenticationError",
    "Client",
    "ClientClosedError",
    "ConversationItem",
    "ConversationPage",
    "ConversationPages",
    "ConversationStream",
    "Cursor",
    "CursorError",
    "DeliveryStatus",
    "Direction",
    "DownloadError",
    "Hooks",
    "InvalidRequestError",
    "Message",
    "MessageFile",
    "MessageStream",
    "NotFoundError",
    "PaginationError",
    "PaginationStalledError",
    "Progress",
    "RateLimitError",
    "RedactPhones",
    "RequestInfo",
    "RequestTimeoutError",
    "ResponseInfo",
    "Retry",
    "RetryInfo",
    "ServerError",
    "SmstoolsError",
    "TransportError",
    "UnexpectedResponseError",
    "converter",
    "redact_url",
]

__version__ = "0.1.0"
