"""Runs modules of the tests in processes of their own, for what a whole process has one of."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def printed_by(module: str) -> str:
    """Run a module and return what it prints."""
    command = [sys.executable, "-m", module]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return done.stdout
