"""HTML: a transcript for people to read, in one page that needs nothing else."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final

from smstools_async._models import Message
from smstools_async.export._bubbles import Bubble
from smstools_async.export._languages import Language, Words, words_of
from smstools_async.export._pictures import Attachments
from smstools_async.export._provenance import Completeness, Period, Provenance, now
from smstools_async.export._targets import Target, TextStream, open_text
from smstools_async.export._text import readable_line
from smstools_async.export._writer import MessageWriter, lent

if TYPE_CHECKING:
    from smstools_async.export._template import Template

_LONGEST_TITLE: Final = 200
_STRETCH: Final = 100
"""How many messages are laid out together. Each alone takes a browser ten times as long."""


@contextmanager
def html_writer(
    target: Target,
    *,
    title: str | None = None,
    phone: str | None = None,
    zone: tzinfo = UTC,
    language: Language = "en",
    files: str | os.PathLike[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    completeness: Callable[[], Completeness] | None = None,
    created_at: datetime | None = None,
) -> Generator[MessageWriter]:
    r"""Write messages as a page for people: a chat with days, times, delivery marks, attachments.

    The page is one file that loads nothing from anywhere: its style, its script (a search box) and
    pictures are in it, and its Content Security Policy allows nothing else but attachments next to
    it. What people wrote is text there, whatever it looks like; URLs in it are links. Invisible
    characters, and those that turn the order of a text around, are shown as `\u` escapes. It reads
    well on a phone, in the dark, and on paper.

    Below the messages it states where they come from: when the page was made and by which version,
    the period, whether anything is missing, and a SHA-256 of what `jsonl_writer` writes for the
    same messages.

    Messages stand in the order they are given; a chat is read from the oldest. Needs the extra
    `html`.

    Args:
        target: As for `jsonl_writer`.
        title: Shown at the top and in the window's title, which browsers keep in their history.
            `{phone}` in it stands for `phone`. By default "Conversation", in the language.
        phone: The phone of the conversation.
        zone: Of times and days, such as `zoneinfo.ZoneInfo("America/Sao_Paulo")`.
        language: `"en"`, `"pt"` or `"es"`.
        files: A folder with attachments of the messages under the names of `attachment_name`, as
            the command's `export --files` leaves it. A picture there of at most 1 MiB (PNG, JPEG,
            GIF or WebP) is put into the page, until they are 64 MiB together; sound and film play
            on the page. To the rest there are links: into the folder where opening the file is
            harmless, else to an `http` or `https` URL.
        since: The period that was asked for, to be stated.
        until: As `since`.
        completeness: Called when the block ends; what it returns is stated.
        created_at: When the page is made; by default now.

    Raises:
        ImportError: The extra is not installed.
        ValueError: There is no such language, or `{phone}` in the title and no `phone`.
        OSError: The page cannot be written, or a file in the folder not be read.

    Example:
        >>> import io
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="2 < 3",
        ...     unix_time=1749113086,
        ... )
        >>> page = io.StringIO()
        >>> with html_writer(page, title="João", completeness=Completeness) as writer:
        ...     writer.write(message)
        >>> '<p class="text" dir="auto">2 &lt; 3</p>' in page.getvalue()
        True
    """
    from smstools_async.export._template import TEMPLATE  # noqa: PLC0415 - an extra

    words = words_of(language)
    heading = _heading(title, phone, words)
    attachments = Attachments(Path(files) if files is not None else None, _place_of(target))
    provenance = Provenance(words, zone, Period(since=since, until=until))
    with open_text(target, None) as stream:
        writer = _HtmlWriter(stream, TEMPLATE, zone, words, attachments, provenance)
        writer.begin(heading)
        with lent(writer) as lent_writer:
            yield lent_writer
        writer.end(created_at or now(), completeness() if completeness else None)


def _heading(title: str | None, phone: str | None, words: Words) -> str:
    if title is None:
        return words.conversation
    if "{phone}" in title and phone is None:
        raise ValueError("title has {phone} in it and there is no phone: give both")
    return title.replace("{phone}", phone or "")


def _place_of(target: Target) -> Path:
    """Return where links of the page start from; for a stream, the working folder."""
    return Path(target).resolve() if isinstance(target, str | os.PathLike) else Path("page")


class _HtmlWriter:
    def __init__(
        self,
        stream: TextStream,
        template: "Template",
        zone: tzinfo,
        words: Words,
        attachments: Attachments,
        provenance: Provenance,
    ) -> None:
        self._stream = stream
        self._template = template
        self._zone = zone
        self._words = words
        self._attachments = attachments
        self._provenance = provenance
        self._day: date | None = None
        self._number = 0

    def begin(self, title: str) -> None:
        line = readable_line(title, _LONGEST_TITLE)
        self._stream.write(self._template.beginning(line, self._zone, self._words))

    def write(self, message: Message, phone: str) -> None:
        bubble = Bubble(
            number=self._number + 1,
            message=message,
            sent_at=message.sent_at.astimezone(self._zone),
            files=self._attachments.of(message),
            words=self._words,
        )
        self._separate(bubble.sent_at.date())
        self._stream.write(self._template.message(bubble))
        self._provenance.add(message, phone)
        self._number += 1

    def _separate(self, day: date) -> None:
        if self._number % _STRETCH == 0:
            self._stream.write(self._template.stretch(is_first=self._number == 0))
        if self._day != day:
            self._day = day
            self._stream.write(self._template.day(day, self._words))

    def end(self, created_at: datetime, completeness: Completeness | None) -> None:
        facts = self._provenance.facts(created_at, completeness)
        self._stream.write(self._template.end(self._number, facts, self._words))
