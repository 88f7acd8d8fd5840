"""A block under the name of a file is that file: saved by itself, it works."""

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
_BIN = Path(sys.executable).parent
_TITLED = re.compile(
    r'^(?P<indent> *)```python title="(?P<title>[^"]+)"\n(?P<source>.*?)^(?P=indent)```$',
    re.MULTILINE | re.DOTALL,
)


class File(NamedTuple):
    """What a reader saves."""

    page: str
    title: str
    source: str


def _files() -> Iterator[File]:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for block in _TITLED.finditer(page.read_text(encoding="utf-8")):
            source = textwrap.dedent(block["source"])
            if not source.startswith("--8<--"):  # a file of `examples`, which has checks enough
                yield File(str(page.relative_to(ROOT)), block["title"], source)


FILES = list(_files())
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.page}-{file.title}")


def test_files_are_found() -> None:
    """The page of the tests has some."""
    found = [file.title for file in FILES if file.page.endswith("test-your-code.md")]
    assert ["reminders.py", "conftest.py", "test_reminders.py", "test_app.py"] == found


@every_file
def test_a_file_has_all_that_it_names(file: File) -> None:
    """No block before it is needed, and nothing awaits outside of a function."""
    compile(file.source, file.title, "exec", dont_inherit=True)
    checked = subprocess.run(  # noqa: S603 - our own linter
        [_BIN / "ruff", "check", "--isolated", "--select=F", f"--stdin-filename={file.title}", "-"],
        input=file.source,
        stdout=subprocess.PIPE,
        check=False,
        encoding="utf-8",
    )
    assert "All checks passed!\n" == checked.stdout


@every_file
def test_a_file_stands_in_no_module_s_way(file: File) -> None:
    """One that is called like a module of the standard library breaks whoever imports that."""
    assert Path(file.title).stem not in sys.stdlib_module_names


def test_tests_of_the_page_pass_in_a_folder_of_their_own(tmp_path: Path) -> None:
    """On asyncio and on trio, where a generator that nobody closed is a warning."""
    for file in FILES:
        if file.page.endswith("test-your-code.md") and file.title != "test_app.py":
            (tmp_path / file.title).write_text(file.source, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        check=False,
        encoding="utf-8",
    )
    assert "4 passed" in ran.stdout
