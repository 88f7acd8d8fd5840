"""Which small faults can be put into a room, and what the room is with one of them."""

from collections.abc import Iterator, Mapping, Sequence
from inspect import CO_OPTIMIZED
from itertools import takewhile
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import attrs
import libcst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

PACKAGE = "smstools_async"
ROOT = Path(__file__).parents[2]
_UNTRIED = ("pragma: no cover", "TypeVar(")  # what no test is to reach, and what checkers alone see


class Fault(NamedTuple):
    """A place in a room, and what may be written there instead."""

    place: CodeRange
    words: str
    """The line with the place in it."""
    node: libcst.CSTNode
    faulty: libcst.CSTNode

    @property
    def line(self) -> int:
        """The number of that line."""
        return self.place.start.line

    @property
    def name(self) -> str:
        """What tells it from others, wherever it stands in the room."""
        return f"{self.words.strip()}: {_written(self.node)} -> {_written(self.faulty)}"


def _written(node: libcst.CSTNode) -> str:
    return libcst.Module([]).code_for_node(node)


@attrs.frozen(eq=False)
class Mutant:
    """A room with one fault."""

    fault: Fault
    source: str
    difference: str
    functions: Mapping[str, CodeType] | None
    """The functions with the fault, by qualified name; `None` if it is outside of any."""


class _Faults(libcst.CSTVisitor):
    def __init__(self, source: str, places: Mapping[libcst.CSTNode, CodeRange]) -> None:
        super().__init__()
        self.found: list[Fault] = []
        self._lines = source.splitlines()
        self._places = places

    def visit_Annotation(self, node: libcst.Annotation) -> bool:  # noqa: ARG002, N802 - libcst's
        """Pass over what is for type checkers."""
        return False

    def on_visit(self, node: libcst.CSTNode) -> bool:
        """Collect what can be made of a node."""
        if node in self._places:  # some stand nowhere
            place = self._places[node]
            words = self._lines[place.start.line - 1]
            if not any(untried in words for untried in _UNTRIED):
                self.found += [Fault(place, words, node, faulty) for faulty in _faulty(node)]
        return super().on_visit(node)


def _faulty(node: libcst.CSTNode) -> Iterator[libcst.CSTNode]:
    if isinstance(node, libcst.SimpleString) and " " in node.value:
        return  # words for people
    for kind, mutate in mutation_operators:
        if isinstance(node, kind):
            yield from mutate(node)


class Room:
    """A module of the package, and all that can be made wrong in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.module = f"{PACKAGE}.{name}"
        self.path = ROOT / PACKAGE / f"{name.replace('.', '/')}.py"
        self.source = self.path.read_text()
        wrapper = MetadataWrapper(libcst.parse_module(self.source), unsafe_skip_copy=True)
        faults = _Faults(self.source, wrapper.resolve(PositionProvider))
        wrapper.module.visit(faults)
        self.faults: Sequence[Fault] = faults.found
        self._tree = wrapper.module
        self._code = self.compile(self.source)

    def compile(self, source: str) -> CodeType:
        """Compile what stands in the room, or stands there with a fault."""
        code: CodeType = compile(source, self.path, "exec", dont_inherit=True)
        return code

    def mutant(self, fault: Fault) -> Mutant:
        """Return the room with a fault."""
        source = self._with(fault)
        difference = _difference(self.source.splitlines(), source.splitlines())
        functions = _changed_functions(self._code, self.compile(source))
        return Mutant(fault, source, difference, functions)

    def _with(self, fault: Fault) -> str:
        if isinstance(fault.node, libcst.Match):  # a block, which has to be indented
            tree = self._tree.deep_replace(fault.node, fault.faulty)
            assert isinstance(tree, libcst.Module)
            return tree.code
        lines = self.source.splitlines(keepends=True)
        start, end = fault.place.start, fault.place.end
        head = "".join(lines[: start.line - 1]) + lines[start.line - 1][: start.column]
        tail = lines[end.line - 1][end.column :] + "".join(lines[end.line :])
        return head + _written(fault.faulty) + tail


def _difference(before: list[str], after: list[str]) -> str:
    pairs = zip(before, after, strict=False)
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    while len(before) > same < len(after) and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return "\n".join(
        [*(f"-{line}" for line in before[same:]), *(f"+{line}" for line in after[same:])]
    )


def _changed_functions(before: CodeType, after: CodeType) -> Mapping[str, CodeType] | None:
    """Return the functions that differ, if nothing around them does."""
    if _surroundings(before) != _surroundings(after):
        return None
    pairs = zip(_functions(before), _functions(after), strict=True)
    return {new.co_qualname: new for old, new in pairs if old != new}


def _parts(code: CodeType) -> list[CodeType]:
    return [part for part in code.co_consts if isinstance(part, CodeType)]


def _functions(code: CodeType) -> list[CodeType]:
    """Return the functions of a module and of the classes in it."""
    if code.co_flags & CO_OPTIMIZED:
        return [code]
    return [function for part in _parts(code) for function in _functions(part)]


def _surroundings(code: CodeType) -> Any:
    """Return all that is not within a function; what has no name to find it by is not one."""
    if code.co_flags & CO_OPTIMIZED and "<" not in code.co_name:
        return code.co_qualname, code.co_freevars
    values = [value for value in code.co_consts if not isinstance(value, CodeType)]
    parts = [_surroundings(part) for part in _parts(code)]
    return code.co_code, code.co_names, repr(values), parts
