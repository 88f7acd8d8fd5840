"""What a transcript states below its messages, in each language."""

import io
import re
from datetime import UTC, datetime
from hashlib import sha256
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from smstools_async import Message, MessageFile, __version__
from smstools_async.export import (
    Completeness,
    Language,
    attachment_name,
    html_writer,
    jsonl_writer,
)

NOON = 1749124800  # Thursday, 2025-06-05, 12:00 UTC
OI = Message(
    direction="inbound", sender="5511987654321", receiver="Loja", text="Oi", unix_time=NOON
)
SENT = attrs.evolve(OI, direction="outbound", delivery_status="DELIVERED", text="")
CREATED = datetime(2025, 7, 1, 12, tzinfo=UTC)


def _page(*messages: Message, **options: Any) -> str:
    stream = io.StringIO()
    given: dict[str, Any] = {"created_at": CREATED, **options}
    with html_writer(stream, **given) as writer:
        for message in messages:
            writer.write(message)
    return stream.getvalue()


def _facts(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt> <dd>(.*?)</dd>", unescape(page)))


def test_facts_are_stated() -> None:
    """When, by what, from when to when, and a hash that anybody can compute again."""
    later = attrs.evolve(OI, unix_time=NOON + 60)
    lines = io.StringIO()
    with jsonl_writer(lines) as writer:
        writer.write(later)
        writer.write(OI)
    digest = sha256(lines.getvalue().encode()).hexdigest()
    assert {
        "Created": f"2025-07-01 09:00:00 -03, by smstools_async {__version__}",
        "Period asked for": "2025-06-01 00:00:00 -03 … end",
        "First message": "2025-06-05 09:00:00 -03",
        "Last message": "2025-06-05 09:01:00 -03",
        "Completeness": "Not stated.",
        "SHA-256": f"{digest} (of these messages as JSON Lines, in this order)",
    } == _facts(
        _page(
            later,
            OI,
            zone=ZoneInfo("America/Sao_Paulo"),
            since=datetime(2025, 6, 1, 3, tzinfo=UTC),
        )
    )


def test_empty_transcript_has_no_first_message() -> None:
    """And no period, if none was asked for."""
    assert ["Created", "Completeness", "SHA-256"] == list(_facts(_page()))
    until = _facts(_page(until=CREATED))["Period asked for"]
    assert "beginning … 2025-07-01 12:00:00 UTC" == until


def test_page_says_when_it_was_made() -> None:
    """By default now: no year of the past."""
    assert _facts(_page(created_at=None))["Created"] >= "2025-11"


@pytest.mark.parametrize(
    ("completeness", "words"),
    [
        (Completeness(), "Complete: every message that the service listed is here."),
        (Completeness(missing=1), "Incomplete: 1 message of the service's list is missing."),
        (
            Completeness(missing=1200, degraded=True),
            "Incomplete: 1,200 messages of the service's list are missing.",
        ),
        (
            Completeness(degraded=True),
            "Uncertain: the service contradicted itself, so messages may be missing.",
        ),
        (
            Completeness(missing=None),
            "Uncertain: the service contradicted itself, so messages may be missing.",
        ),
    ],
    ids=str,
)
def test_completeness_is_what_the_reading_reported(completeness: Completeness, words: str) -> None:
    """It is asked when the last message is written, and not before."""
    asked = list[str]()

    def report() -> Completeness:
        asked.append("asked")
        return completeness

    stream = io.StringIO()
    with html_writer(stream, completeness=report) as writer:
        writer.write(OI)
        assert [] == asked
    assert words == _facts(stream.getvalue())["Completeness"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "pt",
            ["Conversa", "Horários em UTC", "quinta-feira, 5 de junho de 2025", "✓ entregue"],
        ),
        ("es", ["Conversación", "Horas en UTC", "jueves, 5 de junio de 2025", "✓ entregado"]),
        ("en", ["Conversation", "Times in UTC", "Thursday, 5 June 2025", "✓ delivered"]),
    ],
)
def test_page_is_in_its_language(language: Language, words: list[str]) -> None:
    """All of it, and it says which."""
    page = _page(OI, SENT, language=language)
    assert f'<html lang="{language}">' in page
    assert [] == [word for word in words if f">{word}<" not in page and f" {word}<" not in page]
    assert ("(empty)" in page) is (language == "en")


def test_numbers_are_written_as_in_the_language() -> None:
    """A thousand has a point where the decimals have a comma."""
    page = _page(*[OI] * 1200, language="pt")
    assert "<footer><p>1.200 mensagens. Fim da conversa.</p>" in page


def test_unknown_language_is_refused() -> None:
    """With those that are known."""
    with pytest.raises(ValueError, match=r"^language must be one of 'en', 'pt', 'es', got 'fr'$"):
        _page(language="fr")


def test_title_may_name_the_phone() -> None:
    """Which is given apart from it, as for many transcripts at once."""
    page = _page(title="Caso {phone} {0}", phone="+5511987654321")
    assert "<title>Caso +5511987654321 {0}</title>" in page
    with pytest.raises(ValueError, match=r"^title has \{phone\} in it and there is no phone"):
        _page(title="Caso {phone}")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("veja https://loja.example/a?b=c&d=1.", ["https://loja.example/a?b=c&d=1"]),
        ("(http://a.example) e HTTPS://b.example/!", ["http://a.example", "HTTPS://b.example/"]),
        ("https://a.example\nhttps://b.example", ["https://a.example", "https://b.example"]),
        ("https://bank.example@evil.example", []),
        ("javascript:alert(1) ftp://a.example http://", []),
        ("https://bank.example\u202e/x", ["https://bank.example"]),
        ('https://a.example/"onmouseover="x', ['https://a.example/"onmouseover="x']),
        ("https://[bad", []),
    ],
    ids=ascii,
)
def test_urls_in_a_text_are_links(text: str, links: list[str]) -> None:
    """What a link shows is where it leads, and the text stays what it was."""
    page = _page(attrs.evolve(OI, text=text))
    found = re.findall(
        r'<a href="([^"]*)" target="_blank" rel="noopener noreferrer">(.*?)</a>', page
    )
    assert [(url, url) for url in links] == [tuple(map(unescape, pair)) for pair in found]
    (shown,) = re.findall(r'<p class="text" dir="auto">(.*?)</p>', page, re.DOTALL)
    assert text.replace("\u202e", "\\u202e") == unescape(re.sub("<[^>]*>", "", shown))


def test_file_without_an_ending_gets_that_of_its_media_type() -> None:
    """So that programs open it, and the page can link to it."""
    files = [
        MessageFile(name="contrato", url="u", mime="application/pdf"),
        MessageFile(name="foto.png", url="u", mime="image/jpeg"),
        MessageFile(name="x", url="u", mime="image/"),
    ]
    message = attrs.evolve(OI, files=tuple(files))
    assert ["contrato.pdf", "foto.png", "x"] == [
        attachment_name(message, number).split("-", 3)[3] for number in (1, 2, 3)
    ]
