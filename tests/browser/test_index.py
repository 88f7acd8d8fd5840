"""The index of transcripts and what plays on a page, as a browser takes them."""

import io
import wave
from pathlib import Path

import attrs
import pytest
from playwright.async_api import expect

from smstools_async import Message, MessageFile
from smstools_async.export import attachment_name, html_index, html_writer
from tests.browser.watching import Watched

pytestmark = pytest.mark.anyio

OI = Message(
    direction="inbound", sender="5511987654321", receiver="Loja", text="Oi", unix_time=1749124800
)
TEXTS = ["Olá, João", "</script><script>document.title = 'run'</script>", "予約を明日の午後に"]


def _index(folder: Path) -> Path:
    for name in ("ana", "bia"):
        with html_writer(folder / f"{name}.html", title=name.title()) as writer:
            for text in TEXTS:
                writer.write(attrs.evolve(OI, text=f"{text} {name}"))
    index = folder / "index.html"
    html_index(index, [folder / "ana.html", folder / "bia.html"])
    return index


async def test_search_over_all_leads_to_each_message(watched: Watched, tmp_path: Path) -> None:
    """Whatever the case and the accents, and whatever the texts look like."""
    page, index = watched.page, _index(tmp_path)
    await page.goto(index.as_uri())
    box = page.get_by_role("searchbox", name="Search all conversations")
    for words, told in [
        ("joao", "2 messages found"),
        ("午後", "2 messages found"),
        ("</script> BIA", "1 message found"),
        ("nothing", "0 messages found"),
    ]:
        await box.fill(words)
        await expect(page.locator("output")).to_have_text(told)
        assert not await page.locator("#pages").is_visible()
    await box.fill("joão bia")
    await expect(page.locator("output")).to_have_text("1 message found")
    await page.get_by_role("link", name="Olá, João bia").click()
    await page.wait_for_url("**/bia.html#m1")
    assert "Bia" == await page.title()
    assert [] == watched.complaints


async def test_empty_search_lists_the_pages(watched: Watched, tmp_path: Path) -> None:
    """As without a script; and nothing is loaded from anywhere."""
    page, index = watched.page, _index(tmp_path)
    await page.goto(index.as_uri())
    await watched.settled()
    box = page.get_by_role("searchbox")
    await box.fill("x")
    await expect(page.locator("#pages")).to_be_hidden()
    await box.fill("")
    await expect(page.locator("#pages")).to_be_visible()
    assert ["Ana", "Bia"] == await page.locator("#pages a").all_text_contents()
    assert [index.as_uri()] == watched.requests
    assert [] == watched.complaints


def _sound() -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setparams((1, 1, 8000, 800, "NONE", ""))
        sound.writeframes(bytes(800))
    return stream.getvalue()


async def test_sound_next_to_the_page_plays(watched: Watched, tmp_path: Path) -> None:
    """The policy of the page lets it, and is asked for nothing before somebody starts it."""
    file = MessageFile(name="voz.wav", url="https://files.example/1", mime="audio/wav")
    message = attrs.evolve(OI, files=(file,))
    (tmp_path / attachment_name(message, 1)).write_bytes(_sound())
    with html_writer(tmp_path / "a.html", files=tmp_path) as writer:
        writer.write(message)
    page = watched.page
    await page.goto((tmp_path / "a.html").as_uri())
    await watched.settled()
    assert [(tmp_path / "a.html").as_uri()] == watched.requests
    ended = (
        "sound => new Promise(done => { sound.onended = () => done(sound.duration); sound.play() })"
    )
    assert 0.1 == await page.locator("audio").evaluate(ended)
    assert [] == watched.complaints
