"""How the exports of many conversations ended."""

from typing import NamedTuple

from smstools_async.cli._phones import Entry


class Outcome(NamedTuple):
    """How the export of one conversation ended."""

    entry: Entry
    messages: int
    requests: int
    trouble: str | None
    """Why it is not whole, or its files are not; `None` if all is well."""
