"""The picture of a chat: complete in itself, harmless, the same on every machine."""

import stat
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from smstools_async import MessageFile
from smstools_async.sandbox import Sandbox
from tests.cli.command import PHONE, invoke

COMMITTED = Path(__file__).parents[2] / "docs/assets/terminal.svg"
SVG = "{http://www.w3.org/2000/svg}"


def _draw(path: Path, *arguments: str) -> str:
    result = invoke("show", PHONE, "--utc", "--svg", str(path), *arguments)
    assert (0, "") == (result.exit_code, result.stdout), result.stderr
    return path.read_text(encoding="utf-8")


def _texts(svg: str) -> list[str]:
    elements = ET.fromstring(svg).iter(f"{SVG}text")  # noqa: S314 - our own
    return [(element.text or "").replace("\u00a0", " ") for element in elements]


def test_committed_picture_is_what_the_command_draws(tmp_path: Path) -> None:
    """`make picture` draws it anew."""
    drawn = _draw(tmp_path / "a.svg", "--sandbox", "-n", "6")
    assert COMMITTED.read_text(encoding="utf-8") == drawn


def test_picture_shows_the_chat(sandbox: Sandbox, tmp_path: Path) -> None:
    """The same words as at a terminal, and what is told says where they went."""
    sandbox.receive(PHONE, "Olá & tchau {x}", unix_time=1749124800)
    result = invoke("show", PHONE, "--utc", "--svg", str(tmp_path / "a.svg"))
    assert f"1 message with {PHONE}, times in UTC → {tmp_path / 'a.svg'}\n" == result.stderr
    texts = _texts((tmp_path / "a.svg").read_text(encoding="utf-8"))
    assert ["smstools-async show", f"1 message with {PHONE}, times in UTC"] == texts[:2]
    day, *rest = [text.strip() for text in texts[2:] if "─" not in text]
    assert ("Thursday, 2025-06-05", ["12:00", "▎", "Olá & tchau {x}"]) == (day, rest)


def test_missing_folder_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    """Before anything is asked, and without the name that the file has while it grows."""
    result = invoke("show", PHONE, "--svg", str(tmp_path / "missing" / "a.svg"))
    assert 1 == result.exit_code
    told = f"Error: There is no folder {tmp_path / 'missing'} for a.svg: create it, or write "
    assert f"{told}elsewhere.\n" == result.stderr
    assert [] == sandbox.requests


def test_settings_of_the_machine_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its width, nor its wish for no colours."""
    expected = _draw(tmp_path / "a.svg", "--sandbox")
    for variable, value in {"COLUMNS": "20", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(variable, value)
    assert expected == _draw(tmp_path / "b.svg", "--sandbox")


HOSTILE = [
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "]]> &amp; &lt;b&gt; --> %s {unique_id} {0}",
    "\ufffe\uffff\x00\x1b[2J\u202e",
    "javascript:alert(1) url(https://evil.example)",
]


@pytest.fixture
def hostile(sandbox: Sandbox, tmp_path: Path) -> str:
    """Draw messages that would rather be something else."""
    for number, text in enumerate(HOSTILE):
        file = MessageFile(name=text, url=f"https://evil.example/{text}", mime=text)
        sandbox.receive(PHONE, text, files=[file], unix_time=1749124800 + number)
    return _draw(tmp_path / "a.svg")


def _attributes(svg: str) -> Iterator[str]:
    for element in ET.fromstring(svg).iter():  # noqa: S314 - our own
        yield from element.attrib.values()


def test_hostile_text_stays_text(hostile: str) -> None:
    """It is seen as it was written, or by its escapes, and makes no element."""
    elements = {element.tag.removeprefix(SVG) for element in ET.fromstring(hostile).iter()}  # noqa: S314 - our own
    assert {"svg", "title", "style", "rect", "text", "g", "circle"} == elements
    assert set(HOSTILE[:3]) <= set(_texts(hostile))
    assert "\ufffd\ufffd\\u0000\\u001b[2J\\u202e" in _texts(hostile)


def test_picture_refers_to_nothing(hostile: str) -> None:
    """It loads nothing, wherever it is shown: no font, no picture, no style."""
    style = ET.fromstring(hostile).findtext(f"{SVG}style", "")  # noqa: S314 - our own
    assert not [word for word in ("url(", "@import", "@font-face", "http") if word in style]
    assert not [value for value in _attributes(hostile) if ":" in value or "url(" in value]


@pytest.mark.parametrize(("text", "cells"), [("ok", 2), ("你好", 4), ("👍🏽", 2), ("❤️ a", 4)])
def test_text_is_as_wide_as_in_a_terminal(
    text: str, cells: int, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Wide characters have two cells, and a modifier none."""
    sandbox.receive(PHONE, text)
    drawn = _draw(tmp_path / "a.svg").replace("&#160;", " ")
    assert f'textLength="{cells * 12.2:g}">{text}</text>' in drawn


@pytest.mark.usefixtures("sandbox")
def test_picture_is_its_owners_alone(tmp_path: Path) -> None:
    """As private as the conversation."""
    _draw(tmp_path / "a.svg")
    assert 0o600 == stat.S_IMODE((tmp_path / "a.svg").stat().st_mode)
    assert 1 == len(list(tmp_path.iterdir()))


@pytest.mark.usefixtures("sandbox")
def test_picture_that_cannot_be_written_ends_with_1(tmp_path: Path) -> None:
    """And names its path."""
    result = invoke("show", PHONE, "--svg", str(tmp_path / ("a" * 300)))
    assert 1 == result.exit_code
    assert "File name too long" in result.stderr
