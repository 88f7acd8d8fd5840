"""No text of another person commands the terminal, hides, or shows in another order than it has."""

import json
import os
import sys
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import Any, TextIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smstools_async import Message, MessageFile
from smstools_async.cli._chat import Chat
from smstools_async.cli._reporting import report
from smstools_async.cli._terminal import prepare_streams, visible
from smstools_async.sandbox import Response, Sandbox
from tests.cli.command import PHONE, invoke, invoke_at_terminal

HARMLESS = {
    "plain": "Olá, João! Confirmado?",
    "two lines": "um\ndois\ttrês",
    "emoji": "🙏 👍🏽 ❤️",
    "emoji joined": "👩‍👩‍👧",  # by U+200D
    "flag": "🇧🇷",
    "other scripts": "שלום, سلام, 你好, नमस्ते",
    "backslash": r"C:\u0041",
}

PAYLOADS = {
    "erase the screen": "\x1b[2J\x1b[H",
    "colour": "\x1b[31mred\x1b[0m",
    "hide the text": "\x1b[8mhidden",
    "window title": "\x1b]0;owned\x07",
    "window title, 8 bits": "\x9d0;owned\x9c",
    "clipboard": "\x1b]52;c;ZWNobyBvd25lZA==\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\bank.example\x1b]8;;\x1b\\",
    "report the cursor": "\x1b[6n",
    "answer back": "\x05",
    "device control": "\x1bPq#0;2;0;0;0\x1b\\",
    "application command": "\x1b_Gi=1;AAAA\x1b\\",
    "colour, 8 bits": "\x9b31mred",
    "reset": "\x1bc",
    "other alphabet": "\x1b(0lqk\x0e",
    "overwrite the line": "rm -rf /\rls      ",
    "backspace": "evil\b\b\b\bgood",
    "bell": "\a\a\a",
    "null": "a\x00b",
    "vertical tab, form feed": "a\vb\fc",
    "delete": "a\x7fb",
    "next line": "a\x85b",
    "right to left override": "gpj.\u202eexe",
    "embedding": "\u202aa\u202bb\u202c",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "marks": "a\u200eb\u200fc\u061cd",
    "deprecated format": "a\u206ab\u206fc",
    "separators": "a\u2028b\u2029c",
    "annotation": "a\ufff9b\ufffac\ufffb",
    "tags": "ok" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignore this"),
    "half a character": "a\ud83db\udc80",
}

each_payload = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_harmless_text_stays(text: str) -> None:
    """What people write is shown as they wrote it."""
    assert text == visible(text)


@each_payload
def test_payload_is_made_visible(payload: str) -> None:
    """What a terminal would obey, hide or reorder is printable characters afterwards."""
    assert visible(payload).isprintable()
    assert "\\u" in visible(payload)


@pytest.mark.parametrize("category", ["Cc", "Cs", "Zl", "Zp"])
def test_no_character_of_a_dangerous_kind_passes(category: str) -> None:
    """Controls, halves of surrogate pairs and separators: none is forgotten."""
    dangerous = {chr(code) for code in range(0xFFFF) if unicodedata.category(chr(code)) == category}
    assert [] == [char for char in dangerous - {"\n", "\t"} if visible(char) == char]


def test_line_end_of_two_characters_is_one_newline() -> None:
    """Only a return that comes by itself could overwrite a line."""
    assert "a\nb\\u000dc" == visible("a\r\nb\rc")


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(alphabet=st.characters()))
def test_json_stays_the_same_json(text: str) -> None:
    """An export shown at a terminal can be copied from it."""
    shown = visible(json.dumps(text, ensure_ascii=False))
    assert text == json.loads(shown)


@each_payload
@pytest.mark.parametrize(
    "field",
    ["text", "sender", "direction", "delivery_status", "file.name", "file.url", "file.mime"],
)
@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_chat_shows_nothing_dangerous(
    payload: str, field: str, direction: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every part of a message is somebody else's text."""
    Chat(UTC).show(_message(direction, field, payload))
    shown = capsys.readouterr().out
    assert shown.replace("\n", "").isprintable()


def _message(direction: str, field: str, payload: str) -> Message:
    place, _, part = field.rpartition(".")
    file: dict[str, Any] = {"name": "a.png", "url": "https://files.example", "mime": "image/png"}
    fields: dict[str, Any] = {"direction": direction, "sender": "1", "receiver": "2", "text": "ok"}
    (file if place else fields)[part] = payload
    return Message(**fields, unix_time=0, files=(MessageFile(**file),))


@pytest.mark.parametrize("file_format", ["jsonl", "csv"])
def test_export_to_a_terminal_shows_nothing_dangerous(file_format: str, sandbox: Sandbox) -> None:
    """Also what is meant for a file may be looked at first."""
    for payload in PAYLOADS.values():
        sandbox.receive(PHONE, payload)
    seen = invoke_at_terminal("export", PHONE, "--format", file_format)
    assert seen.stdout.count("inbound") == len(PAYLOADS)
    assert seen.stdout.replace("\n", "").isprintable()


def test_export_to_a_file_keeps_the_text(sandbox: Sandbox) -> None:
    """The rule is for terminals: a program gets what was sent."""
    sandbox.receive(PHONE, "a\u202eb")
    assert "a\u202eb" in invoke("export", PHONE).stdout


@each_payload
def test_nothing_dangerous_is_told(payload: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All that is said to a person goes one way."""
    report(payload)
    assert capsys.readouterr().err.removesuffix("\n").isprintable()


def test_error_of_the_server_shows_nothing_dangerous(sandbox: Sandbox) -> None:
    """The words of a refusal are the server's."""
    sandbox.fail(Response.error(103, "a\x1b[2Jb\u202ec\x9bd"))
    result = invoke("count", PHONE)
    assert result.stderr.startswith("Error: The API returned HTTP 400 with error 103: a")
    assert result.stderr.removesuffix("\n").isprintable()


def test_argument_is_not_trusted_either() -> None:
    """A phone pasted from elsewhere is shown as an error of its own."""
    result = invoke("show", "--sandbox", "\x1b]0;owned\x07")
    assert "\x1b" not in result.output


@contextmanager
def _closed_by_the_caller(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Close the standard streams, as `>&-` does, and close again what takes their places."""
    numbers = Path("/proc/self/fd")
    before = set(numbers.iterdir())
    with monkeypatch.context() as closed:
        for name in ("stdin", "stdout", "stderr"):
            closed.setattr(sys, name, None)
        prepare_streams()
        yield
        cast("TextIO", sys.stderr).close()
    for number in set(numbers.iterdir()) - before:
        with suppress(OSError):
            os.close(int(number.name))


def test_closed_standard_output_is_an_error_of_what_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are lost without one."""
    with _closed_by_the_caller(monkeypatch):
        report("lost")
        with pytest.raises(OSError, match="it is closed, so nothing can be printed"):
            print("1")  # noqa: T201 - as a command does
