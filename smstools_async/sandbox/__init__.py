"""A look-alike of the service: an account in memory, for trying out and for tests.

It responds as the vendor's documentation says, and where that is silent, in the likeliest way.
`Sandbox.quirks` changes every such guess.
"""

from smstools_async.sandbox._catalogue import ORDERS, UNSTABLE_ROWS, UNTRUE_NUMBERS, named_quirks
from smstools_async.sandbox._claims import Claim, PageNumbers
from smstools_async.sandbox._hosts import UNTIDY_HOSTS
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._rate_limit import RateLimit
from smstools_async.sandbox._requests import LoggedRequest
from smstools_async.sandbox._responses import (
    Change,
    ConnectionRefused,
    Disconnect,
    Outcome,
    ReadTimedOut,
    Response,
)
from smstools_async.sandbox._sandbox import Sandbox
from smstools_async.sandbox._serve import app, serve, serving
from smstools_async.sandbox._transport import SandboxTransport

__all__ = [  # noqa: RUF022 - constants stand where a person looks for them
    "Change",
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
    "UNTIDY_HOSTS",
    "UNTRUE_NUMBERS",
    "app",
    "named_quirks",
    "serve",
    "serving",
]
