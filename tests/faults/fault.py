"""What a row of the fault table is, and the words to write one with."""

from collections.abc import Mapping
from typing import Any

import attrs
import httpx

from smstools_async import SmstoolsError
from tests.faults.server import Step, Treatment
from tests.wire.rows import body_of, row

ONCE = 1
TWICE = 2
ALWAYS = 3
"""As often as the table lets a request be sent."""


@attrs.frozen(kw_only=True)
class Fault:
    """One row: what a server does, and what its client makes of it."""

    name: str
    treatment: Treatment
    error: SmstoolsError | None = None
    """The error that comes, but for what the system adds to its `reason`; `None`: a page does."""
    page: Mapping[str, object] = {}
    """Some attributes of the page that comes."""
    message: Mapping[str, object] = {}
    """Some attributes of its first message."""
    note: str = ""
    """What the docs say about the page that comes."""
    sent: int = ONCE
    """How often the request is sent, if the server goes on like this."""
    before: Treatment | None = None
    """How a request before this one is treated, which leaves its connection behind."""
    timeout: float | httpx.Timeout = 30
    trusts: tuple[str, ...] = ()
    """The certificates that the client trusts; some: the URL is one of https."""

    @property
    def recovery(self) -> Treatment:
        """Return what a server in good health does instead."""
        return attrs.evolve(HEALTHY, certificate="here.pem" if self.trusts else None)


def head(status: int = 200, **headers: str) -> bytes:
    """Return the head of a response, but for its empty line; `_` in a name stands for `-`."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} Whatever", *lines, ""]).encode()


def answer(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """Return a response with its length."""
    return head(status, Content_Length=str(len(body)), **headers) + b"\r\n" + body


def page(*rows: Any, **changes: Any) -> bytes:
    """Return a response with a page of rows."""
    return answer(body_of(*rows, **changes))


def packed(body: bytes, encoding: str = "gzip", status: int = 200) -> bytes:
    """Return a response whose body is said to be encoded in some way."""
    return answer(body, status, Content_Encoding=encoding)


BODY = body_of(row())
HEALTHY = Treatment(steps=(page(row()),))


def fails(name: str, error: SmstoolsError, *steps: Step, sent: int = ONCE, **options: Any) -> Fault:
    """Make a row that ends in an error."""
    return Fault(name=name, error=error, treatment=Treatment(steps=steps), sent=sent, **options)


def gives(name: str, note: str, *steps: Step, **options: Any) -> Fault:
    """Make a row that ends in a page."""
    return Fault(name=name, note=note, treatment=Treatment(steps=steps), **options)
