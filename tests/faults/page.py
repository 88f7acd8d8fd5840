"""Writes the page of faults from the table: `python -m tests.faults.page`.

Its beginning, up to the first heading, is written by hand and stays.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from smstools_async import APIError, SmstoolsError, TransportError, UnexpectedResponseError
from smstools_async._http.responses import LOCKING_CODES
from tests.faults.fault import ALWAYS, ONCE, TWICE, Fault
from tests.faults.table import SECTIONS
from tests.faults.waits import OF_ITS_OWN, WAITS, Wait

PAGE = Path(__file__).parents[2] / "docs/reference/faults.md"
RETRIED = {ONCE: "no", TWICE: "once", ALWAYS: "yes"}


def write(page: str) -> str:
    """Return the page with the table as it is now."""
    beginning = page.partition("\n## ")[0].rstrip()
    return "\n".join([beginning, *_sections()]) + "\n"


def _sections() -> Iterator[str]:
    for title, faults in SECTIONS.items():
        heads = ("Fault", "What you get", "Retried")
        yield from _table(title, heads, map(_tell_fault, faults))
    heads = ("The server responds", "Waits before the retries", "Then you get")
    yield from _table("Asking for a wait", heads, map(_tell_wait, WAITS))


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    for cells in (heads, ("---",) * len(heads), *rows):
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _tell_fault(fault: Fault) -> tuple[str, ...]:
    if fault.error is None:
        gets = f"the page: {fault.note}" if fault.note else "the page"
    else:
        gets = _tell_error(fault.error)
    return fault.name, gets, RETRIED[fault.sent]


def _tell_wait(wait: Wait) -> tuple[str, ...]:
    waits = ", ".join(f"{seconds:g} s" for seconds in wait.waits) or "none, it is left to you"
    random = "up to " if wait.waits == OF_ITS_OWN else ""
    return wait.name, random + waits, _tell_error(wait.error)


def _tell_error(error: SmstoolsError) -> str:
    return f"`{type(error).__name__}`{_tell_facts(error)}"


def _tell_facts(error: SmstoolsError) -> str:
    match error:
        case APIError(code=code) if code in LOCKING_CODES:
            return f", `code` {code}; the client sends nothing more"
        case APIError(code=int(code)):
            return f", `code` {code}"
        case APIError(retry_after=float() | int() as seconds):
            return f", `retry_after` {seconds:g}"
        case UnexpectedResponseError(problems=(problem, *_)):
            return f": `{problem}`"
        case TransportError(reason=str(reason)) | UnexpectedResponseError(reason=reason) if reason:
            return f": {reason.partition('. ')[0]}"
        case _:
            return ""


if __name__ == "__main__":
    PAGE.write_text(write(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
