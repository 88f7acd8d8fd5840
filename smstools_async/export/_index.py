"""The index of transcripts: a list of pages, and a search over all their messages."""

import os
import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import quote

import attrs

from smstools_async.export._jsonl import encode_json
from smstools_async.export._languages import Language, words_of
from smstools_async.export._targets import open_text
from smstools_async.export._text import readable_line

_MARK: Final = '<meta name="generator" content="smstools_async transcript">'
_TITLE: Final = re.compile("<title>(.*)</title>")
_ARTICLE: Final = re.compile(
    r'<article class="\w+" aria-label="[^"]*" id="m(\d+)">.*?<time datetime="([^"]*)">'
    r'.*?</p><div class="bubble">(.*)</div></article>',
    re.DOTALL,
)
_FACT: Final = re.compile("<div><dt>[^<]*</dt> <dd>(.*)</dd></div>")
_TAG: Final = re.compile("<[^>]*>")
_LONGEST_TITLE: Final = 200


@attrs.frozen(kw_only=True)
class _Page:
    """What the index says of a transcript."""

    link: str
    title: str
    messages: list[tuple[int, str, str]]
    """Number, time and text of each."""
    completeness: str

    @property
    def number(self) -> int:
        return len(self.messages)

    @property
    def first(self) -> str:
        return min((time for _, time, _ in self.messages), default="")[:10]

    @property
    def last(self) -> str:
        return max((time for _, time, _ in self.messages), default="")[:10]


def html_index(
    target: str | os.PathLike[str],
    pages: Iterable[str | os.PathLike[str]],
    *,
    title: str | None = None,
    language: Language = "en",
) -> None:
    """Write a page that lists transcripts and searches all their messages.

    It reads the pages that `html_writer` wrote, so it can be made at any time, of pages of several
    runs. Like them it loads nothing: the texts of all messages are in it, and links lead to each
    message on its page. Needs the extra `html`.

    Args:
        target: A path, as for `jsonl_writer`; pages are linked from there.
        pages: Transcripts, in the order in which they are listed.
        title: Shown at the top; by default "Conversations", in the language.
        language: `"en"`, `"pt"` or `"es"`.

    Raises:
        ImportError: The extra is not installed.
        ValueError: A page was not written by `html_writer`, or there is no such language.
        OSError: A page cannot be read, or the index not be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from smstools_async.export import html_writer
        >>> with TemporaryDirectory() as folder:
        ...     page, index = Path(folder, "ana.html"), Path(folder, "index.html")
        ...     with html_writer(page, title="Ana"):
        ...         pass
        ...     html_index(index, [page])
        ...     '<a href="ana.html">' in index.read_text(encoding="utf-8")
        True
    """
    from smstools_async.export._template import INDEX_TEMPLATE  # noqa: PLC0415 - an extra

    words = words_of(language)
    place = Path(target).resolve()
    listed = [_read(Path(page), place) for page in pages]
    line = readable_line(title or words.conversations, _LONGEST_TITLE)
    data = [(page.link, page.title, page.messages) for page in listed]
    with open_text(target, None) as stream:
        stream.write(INDEX_TEMPLATE.index(line, listed, words))
        stream.write(INDEX_TEMPLATE.index_end(encode_json(data).replace("<", "\\u003c")))


def _read(path: Path, place: Path) -> _Page:
    title, completeness, is_ours = "", list[str](), False
    messages = list[tuple[int, str, str]]()
    for piece in _pieces(path):
        found = _ARTICLE.match(piece)
        if found:
            messages.append((int(found[1]), found[2], _shown(found[3])))
        elif heading := _TITLE.match(piece):
            title = unescape(heading[1])
        elif fact := _FACT.search(piece):
            completeness.append(unescape(fact[1]))
        is_ours |= piece.startswith(_MARK)
    if not is_ours or not completeness:
        raise ValueError(
            f"{path} is not a complete transcript that html_writer wrote; leave it out"
        )
    link = quote(Path(os.path.relpath(path.resolve(), place.parent)).as_posix())
    return _Page(link=link, title=title, messages=messages, completeness=completeness[-2])


def _pieces(path: Path) -> Iterator[str]:
    """Read a page line by line, and each message with all its lines."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            piece = line
            while piece.startswith("<article ") and not piece.endswith("</article>\n"):
                rest = next(lines, None)
                if rest is None:
                    break
                piece += rest
            yield piece


def _shown(content: str) -> str:
    """Return what is read of a piece of a page, on one line."""
    return " ".join(unescape(_TAG.sub(" ", content)).split())
