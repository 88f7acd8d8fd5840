"""How the export of each conversation ended."""

import attrs

from smstools_async.cli._phones import Entry


@attrs.frozen(kw_only=True)
class Outcome:
    """How the export of one conversation ended."""

    entry: Entry
    messages: int
    requests: int
    failure: str | None
    """Why it, or its attachments, are incomplete; `None` if it is complete."""
