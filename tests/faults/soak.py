"""Many requests through one client, with faults and random cancellations, and what they leave.

Run by hand, for so many requests: `python -m tests.faults.soak 60000 asyncio`. It prints the
outcomes, and in rows how many tasks and sockets there are and how much memory is taken: after the
first tenth, after the last request, and with the client closed.
"""

import gc
import logging
import sys
from collections import Counter
from pathlib import Path
from random import Random
from time import perf_counter

import anyio

from smstools_async import AuthenticationError, Client, Retry
from tests.faults.bomb import mebibytes
from tests.faults.fault import HEALTHY, Fault
from tests.faults.outcomes import outcome_of
from tests.faults.server import Endless, FaultServer, Treatment, serving_faults
from tests.faults.table import FAULTS
from tests.wire.asking import PHONE

AT_ONCE = 32
CONNECTIONS = 8
LONGEST_LIFE = 150
"""Turns of the event loop after which a call is cancelled, at most."""


def is_quick(fault: Fault) -> bool:
    """Leave out what waits, floods, encrypts, or ends in a client that asks for nothing more."""
    is_plain = not fault.trusts and fault.before is None and fault.treatment.is_there
    floods = any(isinstance(step, Endless) for step in fault.treatment.steps)
    is_final = isinstance(fault.error, AuthenticationError)
    return is_plain and fault.timeout == 30 and not (floods or is_final)


TREATMENTS = [fault.treatment for fault in FAULTS if is_quick(fault)]


async def change_treatments(server: FaultServer, random: Random) -> None:
    """Let every other turn bring a fault."""
    while True:
        await server.treat(random.choice([HEALTHY, random.choice(TREATMENTS)]))
        for _ in range(random.randrange(20)):
            await anyio.lowlevel.checkpoint()


async def call(client: Client, random: Random, outcomes: Counter[str]) -> None:
    """Ask once; give up after some turns, every third time."""
    turns = random.randrange(LONGEST_LIFE) if random.random() < 1 / 3 else None
    outcome = "cancelled"
    async with anyio.create_task_group() as tasks:
        if turns is not None:
            tasks.start_soon(cancel_after, turns, tasks.cancel_scope)
        outcome = type(await outcome_of(client)).__name__
        tasks.cancel_scope.cancel()
    outcomes[outcome] += 1


async def cancel_after(turns: int, scope: anyio.CancelScope) -> None:
    """Cancel when so many turns have passed."""
    for _ in range(turns):
        await anyio.lowlevel.checkpoint()
    scope.cancel()


async def ask(client: Client, requests: int, outcomes: Counter[str], random: Random) -> None:
    """Ask so often, some at once."""
    for _ in range(requests // AT_ONCE):
        async with anyio.create_task_group() as tasks:
            for _ in range(AT_ONCE):
                tasks.start_soon(call, client, random, outcomes)


async def ask_in_health(client: Client) -> None:
    """Use every connection at once; a lost one would leave a call waiting."""
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            for _ in range(3 * CONNECTIONS):
                tasks.start_soon(client.conversation(PHONE).page)


def tell(moment: str) -> None:
    """Print what there is at a moment."""
    gc.collect()
    tasks = len(anyio.get_running_tasks())
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    sockets = sum(link.startswith("socket:") for link in links)
    memory = round(mebibytes("VmRSS"), 1)
    print(f"{moment:10} {tasks=} {sockets=} {memory=} MiB")  # noqa: T201 - a command


async def main(requests: int) -> None:
    """Ask, and tell what is left."""
    random, outcomes, began = Random(1), Counter[str](), perf_counter()
    tell("before")
    async with serving_faults(Treatment()) as server:
        client = Client(
            "id",
            "secret",
            base_url=server.base_url,
            timeout=5,
            retry=Retry(attempts=2, backoff_initial=0),
            max_connections=CONNECTIONS,
        )
        async with client:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(change_treatments, server, random)
                await ask(client, requests // 10, outcomes, random)
                tell("a tenth")
                await ask(client, requests - requests // 10, outcomes, random)
                tell("the last")
                tasks.cancel_scope.cancel()
            await server.treat(HEALTHY)
            await ask_in_health(client)
            tell("in health")
    tell("closed")
    print(f"{outcomes.total()} requests, {perf_counter() - began:.0f} s: {outcomes}")  # noqa: T201 - a command


if __name__ == "__main__":
    logging.disable()  # each retry is logged
    anyio.run(main, int(sys.argv[1]), backend=sys.argv[2])
