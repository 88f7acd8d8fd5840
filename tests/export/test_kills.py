"""Kills: whenever an export dies, the file before is there, or the new one, or none."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from smstools_async.export import FORMATS
from smstools_async.sandbox import Sandbox, serving
from tests.export.endurance import export, put_before, start
from tests.export.exporting import PHONE
from tests.export.reading import READ_BACK, contents, of_messages

each_format = pytest.mark.parametrize("file_format", FORMATS)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    """Return an account with a conversation of a few pages, files included."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=1200)
    return sandbox


@pytest.fixture(scope="module")
def base_url(sandbox: Sandbox) -> Iterator[str]:
    """Serve it to other processes."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(sandbox)) as url,
    ):
        yield url


@each_format
def test_killed_export_leaves_the_file_before(
    file_format: str, sandbox: Sandbox, base_url: str, tmp_path: Path
) -> None:
    """Such as when the last message is written and the rest is not."""
    before = put_before(sandbox, file_format, tmp_path / "a")
    _kill(file_format, tmp_path / "a", base_url, "1200")
    assert before == contents(file_format, tmp_path / "a")


@each_format
def test_killed_first_export_leaves_no_file(
    file_format: str, base_url: str, tmp_path: Path
) -> None:
    """What it wrote has another name, which says that it is a part."""
    _kill(file_format, tmp_path / "a", base_url, "700")
    names = {path.name for path in tmp_path.iterdir()}
    assert {"a.part"} <= names <= {"a.part", "a.part.d"}


@each_format
def test_export_after_a_kill_is_whole(
    file_format: str, sandbox: Sandbox, base_url: str, tmp_path: Path
) -> None:
    """The kill comes when the file is whole and has no name yet; what is left is in nobody's way.

    All is read back equal, message by message, and memory does not tell how long the history is.
    """
    before = put_before(sandbox, file_format, tmp_path / "a")
    _kill(file_format, tmp_path / "a", base_url, "rename")
    assert before == contents(file_format, tmp_path / "a")
    idle, peak = export(file_format, tmp_path / "a", base_url)
    assert peak - idle < (150 if "parquet" == file_format else 60)
    if file_format in READ_BACK:
        assert of_messages(sandbox.messages(PHONE)) == contents(file_format, tmp_path / "a")


def _kill(file_format: str, target: Path, base_url: str, moment: str) -> None:
    process = start(file_format, target, base_url, moment)
    process.communicate()
    assert -signal.SIGKILL == process.returncode
