"""A look-alike of the service: an account in memory, for trying out and for tests.

It answers as the vendor's documentation says, and where that is silent, in the likeliest way; every
such guess can be turned round in `Sandbox.quirks`.
"""

from smstools_async.sandbox._door import RateLimit
from smstools_async.sandbox._faults import (
    Answer,
    ConnectionRefused,
    Disconnect,
    Outcome,
    ReadTimedOut,
)
from smstools_async.sandbox._log import LoggedRequest
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._sandbox import Sandbox
from smstools_async.sandbox._serve import app, serve, serving
from smstools_async.sandbox._transport import SandboxTransport

__all__ = [
    "Answer",
    "ConnectionRefused",
    "Disconnect",
    "LoggedRequest",
    "Outcome",
    "Quirks",
    "RateLimit",
    "ReadTimedOut",
    "Sandbox",
    "SandboxTransport",
    "app",
    "serve",
    "serving",
]
