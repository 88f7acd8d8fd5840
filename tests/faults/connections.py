"""Faults of connections: before a response, within it, and behind it."""

import httpx

from smstools_async import (
    APIError,
    RequestTimeoutError,
    TransportError,
    UnexpectedResponseError,
)
from smstools_async._http.body import LARGEST_BODY
from tests.faults.fault import (
    ALWAYS,
    BODY,
    HEALTHY,
    TWICE,
    Fault,
    answer,
    fails,
    gives,
    head,
    page,
)
from tests.faults.server import Deed, Endless, Treatment
from tests.wire.rows import row

REFUSED = TransportError("No connection could be made")
HUNG_UP = TransportError("The server hung up or did not speak HTTP")
BROKE = TransportError("The connection broke")
NO_DATA = RequestTimeoutError("No data came in time")
TOO_LONG = RequestTimeoutError("No complete response came within 0.2 seconds")
CUT = UnexpectedResponseError("The response is not valid JSON", retryable=True)
TOO_LARGE = UnexpectedResponseError(f"The body is larger than {LARGEST_BODY} bytes")
UNTRUSTED = TransportError("The server's certificate is not trusted", retryable=False)

SOON = httpx.Timeout(5, read=0.1)
HEAD = head(Content_Type="application/json")
LENGTH = b"Content-Length: %d\r\n\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
HALF = BODY[: len(BODY) // 2]
CHUNK = b"%x\r\n%s\r\n" % (len(HALF), HALF)


def unasked(name: str, error: TransportError | APIError, *steps: bytes | Deed) -> Fault:
    """Make a row of a server that does not wait for a request."""
    treatment = Treatment(steps=steps, is_asked=False)
    return Fault(name=name, error=error, treatment=treatment, sent=ALWAYS)


CONNECTING = (
    Fault(
        name="Nobody listens at the port",
        treatment=Treatment(is_there=False),
        error=REFUSED,
        sent=ALWAYS,
    ),
    unasked("The connection is reset as soon as it is made", TransportError(""), Deed.RESET),
    unasked("The connection is closed as soon as it is made", HUNG_UP, Deed.HANG_UP),
    unasked(
        "A proxy has waited too long and says so before it is asked",
        APIError(408, None, "Request Timeout"),
        answer(status=408, Connection="close"),
        Deed.HANG_UP,
    ),
    Fault(
        name="The certificate is signed by nobody known",
        treatment=Treatment(certificate="elsewhere.pem"),
        error=UNTRUSTED,
        trusts=("here.pem",),
    ),
    Fault(
        name="The certificate is one of another host",
        treatment=Treatment(certificate="elsewhere.pem"),
        error=UNTRUSTED,
        trusts=("here.pem", "elsewhere.pem"),
    ),
    Fault(
        name="The connection is reset while encryption is agreed upon",
        treatment=Treatment(steps=(Deed.RESET,), is_asked=False),
        error=REFUSED,
        sent=ALWAYS,
        trusts=("here.pem",),
    ),
    Fault(
        name="The connection is closed while encryption is agreed upon",
        treatment=Treatment(steps=(Deed.HANG_UP,), is_asked=False),
        error=REFUSED,
        sent=ALWAYS,
        trusts=("here.pem",),
    ),
    Fault(
        name="The server of an https URL does not encrypt",
        treatment=Treatment(steps=(answer(status=400), Deed.HANG_UP), is_asked=False),
        error=REFUSED,
        sent=ALWAYS,
        trusts=("here.pem",),
    ),
    Fault(
        name="The server of an https URL never says a word",
        treatment=Treatment(steps=(Deed.FALL_SILENT,), is_asked=False),
        error=RequestTimeoutError("No connection was made in time"),
        sent=ALWAYS,
        trusts=("here.pem",),
        timeout=httpx.Timeout(5, connect=0.1),
    ),
)

ANSWERING = (
    fails("The connection is closed before the response", HUNG_UP, Deed.HANG_UP, sent=ALWAYS),
    fails("The connection is reset before the response", BROKE, Deed.RESET, sent=ALWAYS),
    fails("The server never responds", NO_DATA, Deed.FALL_SILENT, sent=ALWAYS, timeout=SOON),
    fails("Closed within the status line", HUNG_UP, b"HTTP/1.1 200", Deed.HANG_UP, sent=ALWAYS),
    fails("Closed within the head", HUNG_UP, HEAD, Deed.HANG_UP, sent=ALWAYS),
    fails("Reset within the head", BROKE, HEAD, Deed.RESET, sent=ALWAYS),
    fails("Silent within the head", NO_DATA, HEAD, Deed.FALL_SILENT, sent=ALWAYS, timeout=SOON),
    fails(
        "A head that drips, a byte at a time",
        TOO_LONG,
        HEAD + b"X: ",
        Endless(b"x", 0.01),
        sent=ALWAYS,
        timeout=0.2,
    ),
    fails(
        "Interim responses indefinitely (HTTP 103)",
        TOO_LONG,
        Endless(head(103) + b"\r\n", 0.01),
        sent=ALWAYS,
        timeout=0.2,
    ),
    fails("A head without end", HUNG_UP, HEAD, Endless(b"X: " + b"x" * 99 + b"\r\n"), sent=ALWAYS),
    fails("A header of 200 kB", HUNG_UP, HEAD + b"X: " + b"x" * 200_000, Deed.HANG_UP, sent=ALWAYS),
    fails("Closed between head and body", HUNG_UP, HEAD + LENGTH, Deed.HANG_UP, sent=ALWAYS),
    fails("Reset between head and body", BROKE, HEAD + LENGTH, Deed.RESET, sent=ALWAYS),
    fails(
        "Silent between head and body",
        NO_DATA,
        HEAD + LENGTH,
        Deed.FALL_SILENT,
        sent=ALWAYS,
        timeout=SOON,
    ),
    fails("Closed within the body", HUNG_UP, HEAD + LENGTH + HALF, Deed.HANG_UP, sent=ALWAYS),
    fails("Reset within the body", BROKE, HEAD + LENGTH + HALF, Deed.RESET, sent=ALWAYS),
    fails(
        "Silent within the body",
        NO_DATA,
        HEAD + LENGTH + HALF,
        Deed.FALL_SILENT,
        sent=ALWAYS,
        timeout=SOON,
    ),
    fails(
        "A body that drips, a byte at a time",
        TOO_LONG,
        HEAD + b"\r\n",
        Endless(b" ", 0.01),
        sent=ALWAYS,
        timeout=0.2,
    ),
    fails("Closed between two chunks", HUNG_UP, HEAD + CHUNKED + CHUNK, Deed.HANG_UP, sent=ALWAYS),
    fails("Reset between two chunks", BROKE, HEAD + CHUNKED + CHUNK, Deed.RESET, sent=ALWAYS),
    fails("Closed within a chunk", HUNG_UP, HEAD + CHUNKED + CHUNK[:-9], Deed.HANG_UP, sent=ALWAYS),
    fails(
        "A chunk whose length is not a number",
        HUNG_UP,
        HEAD + CHUNKED + b"zz\r\n" + HALF,
        Deed.HANG_UP,
        sent=ALWAYS,
    ),
    fails(
        "A chunk of a negative length",
        HUNG_UP,
        HEAD + CHUNKED + b"-1\r\n" + HALF,
        Deed.HANG_UP,
        sent=ALWAYS,
    ),
    fails(
        "A chunk longer than it says",
        HUNG_UP,
        HEAD + CHUNKED + b"5\r\n" + HALF,
        Deed.HANG_UP,
        sent=ALWAYS,
    ),
    fails(
        "A chunk length of 30 digits",
        HUNG_UP,
        HEAD + CHUNKED + b"f" * 30 + b"\r\n" + HALF,
        Deed.HANG_UP,
        sent=ALWAYS,
    ),
    fails(
        "Closed within a body without a length",
        CUT,
        HEAD + b"\r\n" + HALF,
        Deed.HANG_UP,
        sent=TWICE,
    ),
    fails(
        "Reset within a body without a length",
        BROKE,
        HEAD + b"\r\n" + HALF,
        Deed.RESET,
        sent=ALWAYS,
    ),
    fails(
        "A body shorter than its length, and silence",
        NO_DATA,
        HEAD + b"Content-Length: 9999\r\n\r\n" + BODY,
        Deed.FALL_SILENT,
        sent=ALWAYS,
        timeout=SOON,
    ),
    fails(
        "A body longer than its length",
        CUT,
        HEAD + b"Content-Length: 40\r\n\r\n" + BODY,
        Deed.HANG_UP,
        sent=TWICE,
    ),
    fails(
        "Two lengths that differ",
        HUNG_UP,
        HEAD + b"Content-Length: 1\r\n" + LENGTH + BODY,
        sent=ALWAYS,
    ),
    fails("A negative length", HUNG_UP, HEAD + b"Content-Length: -1\r\n\r\n" + BODY, sent=ALWAYS),
    fails(
        "A length that is not a number",
        HUNG_UP,
        HEAD + b"Content-Length: many\r\n\r\n" + BODY,
        sent=ALWAYS,
    ),
    fails(
        "A length that would fill the memory",
        HUNG_UP,
        HEAD + b"Content-Length: 999999999999\r\n\r\n" + BODY,
        Deed.HANG_UP,
        sent=ALWAYS,
    ),
    fails("A body without end", TOO_LARGE, HEAD + b"\r\n", Endless(b" " * 1024 * 1024)),
    fails("Another protocol: SSH", HUNG_UP, b"SSH-2.0-OpenSSH_9.6\r\n", Deed.HANG_UP, sent=ALWAYS),
    fails(
        "Another protocol: SMTP", HUNG_UP, b"220 mail.example ESMTP\r\n", Deed.HANG_UP, sent=ALWAYS
    ),
    fails("Another protocol: TLS", HUNG_UP, b"\x16\x03\x03\x00\x7a\x02", Deed.HANG_UP, sent=ALWAYS),
    fails("A body without a head", HUNG_UP, BODY, Deed.HANG_UP, sent=ALWAYS),
    fails("Random bytes", HUNG_UP, bytes(range(256)), Deed.HANG_UP, sent=ALWAYS),
    fails("A status in words", HUNG_UP, b"HTTP/1.1 two hundred\r\n\r\n", sent=ALWAYS),
    fails("A status of two digits", HUNG_UP, b"HTTP/1.1 42 \r\n\r\n", sent=ALWAYS),
    fails("A header line without a colon", HUNG_UP, HEAD + b"whatever\r\n" + LENGTH, sent=ALWAYS),
    fails("A NUL in the head", HUNG_UP, HEAD + b"X: \x00\r\n" + LENGTH, sent=ALWAYS),
    fails(
        "An upgrade nobody asked for (HTTP 101)",
        HUNG_UP,
        head(101, Upgrade="websocket", Connection="upgrade") + b"\r\n",
        sent=ALWAYS,
    ),
)

TOLERATED = (
    gives(
        "Interim responses before the page (HTTP 100, 103)",
        "",
        *[head(100) + b"\r\n"] * 3,
        page(row()),
    ),
    gives("A response that comes in single bytes", "", *[bytes([byte]) for byte in page(row())]),
    gives("Lines that end without a carriage return", "", page(row()).replace(b"\r\n", b"\n")),
    gives("A body without a length, closed at its end", "", HEAD + b"\r\n" + BODY, Deed.HANG_UP),
    gives(
        "A length and chunks at once",
        "the chunks count",
        HEAD + LENGTH[:-2] + CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
        Deed.HANG_UP,
    ),
    gives("HTTP/1.0", "", page(row()).replace(b"HTTP/1.1", b"HTTP/1.0"), Deed.HANG_UP),
    gives("Surplus bytes behind the response", "the next request is retried", page(row()) + b"?"),
    gives(
        "Two responses to one request",
        "the second one is taken for that to the next request on this connection, unless it is of"
        " another phone",
        page(row()) * 2,
    ),
    fails(
        "A page of another phone, as connections bring that are out of step",
        UnexpectedResponseError("The response is a page of another phone number", retryable=True),
        page(row(sender="5521912345678")),
        sent=TWICE,
    ),
    Fault(
        name="A kept connection that the server has closed since",
        note="by a new connection",
        treatment=HEALTHY,
        before=Treatment(steps=(page(row()), Deed.HANG_UP)),
    ),
    Fault(
        name="A kept connection that the server has reset since",
        note="by a new connection",
        treatment=HEALTHY,
        before=Treatment(steps=(page(row()), Deed.RESET)),
    ),
    Fault(
        name="A kept connection that the server has closed on its side only",
        note="by a new connection",
        treatment=HEALTHY,
        before=Treatment(steps=(page(row()), Deed.HANG_UP_HALF, Deed.FALL_SILENT)),
    ),
    Fault(
        name="A kept connection that is closed as the next request comes",
        treatment=Treatment(steps=(Deed.HANG_UP,)),
        error=HUNG_UP,
        sent=ALWAYS,
        before=HEALTHY,
    ),
    Fault(
        name="A kept connection that is reset as the next request comes",
        treatment=Treatment(steps=(Deed.RESET,)),
        error=BROKE,
        sent=ALWAYS,
        before=HEALTHY,
    ),
)
