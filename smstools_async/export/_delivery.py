"""How far a message got, at a glance."""

from typing import Final

from smstools_async._models import DeliveryStatus

_MARKS: Final[dict[str, str]] = {
    DeliveryStatus.SUBMITTED: "…",
    DeliveryStatus.BUFFERED: "…",
    DeliveryStatus.DELIVERED: "✓",
    DeliveryStatus.NOT_DELIVERED: "✗",
    DeliveryStatus.REJECTED: "✗",
}


def delivery_mark(status: str) -> str:
    """Return the character that stands for a delivery status where messages are shown to people.

    On its way it is `…`, there `✓`, lost `✗`, and anything that nobody knows `?`.

    Example:
        >>> delivery_mark("DELIVERED")
        '✓'
    """
    return _MARKS.get(status.upper(), "?")
