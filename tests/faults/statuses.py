"""Error responses, and other responses that are not a page."""

from http import HTTPStatus

from smstools_async import (
    APIError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
    ServerError,
    TransportError,
    UnexpectedResponseError,
)
from tests.faults.fault import ALWAYS, ONCE, TWICE, Fault, answer, fails, head, packed
from tests.faults.server import Deed, Endless
from tests.wire.asking import CLIENT_ID, CLIENT_SECRET, PHONE
from tests.wire.rows import body_of, row

HTML = f"<html>{CLIENT_ID} {CLIENT_SECRET} {PHONE}</html>".encode()
ECHO = f"{CLIENT_ID} with {CLIENT_SECRET} asked for {PHONE}"
MASKED = "•••• with •••• asked for •••21"
WRONG_LOGIN = AuthenticationError(401, None, "Unauthorized")


def says_no(
    code: int | str, error: APIError, *, sent: int = ONCE, said: str = "", name: str = ""
) -> Fault:
    """Make a row of an error as the vendor writes it."""
    name = name or f"HTTP {error.status} with error {code}{said}"
    body = f'{{"error": "{code}", "errorMsg": "{ECHO}"}}'.encode()
    return fails(name, error, answer(body, error.status), sent=sent)


def page_of_a_proxy(error: type[APIError], status: int, *, sent: int = ONCE) -> Fault:
    """Make a row of a status whose body tells nothing."""
    name = f"HTTP {status} with an HTML page"
    return fails(name, error(status, None, reason_of(status)), answer(HTML, status), sent=sent)


def reason_of(status: int) -> str:
    """Return what Python calls a status, which changes with its versions."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"


def points_elsewhere(status: int, location: str, host: str, name: str) -> Fault:
    """Make a row of a redirect."""
    error = UnexpectedResponseError(
        f"The server responded with HTTP {status} and points to {host}. Redirects are not"
        " followed, since the credentials are for the base URL alone; check `base_url`"
    )
    return fails(f"HTTP {status}, {name}", error, answer(status=status, Location=location))


REFUSALS = (
    says_no(104, AuthenticationError(400, 104, MASKED), said=", wrong credentials"),
    says_no(104, AuthenticationError(200, 104, MASKED)),
    says_no(104, AuthenticationError(503, 104, MASKED)),
    says_no(116, AuthenticationError(400, 116, MASKED)),
    says_no(200, AuthenticationError(403, 200, MASKED), said=", address not allowed"),
    says_no(1002, AuthenticationError(429, 1002, MASKED), said=", account locked"),
    says_no(1403, AuthenticationError(400, 1403, MASKED)),
    fails("HTTP 401 with an HTML page", WRONG_LOGIN, answer(HTML, 401)),
    fails(
        "HTTP 401 whose body breaks off", WRONG_LOGIN, answer(b"{", 401, X="y")[:-1], Deed.HANG_UP
    ),
    fails("HTTP 401 whose body is damaged gzip", WRONG_LOGIN, packed(b"{", status=401)),
    fails("HTTP 401 whose body is br", WRONG_LOGIN, packed(b"{", "br", status=401)),
    fails(
        "HTTP 401 with a body without end",
        WRONG_LOGIN,
        head(401) + b"\r\n",
        Endless(b" " * 1024 * 1024),
    ),
    fails(
        "HTTP 401 whose body drips, a byte at a time",
        WRONG_LOGIN,
        head(401) + b"\r\n",
        Endless(b" ", 0.01),
        timeout=0.2,
    ),
    fails(
        "HTTP 403 in another character set",
        AuthenticationError(403, None, "Forbidden"),
        answer("<p>não".encode("utf-16"), 403, Content_Type="text/html; charset=rot13"),
    ),
    says_no(103, InvalidRequestError(400, 103, MASKED), said=", phone invalid"),
    says_no(136, InvalidRequestError(400, 136, MASKED), said=", page invalid"),
    says_no("error parsing json", InvalidRequestError(400, None, MASKED), name="HTTP 400 in words"),
    page_of_a_proxy(InvalidRequestError, 400),
    page_of_a_proxy(NotFoundError, 404),
    says_no(125, NotFoundError(400, 125, MASKED), said=", not found"),
    *(
        page_of_a_proxy(APIError, status)
        for status in (402, 405, 407, 409, 410, 413, 425, 451, 600, 999)
    ),
    page_of_a_proxy(InvalidRequestError, 422),
    says_no(138, APIError(400, 138, MASKED), said=", no credits left"),
    says_no(777, InvalidRequestError(400, 777, MASKED), said=", which is not documented"),
    page_of_a_proxy(ServerError, 501),
    page_of_a_proxy(ServerError, 505),
    page_of_a_proxy(ServerError, 599),
    *(
        page_of_a_proxy(ServerError, status, sent=ALWAYS)
        for status in (500, 502, 503, 504, *range(520, 525), 529)
    ),
    page_of_a_proxy(APIError, 408, sent=ALWAYS),
    page_of_a_proxy(RateLimitError, 429, sent=ALWAYS),
    says_no(105, ServerError(400, 105, MASKED), sent=ALWAYS, said=", a failure of the server"),
    says_no(105, ServerError(200, 105, MASKED), sent=ALWAYS),
)

DETOURS = (
    points_elsewhere(
        302, "https://evil.example/v1?x=" + PHONE, "host 'evil.example'", "to another host"
    ),
    points_elsewhere(307, "//evil.example/v1", "host 'evil.example'", "to another host"),
    points_elsewhere(
        308, f"/v1/conversation/{PHONE}", "another path of the same host", "in a circle"
    ),
    points_elsewhere(301, "http://127.example/", "host '127.example'", "to plain http"),
    fails(
        "HTTP 303, to no URL",
        TransportError("The URL cannot be parsed", retryable=False),
        answer(status=303, Location="javascript:alert()"),
    ),
    fails(
        "HTTP 302, to a broken URL",
        TransportError("The server hung up or did not speak HTTP"),
        answer(status=302, Location="https://[::1"),
        sent=ALWAYS,
    ),
    fails(
        "HTTP 300 without a URL",
        UnexpectedResponseError(
            "The server responded with HTTP 300, which is neither a success nor an error"
        ),
        answer(status=300),
    ),
    fails(
        "HTTP 304, not modified",
        UnexpectedResponseError(
            "The server responded with HTTP 304, which is neither a success nor an error"
        ),
        answer(status=304),
    ),
    fails(
        "HTTP 204, no content",
        UnexpectedResponseError("The response is empty, not JSON", retryable=True),
        head(204) + b"\r\n",
        sent=TWICE,
    ),
    fails(
        "HTTP 200 with rows and an error at once",
        UnexpectedResponseError("The response holds rows and an error at once"),
        answer(body_of(row(), error="105")),
    ),
)
