"""What is written down: tables, the bounds that are to hold, and a picture."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from xml.sax.saxutils import escape

import attrs

_PACKAGES = (
    *("smstools-async", "httpx", "httpcore", "h11", "anyio", "attrs", "cattrs", "msgspec"),
    *("aiohttp", "orjson", "pydantic"),
)


@attrs.frozen(kw_only=True)
class Table:
    """Rows of texts under a heading."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def __str__(self) -> str:
        lines = (self.head, ["---", *["---:"] * (len(self.head) - 1)], *self.rows)
        written = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join(part for part in (f"## {self.title}", self.note, written) if part)


@attrs.frozen(kw_only=True)
class Bound:
    """What is to hold, and what was found."""

    words: str
    found: float
    limit: float
    unit: str = "×"  # noqa: RUF001 - a sign, no letter
    is_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.found >= self.limit if self.is_least else self.found <= self.limit

    def row(self) -> list[str]:
        """Write it down."""
        sign = "≥" if self.is_least else "≤"
        wanted = f"{sign} {self.limit:g} {self.unit}"
        return [self.words, f"{self.found:.2f} {self.unit}", wanted, "yes" if self.holds else "no"]


@attrs.frozen(kw_only=True)
class Answer:
    """What one question brought."""

    tables: Sequence[Table] = ()
    bounds: Sequence[Bound] = ()


def write_down(answers: Iterable[Answer], file: Path) -> None:
    """Write all answers into a Markdown file, the bounds first."""
    answers = list(answers)
    bounds = Table(
        title="What is to hold",
        note="Ratios of medians of this one run.",
        head=("", "found", "wanted", "holds"),
        rows=[bound.row() for answer in answers for bound in answer.bounds],
    )
    tables = [table for answer in answers for table in answer.tables]
    parts = (_describe_run(), bounds, *tables)
    file.write_text("\n\n".join(map(str, parts)) + "\n", encoding="utf-8")


def _describe_run() -> str:
    system = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        "# Results of the benchmarks\n\n"
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {system}; {python};"
        f" {packages}.\n\n"
        "Figures are medians ± the range of the middle half. Contenders take turns within one run,"
        " each in a process of its own, against a local server that sends bodies made before."
        " Absolute figures are this machine's, and it had other work to do; only ratios mean"
        " anything elsewhere. What they mean is told in `docs/explanation/speed.md`."
    )


_WIDTH, _LABELS, _BAR, _GAP = 460, 195, 18, 8  # as wide as a phone, nearly


def draw(title: str, groups: Sequence[tuple[str, Sequence[tuple[str, float]]]], file: Path) -> None:
    """Draw bars in groups into an SVG file, each group scaled to its longest."""
    parts: list[str] = []
    top = 8
    for name, bars in groups:
        top += 26
        parts.append(f'<text x="0" y="{top}" font-weight="bold">{escape(name)}</text>')
        top += 10
        longest = max(value for _, value in bars)
        for label, value in bars:
            parts.append(_draw_bar(label, value, (_WIDTH - _LABELS - 45) * value / longest, top))
            top += _BAR + _GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top + 8}"'
        f' width="{_WIDTH}" role="img" font-family="sans-serif" font-size="13" fill="#777">'
    )
    picture = "\n  ".join((head, f"<title>{escape(title)}</title>", *parts))
    file.write_text(f"{picture}\n</svg>\n", encoding="utf-8")


def _draw_bar(label: str, value: float, width: float, top: int) -> str:
    colour = "#3f6ad8" if label.startswith("ours") else "#9aa5b1"
    base = top + _BAR - 5
    return (
        f'<text x="{_LABELS - 10}" y="{base}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{_LABELS}" y="{top}" width="{width:.0f}" height="{_BAR}" fill="{colour}"/>'
        f'<text x="{_LABELS + width + 6:.0f}" y="{base}">{value:.2f}</text>'
    )
