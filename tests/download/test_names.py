"""Names: whatever a stranger calls a file, it lands in its folder."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smstools_async import MessageFile
from smstools_async._names import numbered, safe_name

RESERVED = {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "COM²", "CONIN$", "CONOUT$"}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("boleto.png", "boleto.png"),
        ("Nota fiscal (1).pdf", "Nota fiscal (1).pdf"),
        ("açaí 🙏.jpg", "açaí 🙏.jpg"),
        ("arquivo.tar.gz", "arquivo.tar.gz"),
        ("", "file"),
        (".", "file"),
        ("..", "file"),
        ("...", "file"),
        ("/", "file"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\a.dll", "a.dll"),
        ("/etc/shadow", "shadow"),
        ("C:\\autoexec.bat", "autoexec.bat"),
        ("C:autoexec.bat", "C_autoexec.bat"),
        ("\\\\server\\share\\a.png", "a.png"),
        ("a/..", "file"),
        ("..\x00/a", "a"),
        ("a.png\x00.exe", "a.png.exe"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("--output=x", "output=x"),
        ("~root", "root"),
        ("a.png.", "a.png"),
        ("a.png ", "a.png"),
        ("a.txt:stream", "a.txt_stream"),
        ('<a>|"b"?*.png', "_a___b___.png"),
        ("a\nb\r\tc.png", "abc.png"),
        ("\x1b[31mred.png", "[31mred.png"),
        ("fatura\u202egpj.exe", "faturagpj.exe"),
        ("a\u2066b\u2069\u200b.png", "ab.png"),
        ("a\u2028b\u2029.png", "ab.png"),
        ("a\ud800b.png", "ab.png"),
        ("a\U000e0041.png", "a.png"),
        ("\ufeffa.png", "a.png"),
        ("e\u0301.png", "é.png"),
        ("CON", "_CON"),
        ("con.png", "_con.png"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("AUX .txt", "_AUX .txt"),
        ("Com1", "_Com1"),
        ("lpt9.jpg", "_lpt9.jpg"),
        ("COM².log", "_COM².log"),
        ("CONIN$", "_CONIN$"),
        ("console.log", "console.log"),
        ("a" * 300 + ".png", "a" * 115 + ".png"),
        ("é" * 300 + ".png", "é" * 57 + ".png"),
        ("a." + "b" * 300, "a." + "b" * 117),
        ("😀" * 100, "😀" * 29),
        ("a" * 118 + " b.png", "a" * 115 + ".png"),
    ],
)
def test_name_becomes_safe(name: str, safe: str) -> None:
    """What is harmless stays; the rest goes, and something is always left."""
    assert safe == safe_name(name)


@given(st.text())
@example("../a")
@example("CON.....")
@example("a" * 119 + ".b")
def test_every_name_stays_in_its_folder(name: str) -> None:
    """One part, not hidden, no device, printable, short, and the same when made safe again."""
    safe = safe_name(name)
    assert Path("/folder") == Path("/folder", safe).parent
    assert not re.search(r'[/\\<>:"|?*\x00-\x1f\x7f]', safe)
    assert safe == safe.strip(" .-~")
    assert safe.partition(".")[0].rstrip().upper() not in RESERVED
    assert 1 <= len(safe.encode("utf-8")) <= 120
    assert safe == safe_name(safe)


def test_file_of_a_message_knows_its_safe_name() -> None:
    """The name itself stays as it was sent."""
    file = MessageFile(name="../boleto.png", url="https://files.example/1", mime="image/")
    assert "boleto.png" == file.safe_name
    assert "../boleto.png" == file.name


@pytest.mark.parametrize(
    ("name", "with_number"),
    [
        ("boleto.pdf", "boleto-2.pdf"),
        ("a.tar.gz", "a.tar-2.gz"),
        ("LEIAME", "LEIAME-2"),
        ("a." + "b" * 50, "a." + "b" * 50 + "-2"),
    ],
)
def test_number_stands_before_the_ending(name: str, with_number: str) -> None:
    """So that programs still know what it is."""
    assert with_number == numbered(name, 2)
