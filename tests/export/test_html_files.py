"""Files on a page: shown from the folder they were fetched into, else linked where that is safe."""

import io
import re
from base64 import b64encode
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest

from smstools_async import Message, MessageFile
from smstools_async.export import attachment_name, html_writer

PNG = b"\x89PNG\r\n\x1a\n"
PICTURES = [
    ("image/png", PNG),
    ("image/jpeg", b"\xff\xd8\xff\xe0"),
    ("image/gif", b"GIF87a"),
    ("image/gif", b"GIF89a"),
    ("image/webp", b"RIFF\0\0\0\0WEBP"),
]
MIB = 1024 * 1024


class _Shown(NamedTuple):
    picture: str | None
    link: str | None
    caption: str


def _message(*files: MessageFile) -> Message:
    return Message(direction="inbound", sender="1", receiver="2", text="", files=files, unix_time=0)


def _file(
    name: str = "foto.png", url: str = "https://files.example/1", mime: str = ""
) -> MessageFile:
    return MessageFile(name=name, url=url, mime=mime)


def _read(page: str) -> list[_Shown]:
    return [
        _Shown(
            picture=_attribute(r'<img src="(.*?)"', figure),
            link=_attribute(r'<a href="(.*?)" target="_blank" rel="noopener noreferrer">', figure),
            caption=unescape(re.sub(r"<[^>]*>", "", figure)).strip("📎 "),
        )
        for figure in re.findall(r"<figure>.*?</figure>", page)
    ]


def _attribute(pattern: str, figure: str) -> str | None:
    found = re.search(pattern, figure)
    return unescape(found[1]) if found else None


def _shown(*files: MessageFile, folder: Path | None = None) -> list[_Shown]:
    stream = io.StringIO()
    with html_writer(stream, files=folder) as writer:
        writer.write(_message(*files))
    return _read(stream.getvalue())


def _fetch(folder: Path, file: MessageFile, content: bytes) -> Path:
    path = folder / attachment_name(_message(file), 1)
    path.write_bytes(content)
    return path


def test_file_elsewhere_is_a_link_that_says_where_it_leads() -> None:
    """With its name, its type and the host."""
    file = _file("boleto.pdf", "https://files.example/1?key=a&b", "application/pdf")
    link = "https://files.example/1?key=a&b"
    assert [_Shown(None, link, "boleto.pdf application/pdf, files.example")] == _shown(file)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://files.example/1",
        "file:///etc/passwd",
        "//files.example/1",
        "files.example/1",
        "https:files.example",
        "https:///1",
        "https://bank.example@files.example/1",
        "https://bank.example\\@files.example/1",
        "https://files.example\\1",
        "https://files.example/1 2",
        "https://files.example/1\n",
        "\x01https://files.example/1",
        "java\tscript:alert(1)",
        "https://fíles.example/1",
        "https://[files.example/1",
    ],
    ids=ascii,
)
def test_unsafe_address_is_text(url: str) -> None:
    """Only `http` and `https` to a host that cannot be mistaken is a link; the rest can be read."""
    ((picture, link, caption),) = _shown(_file("foto.png", url))
    assert picture is link is None
    assert caption.startswith("foto.png")


def test_name_that_hides_its_ending_shows_it() -> None:
    """A mark that turns writing around is seen, and so is markup; length has an end."""
    (bent, long) = _shown(_file("<b>\u202egnp.exe", "no"), _file("n" * 300, "no"))
    assert r"<b>\u202egnp.exe no" == bent.caption
    assert f"{'n' * 120}… no" == long.caption


@pytest.mark.parametrize(("kind", "content"), PICTURES)
def test_fetched_picture_is_in_the_page(tmp_path: Path, kind: str, content: bytes) -> None:
    """What a picture is, its content says, whatever it is called."""
    file = _file("foto.bin", mime="text/html")
    _fetch(tmp_path, file, content)
    (shown,) = _shown(file, folder=tmp_path)
    assert f"data:{kind};base64,{b64encode(content).decode()}" == shown.picture


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload='alert(1)'/>", b"<script>", b"RIFF\0\0\0\0WAVE", b"%PDF"]
)
def test_other_content_is_no_picture(tmp_path: Path, content: bytes) -> None:
    """What could hold a script is never put into the page."""
    file = _file("foto.png", mime="image/png")
    _fetch(tmp_path, file, content)
    (shown,) = _shown(file, folder=tmp_path)
    assert shown.picture is None


@pytest.mark.parametrize(("size", "is_shown"), [(MIB, True), (MIB + 1, False)])
def test_large_picture_is_a_link(tmp_path: Path, size: int, *, is_shown: bool) -> None:
    """More than 1 MiB would make the page slow to open."""
    file = _file()
    _fetch(tmp_path, file, PNG.ljust(size))
    (shown,) = _shown(file, folder=tmp_path)
    assert is_shown is (shown.picture is not None)
    assert shown.link


def test_pictures_have_a_bound_together(tmp_path: Path) -> None:
    """When 64 MiB are in the page, pictures after them are links; a small one may still fit."""
    file, small = _file(), _file(url="small")
    _fetch(tmp_path, file, PNG.ljust(MIB - 1))
    _fetch(tmp_path, small, PNG)
    stream = io.StringIO()
    with html_writer(stream, files=tmp_path) as writer:
        for shown in [*[file] * 65, *[small] * 9]:
            writer.write(_message(shown))
    pictures = [bool(shown.picture) for shown in _read(stream.getvalue())]
    assert [True] * 64 + [False] + [True] * 8 + [False] == pictures


def test_fetched_file_is_linked_from_where_the_page_is(tmp_path: Path) -> None:
    """The page and the folder can be moved together."""
    file = _file("faz sol?.pdf", mime="application/pdf")
    folder = tmp_path / "files of #1"
    folder.mkdir()
    path = _fetch(folder, file, b"%PDF")
    page = tmp_path / "pages" / "page.html"
    page.parent.mkdir()
    with html_writer(page, files=str(folder)) as writer:
        writer.write(_message(file))
    (shown,) = _read(page.read_text(encoding="utf-8"))
    expected = f"../files%20of%20%231/{path.name.replace(' ', '%20')}"
    assert (None, expected, "faz sol?.pdf application/pdf") == shown


def test_page_in_a_stream_links_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is where it is most often redirected to."""
    monkeypatch.chdir(tmp_path)
    file = _file()
    path = _fetch(tmp_path, file, PNG)
    (shown,) = _shown(file, folder=tmp_path)
    assert path.name == shown.link


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.exe", "a.sh", "a.pdf.xhtml"])
def test_fetched_file_that_could_run_is_named_only(tmp_path: Path, name: str) -> None:
    """A browser would run the scripts of some files, so opening them takes a decision."""
    file = _file(name, mime="image/png")
    path = _fetch(tmp_path, file, b"<script>alert(1)</script>")
    assert [_Shown(None, None, f"{name} image/png, {path.name}")] == _shown(file, folder=tmp_path)


def test_file_that_is_not_there_is_linked_elsewhere(tmp_path: Path) -> None:
    """What could not be fetched is where it was."""
    (shown,) = _shown(_file(), folder=tmp_path)
    assert "https://files.example/1" == shown.link


def test_name_of_a_file_follows_from_its_message() -> None:
    """From its time, the place of the file in it, and the URL without what a signature changes."""
    file = MessageFile(name="../foto.jpg", url="https://files.example/1?signature=7", mime="image/")
    message = Message(
        direction="inbound",
        sender="5511",
        receiver="Clinica",
        text="",
        files=(file, file),
        unix_time=1749113086,
    )
    assert "1749113086-2-3add58b69e34-foto.jpg" == attachment_name(message, 2)


@pytest.mark.parametrize(
    ("name", "mime", "player"),
    [
        ("voz.ogg", "", "audio"),
        ("voz", "audio/mpeg", "audio"),
        ("filme.mp4", "video/mp4", "video"),
        ("filme.webm", "text/html", "video"),
        ("boleto.pdf", "audio/ogg", None),
        ("voz.html", "audio/ogg", None),
    ],
)
def test_fetched_sound_and_film_play(
    tmp_path: Path, name: str, mime: str, player: str | None
) -> None:
    """On the page, once somebody starts them; what is elsewhere is a link only."""
    file = _file(name, mime=mime)
    _fetch(tmp_path, file, b"RIFF")
    page = tmp_path / "page.html"
    for folder in (tmp_path, None):
        with html_writer(page, files=folder) as writer:
            writer.write(_message(file))
        players = re.findall(
            r'<(audio|video) controls preload="none" src="([^"]*)">', page.read_text("utf-8")
        )
        expected = [(player, attachment_name(_message(file), 1))] if player and folder else []
        assert expected == players
