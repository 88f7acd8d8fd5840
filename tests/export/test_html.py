"""HTML: a page on which messages are read as they were, and what they look like is only text.

How browsers take it is tried in tests/browser.
"""

import io
import re
import sys
from base64 import b64encode
from datetime import UTC, timedelta, timezone, tzinfo
from hashlib import sha256
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import smstools_async.export as room
from smstools_async import Message
from smstools_async.export import delivery_mark, html_writer

NOON = 1749124800  # Thursday, 2025-06-05, 12:00 UTC
DAY = 86400
BRASILIA = timezone(timedelta(hours=-3))


def _theirs(text: str = "Olá", unix_time: int = NOON, **others: Any) -> Message:
    fields: dict[str, Any] = {"direction": "inbound", "sender": "5511987654321", "receiver": "Loja"}
    return Message(text=text, unix_time=unix_time, **(fields | others))


def _ours(text: str = "Olá", **others: Any) -> Message:
    fields: dict[str, Any] = {"direction": "outbound", "sender": "Loja", "receiver": "551198765432"}
    return _theirs(text, NOON, **(fields | {"delivery_status": "DELIVERED"} | others))


def _page(*messages: Message, title: str = "João", zone: tzinfo = UTC) -> str:
    stream = io.StringIO()
    with html_writer(stream, title=title, zone=zone) as writer:
        for message in messages:
            writer.write(message)
    return stream.getvalue()


def _shown(piece: str) -> str:
    """Return what is read of a piece of the page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", piece)).split())


def _days(page: str) -> list[str]:
    return [_shown(day) for day in re.findall(r"<h2>.*?</h2>", page)]


def _captions(page: str) -> list[str]:
    return [_shown(caption) for caption in re.findall(r'<p class="caption">.*?</p>', page)]


def _texts(page: str) -> list[str]:
    return [
        unescape(text)
        for text in re.findall(r'<p class="text" dir="auto">(.*?)</p>', page, re.DOTALL)
    ]


def test_theirs_and_ours_stand_at_their_sides() -> None:
    """Each side is told to eyes and to screen readers."""
    page = _page(_theirs(), _ours())
    assert [("theirs", "Received", "m1"), ("ours", "Sent", "m2")] == re.findall(
        r'<article class="(\w+)" aria-label="(\w+)" id="(\w+)">', page
    )
    assert ["12:00", "Loja 12:00 ✓ delivered"] == _captions(page)
    assert ["Olá", "Olá"] == _texts(page)


@pytest.mark.parametrize(
    ("status", "mark", "word"),
    [
        ("DELIVERED", "✓", "delivered"),
        ("delivered", "✓", "delivered"),
        ("SUBMITTED", "…", "submitted"),
        ("BUFFERED", "…", "buffered"),
        ("NOT DELIVERED", "✗", "not delivered"),
        ("REJECTED", "✗", "rejected"),
        ("EXPIRED", "?", "expired"),
        ("", "?", ""),
        ("N" * 30, "?", f"{'n' * 24}…"),
    ],
)
def test_delivery_has_a_mark_and_a_word(status: str, mark: str, word: str) -> None:
    """Also a status that nobody knows is shown, if not at any length."""
    assert mark == delivery_mark(status)
    assert [f"Loja 12:00 {mark} {word}".strip()] == _captions(_page(_ours(delivery_status=status)))


def test_unknown_direction_is_named() -> None:
    """What is neither theirs nor ours stands with theirs and says what it is."""
    page = _page(_theirs(direction="draft"))
    assert ["draft 12:00"] == _captions(page)
    assert 'class="theirs"' in page


def test_nothing_is_shown_as_empty() -> None:
    """A message without text and files is there all the same."""
    assert "(empty)" in _page(_theirs(""))
    assert "(empty)" in _page(_theirs(" \n"))
    assert "(empty)" not in _page(_theirs("Oi"))


def test_day_comes_before_its_first_message() -> None:
    """Messages of one day share its heading."""
    page = _page(_theirs(), _theirs(unix_time=NOON + 1), _theirs(unix_time=NOON + DAY))
    assert ["Thursday, 5 June 2025", "Friday, 6 June 2025"] == _days(page)
    assert page.index("5 June") < page.index("m1") < page.index("m2") < page.index("6 June")


def test_times_and_days_are_those_of_the_zone() -> None:
    """The page says which zone that is, and machines can read each time."""
    page = _page(_theirs(unix_time=NOON - DAY // 2), zone=BRASILIA)
    assert ["Wednesday, 4 June 2025"] == _days(page)
    assert ["21:00"] == _captions(page)
    assert '<time datetime="2025-06-04T21:00:00-03:00">' in page
    assert "Times in UTC-03:00" in page
    assert "Times in America/Sao_Paulo" in _page(zone=ZoneInfo("America/Sao_Paulo"))


def test_time_has_seconds_and_id_behind_it() -> None:
    """What the vendor is asked with is found where a pointer rests; inbound messages have no id."""
    page = _page(_ours(message_id="740000001"), _theirs(unix_time=NOON + 6))
    assert ["2025-06-05 12:00:00 UTC, id 740000001", "2025-06-05 12:00:06 UTC"] == re.findall(
        r'title="(.*?)"', page
    )


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 messages"), (1, "1 message"), (2, "2 messages")]
)
def test_end_says_how_many_there_were(count: int, words: str) -> None:
    """A page that was cut off can be told from a whole one."""
    assert f"<footer><p>{words}. Nothing follows.</p>" in _page(*[_theirs()] * count)


def test_page_is_laid_out_in_stretches() -> None:
    """A hundred messages each, so that browsers open a long page; a day goes on across them."""
    page = _page(*[_theirs()] * 201)
    sizes = [stretch.count("<article") for stretch in page.split('<div class="stretch">')]
    assert [0, 100, 100, 1] == sizes
    assert 1 == len(_days(page))
    assert page.count("<div") == page.count("</div>")


def test_title_is_heading_and_name_of_the_page() -> None:
    """It is text like any other, on one line."""
    page = _page(title="João <b>\n& Co\u202e")
    assert "<title>João &lt;b&gt; &amp; Co\\u202e</title>" in page
    assert "João &lt;b&gt; &amp; Co\\u202e</h1>" in page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x00\x07\x1b[31m", r"\u0000\u0007\u001b[31m"),
        ("\x7f\x9b", r"\u007f\u009b"),
        ("\ud83d", r"\ud83d"),
        ("1\u202e2\u202d3", r"1\u202e2\u202d3"),
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("  a\n\n\tb", "  a\n\n\tb"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("👩\u200d👩\u200d👧 🏴\U000e0067\U000e007f", "👩\u200d👩\u200d👧 🏴\U000e0067\U000e007f"),
    ],
    ids=ascii,
)
def test_text_is_readable(text: str, shown: str) -> None:
    """What has no shape gets one; what languages and emoji are made of stays."""
    assert [shown] == _texts(_page(_theirs(text)))


@pytest.mark.parametrize("field", ["sender", "delivery_status", "message_id"])
def test_words_keep_their_order(field: str) -> None:
    """A mark that turns writing around could make one word of a caption look like another."""
    page = _page(_ours(**{field: 'a\u202e\u2067\u200f\n"<b>'}))
    assert r"a\u202e\u2067\u200f &#34;&lt;b&gt;" in page


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(st.characters()), st.text(st.characters()))
def test_nothing_that_is_written_becomes_markup(text: str, word: str) -> None:
    """Whatever a message holds, the page has the tags of any other, and is UTF-8."""
    harmless = _page(_ours("x", sender="x"), title="x")
    page = _page(_ours(f"x{text}", sender=f"x{word}"), title=word)
    page.encode()
    assert re.findall(r"</?\w+", harmless) == re.findall(r"</?\w+", page)


def _digest(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def test_policy_allows_the_style_and_the_script_of_the_page_alone() -> None:
    """They are the same on each page, whatever is written on it."""
    page = _page(_theirs("<script>"))
    (policy,) = re.findall(r'"Content-Security-Policy" content="(.*?)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert (
        f"default-src 'none'; img-src data:; media-src 'self' file:; style-src {_digest(style)};"
        f" script-src {_digest(script)}; base-uri 'none'; form-action 'none';"
        " require-trusted-types-for 'script'"
    ) == unescape(policy)


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks the extra is told how to get it, before anything is written."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "smstools_async.export._template", raising=False)
    monkeypatch.delattr(room, "_template", raising=False)
    stream = io.StringIO()
    with (
        pytest.raises(ImportError, match=r"pip install 'smstools-async\[html\]'"),
        html_writer(stream),
    ):
        pytest.fail("it was opened")
    assert "" == stream.getvalue()
