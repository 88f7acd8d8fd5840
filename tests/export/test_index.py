"""The index of transcripts: what is listed, and what is searched."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import attrs
import pytest

from smstools_async import Message, MessageFile
from smstools_async.export import Completeness, html_index, html_writer

OI = Message(
    direction="inbound", sender="5511987654321", receiver="Loja", text="Oi", unix_time=1749124800
)

COMPLETE = "Complete: every message that the service listed is here."


def _write(path: Path, *messages: Message, **options: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    given: dict[str, Any] = {"completeness": Completeness, **options}
    with html_writer(path, **given) as writer:
        for message in messages:
            writer.write(message)
    return path


def _data(index: Path) -> Any:
    (data,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', index.read_text("utf-8")
    )
    return json.loads(data)


def _listed(index: Path) -> list[tuple[str, ...]]:
    return [
        tuple(map(unescape, found))
        for found in re.findall(
            r'<li><a href="([^"]*)"><bdi>(.*?)</bdi></a>\n<p>(.*?)</p></li>',
            index.read_text("utf-8"),
        )
    ]


def test_pages_are_listed(tmp_path: Path) -> None:
    """With a link from where the index is, how many messages, from when to when, and how whole."""
    ana = _write(
        tmp_path / "b c" / "ana #1.html", OI, attrs.evolve(OI, unix_time=0), title="Ana <3"
    )
    bia = _write(
        tmp_path / "bia.html",
        title="Bia",
        language="pt",
        completeness=lambda: Completeness(missing=2),
    )
    html_index(tmp_path / "index.html", [str(ana), bia])
    assert [
        (
            "b%20c/ana%20%231.html",
            "Ana <3",
            f"2 messages, 1970-01-01 … 2025-06-05. {COMPLETE}",
        ),
        ("bia.html", "Bia", "0 messages. Incompleta: faltam 2 mensagens da lista do serviço."),
    ] == _listed(tmp_path / "index.html")


def test_all_messages_are_searched(tmp_path: Path) -> None:
    """Their texts and names of files, whatever is in them, with the number of each on its page."""
    files = (MessageFile(name="boleto.pdf", url="https://files.example/1", mime="a/b"),)
    texts = ["2 < 3\n</article>", "veja https://a.example/?x=1&y=2", "</script><!--"]
    messages = [attrs.evolve(OI, text=text) for text in texts]
    page = _write(tmp_path / "a.html", *messages, attrs.evolve(OI, text="", files=files))
    html_index(tmp_path / "index.html", [page])
    ((link, title, found),) = _data(tmp_path / "index.html")
    assert ("a.html", "Conversation") == (link, title)
    assert [1, 2, 3, 4] == [number for number, _, _ in found]
    assert {"2025-06-05T12:00:00+00:00"} == {time for _, time, _ in found}
    assert [
        "2 < 3 </article>",
        "veja https://a.example/?x=1&y=2",
        "</script><!--",
        "📎 boleto.pdf a/b, files.example",
    ] == [text for _, _, text in found]


def test_index_is_in_its_language(tmp_path: Path) -> None:
    """With a title of its own, which is text."""
    html_index(tmp_path / "index.html", [], language="es")
    html_index(tmp_path / "b.html", [], title="<b>")
    assert '<h1 dir="auto">Conversaciones</h1>' in (tmp_path / "index.html").read_text("utf-8")
    assert "<title>&lt;b&gt;</title>" in (tmp_path / "b.html").read_text("utf-8")


@pytest.mark.parametrize("cut", [r"<meta name=.generator[^>]*>", r"<dl>.*", r"</article>.*", ".*"])
def test_other_pages_are_refused(tmp_path: Path, cut: str) -> None:
    """Also one that was cut off: it would be listed as if it were complete."""
    page = _write(tmp_path / "a.html", OI)
    content = re.sub(cut, "", page.read_text("utf-8"), count=1, flags=re.DOTALL)
    page.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.html is not a complete transcript"):
        html_index(tmp_path / "index.html", [page])
    assert [page] == list(tmp_path.iterdir())
