"""Random schedules: a walk over a history that moves while it is read, and what must hold then.

Run by hand, for a range of seeds: `python -m tests.walk.schedules 0 10000`. With `page-by-page` as
a third word it tells how often a plain count of pages goes wrong where pages move.
"""

import random
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Hashable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Literal

import anyio
import attrs
import httpx

from smstools_async import Client, Message
from smstools_async.sandbox import Quirks, Sandbox

PHONE = "+5511987654321"
Order = Literal["newest", "oldest"]


def identity(message: Message) -> Hashable:
    """Return what tells a message from others; equal texts of one second are one identity.

    Not the id: a walk counts equal rows, and the server may swap those of one second.
    """
    names = tuple(file.name for file in message.files)
    return message.direction, message.unix_time, message.sender, message.text, names


@attrs.frozen(kw_only=True)
class Schedule:
    """One history, how it moves, and how it is walked."""

    seed: int
    size: int
    page_size: int
    order: Order
    server_order: Order
    prefetch: int
    shuffles_ties: bool
    most_arrivals: int
    most_deletions: int
    most_expiries: int
    is_steady: bool
    """Each request brings one arrival and one expiry, so that `total` tells nothing."""
    restatuses: bool
    streams: bool
    """Whether it is read by the stream, with a buffer of `prefetch`, or else by the generator."""

    @classmethod
    def from_seed(cls, seed: int) -> "Schedule":
        """Draw a schedule; the same one for the same seed."""
        draw = random.Random(seed)
        page_size = draw.choice((1, 2, 3, 7, 20, 50, 200, draw.randint(1, 200)))
        orders: tuple[Order, Order] = ("newest", "oldest")
        order = draw.choice(orders)
        arrivals = draw.choice((0, 0, 1, 5))
        return cls(
            seed=seed,
            size=draw.choice((0, 1, 2, 5, 20, 100, 400, draw.randint(0, 1500))),
            page_size=page_size,
            order=order,
            server_order=draw.choice(orders),
            prefetch=draw.choice((0, 0, 1, 2, 8)),
            shuffles_ties=draw.random() < 0.5,
            # an oldest-first walk yields arrivals too: it ends only if it is faster than they are
            most_arrivals=min(arrivals, 1) if order == "oldest" and page_size < 20 else arrivals,
            most_deletions=draw.choice((0, 0, 1, 3)),
            most_expiries=draw.choice((0, 0, 2)),
            is_steady=draw.random() < 0.2,
            restatuses=draw.random() < 0.3,
            streams=draw.random() < 0.5,
        )

    @property
    def yields_arrivals(self) -> bool:
        """Whether messages may come that were not there when the walk began.

        Always from old to new; and before the first message is delivered, where the server sorts
        that way, or where the first rows were too few to show which way it does.
        """
        has_few_rows = self.page_size < 3 or self.size < 8
        return "oldest" in (self.order, self.server_order) or has_few_rows

    @property
    def is_quiet(self) -> bool:
        """Whether nothing moves."""
        moves = self.most_arrivals, self.most_deletions, self.most_expiries
        return not (any(moves) or self.is_steady or self.shuffles_ties)


class MovingHistory:
    """A sandbox whose one conversation moves as a schedule says, before each request but one."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.sandbox = Sandbox(seed=schedule.seed)
        self.sandbox.quirks |= Quirks(page_order=schedule.server_order)
        self.sandbox.quirks |= Quirks(shuffle_ties=schedule.shuffles_ties)
        self._draw = random.Random(schedule.seed + 1)
        self._time = 1_700_000_000
        self.ever = Counter[Hashable]()
        for _ in range(schedule.size):
            self._arrive()
        self.first = self.sandbox.messages(PHONE)
        self.gone = Counter[Hashable]()
        self.sandbox.before_each_request = self.move

    def _arrive(self) -> None:
        self._time += self._draw.choice((0, 0, 0, 1, 1, 5, 60))
        text = self._draw.choice(("ok", "sim", f"Pedido {self._draw.random()}"))
        add = self._draw.choice((self.sandbox.receive, self.sandbox.send))
        self.ever[identity(add(PHONE, text, unix_time=self._time))] += 1

    def move(self, request: int) -> None:
        """Let messages arrive, vanish and change, as the schedule says."""
        if request == 1:
            return
        schedule, draw = self.schedule, self._draw
        for _ in range(draw.randint(0, schedule.most_arrivals)):
            self._arrive()
        for _ in range(draw.randint(0, schedule.most_deletions)):
            self._delete_any()
        self._expire(draw.randint(0, schedule.most_expiries))
        if schedule.is_steady:
            self._arrive()
            self._expire(1)
        if schedule.restatuses and self.sandbox.messages(PHONE):
            self.sandbox.rotate_file_urls(PHONE)

    def _delete_any(self) -> None:
        messages = self.sandbox.messages(PHONE)
        if messages:
            message = self._draw.choice(messages)
            self.sandbox.delete(PHONE, message)
            self.gone[identity(message)] += 1

    def _expire(self, count: int) -> None:
        if not self.sandbox.messages(PHONE):
            return
        for message in self.sandbox.expire(PHONE, count):
            self.gone[identity(message)] += 1

    @property
    def stayed(self) -> Counter[Hashable]:
        """What was there at first, and was there all the time."""
        return Counter(map(identity, self.first)) - self.gone


@asynccontextmanager
async def open_client(
    sandbox: Sandbox, *, max_connections: int = 8
) -> AsyncGenerator[Client, None]:
    """Open a client of `sandbox`."""
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client(
            sandbox.client_id,
            sandbox.client_secret,
            max_connections=max_connections,
            http_client=http_client,
        ) as client,
    ):
        yield client


async def walk(history: MovingHistory) -> list[Message]:
    """Walk the history as its schedule says."""
    messages: list[Message] = []
    async with open_client(history.sandbox) as client:
        await read(client, history.schedule, messages)
    return messages


async def read(
    client: Client, schedule: Schedule, messages: list[Message], cursor: str | None = None
) -> None:
    """Read as a schedule says, and add what comes."""
    options: dict[str, Any] = {
        "order": schedule.order,
        "page_size": schedule.page_size,
        "cursor": cursor,
    }
    if schedule.streams:
        stream = client.conversation(PHONE, **options).stream(prefetch=schedule.prefetch)
        async with stream as coming:
            async for message in coming:
                messages.append(message)  # noqa: PERF401 - what came before an error stays
    else:
        async for message in client.iter_conversation(PHONE, prefetch=schedule.prefetch, **options):
            messages.append(message)  # noqa: PERF401 - what came before an error stays


async def read_page_by_page(history: MovingHistory) -> list[Message]:
    """Read the pages by their numbers, as many as there were at first and some more."""
    size = history.schedule.page_size
    messages: list[Message] = []
    async with open_client(history.sandbox) as client:
        for page in range(1, 2 * len(history.first) // size + 2):
            messages += await client.conversation(PHONE).page(page, limit=size)
    return messages


def find_loss(history: MovingHistory, messages: Iterable[Message]) -> str | None:
    """Say how many messages did not come exactly once, if any."""
    handed = Counter(map(identity, messages))
    if missed := history.stayed - handed:
        return f"{missed.total()} of {history.stayed.total()} messages were missed"
    if repeated := handed - history.ever:
        return f"{repeated.total()} messages came twice"
    return None


def find_fault(history: MovingHistory, handed_out: Iterable[Message]) -> str | None:
    """Say what is wrong with what was handed out, if anything is."""
    messages = list(handed_out)
    if loss := find_loss(history, messages):
        return loss
    times = [message.unix_time for message in messages]
    if times != sorted(times, reverse=history.schedule.order == "newest"):
        return "messages came out of order"
    if history.schedule.yields_arrivals:
        return None
    newest = max((message.unix_time for message in history.first), default=0)
    return "a newest-first walk handed out an arrival" if times and times[0] > newest else None


async def run(seed: int) -> tuple[Schedule, str | None, int]:
    """Run the schedule of a seed; return it, its fault, and the requests it took."""
    history = MovingHistory(Schedule.from_seed(seed))
    fault = find_fault(history, await walk(history))
    return history.schedule, fault, len(history.sandbox.requests)


def main(first: int, last: int) -> None:
    """Run a range of seeds and print what went wrong."""
    faults = 0
    requests = 0
    for seed in range(first, last):
        schedule, fault, used = anyio.run(run, seed)
        requests += used
        if fault is not None:
            faults += 1
            print(fault, schedule)  # noqa: T201 - a command
    print(f"seeds {first} to {last - 1}: {faults} faults, {requests} requests")  # noqa: T201 - a command


def count_losses_page_by_page(first: int, last: int) -> None:
    """Run a range of seeds where several pages move; print how many did not come to be right."""
    histories = (MovingHistory(Schedule.from_seed(seed)) for seed in range(first, last))
    moving = [
        history
        for history in histories
        if not history.schedule.is_quiet and len(history.first) > history.schedule.page_size
    ]
    losses = [find_loss(history, anyio.run(read_page_by_page, history)) for history in moving]
    share = sum(loss is not None for loss in losses) / len(losses)
    print(f"{len(losses)} moving histories, page by page: {share:.0%} with a loss")  # noqa: T201 - a command


if __name__ == "__main__":
    run_all = count_losses_page_by_page if sys.argv[3:] == ["page-by-page"] else main
    run_all(int(sys.argv[1]), int(sys.argv[2]))
