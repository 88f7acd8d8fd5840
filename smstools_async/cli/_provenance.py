"""What a transcript states about its messages: the period, and whether any are missing."""

from collections.abc import Callable

from smstools_async import Progress
from smstools_async.cli._source import Selection
from smstools_async.cli._writing import Facts
from smstools_async.export import Completeness


def facts_of(selection: Selection, progress: Callable[[], Progress]) -> Facts:
    """Return the facts of an export; its progress is looked at when the messages are written."""
    return {
        "since": selection["since"],
        "until": selection["until"],
        "completeness": lambda: Completeness(
            missing=progress().missing, degraded=progress().degraded
        ),
    }
