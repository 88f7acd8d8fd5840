"""What the docs show is what happens."""

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Document

import smstools_async
from tests.examples.console import Console

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _docstrings_with_examples() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=False)
    for module in pkgutil.walk_packages(smstools_async.__path__, "smstools_async."):
        for docstring in finder.find(importlib.import_module(module.name), module.name):
            if re.search(">>>|```python", docstring.docstring or ""):
                yield docstring


@pytest.mark.usefixtures("_account")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_blocks_of_a_page_run_one_after_the_other(path: Path) -> None:
    """Every Python block runs, awaits included, and prints what the page says it prints."""
    with Console({"__name__": "__main__"}) as console:
        console.read(Document(path.read_text(encoding="utf-8"), str(path)))


@pytest.mark.parametrize(
    "docstring", list(_docstrings_with_examples()), ids=lambda docstring: docstring.name
)
def test_examples_of_a_docstring_run_by_themselves(docstring: doctest.DocTest) -> None:
    """A docstring's examples need nothing but the names of its module."""
    text = "\n" * (docstring.lineno or 0) + (docstring.docstring or "")
    with Console(docstring.globs) as console:
        console.read(Document(text, docstring.filename or docstring.name))
