"""Counts what code does, where its time would tell nothing on a busy machine."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import smstools_async

_PACKAGE = Path(smstools_async.__file__).parent
_MODULES = {
    str(path)
    for path in _PACKAGE.rglob("*.py")
    if path.relative_to(_PACKAGE).parts[0].startswith("_")
}
"""The modules of the library itself, without the sandbox that responds to it."""


@contextmanager
def counting_calls() -> Generator[list[str]]:
    """List the calls of the library's own functions, each step of a generator being one."""
    calls: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename in _MODULES:
            calls.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)
