"""A task that reads ahead for as long as an `async with` block is open."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

import anyio
import attrs

from smstools_async._http.tasks import ungrouped

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class _Block:
    """An `async with` block that is open."""

    task: int
    """Which task opened it: only that one can leave a task group."""
    group: TaskGroup
    reading: anyio.CancelScope


class ReadAhead(Generic[T]):
    """What a task of its own brings for as long as an `async with` block is open.

    The task puts what it finds into a bounded buffer and waits while that is full. Items stay in
    the buffer until they are taken, so that no cancellation loses one (a memory stream of anyio
    loses the item it was just about to deliver to a task that asyncio cancels).

    The task never raises: an error is passed on behind what came before it, so that it comes in its
    place and as itself; and an error of the block's own passes through unchanged.
    """

    def __init__(self, buffer: int) -> None:
        self._buffer = buffer
        self._items = deque[T]()
        self._put = 0
        self._taken = 0
        self._news = anyio.Event()
        self._room = anyio.Event()
        self._state: Literal["new", "open", "left"] = "new"
        self._is_read = False
        self._failure: Exception | None = None
        self._block: _Block | None = None

    async def enter(self, produce: Callable[[TaskGroup], Awaitable[None]]) -> None:
        """Let `produce` put items from now on, itself and by the tasks of the group it gets."""
        if self._state != "new":
            raise RuntimeError("A stream is opened once, by `async with`; make a new one")
        self._state = "open"
        block = self._block = _Block(
            task=anyio.get_current_task().id,
            group=anyio.create_task_group(),
            reading=anyio.CancelScope(),
        )
        await block.group.__aenter__()
        block.group.start_soon(self._run, produce, block.reading)

    async def leave(self) -> None:
        """Stop reading and wait until nothing of it is left.

        Raises:
            RuntimeError: another task opened the block. Reading stops all the same.
        """
        block = self._block
        if block is None:
            return
        self._state = "left"
        self._news.set()
        _check_task(block)
        self._block = None
        block.group.cancel_scope.cancel()
        try:
            with ungrouped():
                await block.group.__aexit__(
                    None, None, None
                )  # the block's own error is the block's
        finally:
            self._items.clear()
            self._failure = None

    async def _run(
        self, produce: Callable[[TaskGroup], Awaitable[None]], reading: anyio.CancelScope
    ) -> None:
        with reading:
            await self._produce(produce)
        self._is_read = True
        self._news.set()

    async def _produce(self, produce: Callable[[TaskGroup], Awaitable[None]]) -> None:
        async with anyio.create_task_group() as group:
            try:
                await produce(group)
            except Exception as error:  # noqa: BLE001 - raised where items are taken, out of any group
                self.fail(error)

    def fail(self, error: Exception) -> None:
        """Have `error` raised behind all items, unless there is an earlier one."""
        self._failure = error if self._failure is None else self._failure

    async def put(self, item: T) -> None:
        """Add an item and wait until there is room for another."""
        number = self._put
        self._put += 1
        self._items.append(item)
        self._news.set()
        while number >= self._taken + self._buffer:
            await self._room.wait()

    @property
    def room(self) -> int:
        """How many items more may be put."""
        return max(0, self._buffer - len(self._items))

    async def take(self) -> T:
        """Return the next item, without waiting if it is there.

        Raises:
            StopAsyncIteration: there is none.
            Exception: whatever ended the reading.
        """
        self.check_entered()
        while not self._items:
            if not self._is_read:
                self._news = anyio.Event()
                await self._news.wait()
                self.check_entered()
            elif self._failure is not None:
                raise self._failure
            else:
                raise StopAsyncIteration
        self._taken += 1
        self._room.set()
        self._room = anyio.Event()
        return self._items.popleft()

    def check_entered(self) -> None:
        """Refuse to deliver anything outside of the `async with` block.

        Raises:
            RuntimeError: it was not entered yet, or was left.
        """
        if self._state == "new":
            raise RuntimeError("Open the stream first: `async with … as stream`")
        if self._state == "left":
            raise RuntimeError("This stream's `async with` block was left; make a new stream")


def _check_task(block: _Block) -> None:
    """Refuse to leave a block in a task that did not open it, and stop its reading.

    Raises:
        RuntimeError: it was opened in another task.
    """
    if block.task != anyio.get_current_task().id:
        block.reading.cancel()
        raise RuntimeError(
            "This stream was opened in another task; leave its `async with` block in the task that"
            " opened it. A fixture can return the listing, and the test open the stream itself"
        )
