"""What the caller wants of a list."""

import attrs

from smstools_async._walk.layout import Order
from smstools_async._walk.windows import LARGEST_LIMIT, surplus


@attrs.frozen(kw_only=True)
class Goal:
    """What the caller wants."""

    order: Order
    page_size: int
    max_rows: int | None = None
    earliest: int | None = None
    """The first second wanted, in the order of time."""
    latest: int | None = None
    """The last second wanted."""
    largest_limit: int = LARGEST_LIMIT
    surplus: int | None = None
    """How many rows a window may be larger than `page_size`; `None`: as many as are allowed."""

    @property
    def window_size(self) -> int:
        """How many rows a window asks for."""
        more = surplus(self.page_size) if self.surplus is None else self.surplus
        return min(self.largest_limit, self.page_size + more)

    def is_before(self, second: int | None) -> bool:
        """Whether a row comes before the wanted range, in the order of the walk."""
        bound = self.latest if self.order == "newest" else self.earliest
        if second is None or bound is None:
            return False
        return second > bound if self.order == "newest" else second < bound

    def is_after(self, second: int | None) -> bool:
        """Whether a row comes after the wanted range, in the order of the walk."""
        bound = self.earliest if self.order == "newest" else self.latest
        if second is None or bound is None:
            return False
        return second < bound if self.order == "newest" else second > bound

    def is_passed(self, second: int, other: int) -> bool:
        """Whether `second` comes before `other`, in the order of the walk."""
        return second > other if self.order == "newest" else second < other

    @property
    def has_beginning(self) -> bool:
        """Whether the range begins somewhere within the list."""
        return (self.latest if self.order == "newest" else self.earliest) is not None

    @property
    def has_end(self) -> bool:
        """Whether the range ends somewhere within the list."""
        return (self.earliest if self.order == "newest" else self.latest) is not None
