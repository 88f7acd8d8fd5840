"""Read whole message histories from the Smstools SMS gateway."""

from smstools_async._errors import (
    APIError,
    AuthenticationError,
    ClientClosedError,
    CursorError,
    InvalidRequestError,
    NotFoundError,
    PaginationError,
    PaginationStalledError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    SmstoolsError,
    TransportError,
    UnexpectedAnswerError,
)
from smstools_async._models import (
    ConversationPage,
    DeliveryStatus,
    Direction,
    Message,
    MessageFile,
)

__all__ = [
    "APIError",
    "AuthenticationError",
    "ClientClosedError",
    "ConversationPage",
    "CursorError",
    "DeliveryStatus",
    "Direction",
    "InvalidRequestError",
    "Message",
    "MessageFile",
    "NotFoundError",
    "PaginationError",
    "PaginationStalledError",
    "RateLimitError",
    "RequestTimeoutError",
    "ServerError",
    "SmstoolsError",
    "TransportError",
    "UnexpectedAnswerError",
]

__version__ = "0.1.0"
