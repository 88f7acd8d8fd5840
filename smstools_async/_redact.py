"""What of a URL may be shown.

A phone number is part of the path or of the query, so each log line, span and metric with a
complete URL holds it.
"""

import logging
import re
from urllib.parse import unquote_plus

from smstools_async._errors import make_printable, mask_numbers

_ADDRESS = re.compile(r"([^/?#\d]*://[^/?#]*|)([^?#]*)(.*)", re.DOTALL)
_PART_OF_PATH = re.compile(r"[^/&=;]+")
_PART_OF_QUERY = re.compile(r"[^?#&=;]+")  # a slash may be within a number there
_ORIGIN = re.compile(r"((?:[^/?#]*://)?)([^/?#]*)(.*)", re.DOTALL)
_PHONE_IN_HOST = re.compile(r"\d{7,}")  # longer than a port, an octet, or a group of IPv6
_LONGEST_SHOWN = 200
_WORD = re.compile(r"[^\s\"<>]+")


def redact_url(url: str) -> str:
    """Mask the phone numbers in a URL, except for their last two digits.

    For what other libraries record: spans of OpenTelemetry, logs of a proxy, metrics. Any number of
    five or more digits in the path and the query is taken for a phone number, percent-encoded or
    not; the host and the port stay.

    Example:
        >>> redact_url("https://api.smsgatewayapi.com/v1/conversation/%2B5511987654321?page=2")
        'https://api.smsgatewayapi.com/v1/conversation/+•••21?page=2'
    """
    return _ADDRESS.sub(_mask_address, url, count=1)


def _mask_address(address: re.Match[str]) -> str:
    origin, path, query = address.groups()
    return origin + _PART_OF_PATH.sub(_mask_part, path) + _PART_OF_QUERY.sub(_mask_part, query)


def _mask_part(part: re.Match[str]) -> str:
    decoded = make_printable(unquote_plus(part[0]))
    masked = mask_numbers(decoded)
    return part[0] if masked == decoded else masked.replace(" ", "+")


def show_host(host: str, port: int | None = None) -> str:
    """Return a host, and its port, as errors and logs show them.

    Complete, except for a number in the host that is long enough for a phone number.

    Example:
        >>> show_host("127.0.0.1", 54321)
        '127.0.0.1:54321'
    """
    shown = _PHONE_IN_HOST.sub(lambda number: f"•••{number[0][-2:]}", make_printable(host))
    return shown[:_LONGEST_SHOWN] if port is None else f"{shown[:_LONGEST_SHOWN]}:{port}"


def show_url(url: str) -> str:
    """Return a URL that was configured as errors show it: without user name and password.

    Example:
        >>> show_url("127.0.0.1:8025/v1")
        '127.0.0.1:8025/v1'
    """
    return _ORIGIN.sub(_show_parts, make_printable(url), count=1)[:_LONGEST_SHOWN]


def _show_parts(url: re.Match[str]) -> str:
    scheme, authority, rest = url.groups()
    return scheme + show_host(authority.rpartition("@")[2]) + mask_numbers(rest)


class RedactPhones(logging.Filter):
    """Masks phone numbers in the lines of other libraries, such as a proxy's or a server's.

    Each word of a line with a `/` or a `?` in it is taken for a URL, as by `redact_url`. It changes
    the record, so add it to the *logger* that makes the lines, before any handler sees them. The
    requests of a `Client` need no filter.

    Example:
        >>> logging.getLogger("uvicorn.access").addFilter(RedactPhones())
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the phone numbers of a line, and let it pass."""
        said = record.getMessage()
        redacted = _WORD.sub(_mask_word, said)
        if redacted != said:
            record.msg, record.args = redacted, None
        return True


def _mask_word(word: re.Match[str]) -> str:
    return redact_url(word[0]) if set("/?") & set(word[0]) else word[0]
