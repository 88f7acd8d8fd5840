"""Which phones have a conversation: those entered, and those generated on demand."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from smstools_async._models import MessageFile
from smstools_async.sandbox._history import History

_MADE_AND_KEPT: Final = 256
"""How many conversations that nobody changed stay in memory."""

Make = Callable[[str], History | None]
"""Generates the conversation of a phone, the same one each time; `None` for a phone without one."""


class Conversations:
    """Conversations by the digits of their phones.

    Args:
        make: Makes those that are not entered.
    """

    def __init__(self, make: Make) -> None:
        self._entered: dict[str, History] = {}
        self._made = lru_cache(_MADE_AND_KEPT)(make)

    def __len__(self) -> int:
        """Return how many were entered."""
        return len(self._entered)

    def get(self, phone: str) -> History | None:
        """Return a conversation, to be read."""
        return self._entered.get(phone) or self._made(phone)

    def get_to_change(self, phone: str) -> History | None:
        """Return a conversation and keep it from now on."""
        history = self.get(phone)
        if history is not None:
            self._entered[phone] = history
        return history

    def enter(self, history: History) -> None:
        """Keep a new conversation."""
        self._entered[history.phone] = history

    def forget_made(self) -> None:
        """Generate those that are not entered again."""
        self._made.cache_clear()

    def entered_files(self) -> Iterator[MessageFile]:
        """Yield the files of the conversations that were entered."""
        for history in self._entered.values():
            yield from history.files()
