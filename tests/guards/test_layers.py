"""The house stands: imports point downwards, and each foreign library has its room."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "smstools_async"

ROOMS = {
    "_version": set[str](),
    "_errors": set[str](),
    "_arguments": set[str](),
    "_settings": {"_arguments"},
    "_names": set[str](),
    "_identity": set[str](),
    "_phone": {"_arguments"},
    "_files": {"_names"},
    "_models": {"_arguments", "_names", "_identity"},
    "_outcomes": {"_models"},
    "_redact": {"_errors"},
    "_wire": {"_errors", "_phone", "_identity", "_models"},
    "_http": {"_errors", "_redact", "_settings"},
    "_download": {"_errors", "_settings", "_names", "_files", "_models", "_http"},
    "_walk": {"_errors"},
    "_reading": {
        *("_arguments", "_errors", "_models", "_outcomes", "_phone", "_wire", "_http", "_walk"),
    },
    "_resources": {"_arguments", "_errors", "_models", "_wire", "_http", "_walk", "_reading"},
    "_client": {
        *("_version", "_arguments", "_errors", "_settings", "_phone", "_models", "_wire", "_http"),
        *("_download", "_walk", "_reading", "_resources"),
    },
    "__init__": {
        *("_version", "_errors", "_settings", "_models", "_outcomes", "_redact", "_wire", "_http"),
        *("_reading", "_resources", "_client"),
    },
    "sandbox": {"_errors", "_models"},
    "export": {"_version", "_errors", "_names", "_phone", "_files", "_identity", "_models"},
    "cli": {"_arguments", "_phone", "_names", "_files", "__init__", "sandbox", "export"},
    "__main__": {"cli"},
    "web": {"__init__"},
    "testing": {"__init__", "sandbox"},
}
"""Each package with the packages it may import, the lowest first."""

OWNERS = {
    "attrs": {
        *("_settings", "_models", "_outcomes", "_wire", "_http", "_download", "_walk", "_reading"),
        *("_resources", "_client", "sandbox", "export", "cli", "web"),
    },
    "cattrs": {"_wire"},
    "msgspec": {"_wire"},
    "httpx": {
        *("_http", "_download"),
        *("sandbox._transport", "cli._service", "cli._network", "testing._fixtures"),
    },
    "httpcore": {"_http"},
    "anyio": {"_http", "_download", "_reading", "_client", "sandbox", "web", "testing"},
    "starlette": {"sandbox._port", "sandbox._serve"},
    "uvicorn": {"sandbox._port"},
    "pyarrow": {"export"},
    "xlsxwriter": {"export"},
    "jinja2": {"export"},
    "click": {"cli"},
    "rich": {"cli"},
}
"""Each foreign library with the packages, or modules of a package, that may import it."""

FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "constants"}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


MODULES = {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _room(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _statements(module: str, *, for_types: bool) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [ast.parse(MODULES[module].read_text(encoding="utf-8"))]
    for node in waiting:
        yield node
        if for_types or not _is_for_types(node):
            waiting.extend(ast.iter_child_nodes(node))


def _imported_names(module: str, *, for_types: bool = True) -> Iterator[str]:
    package = ["smstools_async", *module.split(".")[:-1]]
    for node in _statements(module, for_types=for_types):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            parent = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{parent}.{alias.name}" for alias in node.names)


def _own_module(name: str) -> str | None:
    """Name the module of ours that `name` or its longest beginning stands for."""
    parts = name.split(".")
    if parts[0] != "smstools_async":
        return None
    for length in range(len(parts), 1, -1):
        for module in (".".join(parts[1:length]), ".".join([*parts[1:length], "__init__"])):
            if module in MODULES:
                return module
    return "__init__"


def _own_imports(module: str, *, for_types: bool = True) -> set[str]:
    names = _imported_names(module, for_types=for_types)
    return {own for name in names if (own := _own_module(name))} - {module}


def test_table_itself_points_downwards() -> None:
    """A room may import only rooms above it in the table, so no cycle can be allowed."""
    below = list[str]()
    for room, may_import in ROOMS.items():
        assert may_import <= set(below)
        below.append(room)


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_lower_rooms(module: str) -> None:
    """No import points upwards, lazy ones within functions included."""
    room = _room(module)
    imported = {_room(own) for own in _own_imports(module)} - {room}
    assert imported <= ROOMS[room]


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Within a room, too, there is an order in which the modules can be run."""
    TopologicalSorter(
        {module: _own_imports(module, for_types=False) for module in MODULES}
    ).prepare()


@pytest.mark.parametrize("module", MODULES)
def test_foreign_library_stays_in_its_room(module: str) -> None:
    """A move of one library touches one room."""
    libraries = {name.split(".")[0] for name in _imported_names(module)} & set(OWNERS)
    trespassers = {
        library for library in libraries if not {module, _room(module)} & OWNERS[library]
    }
    assert not trespassers


@pytest.mark.parametrize("module", MODULES)
def test_module_is_named_for_what_it_does(module: str) -> None:
    """No module is a drawer for odds and ends."""
    assert not {part.strip("_") for part in module.split(".")} & FORBIDDEN_NAMES
