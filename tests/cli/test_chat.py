"""The chat: who said what and when, at a glance, with and without colours."""

import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, tzinfo
from typing import Any

import pytest
from rich.cells import cell_len

from smstools_async import Message, MessageFile
from smstools_async.cli._chat import Chat
from tests.cli.command import Terminal, broken_pipe

NOON = 1749124800  # Thursday, 2025-06-05, 12:00 UTC
DAY = 86400

Show = Callable[..., list[str]]


def _theirs(text: str = "Olá", unix_time: int = NOON, **others: Any) -> Message:
    fields: dict[str, Any] = {"direction": "inbound", "sender": "5511987654321", "receiver": "Loja"}
    return Message(text=text, unix_time=unix_time, **(fields | others))


def _ours(text: str = "Olá", **others: Any) -> Message:
    fields: dict[str, Any] = {"direction": "outbound", "sender": "Loja", "receiver": "551198765432"}
    return _theirs(text, NOON, **(fields | {"delivery_status": "DELIVERED"} | others))


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Show:
    """Show messages in a pipe, and return the lines that are not empty."""

    def show_messages(*messages: Message, zone: tzinfo = UTC) -> list[str]:
        chat = Chat(zone)
        for message in messages:
            chat.show(message)
        return [line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip()]

    return show_messages


def test_theirs_stands_at_the_left(show: Show) -> None:
    """A message from the phone has its time above it."""
    assert ["  12:00", "▎ Olá"] == show(_theirs())[1:]


def test_ours_stands_at_the_right(show: Show) -> None:
    """A message to the phone says by whom it was sent and how far it got."""
    caption, text = show(_ours())[1:]
    assert "Loja 12:00 ✓ delivered" == caption.strip()
    assert 79 == len(caption)
    assert "▎ Olá" == text.strip()
    assert text.index("O") == caption.index("L")


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        ("DELIVERED", "✓ delivered"),
        ("delivered", "✓ delivered"),
        ("SUBMITTED", "… submitted"),
        ("BUFFERED", "… buffered"),
        ("NOT DELIVERED", "✗ not delivered"),
        ("REJECTED", "✗ rejected"),
        ("UNKNOWN", "? unknown"),
        ("EXPIRED", "? expired"),
        ("", "?"),
        ("N" * 30, f"? {'n' * 24}…"),
    ],
)
def test_delivery_has_a_mark_and_a_word(show: Show, status: str, mark: str) -> None:
    """Also a status that nobody knows is shown, if not at any length."""
    assert f"Loja 12:00 {mark}" == show(_ours(delivery_status=status))[1].strip()


def test_long_text_is_wrapped_between_words(show: Show) -> None:
    """No line is longer than three quarters of the width, and no text is lost."""
    text = "Bom dia, tudo bem? " * 20
    lines = show(_theirs(text))[2:]
    assert all(line.startswith("▎ ") and len(line) <= 62 for line in lines)
    assert text.split() == " ".join(line.removeprefix("▎ ") for line in lines).split()


def test_long_word_is_broken(show: Show) -> None:
    """Also a text without spaces is whole."""
    lines = show(_theirs("x" * 200))[2:]
    assert "x" * 200 == "".join(line.removeprefix("▎ ") for line in lines)


@pytest.mark.parametrize("width", ["1", "10", "20", "200"])
def test_any_width_will_do(show: Show, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A narrow terminal gets narrow bubbles, a wide one none that are too long to read."""
    monkeypatch.setenv("COLUMNS", width)
    text = "🙏 Sua consulta é amanhã às 14h30. " * 10
    lines = [line.strip() for line in show(_ours(text)) if "▎" in line]
    assert text.split() == " ".join(line.removeprefix("▎") for line in lines).split()
    assert max(cell_len(line) for line in lines) <= 66


def test_lines_of_a_text_stay_behind_the_bar(show: Show) -> None:
    """Nobody can write a message that looks like two."""
    assert ["▎ um", "▎", "▎   12:00", "▎ ▎ dois"] == show(_theirs("um\n\n  12:00\n▎ dois"))[2:]


def test_attachments_are_named(show: Show) -> None:
    """A file has its name, its type and its address, below the text if there is any."""
    file = MessageFile(name="boleto.pdf", url="https://files.example/1", mime="application/pdf")
    expected = ["▎ 📎 boleto.pdf application/pdf", "▎ https://files.example/1"]
    assert ["▎ Segue", *expected, *expected] == show(_theirs("Segue", files=(file, file)))[2:]
    assert expected == show(_theirs("", files=(file,)))[2:]


def test_nothing_is_shown_as_empty(show: Show) -> None:
    """A message without text and files is there all the same."""
    assert ["▎ (empty)"] == show(_theirs(""))[2:]


def test_unknown_direction_is_named(show: Show) -> None:
    """What is neither theirs nor ours stands at the left and says what it is."""
    assert ["  12:00 draft", "▎ Olá"] == show(_theirs(direction="draft"))[1:]


def test_day_comes_before_its_first_message(show: Show) -> None:
    """Messages of one day share its line."""
    lines = show(_theirs(), _theirs(unix_time=NOON + 1), _theirs(unix_time=NOON + DAY))
    days = [line.strip("─ ") for line in lines if "─" in line]
    assert ["Thursday, 2025-06-05", "Friday, 2025-06-06"] == days


@pytest.fixture
def sao_paulo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine be three hours behind UTC."""
    monkeypatch.setenv("TZ", "<-03>3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("sao_paulo")
def test_times_may_be_those_of_the_machine(show: Show) -> None:
    """Without a zone, times and days are those of the clock on the wall."""
    day, caption, _ = show(_theirs(unix_time=NOON - DAY // 2), zone=None)
    assert "Wednesday, 2025-06-04" == day.strip("─ ")
    assert "21:00" == caption.strip()


def test_terminal_gets_colours() -> None:
    """Colours come on top: without them the same is there."""
    terminal = Terminal()
    with redirect_stdout(terminal):
        Chat(UTC).show(_ours(delivery_status="REJECTED"))
    assert "\x1b[1;31m✗ rejected\x1b[0m" in str(terminal)


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org."""
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    with redirect_stdout(terminal):
        Chat(UTC).show(_ours(delivery_status="REJECTED"))
    assert "\x1b[3" not in str(terminal)


def test_closed_pipe_is_the_commands_to_handle() -> None:
    """Rich would end the program by itself, with another exit code."""
    with broken_pipe() as pipe, redirect_stdout(pipe), pytest.raises(BrokenPipeError):
        Chat(UTC).show(_theirs())


@pytest.mark.parametrize("text", ["", " ", "\n \t", "\u00a0"])
def test_blanks_are_shown_as_empty(show: Show, text: str) -> None:
    """A bar with nothing behind it looks like a fault."""
    assert ["▎ (empty)"] == show(_theirs(text))[2:]


def test_caption_tells_how_far_it_got_on_a_narrow_terminal(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all that could be cut off, the delivery is what is looked for."""
    monkeypatch.setenv("COLUMNS", "40")
    caption = show(_ours("x" * 200, sender="ABCDEFGHIJK", delivery_status="NOT DELIVERED"))[1]
    assert "ABCDEFGHIJK 12:00 ✗ not delivered" == caption.strip()
    assert len(caption) <= 39


def _shown_with_file(url: str) -> str:
    file = MessageFile(name="a", url=url, mime="image/png")
    terminal = Terminal()
    with redirect_stdout(terminal):
        Chat(UTC).show(_theirs("", files=(file,)))
    return str(terminal)


def test_address_can_be_clicked_at_over_several_lines() -> None:
    """At a terminal that knows links: each piece leads to the whole."""
    url = "https://files.example/" + "a" * 100 + "?signature=x%20y"
    assert 3 == _shown_with_file(url).count(f";{url}\x1b\\")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://files.example/\x1b]8;;https://evil.example\x07",
        "https://files.exämple/1",
        "https://files.example/a;b",
    ],
)
def test_address_of_another_kind_is_no_link(url: str) -> None:
    """Nothing is opened by a click but what is seen to be an address."""
    assert "\x1b]8;" not in _shown_with_file(url)
