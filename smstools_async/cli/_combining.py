"""Many conversations in one file: written from the files of each, once all are complete."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import attrs

from smstools_async.cli._destinations import WriterOpener
from smstools_async.cli._leftovers import remove_unresumable
from smstools_async.cli._phones import Entry
from smstools_async.export import read_jsonl


@attrs.frozen(kw_only=True)
class CombinedFile:
    """A file of many conversations."""

    name: str
    """For reports."""
    target: Path
    opener: WriterOpener

    @property
    def parts(self) -> Path:
        """The hidden folder where the conversations are until all are complete."""
        return self.target.with_name(f".{self.target.name}.conversations")

    async def write(self, entries: Sequence[Entry], parts: Path) -> None:
        """Write all conversations, in the order of their phones; then remove their files."""
        remove_unresumable(self.target)
        with self.opener(self.target) as writer:
            for entry in entries:
                with (parts / entry.name).open(encoding="utf-8") as lines:
                    for message in read_jsonl(lines):
                        writer.write(message, phone=entry.phone)
                await asyncio.sleep(0)  # where an interruption takes effect
        shutil.rmtree(parts)
