"""What can go wrong.

```
SmstoolsError
├─ TransportError            nothing usable came back
│  └─ RequestTimeoutError
├─ APIError                  the API said no
│  ├─ AuthenticationError
│  ├─ InvalidRequestError
│  ├─ NotFoundError
│  ├─ RateLimitError
│  └─ ServerError
├─ UnexpectedResponseError     it answered, in a shape that cannot be trusted
├─ PaginationError           the pages contradict each other
│  └─ PaginationStalledError
├─ CursorError               a cursor that cannot be gone on from
├─ DownloadError             a file of a message cannot be had
└─ ClientClosedError         the client was closed before
```

No error holds a secret, the text of a message or a whole phone number, so each may be logged,
pickled and sent to an error tracker. Wrong arguments are Python's own `ValueError` and `TypeError`,
raised before any request.
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
    r"""Make foreign text fit for an error or a log line.

    Control and format characters become spaces, any number of five or more digits, however grouped,
    keeps its last two, and what is longer than 200 characters is cut.

    Example:
        >>> quote_safely("receiver +55 11 98765-4321 is invalid\n")
        'receiver +•••21 is invalid'
    """
    masked = mask_numbers(make_printable(text[: 2 * _LONGEST_QUOTE]))
    return " ".join(masked.split())[:_LONGEST_QUOTE]


def make_printable(text: str) -> str:
    """Put a space for each control and format character."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def mask_numbers(printable: str) -> str:
    """Mask each number of five or more digits, however grouped, but for its last two."""
    return _NUMBER.sub(_mask, printable)


def _mask(number: re.Match[str]) -> str:
    return "•••" + re.sub(r"\D", "", number[0])[-2:]


class SmstoolsError(Exception):
    """Something went wrong between the caller and the gateway."""

    cursor: str | None = None
    """Where a walk stood when it failed; hand it to `iter_conversation(cursor=…)` to go on with the
    first message not handed out. `None` outside of walks."""
    attempts: int = 1
    """How many times the request was made that failed."""


class TransportError(SmstoolsError):
    """Nothing usable came back: no connection, a broken one, or not HTTP at all.

    The error of the HTTP library is not chained to it, since that holds the request and thereby the
    secret; `reason` tells what it said.
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
        """Whether the same request may well succeed later; not so with an untrusted certificate."""

    def __str__(self) -> str:
        """Say what happened and what to do next."""
        return f"{self.reason}. {self.remedy}."


class RequestTimeoutError(TransportError):
    """The answer did not come in time."""

    remedy = "Try again, or give the client a longer `timeout`"


class APIError(SmstoolsError):
    """The API said no."""

    remedy: ClassVar[str] = "See the vendor's list of errors, 'handling errors'"

    def __init__(
        self, status: int, code: int | None, message: str, retry_after: float | None = None
    ) -> None:
        super().__init__(status, code, message, retry_after)
        self.status = status
        """The HTTP status. It can be 200: the API is said to send errors that way too."""
        self.code = code
        """The vendor's error code, such as 104; `None` where none came."""
        self.message = message
        """What the server said, shortened and with its numbers masked."""
        self.retry_after = retry_after
        """How long the server asks to wait before the next request, in seconds; `None` where it did
        not say. It comes with HTTP 429, and with 503 as well."""

    def __str__(self) -> str:
        """Say what the API answered and what to do next."""
        code = "" if self.code is None else f" with error {self.code}"
        return f"The API answered HTTP {self.status}{code}: {self.message}. {self.remedy}."


class AuthenticationError(APIError):
    """The API does not let these credentials in, or not from this address.

    Never retried, since too many failed logins lock the account (error 1002).
    """

    remedy = (
        "Check the client id and secret, the list of allowed addresses and the state of the account"
        " before another try: too many failed ones lock it"
    )


class InvalidRequestError(APIError):
    """The API refuses the request as it was put, for instance for its phone number."""

    remedy = "Correct the request; the same one will fail again"


class NotFoundError(APIError):
    """What was asked for is not there.

    A phone without messages need not be this: an empty history is an ordinary answer.
    """

    remedy = "Check the phone number or id, and that the base URL ends in the API's version (`/v1`)"


class RateLimitError(APIError):
    """Too many requests at once."""

    def __str__(self) -> str:
        """Say what the API answered and how long to wait."""
        wait = "a while" if self.retry_after is None else f"{self.retry_after:g} seconds"
        return f"The API answered HTTP {self.status}: {self.message}. Wait {wait}, then try again."


class ServerError(APIError):
    """The API has trouble of its own."""

    remedy = "Try again later"


class UnexpectedResponseError(SmstoolsError):
    """The server answered in a shape that cannot be trusted."""

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
    """The pages of a walk contradict each other, so that going on could lose messages."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """What does not fit, in words."""

    def __str__(self) -> str:
        """Say what does not fit and how to go on."""
        return f"{self.reason}. Go on later from this error's `.cursor`."


class PaginationStalledError(PaginationError):
    """The server kept answering and nothing new came."""


class CursorError(SmstoolsError):
    """A cursor that cannot be gone on from: damaged, or made for something else."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """Why it was refused."""

    def __str__(self) -> str:
        """Say why, and what to do next."""
        return f"{self.reason}. Begin anew without a cursor, or use the one made for this walk."


class DownloadError(SmstoolsError):
    """A file of a message cannot be had: its host says no, or where or what it is, forbids it.

    The messages are not concerned. Trouble of the network is a `TransportError` here too.
    """

    def __init__(
        self, reason: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(reason, status, retry_after)
        self.reason = reason
        """What is in the way, in words; neither the file's name nor its URL."""
        self.status = status
        """The HTTP status, where the host said no; `None` where the file was refused here."""
        self.retry_after = retry_after
        """How long the host asks to wait, in seconds; `None` where it did not say."""

    def __str__(self) -> str:
        """Say what is in the way, and what to do next where anything can be done."""
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
