"""Arguments: how they are read, written again for the next command, and named in errors."""

import math
import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import click
from click.core import ParameterSource

from smstools_async.cli._dates import When, parse_when

_ARGUMENT: Final = re.compile(
    r"`(\w+)`"  # larger than 10 bytes (`max_bytes`)
    r"|(?<!\S)(\w+)(?:=True\b|(?==)|(?= \(not shown))"  # base_url='…', proxy (not shown…)
)
"""How errors that are not an `ArgumentError` name an argument."""

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(s|min|h|d)?")
_SECONDS_IN: Final = {None: 1, "s": 1, "min": 60, "h": 3600, "d": 86400}


class DateOrTime(click.ParamType[When]):
    """Reads a date or time, as `parse_when` does; shown again as it was written."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> When:
        """Read it."""
        try:
            return parse_when(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Seconds(click.FloatRange):
    """Reads seconds: within the range, and finite. The ranges of click accept `nan`."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read them."""
        seconds: float = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is not a finite number of seconds.", param, ctx)
        return seconds


class Duration(click.ParamType[float]):
    """Reads a duration, such as `90`, `90s`, `15min`, `2h` or `1d`, into seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it."""
        if isinstance(value, float):
            return value
        found = _DURATION.fullmatch(value)
        if not found:
            self.fail(f"{value!r} is not a duration, such as 90s, 15min or 2h.", param, ctx)
        return float(found[1]) * _SECONDS_IN[found[2]]


def command_line(**changes: Any) -> str:
    """Return the command line of this run with some parameters changed, ready to paste."""
    context = click.get_current_context()
    given = {
        name: value
        for name, value in context.params.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    return shlex.join([*context.command_path.split(), *_words(context.command, given | changes)])


def option_of(argument: str) -> str:
    """Return the option of the running command that is passed on as an argument of the library.

    An option has the name of the argument as its parameter. Without such an option, it is the
    argument itself.
    """
    return _options().get(argument, argument)


def name_options(error: str) -> str:
    """Replace the arguments that are marked in a text of the library by options."""
    options = _options()
    return _ARGUMENT.sub(lambda found: options.get(found[found.lastindex or 0], found[0]), error)


def _options() -> dict[str, str]:
    context = click.get_current_context(silent=True)
    parameters = context.command.params if context else []
    return {
        each.name: each.opts[-1]
        for each in parameters
        if isinstance(each, click.Option) and each.name
    }


def _words(command: click.Command, given: dict[str, Any]) -> Iterator[str]:
    for parameter in command.params:
        value = given.get(parameter.name or "")
        for each in _several(value) if isinstance(value, tuple) else (value,):
            yield from _words_of(parameter, each)


def _several(values: Any) -> tuple[Any, ...]:
    return tuple(values)


def _words_of(parameter: click.Parameter, value: Any) -> Iterator[str]:
    if value is None:
        return
    if isinstance(parameter, click.Option):
        yield (parameter.secondary_opts if value is False else parameter.opts)[-1]
    if not isinstance(value, bool):
        yield value.isoformat() if isinstance(value, datetime) else str(value)
