"""What a person reads on standard error while a command runs: reports and errors, a line each."""

from collections.abc import Generator
from contextlib import contextmanager, suppress

import click

from smstools_async._arguments import ArgumentError, ArgumentTypeError
from smstools_async.cli._arguments import name_options, option_of
from smstools_async.cli._terminal import visible


def report(text: str) -> None:
    """Print a line on standard error, which no program reads as output.

    A terminal that was closed in the meantime stops nothing.
    """
    with suppress(OSError):
        click.echo(visible(text), err=True)


def report_error(text: str) -> None:
    """Print what went wrong, in the form that click uses."""
    report(f"Error: {text}")


@contextmanager
def naming(file: str) -> Generator[None]:
    """Name a file in the OS errors of a block that name none, as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.strerror is not None:
            error.filename = file
        raise


def describe(error: Exception) -> str:
    """Describe an error in terms of the command's options; an OS error without its number."""
    if isinstance(error, ArgumentError | ArgumentTypeError):
        return f"{option_of(error.argument)} {name_options(error.problem)}"
    if isinstance(error, OSError) and error.strerror is not None:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return name_options(str(error))
