"""The resume file of an export of many conversations: which are whole, and where others go on.

It has a line of JSON for each, after a first one with the options of the export. It appears whole,
by renaming, and grows by one short line whenever a conversation ends; of two lines with one name
the later one counts, and a last line that a crash cut off is passed over. So the cost of a line
does not grow with the number of conversations, and at any moment the file tells the truth.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from smstools_async._files import write_whole
from smstools_async.cli._destinations import kept_file

RESUME_FILE: Final = ".smstools-async.resume"
"""No conversation's file has this name: theirs do not begin with a dot."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a conversation is."""

    name: str
    """Of its file."""
    phone: str
    """Kept as it is: a digest of so few digits hides none, and its conversation lies beside it."""
    messages: int
    """How many are in it, or are kept for it."""
    cursor: str | None
    """Where to go on; `None` if it is whole."""


class ResumeFile:
    """How far the conversations of a folder are, of an export with certain options.

    Those are by the names that a person knows, and all decide what is in the files.
    """

    def __init__(self, folder: Path, options: Mapping[str, object]) -> None:
        self._folder = folder
        self._path = folder / RESUME_FILE
        self._options = {name: str(value) for name, value in options.items()}

    def begin(self, phones: Mapping[str, str], *, going_on: bool) -> dict[str, Standing]:
        """Return how far the conversations are, by name; `phones` are those of this export.

        What nobody can go on with is removed: all, if an export begins anew, and else what is of
        another phone, or has lost its messages. Those that this export does not ask for stay.

        Raises:
            ValueError: The export that was stopped had other options, or the file is none of ours.
        """
        options, before = self._read()
        if going_on and options:
            self._check(options)
        valid = {
            name: each
            for name, each in before.items()
            if going_on and phones.get(name, each.phone) == each.phone and self._is_there(each)
        }
        self._forget(each for name, each in before.items() if name not in valid)
        self._write(valid.values())
        return valid

    def note(self, standing: Standing) -> None:
        """Write down how far a conversation is."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(asdict(standing)))

    def end(self) -> None:
        """Remove the file, and what is kept for nobody: there is nothing to go on with."""
        self._forget(self._read()[1].values())
        self._path.unlink(missing_ok=True)

    def _check(self, options: Mapping[str, Any]) -> None:
        names = [*self._options, *(name for name in options if name not in self._options)]
        others = [name for name in names if options.get(name) != self._options.get(name)]
        if others:
            raise ValueError(
                f"{self._path} is of an export that differs in {', '.join(others)}: give the same,"
                " or begin anew without --resume."
            )

    def _is_there(self, standing: Standing) -> bool:
        return self._file_of(standing).is_file()

    def _file_of(self, standing: Standing) -> Path:
        target = self._folder / standing.name
        return kept_file(target, standing.cursor) if standing.cursor else target

    def _read(self) -> tuple[dict[str, Any], dict[str, Standing]]:
        if not self._path.exists():
            return {}, {}
        try:
            options, *rest = _decoded_lines(self._path.read_text(encoding="utf-8"))
            standings = [Standing(**fields) for fields in rest]
        except (ValueError, TypeError):
            raise ValueError(f"{self._path} is no file to go on from: remove it.") from None
        return options, {standing.name: standing for standing in standings}

    def _forget(self, standings: Iterable[Standing]) -> None:
        for standing in standings:
            if standing.cursor:
                self._file_of(standing).unlink(missing_ok=True)

    def _write(self, standings: Iterable[Standing]) -> None:
        lines = [_line(self._options), *(_line(asdict(each)) for each in standings)]
        write_whole(self._path, "".join(lines))


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value) + "\n"


def _decoded_lines(text: str) -> list[dict[str, Any]]:
    """Decode all whole lines: one that a crash cut off has no end."""
    return [json.loads(line) for line in text.split("\n")[:-1]]
