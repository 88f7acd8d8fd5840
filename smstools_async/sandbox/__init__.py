"""A look-alike of the service: an account in memory, for trying out and for tests.

It answers as the vendor's documentation says, and where that is silent, in the likeliest way; every
such guess can be turned round in `Sandbox.quirks`.
"""

from smstools_async.sandbox._catalogue import ORDERS, UNSTABLE_ROWS, UNTRUE_NUMBERS, named_quirks
from smstools_async.sandbox._claims import Claim, PageNumbers
from smstools_async.sandbox._door import RateLimit
from smstools_async.sandbox._faults import (
    ConnectionRefused,
    Disconnect,
    Outcome,
    ReadTimedOut,
    Response,
)
from smstools_async.sandbox._log import LoggedRequest
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._sandbox import Sandbox
from smstools_async.sandbox._serve import app, serve, serving
from smstools_async.sandbox._transport import SandboxTransport

__all__ = [  # noqa: RUF022 - constants stand where a person looks for them
    "Claim",
    "ConnectionRefused",
    "Disconnect",
    "LoggedRequest",
    "ORDERS",
    "Outcome",
    "PageNumbers",
    "Quirks",
    "RateLimit",
    "ReadTimedOut",
    "Response",
    "Sandbox",
    "SandboxTransport",
    "UNSTABLE_ROWS",
    "UNTRUE_NUMBERS",
    "app",
    "named_quirks",
    "serve",
    "serving",
]
