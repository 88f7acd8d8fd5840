"""Read complete message histories from the Smstools SMS gateway."""

from smstools_async._client import Client
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
    DeliveryStatus,
    Direction,
    Message,
    MessageFile,
    Page,
)
from smstools_async._outcomes import ConversationEnd, ConversationError, MessageOf
from smstools_async._reading.cursor import Cursor
from smstools_async._reading.iterators import PageIterator, RowIterator
from smstools_async._reading.many import ConversationsStream
from smstools_async._reading.progress import Progress
from smstools_async._reading.stream import Stream
from smstools_async._redact import RedactPhones, redact_url
from smstools_async._resources.listing import Listing
from smstools_async._settings import Hooks, RequestInfo, ResponseInfo, Retry, RetryInfo
from smstools_async._version import __version__ as __version__
from smstools_async._wire.converter import converter

__all__ = [
    "APIError",
    "AuthenticationError",
    "Client",
    "ClientClosedError",
    "ConversationEnd",
    "ConversationError",
    "ConversationsStream",
    "Cursor",
    "CursorError",
    "DeliveryStatus",
    "Direction",
    "DownloadError",
    "Hooks",
    "InvalidRequestError",
    "Listing",
    "Message",
    "MessageFile",
    "MessageOf",
    "NotFoundError",
    "Page",
    "PageIterator",
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
    "RowIterator",
    "ServerError",
    "SmstoolsError",
    "Stream",
    "TransportError",
    "UnexpectedResponseError",
    "converter",
    "open_http_client",
    "redact_url",
]
