"""All errors of the library.

```
SmstoolsError
├─ TransportError             no complete response arrived
│  └─ RequestTimeoutError
├─ APIError                   the API returned an error
│  ├─ AuthenticationError
│  ├─ InvalidRequestError
│  ├─ NotFoundError
│  ├─ RateLimitError
│  └─ ServerError
├─ UnexpectedResponseError    the response is not as documented
├─ PaginationError            the pages contradict each other
│  └─ PaginationStalledError
├─ CursorError                the cursor cannot be resumed from
├─ DownloadError              an attachment cannot be downloaded
└─ ClientClosedError          the client is closed
```

No error contains a secret, the text of a message or a complete phone number, so each can be logged,
pickled and sent to an error tracker. Wrong arguments raise `ValueError` or `TypeError` before any
request; see `_arguments`.
"""

import re
from http import HTTPStatus
from typing import ClassVar

_NUMBER = re.compile(r"\d(?:[\s().,;:'\u2019_*+·\-/]*\d){4,}")
_LONGEST_QUOTE = 200
_MOST_PROBLEMS = 20
_MOST_SHOWN = 3
_SKIP = (
    "No row of this response was delivered. Pass on_bad_row='skip' (command: --skip-bad-rows) to"
    " continue without the bad rows, and report them to the vendor"
)
_REPORT = (
    "Nothing of this response was used. If this repeats, the API may have changed: please report it"
)


def quote_safely(text: str) -> str:
    r"""Make foreign text safe for an error or a log line.

    Control and format characters become spaces. Of each number of five or more digits, however
    grouped, only the last two are kept. The result has at most 200 characters.

    Example:
        >>> quote_safely("receiver +55 11 98765-4321 is invalid\n")
        'receiver +•••21 is invalid'
    """
    masked = mask_numbers(make_printable(text[: 2 * _LONGEST_QUOTE]))
    return " ".join(masked.split())[:_LONGEST_QUOTE]


def make_printable(text: str) -> str:
    """Replace each control and format character with a space."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def mask_numbers(printable: str) -> str:
    """Mask all but the last two digits of each number of five or more, however grouped."""
    return _NUMBER.sub(_mask, printable)


def _mask(number: re.Match[str]) -> str:
    return "•••" + re.sub(r"\D", "", number[0])[-2:]


class SmstoolsError(Exception):
    """The root of all errors of this library."""

    cursor: str | None = None
    """Where to resume an iteration that failed: pass it to `iter_conversation(cursor=…)`, which
    continues with the first message that was not delivered. `None` outside of iterations."""
    attempts: int = 1
    """How many times the failed request was sent."""


class TransportError(SmstoolsError):
    """No complete response arrived: no connection, a broken one, or something other than HTTP.

    The error of the HTTP library is not chained, since it references the request and thereby the
    secret. Its message is in `reason`.
    """

    remedy: str = "Check the network and the base URL, then try again"
    """What to do next, in words."""

    def __init__(
        self,
        reason: str,
        retryable: bool = True,  # noqa: FBT001, FBT002 - an error unpickles from positional fields
        remedy: str | None = None,
    ) -> None:
        super().__init__(reason, retryable, remedy)
        if remedy is not None:
            self.remedy = remedy
        self.reason = reason
        """What happened, in words."""
        self.retryable = retryable
        """Whether the same request may succeed later; false for an untrusted certificate."""

    def __str__(self) -> str:
        """Say what happened and what to do next."""
        return f"{self.reason}. {self.remedy}."


class RequestTimeoutError(TransportError):
    """The response did not arrive in time."""

    remedy = "Try again, or give the client a longer `timeout`"


class APIError(SmstoolsError):
    """The API returned an error."""

    remedy: ClassVar[str] = "See the vendor's list of errors, 'handling errors'"

    def __init__(
        self, status: int, code: int | None, message: str, retry_after: float | None = None
    ) -> None:
        super().__init__(status, code, message, retry_after)
        self.status = status
        """The HTTP status. It can be 200: the API is reported to send errors with it, too."""
        self.code = code
        """The vendor's error code, such as 104; `None` if there is none."""
        self.message = message
        """The message of the server, shortened, with numbers masked."""
        self.retry_after = retry_after
        """How long the server asks to wait before the next request, in seconds; `None` if it does
        not say. Sent with HTTP 429 and 503."""

    def __str__(self) -> str:
        """Say what the API returned and what to do next."""
        code = "" if self.code is None else f" with error {self.code}"
        return f"The API returned HTTP {self.status}{code}: {self.message}. {self.remedy}."


class AuthenticationError(APIError):
    """The API does not accept these credentials, or not from this IP address.

    Never retried, since too many failed logins lock the account (error 1002).
    """

    remedy = (
        "Check the client id and secret, the list of allowed IP addresses and the state of the"
        " account before trying again: too many failed logins lock the account"
    )


class InvalidRequestError(APIError):
    """The API does not accept the request, for instance because of its phone number."""

    remedy = "Correct the request; the same one will fail again"


class NotFoundError(APIError):
    """The requested resource does not exist.

    A phone number without messages is usually no error: the API returns an empty history.
    """

    remedy = "Check the phone number or id, and that the base URL ends in the API's version (`/v1`)"


class RateLimitError(APIError):
    """Too many requests in too short a time."""

    def __str__(self) -> str:
        """Say what the API returned and how long to wait."""
        wait = "a while" if self.retry_after is None else f"{self.retry_after:g} seconds"
        return f"The API returned HTTP {self.status}: {self.message}. Wait {wait}, then try again."


class ServerError(APIError):
    """The API failed internally."""

    remedy = "Try again later"


class UnexpectedResponseError(SmstoolsError):
    """The response is not as documented, and cannot be trusted."""

    def __init__(
        self,
        reason: str,
        problems: tuple[str, ...] = (),
        retryable: bool = False,  # noqa: FBT001, FBT002 - an error unpickles from positional fields
        skippable: bool = False,  # noqa: FBT001, FBT002 - an error unpickles from positional fields
        omitted: int = 0,
    ) -> None:
        listed, omitted = problems[:_MOST_PROBLEMS], omitted + len(problems[_MOST_PROBLEMS:])
        super().__init__(reason, listed, retryable, skippable, omitted)
        self.reason = reason
        """What is wrong with the response as a whole."""
        self.problems = listed
        """The first 20 problems, each with its JSON path, as in
        `$.conversation[3].sender: must be a string, got a list`, and with the time and id of the
        row where it has any."""
        self.retryable = retryable
        """Whether the same request may succeed when repeated, as after a proxy's page."""
        self.skippable = skippable
        """Whether only some rows are at fault, so that `on_bad_row="skip"` gets past them."""
        self.omitted = omitted
        """How many further problems there are."""

    def __str__(self) -> str:
        """Name the first problems and what to do next."""
        shown = "; ".join(self.problems[:_MOST_SHOWN])
        more = len(self.problems[_MOST_SHOWN:]) + self.omitted
        problems = f": {shown}{f' and {more} more' if more else ''}" if shown else ""
        remedy = _SKIP if self.skippable else _REPORT
        return f"{self.reason}{problems}. {remedy}."


class PaginationError(SmstoolsError):
    """The pages contradict each other, so that continuing could lose messages."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """What does not fit."""

    def __str__(self) -> str:
        """Say what does not fit and how to resume."""
        return f"{self.reason}. Resume later from this error's `cursor`."


class PaginationStalledError(PaginationError):
    """The server keeps responding, but nothing new arrives."""


class CursorError(SmstoolsError):
    """The cursor cannot be resumed from: it is damaged, or was made for something else."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """Why it is not accepted."""

    def __str__(self) -> str:
        """Say why, and what to do next."""
        return f"{self.reason}. Start over without a cursor, or use the one made for this walk."


class DownloadError(SmstoolsError):
    """An attachment cannot be downloaded: its host refuses, or its URL or content is not allowed.

    Messages are not affected. Failures of the network raise a `TransportError`, as everywhere.
    """

    def __init__(
        self, reason: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(reason, status, retry_after)
        self.reason = reason
        """Why; without the name of the file and its URL."""
        self.status = status
        """The HTTP status of the host; `None` if the file was refused by this library."""
        self.retry_after = retry_after
        """How long the host asks to wait, in seconds; `None` if it does not say."""

    def __str__(self) -> str:
        """Say why, and what to do next if anything helps."""
        is_refused = self.status is not None and self.status >= HTTPStatus.BAD_REQUEST
        remedy = " Its URL may have expired: read the message again." if is_refused else ""
        return f"The file was not downloaded: {self.reason}.{remedy}"


class ClientClosedError(SmstoolsError):
    """The client was closed before this call, or the HTTP client that it was given."""

    def __init__(self, closed: str = "client") -> None:
        super().__init__(closed)
        self.closed = closed
        """Which one was closed: `client`, `http_client` or `download_client`."""

    def __str__(self) -> str:
        """Say which one, and what to do next."""
        if self.closed == "client":
            return "This Client is closed. Create a new one, or keep it open while it is used."
        return (
            f"The {self.closed} that this Client was given is closed. Keep it open for as long as"
            " the Client is used: open it first, in the outer `async with`."
        )
