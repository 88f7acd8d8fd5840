"""Each measurement has a process of its own, so that none inherits the memory of another.

Standard library only: the existing client is measured in an environment of its own.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from importlib import import_module

from benchmarks.meters import METERS, Meter
from benchmarks.source import Source

Way = Callable[[Source, Meter], Awaitable[int]]
Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a process is to measure.

    Args:
        way: module and function, such as `ours.stream`.
        warm_up: read before anything is measured; nothing, if there is none.
    """

    way: str
    meter: str
    source: Source
    warm_up: Source | None = None
    python: str = sys.executable

    def run(self) -> Figures:
        """Have a process measure it."""
        command = [self.python, "-m", "benchmarks.process", json.dumps(asdict(self))]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        figures: Figures = json.loads(done.stdout)
        return figures


async def _measure(way: Way, job: Job) -> Figures:
    if job.warm_up is not None:
        await way(job.warm_up, Meter())
    meter = METERS[job.meter]()
    count = await way(job.source, meter)
    return {**meter.figures, "messages": count}


def _main(told: str) -> None:
    job = json.loads(told)
    source, warm_up = (job.pop(name) for name in ("source", "warm_up"))
    job = Job(**job, source=Source(**source), warm_up=Source(**warm_up) if warm_up else None)
    module, name = job.way.split(".")
    way: Way = getattr(import_module(f"benchmarks.{module}"), name)
    print(json.dumps(asyncio.run(_measure(way, job))))


if __name__ == "__main__":
    _main(sys.argv[1])
