"""The resume file of an export of many conversations: which are complete, where others resume.

It has a line of JSON for each, after a first one with the options of the export. It appears
complete, by renaming, and grows by one short line whenever a conversation ends; of two lines with
one name the later one counts, and a last line that a crash cut off is ignored. So the cost of a
line does not grow with the number of conversations, and the file is true at any moment.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from smstools_async._files import write_whole
from smstools_async.cli._parts import kept_file

RESUME_FILE: Final = ".smstools-async.resume"
"""No conversation's file has this name: theirs do not start with a dot."""


@attrs.frozen(kw_only=True)
class ConversationState:
    """How far a conversation is."""

    name: str
    """Of its file."""
    phone: str
    """As it is: a digest of so few digits hides none, and the conversation is next to it."""
    messages: int
    """How many are in its file, or are kept for it."""
    cursor: str | None
    """Where to resume; `None` if it is complete."""


class ResumeFile:
    """How far the conversations in a folder are, of an export with certain options.

    Those are by the names that a person knows, and all decide what is in the files.
    """

    def __init__(self, folder: Path, options: Mapping[str, object]) -> None:
        self._folder = folder
        self._path = folder / RESUME_FILE
        self._options = {name: str(value) for name, value in options.items()}

    def start(self, phones: Mapping[str, str], *, resuming: bool) -> dict[str, ConversationState]:
        """Return how far the conversations are, by name; `phones` are those of this export.

        What nothing can resume from is removed: everything, if an export starts over, and otherwise
        what belongs to another phone or has lost its messages. States of phones that this export
        does not read stay.

        Raises:
            ValueError: The stopped export had other options, or the file is not a resume file.
        """
        options, before = self._read()
        if resuming and options:
            self._check(options)
        valid = {
            name: each
            for name, each in before.items()
            if resuming and phones.get(name, each.phone) == each.phone and self._is_there(each)
        }
        self._forget(each for name, each in before.items() if name not in valid)
        self._write(valid.values())
        return valid

    def record(self, state: ConversationState) -> None:
        """Append how far a conversation is."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(attrs.asdict(state)))

    def end(self) -> None:
        """Remove the file and all part files: there is nothing to resume."""
        self._forget(self._read()[1].values())
        self._path.unlink(missing_ok=True)

    def _check(self, options: Mapping[str, Any]) -> None:
        names = [*self._options, *(name for name in options if name not in self._options)]
        others = [name for name in names if options.get(name) != self._options.get(name)]
        if others:
            raise ValueError(
                f"{self._path} belongs to an export that differs in {', '.join(others)}: give the"
                " same, or start over without --resume."
            )

    def _is_there(self, state: ConversationState) -> bool:
        return self._file_of(state).is_file()

    def _file_of(self, state: ConversationState) -> Path:
        target = self._folder / state.name
        return kept_file(target, state.cursor) if state.cursor else target

    def _read(self) -> tuple[dict[str, Any], dict[str, ConversationState]]:
        if not self._path.exists():
            return {}, {}
        try:
            options, *rest = _decoded_lines(self._path.read_text(encoding="utf-8"))
            states = [ConversationState(**fields) for fields in rest]
        except (ValueError, TypeError):
            raise ValueError(f"{self._path} is not a resume file: remove it.") from None
        return options, {state.name: state for state in states}

    def _forget(self, states: Iterable[ConversationState]) -> None:
        for state in states:
            if state.cursor:
                self._file_of(state).unlink(missing_ok=True)

    def _write(self, states: Iterable[ConversationState]) -> None:
        lines = [_line(self._options), *(_line(attrs.asdict(each)) for each in states)]
        write_whole(self._path, "".join(lines))


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value) + "\n"


def _decoded_lines(text: str) -> list[dict[str, Any]]:
    """Decode all complete lines: one that a crash cut off has no end."""
    return [json.loads(line) for line in text.split("\n")[:-1]]
