"""What tests of exports share: a machine without an extra."""

import sys

import pytest

import smstools_async.export as room


@pytest.fixture
def _without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be as if the extra `parquet` were not installed."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "smstools_async.export._arrow", raising=False)
    monkeypatch.delattr(room, "_arrow", raising=False)
