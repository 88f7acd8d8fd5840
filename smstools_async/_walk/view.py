"""A page, turned into the direction of the walk."""

from collections.abc import Sequence
from functools import cached_property
from statistics import median_low
from typing import Protocol

import attrs

from smstools_async._walk.memory import Row
from smstools_async._walk.windows import Window


class Page(Protocol):
    """A page as the walk sees it; the numbers are the server's claims."""

    @property
    def total(self) -> int | None: ...
    @property
    def seconds(self) -> Sequence[int | None]:
        """The time of each row, where it has one."""
        ...

    def __len__(self) -> int: ...

    def identity(self, index: int, /) -> bytes:
        """Return what makes a row the same as another."""
        ...


@attrs.frozen(kw_only=True, slots=False)
class View:
    """The rows of a page in the direction of the walk.

    Places count along the walk, from 0; indexes are those of the page.
    """

    window: Window
    page: Page
    forward: bool
    """Whether the walk follows the list: from page 1 on."""
    is_turned: bool
    """Whether the rows of a page run against the pages."""
    is_stale: bool = False
    """Whether later responses were read before."""

    @property
    def start(self) -> int:
        """The index in the list of the first row."""
        return self.window.start

    @property
    def stop(self) -> int:
        """The index in the list after the last row."""
        return self.start + len(self.page)

    @property
    def edge(self) -> int:
        """Where the walk stands after this page: the index behind its last row."""
        return self.stop if self.forward else self.start

    @property
    def is_first_page(self) -> bool:
        """Whether no row of the list stands before these."""
        return self.window.page == 1

    @property
    def is_short(self) -> bool:
        """Whether fewer rows came than were asked for."""
        return len(self.page) < self.window.limit

    @cached_property
    def indexes(self) -> range:
        """The indexes of the rows along the walk."""
        count = len(self.page)
        is_reversed = self.is_turned == self.forward
        return range(count - 1, -1, -1) if is_reversed else range(count)

    @cached_property
    def seconds(self) -> Sequence[int | None]:
        """The time of each row along the walk."""
        seconds = self.page.seconds
        return seconds if self.indexes.step > 0 else seconds[::-1]

    @cached_property
    def times(self) -> Sequence[int]:
        """The times there are, along the walk."""
        return [second for second in self.seconds if second is not None]

    @cached_property
    def middle(self) -> int | None:
        """The median time; a displaced row does not move it."""
        return median_low(self.times) if self.times else None

    def digest(self, place: int) -> bytes:
        """Return the identity of the row at `place`."""
        return self.page.identity(self.indexes[place])

    def row(self, place: int) -> Row:
        """Return what is remembered of the row at `place`."""
        return Row(self.seconds[place], self.digest(place))

    def flipped(self) -> "View":
        """Return the same page with its rows the other way round."""
        return attrs.evolve(self, is_turned=not self.is_turned)

    def __len__(self) -> int:
        return len(self.page)
