"""A walk and its history take turns, in any order hypothesis can think of."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Hashable

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from smstools_async import Client, Message, Progress
from smstools_async._walk import Order
from smstools_async.sandbox import Quirks, Sandbox
from tests.walk.schedules import PHONE, identity

ORDERS: st.SearchStrategy[Order] = st.sampled_from(["newest", "oldest"])
TEXTS = st.sampled_from(["ok", "Bom dia!", "Seu pedido saiu para entrega."])


class WalkMachine(RuleBasedStateMachine):
    """A message is taken, or the history moves, or the process dies and goes on from a cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.sandbox = Sandbox()
        self.time = 1_700_000_000
        self.ever = Counter[Hashable]()
        self.gone = Counter[Hashable]()
        self.taken: list[Message] = []
        self.finished = False

    @initialize(
        size=st.integers(0, 60),
        order=ORDERS,
        server_order=ORDERS,
        page_size=st.integers(1, 25),
        prefetch=st.integers(0, 4),
        shuffle_ties=st.booleans(),
    )
    def begin(
        self,
        *,
        size: int,
        order: Order,
        server_order: Order,
        page_size: int,
        prefetch: int,
        shuffle_ties: bool,
    ) -> None:
        """Set up a history and a walk that has not begun."""
        self.order: Order = order
        self.page_size, self.prefetch = page_size, prefetch
        self.sandbox.quirks |= Quirks(page_order=server_order)
        self.sandbox.quirks |= Quirks(shuffle_ties=shuffle_ties)
        for number in range(size):
            self.arrive(step=number % 3 // 2, text=f"Mensagem {number}" if number % 4 else "ok")
        self.first = Counter(map(identity, self.sandbox.messages(PHONE)))
        self.http_client = httpx.AsyncClient(transport=self.sandbox.transport())
        self.client = Client(
            self.sandbox.client_id, self.sandbox.client_secret, http_client=self.http_client
        )
        self.walk_from(None)

    def walk_from(self, cursor: str | None) -> None:
        """Begin a walk, or go on with one."""
        self.progress = Progress()
        self.walk: AsyncGenerator[Message, None] = self.client.iter_conversation(
            PHONE,
            order=self.order,
            page_size=self.page_size,
            prefetch=self.prefetch,
            cursor=cursor,
            progress=self.progress,
        )

    @rule(step=st.integers(0, 2), text=TEXTS)
    def arrive(self, *, step: int, text: str) -> None:
        """Let a message arrive, perhaps within the second of the last one."""
        self.time += step
        message = self.sandbox.receive(PHONE, text, unix_time=self.time)
        self.ever[identity(message)] += 1

    @precondition(lambda self: self.sandbox.messages(PHONE))
    @rule(where=st.floats(0, 1, exclude_max=True))
    def delete(self, *, where: float) -> None:
        """Let a message vanish, anywhere."""
        messages = self.sandbox.messages(PHONE)
        message = messages[int(where * len(messages))]
        self.sandbox.delete(PHONE, message)
        self.gone[identity(message)] += 1

    @precondition(lambda self: self.sandbox.messages(PHONE))
    @rule(count=st.integers(1, 5))
    def expire(self, *, count: int) -> None:
        """Let the oldest messages vanish."""
        self.gone.update(map(identity, self.sandbox.expire(PHONE, count)))

    @precondition(lambda self: self.sandbox.messages(PHONE))
    @rule()
    def change(self) -> None:
        """Change what is no part of a message's identity."""
        self.sandbox.rotate_file_urls(PHONE)
        newest = self.sandbox.messages(PHONE)[0]
        self.sandbox.set_delivery_status(PHONE, newest, "DELIVERED")

    @precondition(lambda self: not self.finished)
    @rule(count=st.integers(1, 20))
    def take(self, *, count: int) -> None:
        """Take some messages."""
        self.runner.run(self._take(count))

    async def _take(self, count: int) -> None:
        for _ in range(count):
            message = await anext(self.walk, None)
            if message is None:
                self.finished = True
                return
            self.taken.append(message)

    @precondition(lambda self: not self.finished and self.progress.cursor is not None)
    @rule()
    def die(self) -> None:
        """Let only the cursor survive."""
        cursor = str(self.progress.cursor)
        self.runner.run(self.walk.aclose())
        self.walk_from(cursor)

    def teardown(self) -> None:
        """Read the rest; nothing that stayed may be missing, and nothing there twice."""
        if hasattr(self, "client"):
            while not self.finished:
                self.take(count=1000)
            self.runner.run(self.http_client.aclose())
            self.check()
        self.runner.close()

    def check(self) -> None:
        """Compare what was taken with what happened."""
        handed_out = Counter(map(identity, self.taken))
        assert Counter() == self.first - self.gone - handed_out
        assert Counter() == handed_out - self.ever
        came_later = self.ever - self.first
        times = [row.unix_time for row in self.taken if identity(row) not in came_later]
        assert sorted(times, reverse=self.order == "newest") == times


TestWalk = WalkMachine.TestCase
TestWalk.settings = settings(
    max_examples=80,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
