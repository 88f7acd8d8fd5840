"""What tests of exports share: a machine without an extra."""

import sys

import pytest

from smstools_async import export
from smstools_async.export import _parts


@pytest.fixture
def _without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be as if the extra `parquet` were not installed."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for name in ("_arrow", "_parquet_file"):
        monkeypatch.delitem(sys.modules, f"smstools_async.export.{name}", raising=False)
        monkeypatch.delattr(export, name, raising=False)


@pytest.fixture
def _without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behave as if the file system had no locks."""
    monkeypatch.setattr(_parts, "_fcntl", None)
