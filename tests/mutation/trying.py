"""What the tests make of a faulty room: each mutant is tried in a process of its own."""

import importlib
import inspect
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple, TextIO

import pytest

from tests.mutation.faults import PACKAGE, Mutant, Room

ALIVE, KILLED, UNFIT, TIMED_OUT = "alive", "killed", "fell at import", "timed out"
Tell = Callable[[Mutant, str], None]

_OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of what was imported before
)
_UNFIT_CODE = 99
_SHORT = 0.03
_MOST_MEMORY = 3 * 2**30
_FEWEST_SECONDS = 10


def try_outside(room: Room, mutants: Iterable[Mutant], tests: Sequence[str], tell: Tell) -> None:
    """Try mutants whose fault takes effect when the room is imported."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    sound = in_child(lambda: _run_afresh(room, room.source, tests), 600)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if sound != ALIVE:
        raise SystemExit(f"{room.name}: the tests fail without a fault")
    seconds = after.ru_utime - before.ru_utime
    for mutant in mutants:
        source = mutant.source
        tell(mutant, in_child(lambda: _run_afresh(room, source, tests), 4 * seconds))  # noqa: B023 - run at once


def try_inside(room: Room, mutants: Sequence[Mutant], tests: Sequence[str], tell: Tell) -> None:
    """Try mutants whose fault is in a function: the tests are collected once for all of them."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as outcomes:
            trial = _Trial(room, mutants, outcomes)
            _silenced(lambda: int(pytest.main([*_OPTIONS, *tests], plugins=[trial])))
    os.close(writing)
    untried = set(range(len(mutants)))
    with os.fdopen(reading) as outcomes:
        for line in outcomes:
            index, _, outcome = line.strip().partition(" ")
            tell(mutants[int(index)], outcome)
            untried.remove(int(index))
    os.waitpid(child, 0)
    if untried:
        raise SystemExit(f"{room.name}: the tests could not be run")


def in_child(call: Callable[[], int], seconds: float) -> str:
    """Return what became of the tests in a process of their own, which a mutant may ruin."""
    computing = _FEWEST_SECONDS + round(seconds)
    child = os.fork()
    if child == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (computing, computing + 5))
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        _silenced(call)
    code = _wait_for(child, 6 * computing)
    if code in (None, -signal.SIGXCPU):
        return TIMED_OUT
    return {0: ALIVE, _UNFIT_CODE: UNFIT}.get(code, KILLED)


def _silenced(call: Callable[[], int]) -> None:
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        code = call()
    finally:
        os._exit(code)


def _wait_for(child: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run_afresh(room: Room, source: str, tests: Sequence[str]) -> int:
    sys.meta_path.insert(0, _Finder(room, source))
    try:
        importlib.import_module(PACKAGE)
    except Exception:  # noqa: BLE001 - of any kind
        return _UNFIT_CODE
    return int(pytest.main([*_OPTIONS, *tests]))


class _Finder(MetaPathFinder):
    def __init__(self, room: Room, source: str) -> None:
        self._loader = _Loader(room, source)

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        """Find nothing but the room."""
        is_room = fullname == self._loader.name
        return spec_from_loader(fullname, self._loader) if is_room else None


class _Loader(SourceFileLoader):
    """Loads a room from what is given instead of what is written."""

    def __init__(self, room: Room, source: str) -> None:
        super().__init__(room.module, str(room.path))
        self._code = room.compile(source)

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - it is the room's
        """Return what was given."""
        return self._code


class _Seen(NamedTuple):
    """What was seen of a test while nothing was wrong."""

    seconds: float
    functions: Sequence[str]


class _Trial:
    """A plugin of pytest that runs the collected tests for one mutant after the other."""

    def __init__(self, room: Room, mutants: Sequence[Mutant], outcomes: TextIO) -> None:
        self._room = room
        self._mutants = mutants
        self._outcomes = outcomes

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop."""
        seen = self._watch(session.items)
        for index, mutant in enumerate(self._mutants):
            outcome = self._try(session, mutant, seen)
            print(index, outcome, file=self._outcomes, flush=True)
        return True

    def _watch(self, items: Sequence[pytest.Item]) -> Mapping[pytest.Item, _Seen]:
        reading, writing = os.pipe()

        def watch() -> int:
            with os.fdopen(writing, "w") as notes:
                json.dump(
                    [
                        _watched(item, following, str(self._room.path))
                        for item, following in _followed(items)
                    ],
                    notes,
                )
            return 0

        child = os.fork()
        if child == 0:
            os.close(reading)
            _silenced(watch)
        os.close(writing)
        with os.fdopen(reading) as notes:
            seen = [_Seen(*noted) for noted in json.load(notes)]
        os.waitpid(child, 0)
        return dict(zip(items, seen, strict=True))

    def _try(
        self, session: pytest.Session, mutant: Mutant, seen: Mapping[pytest.Item, _Seen]
    ) -> str:
        assert mutant.functions is not None
        names = mutant.functions.keys()
        items = [item for item in session.items if names & set(seen[item].functions)]
        order = {item: seen[item].seconds for item in items}
        items.sort(key=lambda item: order[item] if order[item] > _SHORT else 0)

        def run() -> int:
            for name, code in (mutant.functions or {}).items():
                _function(self._room.module, name).__code__ = code
            return int(any(_fails(*pair) for pair in _followed(items)))

        return in_child(run, 4 * sum(order.values()))


def _followed(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    yield from zip(items, [*items[1:], None], strict=True)


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    before = item.session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return item.session.testsfailed > before


def _watched(item: pytest.Item, following: pytest.Item | None, path: str) -> _Seen:
    """Run a test; note how long it takes and which functions of a room it calls."""
    names: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename == path:
            names.add(frame.f_code.co_qualname.partition(".<locals>")[0])

    begun = time.process_time()
    threading.setprofile(note)
    sys.setprofile(note)
    failed = _fails(item, following)
    sys.setprofile(None)
    # What fails when it is watched is of no use here.
    return _Seen(time.process_time() - begun, [] if failed else sorted(names))


def _function(module: str, name: str) -> FunctionType:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    for attribute in ("fget", "__func__", "__wrapped__"):
        found = getattr(found, attribute, found)
    assert isinstance(found, FunctionType)
    return found
