"""The HTML export as a browser takes it: hostile texts stay text, and the page keeps to itself."""

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from smstools_async import Message, MessageFile
from smstools_async.export import attachment_name, html_writer
from tests.browser.watching import Watched

pytestmark = pytest.mark.anyio

NOON = 1749124800  # Thursday, 2025-06-05, 12:00 UTC
DAY = 86400

HOSTILE = [
    "<script>alert(1)</script>",
    "<script src=https://evil.example/a.js></script>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://evil.example/pixel.png>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<a href=javascript:alert(1)>click</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<base href=https://evil.example>",
    "<style>@import 'https://evil.example/a.css'</style>",
    "</style></script></main></body></html><script>alert(1)</script>",
    "<!-- <![CDATA[ <? --!>",
    "<plaintext><textarea><noscript><template><xmp>",
    "{{ 7 * 7 }} {% raw %} {# #} ${alert(1)} <%= 1 %>",
    "&lt;b&gt; &amp;#60; &#x3c; &notanentity",
    "javascript:alert(1)",
    "x" * 10_000,
    "\u0e49" * 300 + "a" + "\u0300" * 300,
    "👩\u200d👩\u200d👧\u200d👦 👍🏽 🇧🇷 ❤\ufe0f\u200d🔥",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "שלום \u2067abc\u2069 \u202b123\u202c \u200f!",
    "  two  spaces\n\n\tand lines  ",
    "\ufeff\u200b\ufdd0\ufffc",
]
ESCAPED = {
    "pay \u202e0001$\u202c": "pay \\u202e0001$\u202c",
    "nul \x00 bell \x07 escape \x1b[2J \x9b": "nul \\u0000 bell \\u0007 escape \\u001b[2J \\u009b",
    "half \ud83d": "half \\ud83d",
    "a\u2028b\u2029c\r\nd\re": "a\nb\nc\nd\ne",
}
HOSTILE_URLS = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://files.example/1",
    "https://bank.example@evil.example/",
    'https://evil.example/"onmouseover="alert(1)',
    "https://evil.example/<script>",
]


def _message(text: str = "", unix_time: int = NOON, **others: Any) -> Message:
    fields: dict[str, Any] = {"direction": "inbound", "sender": "5511", "receiver": "Loja"}
    return Message(text=text, unix_time=unix_time, **(fields | others))


def _sent(text: str = "", **others: Any) -> Message:
    return _message(text, NOON, **({"direction": "outbound", "sender": "Loja"} | others))


def _hostile_messages() -> list[Message]:
    texts = [*HOSTILE, *ESCAPED]
    files = tuple(
        MessageFile(name=texts[number % len(texts)], url=url, mime='"><script>alert(1)</script>')
        for number, url in enumerate(HOSTILE_URLS)
    )
    return [
        *map(_message, texts),
        *(
            _sent("x", sender=text, delivery_status=text, message_id=text, files=files)
            for text in texts
        ),
        *(_message("x", direction=text) for text in texts),
    ]


async def _open(watched: Watched, page: Path) -> Page:
    await watched.page.goto(page.as_uri())
    await watched.settled()
    return watched.page


def _write(page: Path, *messages: Message, **options: Any) -> Path:
    with html_writer(page, **options) as writer:
        for message in messages:
            writer.write(message)
    return page


async def _all(page: Page, selector: str, expression: str) -> Any:
    return await page.eval_on_selector_all(selector, f"nodes => nodes.map(node => {expression})")


async def test_hostile_texts_stay_text(watched: Watched, tmp_path: Path) -> None:
    """Nothing runs, nothing is asked for, no tag is added, and each text can be read as it was."""
    hostile = _write(tmp_path / "hostile.html", *_hostile_messages(), title=HOSTILE[0])
    page = await _open(watched, hostile)
    assert [] == watched.complaints
    assert [hostile.as_uri()] == watched.requests
    texts = await _all(page, ".theirs .text", "node.textContent")
    assert [*HOSTILE, *ESCAPED.values()] == texts[: len(HOSTILE) + len(ESCAPED)]
    tags = await _all(page, "main *", "node.localName")
    assert {"div", "h2", "time", "article", "p", "bdi", "a", "span", "figure", "figcaption"} == set(
        tags
    )
    assert HOSTILE[0] == await page.title() == await page.text_content("h1")


async def test_hostile_addresses_are_no_links(watched: Watched, tmp_path: Path) -> None:
    """Links lead to messages of the page, and elsewhere by `http` and `https` only."""
    page = await _open(watched, _write(tmp_path / "a.html", *_hostile_messages()))
    links = set(await _all(page, "figure a", "node.href"))
    assert {
        "https://evil.example/%22onmouseover=%22alert(1)",
        "https://evil.example/%3Cscript%3E",
    } == links
    assert all(rel == "noopener noreferrer" for rel in await _all(page, "figure a", "node.rel"))


async def test_script_that_got_in_all_the_same_is_not_run(watched: Watched, tmp_path: Path) -> None:
    """The policy of the page is a second lock, for the case that the first one breaks."""
    page = _write(tmp_path / "a.html", _message("Oi"))
    content = page.read_text(encoding="utf-8")
    intruders = (
        "<script>document.title = 'run'</script>"
        "<img src='https://evil.example/a.png' onerror=\"document.title = 'run'\">"
        "<style>h1 { display: none }</style>"
    )
    page.write_text(content.replace("</main>", f"{intruders}</main>"), encoding="utf-8")
    opened = await _open(watched, page)
    assert "Conversation" == await opened.title()
    assert await opened.is_visible("h1")
    assert [True] * 4 == ["Content Security Policy" in text for text in watched.complaints]


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_page_is_as_wide_as_the_screen(watched: Watched, tmp_path: Path, width: int) -> None:
    """Nobody has to scroll sideways, whatever was written."""
    await watched.page.set_viewport_size({"width": width, "height": 800})
    page = await _open(watched, _write(tmp_path / "a.html", *_hostile_messages(), title="x" * 300))
    assert width == await page.evaluate("document.documentElement.scrollWidth")


async def test_marks_piled_up_stay_in_their_message(watched: Watched, tmp_path: Path) -> None:
    """Letters with hundreds of accents would reach over the messages above and below."""
    page = await _open(watched, _write(tmp_path / "a.html", _message("a" + "\u0300" * 300)))
    assert ["clip"] == await _all(page, "article", "getComputedStyle(node).overflowY")


async def test_each_text_has_its_direction(watched: Watched, tmp_path: Path) -> None:
    """What is written from right to left is set so, and turns nothing around it."""
    texts = ["Olá", "שלום, מה שלומך?", "مرحبا بك"]
    page = await _open(watched, _write(tmp_path / "a.html", *map(_message, texts)))
    assert ["ltr", "rtl", "rtl"] == await _all(page, ".text", "getComputedStyle(node).direction")
    isolated = await _all(page, ".text, bdi", "getComputedStyle(node).unicodeBidi")
    assert {"isolate"} == set(isolated)


async def _search(watched: Watched, words: str, told: str) -> list[str]:
    """Search, wait until a sum is told, and return the texts and days that are left."""
    await watched.page.get_by_role("searchbox", name="Search the messages").fill(words)
    await expect(watched.page.locator("output")).to_have_text(told)
    visible = "node.checkVisibility() ? node.textContent : ''"
    return [text for text in await _all(watched.page, "h2, .text", visible) if text]


async def test_search_leaves_what_has_the_words(watched: Watched, tmp_path: Path) -> None:
    """In any case, with or without accents, with the days of what was found."""
    texts = ["Olá, João", "Até amanhã", "Olá!", "Confirmo"]
    messages = [_message(text, unix_time=NOON + DAY * number) for number, text in enumerate(texts)]
    await _open(watched, _write(tmp_path / "a.html", *messages))
    days = [f"{day}, {date} June 2025" for day, date in [("Thursday", 5), ("Saturday", 7)]]
    found = await _search(watched, "OLA", "2 messages found")
    assert [days[0], texts[0], days[1], texts[2]] == found
    assert [days[0], texts[0]] == await _search(watched, "joao  olá", "1 message found")
    assert 8 == len(await _search(watched, "", ""))
    assert [] == watched.complaints


async def test_search_takes_words_as_words(watched: Watched, tmp_path: Path) -> None:
    """Whatever they look like; and says that nothing was found."""
    await _open(watched, _write(tmp_path / "a.html", _message("a.b")))
    assert [] == await _search(watched, "a*b", "0 messages found")


async def test_search_shows_a_day_that_began_in_a_stretch_before(
    watched: Watched, tmp_path: Path
) -> None:
    """The heading of a long day is far above its last message."""
    messages = [*[_message("x")] * 250, _message("needle"), *[_message("x")] * 60]
    await _open(watched, _write(tmp_path / "a.html", *messages))
    found = await _search(watched, "needle", "1 message found")
    assert ["Thursday, 5 June 2025", "needle"] == found


async def test_enter_in_the_search_box_stays_on_the_page(watched: Watched, tmp_path: Path) -> None:
    """There is nowhere to send a form to."""
    address = _write(tmp_path / "a.html", _message("x"))
    page = await _open(watched, address)
    await page.get_by_role("searchbox").press("Enter")
    await watched.settled()
    assert [address.as_uri()] == watched.requests
    assert [] == watched.complaints


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress((b"\0" + bytes(width)) * height)
    chunks = ((b"IHDR", header), (b"IDAT", lines), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def _with_picture(folder: Path) -> Path:
    file = MessageFile(name="foto.png", url="https://files.example/1", mime="image/png")
    message = _sent("Veja", files=(file,), delivery_status="DELIVERED")
    (folder / attachment_name(message, 1)).write_bytes(_png(800, 400))
    return _write(folder / "a.html", message, files=folder)


async def test_picture_grows_when_it_is_pressed(watched: Watched, tmp_path: Path) -> None:
    """It is part of the page, small at first, and can be reached by keyboard."""
    address = _with_picture(tmp_path)
    page = await _open(watched, address)
    picture = page.get_by_role("button", name="foto.png")
    width = "node => node.firstChild.clientWidth"
    assert 240 == await picture.evaluate(width)
    await picture.press("Enter")
    assert 400 < await picture.evaluate(width)
    await picture.click()
    assert 240 == await picture.evaluate(width)
    assert [address.as_uri()] == [url for url in watched.requests if not url.startswith("data:")]
    assert [] == watched.complaints


_CONTRASTS = """nodes => {
  const channels = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    const color = channels(getComputedStyle(node).backgroundColor);
    return color.length === 3 ? color : ground(node.parentNode);
  };
  return nodes.map(node => {
    const [dark, bright] = [channels(getComputedStyle(node).color), ground(node)]
      .map(light).sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_writing_stands_out(watched: Watched, tmp_path: Path, scheme: Any) -> None:
    """WCAG 2 asks for a contrast of 4.5 to 1."""
    await watched.page.emulate_media(color_scheme=scheme)
    file = MessageFile(name="foto.png", url="https://files.example/1", mime="image/png")
    statuses = ["DELIVERED", "REJECTED", "SUBMITTED", "UNKNOWN"]
    sent = [_sent("Veja", files=(file,), delivery_status=status) for status in statuses]
    page = await _open(watched, _write(tmp_path / "a.html", _message("x", files=(file,)), *sent))
    writing = "h1, header p, input, h2, .caption, .caption span, .text, figure a, .note, footer p"
    contrasts = await page.eval_on_selector_all(writing, _CONTRASTS)
    assert 29 == len(contrasts)
    assert 4.5 <= min(contrasts)


async def test_page_prints_in_black_on_white(watched: Watched, tmp_path: Path) -> None:
    """In the dark, too, and without a search box."""
    await watched.page.emulate_media(color_scheme="dark", media="print")
    page = await _open(watched, _with_picture(tmp_path))
    assert not await page.is_visible("form")
    grounds = await _all(page, "html, header", "getComputedStyle(node).backgroundColor")
    assert {"rgb(255, 255, 255)"} == set(grounds)
    assert (await page.pdf()).startswith(b"%PDF")


async def test_what_is_far_away_is_not_laid_out(watched: Watched, tmp_path: Path) -> None:
    """So a page of any length opens."""
    page = await _open(watched, _write(tmp_path / "a.html", *[_message("x")] * 3000))
    is_laid_out = "node.firstElementChild.checkVisibility({contentVisibilityAuto: true})"
    assert 1 <= sum(await _all(page, ".stretch", is_laid_out)) <= 3


@pytest.mark.parametrize("width", [390, 1280])
async def test_cited_message_is_below_the_header(
    watched: Watched, tmp_path: Path, width: int
) -> None:
    """The time of each links to it, however far down it is."""
    await watched.page.set_viewport_size({"width": width, "height": 800})
    title = "Conversation with +5511987654321"
    address = _write(tmp_path / "a.html", *[_message("x")] * 3000, title=title)
    page = await _open(watched, address)
    await page.goto(f"{address.as_uri()}#m2950")
    await page.locator("#m2950 .text").wait_for()
    header = await page.locator("header").bounding_box()
    cited = await page.locator("#m2950").bounding_box()
    assert header
    assert cited
    assert header["height"] <= cited["y"] < 400
    assert f"{address.as_uri()}#m2950" == await page.locator("#m2950 a").evaluate("a => a.href")
