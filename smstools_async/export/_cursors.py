"""Cursors next to a text file: up to where each version of it holds each conversation.

A file and its cursors cannot change in one step. So the cursors of the old and of the new version
are stored first, each with a hash of the version that they belong to, and then the file is
replaced. Whenever a run is killed, the file that is there finds its own cursors. One that was
changed by others finds none.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import attrs

from smstools_async._files import put_in_place
from smstools_async.export._parts import held_part

_KEY: Final = "cursors 1"
"""With the version of what follows."""
_PIECE: Final = 1024 * 1024


@attrs.frozen(kw_only=True)
class Version:
    """What a file holds: a hash of all of it, and the cursor of each conversation."""

    digest: str
    cursors: Mapping[str, str]


def cursors_file(target: Path) -> Path:
    """Return where the cursors of a file are stored."""
    return target.with_name(f"{target.name}.cursors")


def read_cursors(target: Path, digest: str) -> dict[str, str]:
    """Return the cursors of the version of `target` with this digest; none if it is unknown.

    Raises:
        ValueError: The file with the cursors is damaged.
    """
    path = cursors_file(target)
    if not path.exists():
        return {}
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return dict(content[_KEY].get(digest, {}))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"{path} does not hold cursors of this version of smstools_async. Remove it, and the"
            " next export reads each conversation from its beginning and adds what is missing"
        ) from error


def write_cursors(target: Path, *versions: Version) -> None:
    """Store the cursors of these versions of `target`, and of no others."""
    files = {each.digest: dict(each.cursors) for each in versions}
    text = json.dumps({_KEY: files}, indent=1)
    path = cursors_file(target)
    with held_part(path) as part:
        part.write_text(text + "\n", encoding="utf-8")
        put_in_place(part, path)


def digest_of(path: Path) -> str:
    """Return the hash of a file."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
