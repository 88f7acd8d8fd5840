"""How what was exported is read back, by the name of its format."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from smstools_async import Message
from smstools_async.export import FORMATS, read_csv, read_jsonl, read_parquet, read_sqlite

READERS: Final[dict[str, Callable[..., Iterator[Message]]]] = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "parquet": read_parquet,
    "sqlite": read_sqlite,
}

READ_BACK: Final = tuple(name for name in FORMATS if name in READERS)
"""The formats whose messages can be read back."""


def contents(file_format: str, path: Path) -> object:
    """Return what can be compared: the messages, in no order, or else the bytes."""
    reader = READERS.get(file_format)
    return sorted(map(_key, reader(path))) if reader else path.read_bytes()


def of_messages(messages: tuple[Message, ...]) -> object:
    """Return the same of the messages themselves."""
    return sorted(map(_key, messages))


def _key(message: Message) -> str:
    return ascii(message.to_dict())
