"""Answers all questions. Usage: python -m benchmarks [--quick]."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import decoding, event_loop, importing, memory, phones, pipe, slow
from benchmarks.plan import QUICK, Plan
from benchmarks.report import draw, write_down

_ROOT = Path(__file__).parents[1]


def _main(*, is_quick: bool) -> None:
    folder = _ROOT / "build" if is_quick else _ROOT / "benchmarks"
    pictures = _ROOT / "build" if is_quick else _ROOT / "docs/assets"
    with TemporaryDirectory() as scratch:
        plan = Plan(folder=Path(scratch), **(QUICK if is_quick else {}))
        through_pipe, bars = pipe.ask(plan)
        others = [
            question.ask(plan)
            for question in (decoding, event_loop, memory, importing, phones, slow)
        ]
    draw("How fast a history comes in", bars, pictures / "speed.svg")
    write_down([others[0], through_pipe, *others[1:]], folder / "RESULTS.md")
    print((folder / "RESULTS.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    _main(is_quick=sys.argv[1:] == ["--quick"])
