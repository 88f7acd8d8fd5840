"""The options of an export of many conversations."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import attrs
import click
from click.core import ParameterSource

from smstools_async.cli._phones import DEFAULT_NAME, Entry, name_files, read_phones
from smstools_async.cli._reporting import report
from smstools_async.cli._wording import listed
from smstools_async.export import format_of

P = ParamSpec("P")
R = TypeVar("R")

_OPTIONS: Final = {
    "phones_file": "--phones-file",
    "template": "--name",
    "concurrency": "--concurrency",
    "resume": "--resume",
}


@attrs.frozen(kw_only=True)
class Many:
    """Which conversations, if many; how their files are named; how many are read concurrently."""

    phones_file: Path | None
    template: str
    concurrency: int
    resume: bool

    def check(
        self, phone: str | None, output: Path | None, resume_from: str | None, *, into_one: bool
    ) -> None:
        """Refuse options that do not go together.

        Raises:
            click.UsageError: They do not.
        """
        if (phone is None) == (self.phones_file is None):
            raise click.UsageError("Give either PHONE or --phones-file.")
        if self.phones_file:
            _check_many(output, resume_from, into_one=into_one)
        else:
            _check_one(output)

    def entries(self, template: str, file_format: str) -> list[Entry]:
        """Read the phones, and name the files of their conversations.

        Raises:
            click.UsageError: A phone, or the template of names, is wrong.
        """
        path = str(self.phones_file)
        name = "standard input" if path == "-" else path
        try:
            with click.open_file(path, encoding="utf-8", errors="replace") as lines:
                phones = read_phones(lines, name)
            entries = name_files(phones.by_line, template, file_format)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        if phones.repeated:
            repeat = "repeats a phone" if len(phones.repeated) == 1 else "repeat phones"
            report(f"In {name}, {listed(phones.repeated)} {repeat} of earlier lines: read once.")
        return entries


def is_one_file(output: Path | None) -> bool:
    """Whether a target of many conversations is one file: its ending implies a format."""
    return output is not None and not output.is_dir() and format_of(output) is not None


def _check_many(output: Path | None, resume_from: str | None, *, into_one: bool) -> None:
    if resume_from:
        raise click.UsageError("--resume-from is for one conversation: resume many by --resume.")
    if output is None or output == Path("-"):
        raise click.UsageError("--phones-file needs a folder or a file: give one by -o.")
    if into_one:
        _check_one_file(output)
    elif output.exists() and not output.is_dir():
        raise click.UsageError(f"{output} is not a folder, and its ending implies no format.")


def _check_one_file(output: Path) -> None:
    file_format = format_of(output)
    if file_format and not file_format.holds_many:
        raise click.UsageError(
            f"{file_format.name} holds one conversation per file: give a folder by -o, with"
            f" --format {file_format.name}, or a file of another format."
        )
    if _is_given("template"):
        raise click.UsageError(f"--name is for the files of a folder, and {output} is one file.")


def _check_one(output: Path | None) -> None:
    for name, option in _OPTIONS.items():
        if _is_given(name):
            raise click.UsageError(f"{option} is for many conversations: give --phones-file.")
    if output is not None and output.is_dir():
        raise click.UsageError(f"{output} is a folder: give the name of a file.")


def _is_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def many_options(command: Callable[Concatenate[Many, P], R]) -> Callable[P, R]:
    """Add the options of `Many` to a command, which gets one as its first argument."""

    @click.option(
        "--phones-file",
        type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
        metavar="FILE",
        help="Export the conversations with the phones in a file, one per line. Blank lines and"
        " what follows a # are ignored; - is standard input.",
    )
    @click.option(
        "--name",
        "template",
        default=DEFAULT_NAME,
        show_default=True,
        metavar="TEMPLATE",
        help="Name of each conversation's file; {line} is the line of its phone.",
    )
    @click.option(
        "--concurrency",
        type=click.IntRange(1, 32),
        default=4,
        show_default=True,
        metavar="N",
        help="Conversations to read concurrently.",
    )
    @click.option("--resume", is_flag=True, help="Resume the conversations of a stopped export.")
    @wraps(command)
    def with_many(*args: P.args, **kwargs: P.kwargs) -> R:
        options: dict[str, Any] = {name: kwargs.pop(name) for name in _OPTIONS}
        return command(Many(**options), *args, **kwargs)

    return with_many
