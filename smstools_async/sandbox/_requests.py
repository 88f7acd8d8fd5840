"""Requests as they reached the sandbox, without their secrets."""

import re
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote

import attrs

from smstools_async._errors import quote_safely
from smstools_async.sandbox._phones import phone_digits

Credentials = Literal["valid", "wrong", "missing"]

_CONVERSATION: Final = re.compile(r"/v1/conversation/([^/]+)")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_SECRETS: Final = {"client_id", "client_secret"}


def _masked(value: object) -> str:
    return repr(quote_safely(str(value)))


@attrs.frozen(kw_only=True)
class LoggedRequest:
    """A request as it reached the sandbox. Its `repr` masks phone numbers.

    Example:
        >>> from smstools_async.sandbox import Sandbox
        >>> sandbox = Sandbox()
        >>> _ = sandbox.respond("GET", "/v1/conversation/5511987654321", "page=2&limit=50")
        >>> sandbox.requests[0].page, sandbox.requests[0].limit, sandbox.requests[0].credentials
        (2, 50, 'missing')
    """

    number: int
    """Counts all requests of this sandbox, from 1."""
    method: str
    path: str = attrs.field(repr=_masked)
    """As sent, percent-encoded."""
    params: Mapping[str, str] = attrs.field(repr=_masked)
    """The query, decoded; the last of equal names. Credentials in it are ignored and masked."""
    credentials: Credentials
    """Whether the two headers hold the right ones."""
    accepts_gzip: bool = False
    """Whether the client accepts compressed bodies."""
    is_on_kept_connection: bool = False
    """Whether the connection carried a request before; in process it never did."""

    @property
    def phone(self) -> str | None:
        """The digits of the phone in the path; `None` where it is not valid."""
        route = _CONVERSATION.fullmatch(self.path)
        return phone_digits(unquote(route[1])) if route else None

    @property
    def page(self) -> int | None:
        """The `page` of the query, 1 by default; `None` where it is not a number."""
        return self._number("page", 1)

    @property
    def limit(self) -> int | None:
        """The `limit` of the query, 1000 by default; `None` where it is not a number."""
        return self._number("limit", 1000)

    @property
    def is_known_path(self) -> bool:
        """Whether the vendor has this endpoint."""
        return _CONVERSATION.fullmatch(self.path) is not None

    def _number(self, name: str, default: int) -> int | None:
        text = self.params.get(name)
        if text is None:
            return default
        return int(text) if _NUMBER.fullmatch(text) else None


def decode_query(query: str) -> dict[str, str]:
    """Read a query as PHP does, the last of equal names winning, and mask credentials."""
    params = dict(parse_qsl(query, keep_blank_values=True))
    return {name: "•••" if name in _SECRETS else value for name, value in params.items()}
