"""How the export of each conversation ended."""

import attrs

from smstools_async import Progress
from smstools_async.cli._phones import Entry


@attrs.frozen(kw_only=True)
class Outcome:
    """How the export of one conversation ended."""

    entry: Entry
    messages: int
    requests: int
    failure: str | None
    """Why it, or its attachments, are incomplete; `None` if it is complete."""
    doubts: tuple[str, ...] = ()
    """What the service contradicted itself in, so that messages may be missing all the same."""


def figures_of(progress: Progress) -> dict[str, int]:
    """Return what the summary adds up."""
    return {
        "yielded": progress.yielded,
        "requests": progress.requests,
        "arrived": progress.arrived,
        "skipped_bad": progress.skipped_bad,
    }
