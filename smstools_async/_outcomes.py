"""What reading many conversations yields."""

import attrs

from smstools_async._models import Message


@attrs.frozen(kw_only=True)
class MessageOf:
    """A message of one of many conversations."""

    phone: str = attrs.field(repr=False)
    """The phone number as it was passed in."""
    message: Message


@attrs.frozen(kw_only=True)
class ConversationEnd:
    """That all messages of one of many conversations were delivered."""

    phone: str = attrs.field(repr=False)
    """The phone number as it was passed in."""
    cursor: str | None
    """Where to resume; `None` where nothing was delivered."""
    messages: int
    """How many messages were delivered."""
    degraded: bool
    """Whether the walk cannot show that it is complete, or in order."""
    missing: int
    """How many messages the server counts that did not come."""
    skipped_bad: int
    """How many rows could not be read and were left out."""

    @property
    def is_complete(self) -> bool:
        """Whether every message came, as far as can be shown."""
        return not (self.degraded or self.missing or self.skipped_bad)


@attrs.frozen(kw_only=True)
class ConversationError:
    """That one of many conversations failed."""

    phone: str = attrs.field(repr=False)
    """The phone number as it was passed in."""
    error: Exception
    """A `SmstoolsError`; a `ValueError` or `TypeError` for what is not a phone number, and then
    nothing was requested."""
    cursor: str | None
    """Where to resume; `None` where nothing was delivered."""
