"""Arguments: how they are read, how they are written again, and how errors speak of them."""

import math
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from click.core import ParameterSource

_ARGUMENT: Final = re.compile(
    r"`(\w+)`"  # larger than 10 bytes (`max_bytes`)
    r"|(?<=option )'(\w+)'"  # jsonl has no option 'bom'
    r"|(?<!\S)(\w+)(?:=True\b|(?==)|(?= \(not shown\)))"  # timeout=nan, base_url (not shown)
)
"""How the errors of the library name an argument."""


def parse_time(text: str) -> datetime:
    """Read a time in ISO 8601; one without an offset is taken for UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no time in ISO 8601, such as 2025-06-05 or 2025-06-05T08:44:46-03:00."
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


class Seconds(click.FloatRange):
    """Reads a time in seconds: within the range, and finite. Ranges of click let `nan` pass."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it."""
        seconds: float = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is no finite number of seconds.", param, ctx)
        return seconds


def parse_zone(name: str) -> ZoneInfo:
    """Read the name of a time zone."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise click.BadParameter(
            f"{name!r} is no time zone that this machine knows, such as America/Sao_Paulo."
        ) from None


def command_line(**changes: Any) -> str:
    """Write the command line of this run again, with some parameters changed, ready to paste."""
    context = click.get_current_context()
    given = {
        name: value
        for name, value in context.params.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    return shlex.join([*context.command_path.split(), *_words(context.command, given | changes)])


def name_options(error: str) -> str:
    """Let the words of an error name options of the command that runs, where Python has arguments.

    An option is found by its parameter, which is called as the argument it is handed on to. What
    this command has no option for stays as it is.
    """
    context = click.get_current_context(silent=True)
    parameters = context.command.params if context else []
    options = {each.name: each.opts[-1] for each in parameters if isinstance(each, click.Option)}
    return _ARGUMENT.sub(lambda found: options.get(found[found.lastindex or 0], found[0]), error)


def _words(command: click.Command, values: dict[str, Any]) -> Iterator[str]:
    for parameter in command.params:
        value = values.get(parameter.name or "")
        if value is None:
            continue
        if isinstance(parameter, click.Option):
            yield (parameter.secondary_opts if value is False else parameter.opts)[-1]
        if not isinstance(value, bool):
            yield value.isoformat() if isinstance(value, datetime) else str(value)
