"""A walk and a list without anything between them: no request, no loop, no clock."""

from collections.abc import Callable, Container, Sequence

import attrs

from smstools_async import Message
from smstools_async._walk import Question, Walk, Window

PHONE = "5511987654321"
EPOCH = 1_700_000_000


@attrs.define
class Page:
    """A piece of a list, with what the server says of it."""

    rows: Sequence[int]
    total: int | None
    page: int | None
    limit: int | None

    @property
    def seconds(self) -> Sequence[int]:
        """The time of each row."""
        return [EPOCH + row // 10_000 for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int, /) -> Message:
        return Message(
            message_id=str(self.rows[index]),
            direction="inbound",
            sender=PHONE,
            receiver="Clinica",
            text="ok",
            unix_time=EPOCH + self.rows[index] // 10_000,
        )


def row(second: int, number: int = 0) -> int:
    """Return a row of a second, one of up to ten thousand."""
    return 10_000 * second + number


def one_a_second(count: int) -> list[int]:
    """Return so many rows, of the seconds from 1."""
    return [row(second) for second in range(1, count + 1)]


@attrs.define
class History:
    """A list that moves when a test says so, and the windows that were asked for."""

    rows: list[int]
    """From old to new, however they are served."""
    ascending: bool = False
    total: Callable[[int], int | None] = lambda count: count
    """What is said of so many rows."""
    max_limit: int = 2000
    echoes: bool = False
    """Whether the limit said is the one asked for, even beyond `max_limit`."""
    empty: Container[int] = ()
    """Numbers of answers that come without rows."""
    windows: list[tuple[int, int]] = attrs.field(factory=list)

    def answer(self, window: Window) -> Page:
        """Serve a window of the list as it is now."""
        self.windows.append((window.page, window.limit))
        limit = min(window.limit, self.max_limit)
        start = (window.page - 1) * limit
        listed = self.rows if self.ascending else self.rows[::-1]
        rows = [] if len(self.windows) in self.empty else listed[start : start + limit]
        said = window.limit if self.echoes else limit
        return Page(rows, self.total(len(self.rows)), window.page, said)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """From where to where the windows reached in the list."""
        return [((page - 1) * limit, page * limit) for page, limit in self.windows]


def read(
    walk: Walk,
    history: History,
    *,
    most: int = 1,
    before_each: Callable[[int], object] = lambda _request: None,
) -> list[int]:
    """Walk to the end, with so many windows planned together; return what was handed out."""
    taken: list[int] = []
    while not walk.finished:
        for question in walk.plan(most):
            if _goes_on(walk):
                before_each(len(history.windows) + 1)
                taken += handed_out(walk, question, history)
        walk.on_course = True  # the rest of a plan that led astray is not asked for
    return taken


def _goes_on(walk: Walk) -> bool:
    return walk.on_course and not walk.finished


def handed_out(walk: Walk, question: Question, history: History) -> list[int]:
    """Take the answer to one question; return the rows that are handed out of it."""
    page = history.answer(question.window)
    return [page.rows[index] for index in walk.take(question, page)]
