"""The progress bar. Imports rich: import it only where a bar is shown."""

from collections.abc import Callable, Iterable

from rich.console import Console, RenderableType
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Display

from smstools_async import Progress
from smstools_async.cli._wording import counted_of


class ProgressBar(Display):
    """Shows on standard error how far a walk is, for the length of a block.

    It looks at the walk ten times a second from a thread of its own; the walk does not wait for it.
    `expected` tells how many messages will come, `None` while nobody knows.
    """

    def __init__(self, walk: Progress, expected: Callable[[], int | None]) -> None:
        self._walk = walk
        self._expected = expected
        super().__init__(
            BarColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            transient=True,
        )
        self.add_task("connecting", total=None, rate="")

    def get_renderables(self) -> Iterable[RenderableType]:
        """Look at the walk, then draw."""
        for task in self.tasks:
            came, expected = self._walk.yielded, self._expected()
            text = f"{counted_of(came, expected, 'message')}{self._reason_to_wait()}"
            rate = f"{came / (task.elapsed or 1):,.0f}/s" if came else ""
            self.update(task.id, completed=came, total=expected, description=text, rate=rate)
        return super().get_renderables()

    def _reason_to_wait(self) -> str:
        waiting = self._walk.waiting
        return f", trying again in {waiting:.0f} s" if waiting else ""
