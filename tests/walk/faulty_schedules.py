"""Random schedules whose requests fail at random, too, and what must hold then.

Run by hand, for a range of seeds: `python -m tests.walk.faulty_schedules 0 2000`.
"""

import gzip
import logging
import random
import sys
from functools import partial
from typing import NamedTuple

import anyio
import httpx

from smstools_async import (
    AuthenticationError,
    Client,
    InvalidRequestError,
    Message,
    NotFoundError,
    Retry,
    SmstoolsError,
    UnexpectedResponseError,
)
from smstools_async.sandbox import (
    ConnectionRefused,
    Disconnect,
    Outcome,
    ReadTimedOut,
    Response,
)
from tests.walk.schedules import PHONE, MovingHistory, Schedule, find_fault, read
from tests.walk.virtual_time import virtual_backend

PASSING: tuple[Outcome, ...] = (
    ConnectionRefused(),
    ReadTimedOut(),
    Disconnect(),
    Disconnect(after_bytes=0),
    Disconnect(after_bytes=100),
    Response(status=503),
    Response(status=429, headers={"Retry-After": "2"}),
    Response.error(105, "Server error", status=200),
    Response(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"{}" * 99)[:-9]),
)
LASTING: tuple[tuple[Outcome, type[SmstoolsError]], ...] = (
    (Response.error(103, "Phone number is required or invalid"), InvalidRequestError),
    (Response.error(104, "Invalid credentials"), AuthenticationError),
    (Response(status=404, body=b"<html>"), NotFoundError),
    (Response(status=302, headers={"Location": "https://x.example"}), UnexpectedResponseError),
    (Response(body=b'{"conversation": [{}]}'), UnexpectedResponseError),
)
PATIENT = Retry(attempts=100, total_time=10**6)


class FailingHistory(MovingHistory):
    """A history that moves, and whose requests fail by lot."""

    def __init__(self, schedule: Schedule, *, passing: float, lasting: float) -> None:
        super().__init__(schedule)
        self._lots = random.Random(schedule.seed + 2)
        self._passing = passing
        self._lasting = lasting
        self.errors = set[type[SmstoolsError]]()
        """What lasting faults were to end in."""
        self.has_begun = False
        """Whether a walk has got an answer, so that what was there then is to come."""

    def move(self, request: int) -> None:
        """Move, and decide what becomes of the request."""
        super().move(request)
        if not self.has_begun:
            self.first = self.sandbox.messages(PHONE)
            self.gone.clear()
        lot = self._lots.random()
        if lot < self._passing:
            self.sandbox.fail(self._lots.choice(PASSING))
        elif lot < self._passing + self._lasting:
            outcome, error = self._lots.choice(LASTING)
            self.sandbox.fail(outcome)
            self.errors.add(error)
        else:
            self.has_begun = True


async def walk_on(
    history: FailingHistory, cursor: str | None, messages: list[Message]
) -> SmstoolsError | None:
    """Walk from a cursor and add what comes; return the error that ended it, if any did."""
    schedule, sandbox = history.schedule, history.sandbox
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client(
            sandbox.client_id, sandbox.client_secret, retry=PATIENT, http_client=http_client
        ) as client,
    ):
        try:
            await read(client, schedule, messages, cursor)
        except SmstoolsError as error:
            return error
    return None


class Run(NamedTuple):
    """What came of one schedule."""

    schedule: Schedule
    fault: str | None
    requests: int
    walks: int


async def run(seed: int, *, passing: float = 0.3, lasting: float = 0) -> Run:
    """Run a schedule: walk on from the cursor of each error until a walk is complete."""
    random.seed(seed)  # the waits before retries, which decide what comes first
    schedule = Schedule.from_seed(seed)
    history = FailingHistory(schedule, passing=passing, lasting=lasting)
    messages, cursor, fault, walks = list[Message](), None, None, 1
    while (error := await walk_on(history, cursor, messages)) is not None:
        if type(error) not in history.errors:
            fault = f"a walk ended in {error!r}"
            break
        cursor, walks = error.cursor, walks + 1
        history.has_begun = cursor is not None
    fault = fault or find_fault(history, messages)
    return Run(schedule, fault, len(history.sandbox.requests), walks)


def run_virtually(seed: int, *, backend: str = "asyncio", lasting: float = 0) -> Run:
    """Run a schedule in virtual time, so that no wait takes any."""
    name, options = virtual_backend(backend)
    call = partial(run, seed, lasting=lasting)
    return anyio.run(call, backend=name, backend_options=options)


def main(first: int, last: int) -> None:
    """Run a range of seeds, with faults that pass and then with some that last."""
    logging.disable()  # each retry is logged
    for lasting in (0, 0.03):
        runs = [run_virtually(seed, lasting=lasting) for seed in range(first, last)]
        for failed in filter(lambda run: run.fault is not None, runs):
            print(failed)  # noqa: T201 - a command
        requests, walks = sum(run.requests for run in runs), sum(run.walks for run in runs)
        faults = sum(run.fault is not None for run in runs)
        print(f"{lasting=}: {len(runs)} schedules, {walks} walks, {requests} requests, {faults=}")  # noqa: T201 - a command


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
