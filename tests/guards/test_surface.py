"""What is public is meant to be: listed, documented, in the reference."""

import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import smstools_async
import smstools_async.export
import smstools_async.sandbox
import smstools_async.testing
import smstools_async.web

ROOT = Path(__file__).parents[2]
PUBLIC_ROOMS = {"sandbox", "export", "cli", "testing", "web"}
PUBLIC_MODULES: list[ModuleType] = [
    smstools_async,
    smstools_async.export,
    smstools_async.sandbox,
    smstools_async.testing,
    smstools_async.web,
]
PUBLIC_NAMES = [f"{module.__name__}.{name}" for module in PUBLIC_MODULES for name in module.__all__]


def _public_members() -> Iterator[tuple[str, object]]:
    for module in PUBLIC_MODULES:
        for name in module.__all__:
            value: object = getattr(module, name)
            if inspect.isclass(value):
                yield name, value
                yield from _members_of(value)


def _members_of(cls: type[object]) -> Iterator[tuple[str, object]]:
    """Yield the members that a class of ours has, or inherits from others of ours."""
    ours = (base for base in reversed(cls.__mro__) if base.__module__.startswith("smstools_async"))
    members = {name: member for base in ours for name, member in vars(base).items()}
    for name, member in members.items():
        if not name.startswith("_") and (
            inspect.isfunction(member) or isinstance(member, property | classmethod)
        ):
            yield f"{cls.__name__}.{name}", member


def _public_calls() -> Iterator[tuple[str, object]]:
    for module in PUBLIC_MODULES:
        functions = inspect.getmembers(module, inspect.isfunction)
        yield from (call for call in functions if not call[0].startswith("_"))
    for cls in (smstools_async.Client, smstools_async.sandbox.Sandbox):
        for name, member in _members_of(cls):
            if name != "Client.aclose":  # what `async with` does
                yield name, member


def _read_all(folder: Path, pattern: str) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob(pattern)))


@pytest.mark.parametrize("module", PUBLIC_MODULES, ids=lambda module: module.__name__)
def test_all_is_sorted(module: ModuleType) -> None:
    """`__all__` is a list a person can look a name up in."""
    assert sorted(module.__all__) == module.__all__


@pytest.mark.parametrize("module", PUBLIC_MODULES, ids=lambda module: module.__name__)
def test_all_is_complete(module: ModuleType) -> None:
    """A name without an underscore is in `__all__`, or a room that is public as a whole."""
    names = {name for name in vars(module) if name.isidentifier() and name[0] != "_"}
    names -= PUBLIC_ROOMS
    assert set(module.__all__) == names


@pytest.mark.parametrize("module", PUBLIC_MODULES, ids=lambda module: module.__name__)
def test_rooms_are_private(module: ModuleType) -> None:
    """A module without an underscore is one of the rooms users import from."""
    modules = {found.name for found in pkgutil.iter_modules(module.__path__)}
    assert {name for name in modules if not name.startswith("_")} <= PUBLIC_ROOMS


@pytest.mark.parametrize(("name", "member"), [pytest.param(*m, id=m[0]) for m in _public_members()])
def test_public_name_has_a_docstring(name: str, member: object) -> None:
    """Every public class, function, method and property says what it does."""
    assert inspect.getdoc(member), name


@pytest.mark.parametrize(("name", "call"), [pytest.param(*c, id=c[0]) for c in _public_calls()])
def test_public_call_has_an_example(name: str, call: object) -> None:
    """Every call is shown once, and the examples are run."""
    assert ">>>" in (inspect.getdoc(call) or ""), name


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_public_name_is_in_the_reference(name: str) -> None:
    """Every public name has its place in the reference pages."""
    pages = _read_all(ROOT / "docs/reference", "*.md")
    assert re.search(rf"^::: {re.escape(name)}$", pages, re.MULTILINE)


@pytest.mark.parametrize("name", smstools_async.__all__)
def test_public_name_is_used_by_the_typing_tests(name: str) -> None:
    """Every public name is seen by the type checkers as a user's code would use it."""
    modules = _read_all(ROOT / "tests/typing", "*.py")
    assert re.search(rf"\b{name}\b", modules)


def loaded_by(code: str) -> set[str]:
    """Return what a process has loaded that ran some code."""
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words
    return set(done.stdout.split())


LEFT_TO_THE_CLIENT = {"httpcore"}


def test_import_leaves_to_later_what_it_can() -> None:
    """So that a command's help is there at once."""
    assert not LEFT_TO_THE_CLIENT & loaded_by("import smstools_async")


def test_client_leaves_nothing_to_its_calls() -> None:
    """Else the first request would keep the event loop waiting while they are loaded."""
    assert loaded_by("import smstools_async; smstools_async.Client('id', 'secret')") >= (
        LEFT_TO_THE_CLIENT
    )
