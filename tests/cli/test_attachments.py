"""Attachments: fetched beside an export, each once, and no trouble of the messages."""

import os
import shlex
import signal
from pathlib import Path

import pytest

from smstools_async import Message, MessageFile
from smstools_async.cli._attachments import Attachments
from smstools_async.export import attachment_name, read_jsonl
from smstools_async.sandbox import Disconnect, Response, Sandbox
from tests.cli.command import PHONE, invoke, signal_at_request, untimed

EXPORT = ("export", PHONE, "-o", "a.jsonl", "--files", "files", "--allow-private-addresses")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def photos(sandbox: Sandbox) -> list[str]:
    """Let six messages with a photo arrive at the served sandbox; return the names to expect."""
    for number in range(6):
        url = f"https://files.example/{number}/foto.jpg"
        file = MessageFile(name="../foto.jpg", url=url, mime="image/")
        sandbox.receive(PHONE, "veja", files=[file], unix_time=1749113086 + number)
    sandbox.move_files(PHONE, os.environ["SMSTOOLS_BASE_URL"])
    messages = sandbox.messages(PHONE)
    return sorted(attachment_name(message, 1) for message in messages)


def _names(folder: Path) -> list[str]:
    names = [path.name for path in (folder / "files").iterdir()]
    return sorted(name for name in names if not name.startswith("."))


def _messages(folder: Path) -> tuple[Message, ...]:
    with (folder / "a.jsonl").open(encoding="utf-8") as lines:
        return tuple(read_jsonl(lines))


FILE = MessageFile(name="../foto.jpg", url="https://files.example/1?signature=7", mime="image/")
WITH_FILE = Message(
    direction="inbound",
    sender="5511",
    receiver="Clinica",
    text="",
    files=(FILE,),
    unix_time=1749113086,
)


def test_files_come_beside_the_messages(sandbox: Sandbox, folder: Path, photos: list[str]) -> None:
    """The rows are those of any export, confirmed by a second request; the folder is private."""
    result = invoke(*EXPORT)
    assert 0 == result.exit_code
    assert photos == _names(folder)
    assert sandbox.messages(PHONE) == _messages(folder)
    told = "6 messages in 2 requests and … s → a.jsonl\n6 attachments → files\n"
    assert told == untimed(result.stderr)
    assert 0o700 == (folder / "files").stat().st_mode & 0o777


def test_second_run_fetches_what_is_missing(
    sandbox: Sandbox, folder: Path, photos: list[str]
) -> None:
    """Even if all links have got another signature; two requests are for the messages."""
    invoke(*EXPORT)
    (folder / "files" / photos[2]).unlink()
    sandbox.rotate_file_urls(PHONE)
    sandbox.requests.clear()
    result = invoke(*EXPORT)
    assert photos == _names(folder)
    assert result.stderr.endswith("6 attachments, 5 there before → files\n")
    assert 3 == len(sandbox.requests)


def test_failed_files_are_counted_and_lose_nothing(
    sandbox: Sandbox, folder: Path, photos: list[str]
) -> None:
    """Every message is written, the other files come, and the exit code tells."""
    sandbox.fail(Response(status=404), from_request=3, times=2)
    result = invoke(*EXPORT)
    assert 1 == result.exit_code
    assert sandbox.messages(PHONE) == _messages(folder)
    assert 4 == len(set(_names(folder)) & set(photos)) == len(_names(folder))
    assert result.stderr.endswith(
        "4 of 6 attachments → files\n"
        "Error: 2 attachments could not be downloaded. The same export, started over, downloads"
        " them; attachments that are there are skipped.\n"
        "  2 of them: its host responded with HTTP 404\n"
    )
    assert 0 == invoke(*EXPORT).exit_code
    assert photos == _names(folder)


@pytest.mark.usefixtures("sandbox", "photos")
def test_private_addresses_are_refused_by_default(folder: Path) -> None:
    """A sender of a file could look into this network otherwise."""
    result = invoke(*EXPORT[:-1])
    assert 1 == result.exit_code
    assert (
        "  6 of them: its host leads to 127.0.0.1, which is not a public address"
        " (--allow-private-addresses)\n" in result.stderr
    )
    assert [] == _names(folder)


@pytest.mark.usefixtures("sandbox", "photos")
def test_large_files_are_refused(folder: Path) -> None:
    """By the bound that was given."""
    result = invoke(*EXPORT, "--max-file-bytes", "10")
    assert "  6 of them: it is larger than 10 bytes (--max-file-bytes)\n" in result.stderr
    assert [] == _names(folder)


def test_trouble_of_any_kind_has_its_reason(
    sandbox: Sandbox, folder: Path, photos: list[str]
) -> None:
    """Of the network, and of this machine."""
    (folder / "files").mkdir()
    (folder / "files" / photos[0]).symlink_to(folder / "missing" / "x")
    sandbox.fail(Disconnect(after_bytes=5), from_request=3, times=None)
    result = invoke(*EXPORT, "--timeout", "5")
    assert "  1 of them: No such file or directory\n" in result.stderr
    assert "  5 of them: The server hung up or did not speak HTTP\n" in result.stderr


@pytest.mark.usefixtures("photos")
def test_error_of_the_walk_is_told_at_once(sandbox: Sandbox, folder: Path) -> None:
    """A service in trouble is not asked for files as well."""
    sandbox.fail(Response.error(103, "No"), page=2)
    result = invoke(*EXPORT, "--page-size", "3")
    assert 1 == result.exit_code
    assert "Error: The API returned HTTP 400" in result.stderr
    assert [] == _names(folder)


def test_going_on_fetches_the_files_of_kept_messages(
    sandbox: Sandbox, folder: Path, photos: list[str]
) -> None:
    """However often it is stopped, all files are there in the end, and nothing else."""
    for number in range(6, 200):
        sandbox.receive(PHONE, "ok", unix_time=1749113086 + number)
    arguments = [*EXPORT, "--page-size", "5", "--order", "oldest"]
    for requests in (8, 4):
        first = len(sandbox.requests) + requests
        sandbox.fail(Response.error(103, "No"), from_request=first)
        result = invoke(*arguments)
        assert 1 == result.exit_code
        assert [] == _names(folder)
        sandbox.stop_failing()
        arguments = shlex.split(result.stderr.splitlines()[-1])[1:]
    result = invoke(*arguments)
    assert result.stderr.endswith("6 attachments → files\n")
    assert photos == _names(folder)
    assert sandbox.messages(PHONE)[::-1] == _messages(folder)
    assert photos == sorted(path.name for path in (folder / "files").iterdir())


def _attachments(folder: Path) -> Attachments:
    return Attachments(folder / "files", max_bytes=1000, allow_private=False)


def test_messages_without_files_leave_no_list(folder: Path) -> None:
    """There is nothing to remember, and no folder to make."""
    _attachments(folder).keep("cursor")
    assert [] == list(folder.iterdir())


def test_list_of_files_is_that_of_its_cursor(folder: Path) -> None:
    """Going on from another one does not know them; a list is there once, for the last stop."""
    first = _attachments(folder)
    first.note(WITH_FILE)
    first.keep("cursor")
    other = _attachments(folder)
    other.resume("other")
    assert 0 == other.missing
    second = _attachments(folder)
    second.resume("cursor")
    assert 1 == second.missing
    for cursor in ("cursor", "later"):
        second.keep(cursor)
        assert 1 == len(list((folder / "files").iterdir()))


def test_interrupted_files_are_fetched_by_the_same_command(
    sandbox: Sandbox, folder: Path, photos: list[str]
) -> None:
    """The messages are whole by then."""
    signal_at_request(sandbox, 6, os.getpid(), signal.SIGINT)
    result = invoke(*EXPORT)
    assert 130 == result.exit_code
    assert result.stderr.startswith("Interrupted.\nAll messages are written, ")
    assert sandbox.messages(PHONE) == _messages(folder)
    assert set(_names(folder)) < set(photos)
    sandbox.latency, sandbox.before_each_request = 0, None
    assert 0 == invoke(*EXPORT).exit_code
    assert photos == _names(folder)


def test_sandbox_within_the_program_has_files_too(folder: Path) -> None:
    """No address is dialled for them."""
    result = invoke("export", PHONE, "--sandbox", "--max-messages", "100", *EXPORT[2:6])
    assert 0 == result.exit_code
    assert _names(folder)
