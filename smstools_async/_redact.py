"""Tell what of an address may be shown.

The phone is part of the path, so each log line, span and metric with a whole address holds it.
"""

import logging
import re
from urllib.parse import unquote

from smstools_async._errors import quote_safely

_PHONE_IN_PATH = re.compile(r"(/(?:conversation|inbox)/)([^/?#\s\"']+)")


def redact_url(url: str) -> str:
    """Mask the phone in an address, but for its last two digits.

    For what other libraries write down: spans of OpenTelemetry, logs of a proxy, metrics.

    Example:
        >>> redact_url("https://api.smsgatewayapi.com/v1/conversation/%2B5511987654321?page=2")
        'https://api.smsgatewayapi.com/v1/conversation/+•••21?page=2'
    """
    return _PHONE_IN_PATH.sub(_mask_part, url)


def _mask_part(match: re.Match[str]) -> str:
    return match[1] + quote_safely(unquote(match[2]))


class RedactPhones(logging.Filter):
    """Masks phones in the lines of other libraries, which log whole addresses: httpx at `INFO`.

    It changes the record, so add it to the *logger* that makes the lines, before any handler sees
    them.

    Example:
        >>> logging.getLogger("httpx").addFilter(RedactPhones())
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the phones of a line, and let it pass."""
        said = record.getMessage()
        redacted = redact_url(said)
        if redacted != said:
            record.msg, record.args = redacted, None
        return True
