"""Which options go together with `--append`."""

from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

_REASONS: Final = {
    "resume_from": "it knows by itself where to resume",
    "resume": "it knows by itself where to resume",
    "max_messages": "what is left out once would be missing",
    "until": "what is left out once would be missing",
}


def check_append(phone: str | None, output: Path | None, order: str | None) -> None:
    """Refuse options that cannot be honoured.

    Raises:
        click.UsageError: There is one.
    """
    context = click.get_current_context()
    options = {each.name: each.opts[-1] for each in context.command.params}
    for name, reason in _REASONS.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--append cannot have {options[name]}: {reason}.")
    if order == "newest":
        raise click.UsageError("--append adds new messages at the end: leave out --order newest.")
    if output is None or output == Path("-"):
        raise click.UsageError("--append needs a file to add to: give one by -o.")
    if phone is not None and output.exists() and not output.is_file():
        raise click.UsageError(f"{output} is not a file, so nothing can be added to it.")
