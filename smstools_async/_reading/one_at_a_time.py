"""One task at a time may wait for the next item of an iterator."""

from types import TracebackType


class OneAtATime:
    """Refuses a task that asks for the next item while another waits for it."""

    def __init__(self) -> None:
        self._is_waiting = False

    def __enter__(self) -> None:
        if self._is_waiting:
            raise RuntimeError(
                "Another task is waiting for the next of these; make an iterator for each task"
            )
        self._is_waiting = True

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_waiting = False
