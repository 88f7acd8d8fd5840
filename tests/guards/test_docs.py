"""What the strict build of the docs lets pass: pages nobody finds, pictures that are not there."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smstools_async import _errors
from smstools_async.export import FORMATS
from tests.faults.page import PAGE, write

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _targets(nav: list[dict[str, Any]]) -> Iterator[str]:
    for entry in nav:
        for target in entry.values():
            if isinstance(target, str):
                yield target
            else:
                yield from _targets(target)


def test_navigation_names_every_page_once() -> None:
    """Each page is in the navigation, and each entry of the navigation is a page."""
    project = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    pages = sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))
    assert pages == sorted(_targets(project["nav"]))


def test_pictures_are_there() -> None:
    """Every picture a page shows is in the repository."""
    missing = [
        (page.name, picture)
        for page in DOCS.rglob("*.md")
        for picture in re.findall(r"!\[[^\]]*\]\(([^)\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / picture).is_file()
    ]
    assert [] == missing


def test_links_between_the_files_at_the_top_lead_somewhere() -> None:
    """What the repository shows beside the docs is not seen by their build."""
    dead = [
        (page, target)
        for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
        for target in re.findall(r"\]\(([^)#\s]+)", (ROOT / page).read_text(encoding="utf-8"))
        if not target.startswith("https://") and not (ROOT / target).is_file()
    ]
    assert [] == dead


def test_page_of_faults_is_written_from_the_table() -> None:
    """`python -m tests.faults.page` writes it anew."""
    page = PAGE.read_text(encoding="utf-8")
    assert write(page) == page


def test_page_on_exports_has_every_format() -> None:
    """Whoever chooses one sees all, with all endings that are a wish for them."""
    page = (DOCS / "how-to/export.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| (`\.[^|]+) \|", page, re.MULTILINE)
    assert [tuple(re.findall(r"`([^`]+)`", row)) for row in rows] == [
        each.endings for each in FORMATS.values()
    ]


def test_tree_of_errors_is_the_one_in_the_code() -> None:
    """The reference draws the errors as their module does."""
    page = (DOCS / "reference/errors.md").read_text(encoding="utf-8")
    tree = page.split("```text\n")[1].split("```")[0]
    assert tree in (_errors.__doc__ or "")
