"""Read whole message histories from the Smstools SMS gateway."""

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
from smstools_async._http.opening import open_http_client
from smstools_async._models import (
    ConversationItem,
    DeliveryStatus,
    Direction,
    Message,
    MessageFile,
    Page,
)
from smstools_async._reading.pages import (
    ConversationPages,
    ConversationStream,
    MessageStream,
    Progress,
)
from smstools_async._redact import RedactPhones, redact_url
from smstools_async._settings import Hooks, RequestInfo, ResponseInfo, Retry, RetryInfo
from smstools_async._version import __version__ as __version__
from smstools_async._wire.converter import converter

__all__ = [
    "APIError",
    "AuthenticationError",
    "Client",
    "ClientClosedError",
    "ConversationItem",
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
    "Page",
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
    "open_http_client",
    "redact_url",
]
