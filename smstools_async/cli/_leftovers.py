"""What stopped and killed runs left next to a file: removed and reported by the next run."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from smstools_async.cli._parts import DIGEST_LENGTH
from smstools_async.cli._reporting import report
from smstools_async.export import Part, find_parts


def remove_unresumable(target: Path) -> None:
    """Remove what a killed run left and nothing can resume, before the file is written.

    A file is written under this name until it is complete, as by the library.
    """
    paths = [target.with_name(f"{target.name}{ending}") for ending in (".part", ".part.d")]
    if any(path.exists() for path in paths):
        _remove(part for part in find_parts(target) if part.path in paths)


def remove_leftovers(target: Path) -> None:
    """Remove the part files of a file that is complete now, except those of runs still writing."""
    _remove(find_parts(target))


def remove_leftovers_in(folder: Path, names: Iterable[str]) -> None:
    """Do the same for the files of these names in a folder."""
    complete = set(names)
    _remove(part for part in find_parts(folder) if _name_of(part) in complete)


def _name_of(part: Part) -> str:
    """Return the name of the file that a part belongs to: `a.jsonl` of `a.jsonl.0123abcd.part`."""
    name = part.path.name.removesuffix(".d").removesuffix(".part")
    stem, _, digest = name.rpartition(".")
    return stem if len(digest) == DIGEST_LENGTH else name


def _remove(parts: Iterable[Part]) -> None:
    for part in parts:
        if not part.is_in_use:
            _delete(part.path)
            report(f"Removed {part.path.name}, left by an export that was stopped or killed.")


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
