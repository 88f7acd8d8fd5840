"""Log records while a command runs: ours when asked for, those of other libraries never."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from smstools_async.cli._reporting import report

_OURS = "smstools_async"


class _ReportingHandler(logging.Handler):
    """Prints log records like every other report."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one."""
        report(record.getMessage())


@contextmanager
def log_reported(*, verbose: bool) -> Generator[None]:
    """Report each request and each retry within a block if `verbose`.

    Other libraries stay silent: without a handler at the root, Python prints their warnings on
    standard error.
    """
    ours, root = logging.getLogger(_OURS), logging.getLogger()
    reporting, silent = _ReportingHandler(), logging.NullHandler()
    level_before, propagated_before = ours.level, ours.propagate
    ours.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
    ours.propagate = False
    ours.addHandler(reporting)
    root.addHandler(silent)
    try:
        yield
    finally:
        ours.setLevel(level_before)
        ours.propagate = propagated_before
        ours.removeHandler(reporting)
        root.removeHandler(silent)


def report_requests() -> None:
    """Report each request and each retry from now on, until `log_reported` ends."""
    logging.getLogger(_OURS).setLevel(logging.DEBUG)
