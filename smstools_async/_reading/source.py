"""Where the pages of a listing come from."""

from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

import attrs

from smstools_async._walk import Habits, Window
from smstools_async._wire.pages import DecodedPage, OnBadRow

RowT = TypeVar("RowT")

OnWait = Callable[[float], None]
"""Called with the seconds that a retry is about to wait."""


class Fetch(Protocol[RowT]):
    """Fetches one window of a listing."""

    def __call__(
        self, window: Window, on_wait: OnWait, on_bad_row: OnBadRow, /
    ) -> Awaitable[DecodedPage[RowT]]:
        """Return the page; raise a `SmstoolsError`."""
        ...


@attrs.define
class Learned:
    """What the walks of a client have learned of one kind of listing."""

    habits: Habits = attrs.field(factory=Habits)


@attrs.frozen(kw_only=True)
class Source(Generic[RowT]):
    """A listing: how its pages are fetched, and what its cursors are for."""

    fetch: Fetch[RowT] = attrs.field(repr=False)
    scope: str = attrs.field(repr=False)
    """What tells this list from others; part of its cursors only as a short hash."""
    learned: Learned = attrs.field(factory=Learned)
