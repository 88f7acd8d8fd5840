"""What the docs show is what happens."""

import asyncio
import doctest
import importlib
import inspect
import pkgutil
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sybil import Document

import smstools_async
from smstools_async import Client
from smstools_async.sandbox import Sandbox
from tests.examples.conftest import PHONE
from tests.examples.console import Console

ROOT = Path(__file__).parents[2]
CANNOT_BE_CALLED = {
    "smstools_async._client.Client.request",  # asks for what the sandbox does not have
    "smstools_async._resources.listing.Listing.watch",  # never ends
}
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


def _examples_for_a_client() -> Iterator[doctest.DocTest]:
    for docstring in _docstrings_with_examples():
        takes_a_client = re.search(r"async def \w+\(client: Client", docstring.docstring or "")
        if takes_a_client and docstring.name not in CANNOT_BE_CALLED:
            yield docstring


@pytest.mark.parametrize(
    "docstring", list(_examples_for_a_client()), ids=lambda docstring: docstring.name
)
def test_functions_that_a_docstring_defines_work_with_a_client(docstring: doctest.DocTest) -> None:
    """An example that asks for a `client` is called with one, since defining it proves little."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=30)
    sandbox.before_each_request = lambda number: sandbox.receive(PHONE, f"number {number}")
    given = set(docstring.globs)
    with Console(docstring.globs) as console:
        console.read(Document(docstring.docstring or "", docstring.name))
        functions = [console.namespace[name] for name in console.namespace.keys() - given]
        for function in filter(inspect.iscoroutinefunction, functions):
            asyncio.run(_call_with_a_client(function, sandbox))


async def _call_with_a_client(function: Callable[..., Awaitable[object]], sandbox: Sandbox) -> None:
    more = [[PHONE]] if "phones" in inspect.signature(function).parameters else []
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client(
            sandbox.client_id,
            sandbox.client_secret,
            http_client=http_client,
            download_client=http_client,
        ) as client,
    ):
        await function(client, *more)
