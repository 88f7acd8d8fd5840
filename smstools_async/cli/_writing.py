"""How conversations are written: the format, and the options given for it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, tzinfo
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypedDict, TypeVar, get_args

import attrs
import click

from smstools_async.cli._destinations import WriterOpener
from smstools_async.export import (
    FORMATS,
    Appender,
    Completeness,
    Format,
    Language,
    Spreadsheet,
    format_of,
    html_index,
    open_appender,
    open_writer,
)

P = ParamSpec("P")
R = TypeVar("R")

INDEX: Final = "index.html"
_DEFAULT: Final = "jsonl"
_TITLE: Final = "Conversation with {phone}"
_OPTIONS: Final = ("bom", "spreadsheet", "title", "language")


class Facts(TypedDict, total=False):
    """What a transcript states about its messages, besides their phone."""

    since: datetime | None
    until: datetime | None
    completeness: Callable[[], Completeness]


@attrs.frozen(kw_only=True)
class Writing:
    """A format, and its options."""

    format: Format
    zone: tzinfo
    options: Mapping[str, object] = attrs.field(factory=dict[str, object])
    """Those that were given."""

    @property
    def shows_files(self) -> bool:
        """Whether the attachments of a message should be there before it is written."""
        return "files" in self.format.options

    def opener(self, phone: str, folder: Path | None, facts: Facts | None = None) -> WriterOpener:
        """Return what opens a writer for the conversation with `phone`, attachments in `folder`."""
        known: dict[str, object] = {"phone": phone, "files": folder, **(facts or {})}
        if "language" not in self.options:
            known["title"] = self.options.get("title", _TITLE)
        known |= self._zone_option()
        fitting = {name: known[name] for name in known.keys() & self.format.options}
        return partial(
            open_writer, file_format=self.format.name, options={**self.options, **fitting}
        )

    def _zone_option(self) -> dict[str, object]:
        """Return the zone for formats that show local times, as CSV does for spreadsheets only."""
        shows_utc = self.format.name == "csv" and "spreadsheet" not in self.options
        return {} if shows_utc else {"zone": self.zone}

    def write_index(self, folder: Path, names: Iterable[str]) -> None:
        """Write a page that lists and searches all transcripts; of other formats there is none."""
        pages = [folder / name for name in names if name != INDEX]
        if self.format.name == "html" and pages:
            language: Any = self.options.get("language", "en")
            html_index(folder / INDEX, pages, language=language)

    def open_appender(self, target: Path) -> AbstractContextManager[Appender]:
        """Open a file of this format to add what is new.

        Raises:
            ValueError, ImportError, OSError: As for `open_appender` of the library.
        """
        options = {**self.options, **self._zone_option()}
        known = self.format.options | self.options.keys()
        fitting = {name: value for name, value in options.items() if name in known}
        return open_appender(target, file_format=self.format.name, options=fitting)

    def count(self, kept: Path) -> int:
        """Return how many messages are in a part file of this format."""
        with kept.open("rb") as lines:
            return _rows(lines) - 1 if self.format.name == "csv" else sum(1 for _ in lines)


def _rows(lines: Iterable[bytes]) -> int:
    """Count the rows of a CSV whose cells are quoted: a line end within a cell ends none."""
    quotes = rows = 0
    for line in lines:
        quotes += line.count(b'"')
        rows += quotes % 2 == 0
    return rows


WritingTo = Callable[[Path | None, tzinfo], Writing]
"""Chooses how to write to a file, whose name may imply a format."""


def writing_options(command: Callable[Concatenate[WritingTo, P], R]) -> Callable[P, R]:
    """Add the options of a `Writing` to a command, which gets a `WritingTo` as first argument."""

    @click.option(
        "--format",
        "file_format",
        type=click.Choice(list(FORMATS)),
        metavar="FORMAT",
        help=f"One of {', '.join(FORMATS)}. [default: by the ending of the file; else {_DEFAULT}]",
    )
    @click.option(
        "--bom",
        is_flag=True,
        default=None,
        help="Start CSV with the mark by which Excel recognises UTF-8.",
    )
    @click.option(
        "--spreadsheet",
        type=click.Choice(get_args(Spreadsheet)),
        help="Write CSV for the Excel and LibreOffice of Brazil, Belgium or the US.",
    )
    @click.option(
        "--title",
        metavar="TEXT",
        help=f"Title of HTML; {{phone}} is filled in. [default: {_TITLE}]",
    )
    @click.option(
        "--language",
        type=click.Choice(get_args(Language)),
        help="Language of HTML. [default: en]",
    )
    @wraps(command)
    def with_writing(*args: P.args, **kwargs: P.kwargs) -> R:
        file_format: Any = kwargs.pop("file_format")
        options = {name: kwargs.pop(name) for name in _OPTIONS}
        given = {name: value for name, value in options.items() if value is not None}
        return command(partial(_writing, file_format, given), *args, **kwargs)

    return with_writing


def _writing(
    file_format: str | None, options: dict[str, object], path: Path | None, zone: tzinfo
) -> Writing:
    chosen = FORMATS[file_format or (_format_implied_by(path) if path else _DEFAULT)]
    _check_options(chosen, options)
    return Writing(format=chosen, zone=zone, options=options)


def _check_options(chosen: Format, options: Mapping[str, object]) -> None:
    for name in options.keys() - chosen.options:
        having = " and ".join(each.name for each in FORMATS.values() if name in each.options)
        raise click.UsageError(f"--{name} is for {having}, not for {chosen.name}.")


def _format_implied_by(path: Path) -> str:
    """Return the format that a name, or a template of names, ends in.

    Raises:
        click.UsageError: It ends in something else.
    """
    implied = format_of(path)
    if implied is None and path.suffix.strip(".") and not set("{}") & set(path.suffix):
        endings = ", ".join(ending for each in FORMATS.values() for ending in each.endings)
        raise click.UsageError(
            f"{path.suffix} does not imply a format: give --format, or one of {endings}."
        )
    return implied.name if implied else _DEFAULT
