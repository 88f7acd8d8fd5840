"""Tell what of an address may be shown.

A phone is part of the path or of the query, so each log line, span and metric with a whole address
holds it.
"""

import logging
import re
from urllib.parse import unquote_plus

from smstools_async._errors import make_printable, mask_numbers

_ADDRESS = re.compile(r"([^/?#\d]*://[^/?#]*|)([^?#]*)(.*)", re.DOTALL)
_PART_OF_PATH = re.compile(r"[^/&=;]+")
_PART_OF_QUERY = re.compile(r"[^?#&=;]+")  # a slash may be within a number there
_WORD = re.compile(r"[^\s\"<>]+")


def redact_url(url: str) -> str:
    """Mask the phones in an address, but for their last two digits.

    For what other libraries write down: spans of OpenTelemetry, logs of a proxy, metrics. Any
    number of five or more digits in the path and the query is taken for a phone, percent-encoded or
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


class RedactPhones(logging.Filter):
    """Masks phones in the lines of other libraries, which log whole addresses: httpx at `INFO`.

    Each word of a line with a `/` or a `?` in it is taken for an address, as by `redact_url`. It
    changes the record, so add it to the *logger* that makes the lines, before any handler sees
    them.

    Example:
        >>> logging.getLogger("httpx").addFilter(RedactPhones())
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the phones of a line, and let it pass."""
        said = record.getMessage()
        redacted = _WORD.sub(_mask_word, said)
        if redacted != said:
            record.msg, record.args = redacted, None
        return True


def _mask_word(word: re.Match[str]) -> str:
    return redact_url(word[0]) if set("/?") & set(word[0]) else word[0]
