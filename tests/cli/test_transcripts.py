"""Exports to HTML: read from the oldest, with a title, in a zone, and with pictures at once."""

import os
import re
import shlex
import signal
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import Result

from smstools_async import MessageFile
from smstools_async.export import attachment_name
from smstools_async.sandbox import Response, Sandbox, named_quirks
from tests.cli.command import PHONE, files_no_larger_than, invoke, signal_at_request

OTHER = "+5511912345678"
EXPORT = ("export", PHONE, "-o", "a.html", "--page-size", "100")
WITH_FILES = (*EXPORT, "--files", "files", "--allow-private-addresses")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _receive(sandbox: Sandbox, count: int, phone: str = PHONE) -> None:
    """Let messages with a photo each arrive at the served sandbox."""
    for number in range(count):
        url = f"https://files.example/{phone[-4:]}/{number}/foto.png"
        file = MessageFile(name="foto.png", url=url, mime="image/png")
        sandbox.receive(phone, f"{number}", files=[file], unix_time=1749113086 + number)
    sandbox.move_files(phone, os.environ["SMSTOOLS_BASE_URL"])


def _resuming_arguments(result: Result) -> list[str]:
    return shlex.split(result.stderr.splitlines()[-1])[1:]


def _page(path: str = "a.html") -> str:
    return Path(path).read_text(encoding="utf-8")


def _texts(page: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'<p class="text" dir="auto">(.*?)</p>', page)]


def _numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


@pytest.mark.parametrize(
    ("arguments", "order"), [((), 1), (("--order", "oldest"), 1), (("--order", "newest"), -1)]
)
def test_oldest_message_comes_first(
    sandbox: Sandbox, arguments: tuple[str, ...], order: int
) -> None:
    """As people read, unless it is said otherwise."""
    _receive(sandbox, 150)
    assert 0 == invoke(*EXPORT, *arguments).exit_code
    assert _numbers(150)[::order] == _texts(_page())


def test_title_names_the_phone(sandbox: Sandbox) -> None:
    """As it was given, unless another title is."""
    _receive(sandbox, 1)
    invoke(*EXPORT)
    assert f"<title>Conversation with {PHONE}</title>" in _page()
    invoke(*EXPORT, "--title", "Case 7")
    assert "<title>Case 7</title>" in _page()
    assert PHONE not in _page()


def test_zone_is_named(sandbox: Sandbox) -> None:
    """UTC, unless another one is given."""
    _receive(sandbox, 1)
    invoke(*EXPORT)
    assert "Times in Etc/UTC<" in _page()
    invoke(*EXPORT, "--zone", "America/Sao_Paulo")
    assert "Times in America/Sao_Paulo<" in _page()
    assert "2025-06-05T05:44:46-03:00" in _page()


@pytest.mark.parametrize("zone", ["Sao Paulo", "", "../zone", "America"])
def test_unknown_zone_is_refused(sandbox: Sandbox, zone: str) -> None:
    """It is a mistake in the command."""
    result = invoke(*EXPORT, "--zone", zone)
    assert 2 == result.exit_code
    assert f"{zone!r} is not a time zone that this machine knows" in " ".join(result.stderr.split())
    assert [] == sandbox.requests


@pytest.mark.parametrize("arguments", [("--title", "x")])
def test_options_of_pages_are_for_pages(sandbox: Sandbox, arguments: tuple[str, str]) -> None:
    """JSON Lines has times in UTC, and no place for a title."""
    result = invoke("export", PHONE, *arguments)
    assert 2 == result.exit_code
    assert f"Error: {arguments[0]} is for html, not for jsonl." in result.stderr
    assert [] == sandbox.requests


def test_pictures_are_in_the_page_at_once(sandbox: Sandbox) -> None:
    """Files are fetched before their messages are written."""
    _receive(sandbox, 250)
    result = invoke(*WITH_FILES)
    assert 0 == result.exit_code
    assert result.stderr.endswith("250 attachments → files\n")
    assert _numbers(250) == _texts(_page())
    assert 250 == _page().count("data:image/png;base64,")
    assert 250 == _page().count('href="files/')


def test_file_that_cannot_be_fetched_is_linked_where_it_is(sandbox: Sandbox) -> None:
    """It is asked for once, counted once, and the page is whole all the same."""
    _receive(sandbox, 3)
    (missing, *_) = sandbox.messages(PHONE)[1].files
    sandbox.move_files(PHONE, "https://127.0.0.1:9/elsewhere")
    result = invoke(*EXPORT, "--files", "files")
    assert 1 == result.exit_code
    assert "3 attachments could not be downloaded." in result.stderr
    assert _numbers(3) == _texts(_page())
    assert 3 == _page().count('href="https://127.0.0.1:9/')
    assert missing.name in _page()


def test_stopped_page_goes_on_with_all_its_pictures(sandbox: Sandbox) -> None:
    """Those of messages from before the stop are shown, whether they were there then or not."""
    _receive(sandbox, 250)
    sandbox.fail(Response.error(103, "No"), page=2, times=1)
    stopped = invoke(*WITH_FILES, "--page-size", "50")
    assert 1 == stopped.exit_code
    assert not Path("a.html").exists()
    assert 0 == invoke(*_resuming_arguments(stopped)).exit_code
    assert _numbers(250) == _texts(_page())
    assert 250 == _page().count("data:image/png;base64,")


def test_interruption_while_files_come_loses_no_message(sandbox: Sandbox) -> None:
    """Messages that wait for their files are kept without them."""
    _receive(sandbox, 150)
    signal_at_request(sandbox, 10, os.getpid(), signal.SIGINT)
    stopped = invoke(*WITH_FILES)
    assert 130 == stopped.exit_code
    sandbox.latency, sandbox.before_each_request = 0, None
    assert 0 == invoke(*_resuming_arguments(stopped)).exit_code
    assert _numbers(150) == _texts(_page())


def test_full_disk_loses_no_message_that_waits_for_its_files(sandbox: Sandbox) -> None:
    """It goes on from the last page whose messages were all written, not from one that came."""
    _receive(sandbox, 400)
    arguments = [*WITH_FILES, "--page-size", "150"]
    with files_no_larger_than(120_000):
        stopped = invoke(*arguments)
    assert 1 == stopped.exit_code
    assert 0 == invoke(*_resuming_arguments(stopped)).exit_code
    assert _numbers(400) == _texts(_page())


def test_many_pages_have_their_own_titles_and_files(sandbox: Sandbox, folder: Path) -> None:
    """Each is of one conversation."""
    for phone in (PHONE, OTHER):
        _receive(sandbox, 2, phone)
    Path("phones").write_text(f"{PHONE}\n{OTHER}\n", encoding="utf-8")
    options = ("--format", "html", "--files", "files", "--allow-private-addresses")
    result = invoke("export", "--phones-file", "phones", "-o", "pages", *options)
    assert 0 == result.exit_code
    for phone in (PHONE, OTHER):
        page = _page(f"pages/{phone}.html")
        assert f"<title>Conversation with {phone}</title>" in page
        assert _numbers(2) == _texts(page)
        (name, *_) = [attachment_name(message, 1) for message in sandbox.messages(phone)]
        (path,) = folder.rglob(name)
        assert f'href="../{quote(str(path.relative_to(folder)))}"' in page


def test_transcript_states_what_was_asked_for(sandbox: Sandbox) -> None:
    """The period, and that nothing is missing."""
    _receive(sandbox, 1)
    invoke(*EXPORT, "--since", "2025-06-05", "--zone", "America/Sao_Paulo")
    footer = _page().partition("<footer>")[2]
    assert "2025-06-05" in footer
    assert "complete" in footer.lower()


def test_doubt_is_in_the_transcript(sandbox: Sandbox) -> None:
    """Whoever reads it later has not seen the terminal."""
    sandbox.add_conversation(PHONE, messages=300)
    sandbox.quirks = named_quirks("row-never-sent")
    result = invoke(*EXPORT, "--order", "newest")
    assert 5 == result.exit_code, result.stderr
    assert "missing" in _page().partition("<footer>")[2].lower()


def test_language_is_chosen(sandbox: Sandbox) -> None:
    """For readers in Brazil, title included."""
    _receive(sandbox, 1)
    invoke(*EXPORT, "--language", "pt")
    assert '<html lang="pt' in _page()


def test_transcripts_of_many_have_an_index(sandbox: Sandbox) -> None:
    """It links all, and searches all."""
    sandbox.receive(PHONE, "Bom dia")
    sandbox.receive("+5511900000001", "Boa noite")
    Path("phones.txt").write_text(f"{PHONE}\n+5511900000001")
    many = ("export", "--phones-file", "phones.txt", "-o", "out", "--format", "html")
    result = invoke(*many, "--title", "Case of {phone}")
    assert 0 == result.exit_code, result.stderr
    index = Path("out/index.html").read_text(encoding="utf-8")
    assert "Boa noite" in index
    assert f"Case of {PHONE}" in index
