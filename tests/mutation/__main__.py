"""Mutants: small faults are put into the rooms, and the tests have to notice.

Run by hand, for the mutants of some rooms: `python -m tests.mutation _walk.proofs --most 300`.

The faults are those of mutmut. Its own runner passes over properties, decorated and nested
functions, so mutants are tried here, each in a process of its own. Fast tests come first; what they
let live has to pass broader ones too before it counts as alive.
"""

import argparse
import importlib
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from hypothesis import Phase, settings

from tests.mutation.faults import ROOT, Fault, Mutant, Room
from tests.mutation.selections import SELECTIONS
from tests.mutation.trying import ALIVE, KILLED, TIMED_OUT, UNFIT, try_inside, try_outside

NOTES = ROOT / "build" / "mutation"
PRELOADED = (
    *("anyio.pytest_plugin", "attrs", "cattrs", "httpx", "httpx2", "msgspec", "pytest_asyncio"),
    *("respx", "starlette.applications", "trio.testing", "uvicorn"),
)


def choose(room: Room, most: int | None, seed: int, *, survivors: bool) -> Sequence[Fault]:
    """Return the faults to try: all, a random sample, or those that lived the last time."""
    if survivors:
        alive = set(json.loads((NOTES / f"{room.name}.json").read_text()))
        return [fault for fault in room.faults if fault.name in alive]
    if most is None or most >= len(room.faults):
        return room.faults
    return sorted(random.Random(seed).sample(room.faults, most), key=lambda fault: fault.line)


def try_all(
    room: Room, mutants: Sequence[Mutant], selections: Iterable[Sequence[str]]
) -> dict[Mutant, str]:
    """Try mutants on some tests, and those that live on the next ones."""
    outcomes = dict.fromkeys(mutants, ALIVE)

    def tell(mutant: Mutant, outcome: str) -> None:
        outcomes[mutant] = outcome
        print(outcome, mutant.fault.line, file=sys.stderr, flush=True)  # noqa: T201 - a command

    for tests in selections:
        alive = [mutant for mutant, outcome in outcomes.items() if outcome == ALIVE]
        inside = [mutant for mutant in alive if mutant.functions is not None]
        outside = [mutant for mutant in alive if mutant.functions is None]
        if inside:
            try_inside(room, inside, tests, tell)
        if outside:
            try_outside(room, outside, tests, tell)
    return outcomes


def note(room: Room, outcomes: dict[Mutant, str]) -> None:
    """Print the figures of a room, and write down who lived."""
    alive = [mutant for mutant, outcome in outcomes.items() if outcome == ALIVE]
    for mutant in sorted(alive, key=lambda mutant: mutant.fault.line):
        print(f"alive, line {mutant.fault.line}\n{mutant.difference}\n")  # noqa: T201 - a command
    counts = Counter(outcomes.values())
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in (KILLED, TIMED_OUT, UNFIT, ALIVE))
    share = 1 - len(alive) / max(1, len(outcomes))
    figures = f"{len(outcomes)} mutants: {kinds}; {share:.1%} caught"
    print(f"{room.name}: {figures}", flush=True)  # noqa: T201 - a command
    NOTES.mkdir(parents=True, exist_ok=True)
    names = [mutant.fault.name for mutant in alive]
    (NOTES / f"{room.name}.json").write_text(json.dumps(names, indent=1))


def prepare() -> None:
    """Import what the tests need once for all, but nothing of the package."""
    os.chdir(ROOT)
    for module in PRELOADED:
        importlib.import_module(module)
    # Finding a simpler example of a failure is of no use here, and neither are earlier ones.
    settings.register_profile(
        "mutation", phases=[Phase.explicit, Phase.generate], database=None, deadline=None
    )
    settings.load_profile("mutation")


def main() -> None:
    """Try the mutants of some rooms and tell who lived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="+", choices=SELECTIONS, metavar="room")
    parser.add_argument("--most", type=int, help="so many of each room; without, all")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--survivors", action="store_true", help="those that lived the last time")
    parser.add_argument("--fast", action="store_true", help="by the fast tests alone")
    arguments = parser.parse_args()
    prepare()
    for room in map(Room, arguments.rooms):
        faults = choose(room, arguments.most, arguments.seed, survivors=arguments.survivors)
        mutants = [room.mutant(fault) for fault in faults]
        selections = SELECTIONS[room.name][: 1 if arguments.fast else 2]
        note(room, try_all(room, mutants, selections))


if __name__ == "__main__":
    main()
