"""How conversations are written down: the format, and what was chosen about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import click

from smstools_async.cli._arguments import parse_zone
from smstools_async.cli._destinations import WriterOpener
from smstools_async.export import FORMATS, Format, format_of, open_writer

P = ParamSpec("P")
R = TypeVar("R")

_DEFAULT: Final = "jsonl"


@dataclass(frozen=True, kw_only=True)
class Writing:
    """A format, and its options."""

    format: Format
    options: dict[str, object] = field(default_factory=dict[str, object])
    """Those that were given."""

    @property
    def shows_files(self) -> bool:
        """Whether the files of a message should be there before it is written."""
        return "files" in self.format.options

    def opener(self, phone: str, folder: Path | None) -> WriterOpener:
        """Return what opens a writer for the conversation with `phone`, its files in `folder`."""
        known: dict[str, object] = {"title": f"Conversation with {phone}", "files": folder}
        fitting = {name: known[name] for name in known.keys() & self.format.options}
        return partial(open_writer, file_format=self.format.name, options=fitting | self.options)

    def count(self, kept: Path) -> int:
        """Return how many messages are in a file that was kept of an export in this format."""
        with kept.open("rb") as lines:
            return _rows(lines) - 1 if self.format.name == "csv" else sum(1 for _ in lines)


def _rows(lines: Iterable[bytes]) -> int:
    """Count the rows of a CSV whose cells are quoted: a line end within one ends none."""
    quotes = rows = 0
    for line in lines:
        quotes += line.count(b'"')
        rows += quotes % 2 == 0
    return rows


WritingTo = Callable[[Path | None], Writing]
"""Tells how to write to a file, whose name may be a wish for a format."""


def writing_options(command: Callable[Concatenate[WritingTo, P], R]) -> Callable[P, R]:
    """Add the options of a `Writing` to a command, which gets a `WritingTo` as first argument."""

    @click.option(
        "--format",
        "file_format",
        type=click.Choice(list(FORMATS)),
        metavar="FORMAT",
        help=f"One of {', '.join(FORMATS)}. [default: what FILE ends in; {_DEFAULT} if in nothing]",
    )
    @click.option(
        "--bom",
        is_flag=True,
        default=None,
        help="Begin CSV with the mark by which Excel knows UTF-8.",
    )
    @click.option(
        "--title", metavar="TEXT", help="Stands above HTML. [default: Conversation with PHONE]"
    )
    @click.option(
        "--zone",
        type=parse_zone,
        metavar="NAME",
        help="Times of HTML are in this zone, such as America/Sao_Paulo. [default: UTC]",
    )
    @wraps(command)
    def with_writing(*args: P.args, **kwargs: P.kwargs) -> R:
        file_format: Any = kwargs.pop("file_format")
        options = {name: kwargs.pop(name) for name in ("bom", "title", "zone")}
        given = {name: value for name, value in options.items() if value is not None}
        return command(partial(_writing, file_format, given), *args, **kwargs)

    return with_writing


def _writing(file_format: str | None, options: dict[str, object], path: Path | None) -> Writing:
    name = file_format or (_format_told_by(path) if path else _DEFAULT)
    return Writing(format=FORMATS[name], options=options)


def _format_told_by(path: Path) -> str:
    """Return the format that a name, or a template of names, ends in.

    Raises:
        click.UsageError: It ends in something else.
    """
    wish = format_of(path)
    if wish is None and path.suffix.strip(".") and not set("{}") & set(path.suffix):
        endings = ", ".join(ending for each in FORMATS.values() for ending in each.endings)
        raise click.UsageError(
            f"No format is known for the ending {path.suffix}: give --format, or one of {endings}."
        )
    return wish.name if wish else _DEFAULT
