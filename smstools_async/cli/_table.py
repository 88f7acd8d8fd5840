"""The table of how many exports ended. Imports rich: import it only to print one."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from smstools_async._phone import without_plus
from smstools_async.cli._outcomes import Outcome
from smstools_async.cli._terminal import visible

_LONGEST: Final = 40
"""Rows. Of more conversations, only the failed and the doubtful ones are listed."""


def print_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print on standard error a line per conversation, or per failed or doubtful one.

    The names of their files, which hold phone numbers, are shown at a terminal only. Elsewhere,
    where a log may be written, the line number identifies the conversation.
    """
    shows_all = len(outcomes) <= _LONGEST
    listed = [each for each in outcomes if shows_all or each.failure or each.doubts]
    if listed:
        with suppress(OSError):
            Console(stderr=True, highlight=False).print(_table(listed))


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("line", "messages", "requests"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for each in sorted(outcomes, key=lambda outcome: outcome.entry.line):
        table.add_row(
            f"{each.entry.line:,}", f"{each.messages:,}", f"{each.requests:,}", _outcome(each)
        )
    return table


def _outcome(outcome: Outcome) -> Text:
    name = visible(outcome.entry.name) if sys.stderr.isatty() else ""
    if outcome.failure is None and outcome.doubts:
        words = f"{name or 'in doubt'}: {'; '.join(outcome.doubts)}"
        return Text.assemble(("? ", "yellow"), words)
    if outcome.failure is None:
        return Text.assemble(("✓ ", "green"), name or "complete")
    failure = visible(outcome.failure)
    words = f"{name}: {failure}" if name else _masked(failure, outcome.entry.phone)
    return Text.assemble(("✗ ", "bold red"), words)


def _masked(failure: str, phone: str) -> str:
    """Leave two digits of a phone, which a path contains as well."""
    digits = without_plus(phone)
    return failure.replace(digits, f"•••{digits[-2:]}")
