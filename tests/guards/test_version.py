"""The version is written in one place."""

import re
from pathlib import Path

import smstools_async

ROOT = Path(__file__).parents[2]


def test_version_is_written_once() -> None:
    """Neither the project file nor a page repeats it; only the changelog looks back on it."""
    places = [
        ROOT / "pyproject.toml",
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "smstools_async").rglob("*.py"),
    ]
    holders = [
        path
        for path in places
        if re.search(
            rf"(?<![\d.]){re.escape(smstools_async.__version__)}(?![\d.])",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert [ROOT / "smstools_async/_version.py"] == holders


def test_changelog_begins_with_the_version() -> None:
    """The newest entry of the changelog is the version that would be released."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[?([\w.]+)", changelog, re.MULTILINE)
    assert smstools_async.__version__ in headings[:2]
