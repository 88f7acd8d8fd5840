"""How requests and the walk meet.

A `Reader` asks for what the walk plans, some windows at a time, and returns what is news.
Nothing runs while the caller works: a group of requests is a task group that is closed before any
of its rows is delivered (PEP 789). Streams are the exception, and tie their task to an `async with`
block.

Nothing here refers to itself in a circle, errors and their tracebacks included: a page is freed
when it was delivered, and does not wait for the cyclic collector.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import anyio

from smstools_async._errors import SmstoolsError
from smstools_async._http.tasks import ungrouped
from smstools_async._reading.batch import Batch, without_bad_rows
from smstools_async._reading.course import Course, add_cursor
from smstools_async._reading.progress import Progress, follow, report
from smstools_async._walk import News, Window, is_passed, is_reached, plan, take
from smstools_async._wire.pages import DecodedPage, OnBadRow

if TYPE_CHECKING:
    from anyio.abc import TaskGroup, TaskStatus

RowT = TypeVar("RowT")


class _Flight(Generic[RowT]):
    """A request that was sent, and its outcome."""

    def __init__(self, window: Window) -> None:
        self.window: Window = window
        self.outcome: DecodedPage[RowT] | Exception | None = None
        """`None` before it has landed, and from then on if a cancellation cut it off."""
        self.landed: anyio.Event = anyio.Event()


class Reader(Generic[RowT]):
    """Goes through one listing, a batch at a time.

    A call that failed or was cancelled can be made again: state changes only between requests, and
    what came before the failure is kept.
    """

    def __init__(
        self,
        course: Course[RowT],
        *,
        prefetch: int = 0,
        progress: Progress | None = None,
        on_bad_row: OnBadRow = "raise",
    ) -> None:
        self.course: Course[RowT] = course
        self.progress: Progress = progress or Progress()
        follow(self.progress, course)
        self.group: TaskGroup | None = None
        """Where requests continue between the calls; without, each call ends all it began."""
        self._on_bad_row: OnBadRow = on_bad_row
        self._prefetch = prefetch
        self._room = prefetch
        self._ahead = 1
        self._flights: deque[_Flight[RowT]] = deque()
        self._news = anyio.Event()
        self._set_aside: deque[tuple[Window, DecodedPage[RowT]]] = deque()
        self._was_accepted = True
        self._failure: Exception | None = None
        self._ready: deque[Batch[RowT]] = deque()

    def make_room(self, pages: int) -> None:
        """Let at most this many pages be fetched together with the one needed next, for now."""
        self._room = pages
        self._news.set()

    async def next_batch(self) -> Batch[RowT] | None:
        """Read on to the next new rows; `None` at the end.

        Raises:
            SmstoolsError: with its `cursor` set.
        """
        try:
            return await self.read_on()
        except SmstoolsError as error:
            add_cursor(error, self.course.cursor)
            raise

    async def read_on(self) -> Batch[RowT] | None:
        """Do as `next_batch` does, and leave errors as they are."""
        if not self._ready:
            try:
                await self._fill()
            except Exception:
                self._start_over()
                raise
        await report(self.progress)
        return self._ready.popleft() if self._ready else None

    async def _fill(self) -> None:
        while not self._ready and not self.course.state.is_finished:
            if self._failure is not None:
                raise self._failure  # no sooner than what came before it was delivered
            if self._was_accepted and self._has_use_of_set_aside():
                self._take_again()
            else:
                await self._take_next()

    async def _take_next(self) -> None:
        await self._ask()
        landed = self._next_landed()
        if landed is None:
            return
        self._take(*landed)
        if not self._was_accepted:
            await self._set_the_others_aside(landed)

    async def _set_the_others_aside(self, landed: tuple[Window, DecodedPage[RowT]]) -> None:
        """Keep responses that may be of use once what lies before them was read."""
        set_aside = [landed]
        for flight in self._flights:
            await flight.landed.wait()
        while self._flights and (other := self._next_landed()) is not None:
            set_aside.append(other)
        self._set_aside.extendleft(reversed(set_aside))
        self._failure = None

    def _next_landed(self) -> tuple[Window, DecodedPage[RowT]] | None:
        """Return a response; or `None`, and drop what follows a failure or a cancellation."""
        flight = self._flights.popleft()
        if flight.outcome is None or isinstance(flight.outcome, Exception):
            self._failure = flight.outcome
            self._flights.clear()
            return None
        return flight.window, flight.outcome

    def _has_use_of_set_aside(self) -> bool:
        state = self.course.state
        while self._set_aside and is_passed(state, self._set_aside[0][0]):
            self._set_aside.popleft()
        return bool(self._set_aside) and is_reached(state, self._set_aside[0][0])

    def _take_again(self) -> None:
        """Take a response that was set aside, now that what lies before it was read."""
        self._take(*self._set_aside.popleft(), is_stale=True)
        self._was_accepted = True

    def _take(self, window: Window, page: DecodedPage[RowT], *, is_stale: bool = False) -> None:
        step = take(self.course.state, window, page, is_stale=is_stale)
        self.course.received += 0 if is_stale else len(page)
        self._was_accepted = step.is_accepted
        for news in step.news:
            self._add(news)
        self.course.move(step)

    def _add(self, news: News) -> None:
        page = cast("DecodedPage[RowT]", news.view.page)  # the walk does not look into rows
        self._count_bad(news, page)
        readable = without_bad_rows(news, page)
        if len(readable):
            batch = Batch(page, readable, self.course)
            self.course.found += len(batch)
            self.course.place = readable.place_after(len(readable))
            self._ready.append(batch)

    def _count_bad(self, news: News, page: DecodedPage[RowT]) -> None:
        bad = [index for index in news.indexes if index in page.bad] if page.bad else []
        if bad and not self.course.skipped_bad:
            self.course.bad_example = page.bad[bad[0]]
        self.course.skipped_bad += len(bad)

    def _start_over(self) -> None:
        self._flights.clear()
        self._failure = None
        self._set_aside.clear()
        self._was_accepted = True
        self._ahead = 1

    async def _ask(self) -> None:
        """Have the next request land, and others with it."""
        if self.group is not None:
            await self._keep_up(self.group)
        elif self._flights:
            return
        else:
            await self._send_and_wait()
        if self._ahead <= self._prefetch:
            self._ahead *= 2

    async def _keep_up(self, group: TaskGroup) -> None:
        """Wait until the next request has landed, and send others as long as there is room."""
        while True:
            self._news = anyio.Event()  # first, since there may be news while requests are made
            await self._send(group)
            if self._flights[0].landed.is_set():
                return
            await self._news.wait()

    async def _send_and_wait(self) -> None:
        try:
            with ungrouped():
                async with anyio.create_task_group() as group:
                    await self._send(group)
        except BaseException:
            self._flights = deque(takewhile(lambda flight: flight.outcome, self._flights))
            raise

    async def _send(self, group: TaskGroup) -> None:
        """Send the planned requests, unless others are under way that are not in the plan.

        Such ones land first: where windows overlap, the next plan depends on what they bring.
        """
        most = 1 if not self._was_accepted else min(self._ahead, 1 + self._room)
        under_way = [flight.window for flight in self._flights]
        windows = plan(self.course.state, max(most, len(under_way)))
        if under_way != windows[: len(under_way)]:
            return
        for window in windows[len(under_way) :]:
            self._flights.append(flight := _Flight[RowT](window))
            await group.start(self._fly, flight)  # one by one, so that they leave in their order

    async def _fly(self, flight: _Flight[RowT], *, task_status: TaskStatus[None]) -> None:
        task_status.started()
        window = flight.window
        on_wait = partial(self.course.waits.__setitem__, window)
        try:
            flight.outcome = await self.course.source.fetch(window, on_wait, self._on_bad_row)
        except Exception as error:  # noqa: BLE001 - raised in its place, and out of any group
            flight.outcome = error
        finally:
            self.course.waits.pop(window, None)
            self.course.requests += flight.outcome is not None
            flight.landed.set()
            self._news.set()
