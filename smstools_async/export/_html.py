"""HTML: a transcript to be read by people, in one page that needs nothing else."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final

from smstools_async._models import Message
from smstools_async.export._bubbles import Bubble, readable_line
from smstools_async.export._pictures import Attachments
from smstools_async.export._targets import Target, TextStream, open_text
from smstools_async.export._writer import MessageWriter, lent

if TYPE_CHECKING:
    from smstools_async.export._template import Template

_LONGEST_TITLE: Final = 200
_STRETCH: Final = 100
"""So many messages are laid out together. By each alone, a browser takes ten times as long."""


@contextmanager
def html_writer(
    target: Target,
    *,
    title: str = "Conversation",
    zone: tzinfo = UTC,
    files: str | os.PathLike[str] | None = None,
) -> Generator[MessageWriter]:
    r"""Write messages as a page for people: a chat with its days, times, delivery marks and files.

    The page is one file that asks for nothing: its style, its script (a search box) and pictures
    are in it, and its Content Security Policy allows nothing else. What people wrote is text there,
    whatever it looks like. Characters that cannot be seen or that turn the order of a text around
    are shown as `\u` escapes. It reads well on a phone, in the dark, and on paper.

    Messages stand in the order they are given; a chat is read from the oldest. Needs the extra
    `html`.

    Args:
        target: As for `jsonl_writer`.
        title: Stands at the top and in the window's title, which browsers keep in their history.
        zone: Of times and days, such as `zoneinfo.ZoneInfo("America/Sao_Paulo")`.
        files: A folder that has files of the messages under the names of `attachment_name`, as the
            command's `export --files` leaves it. A picture there of at most 1 MiB (PNG, JPEG, GIF
            or WebP) is put into the page, until they are 64 MiB together. To the rest there are
            links: into the folder where opening the file is harmless, else to an `https` address.

    Raises:
        ImportError: The extra is not installed.
        OSError: The page cannot be written, or a file in the folder not be read.

    Example:
        >>> import io
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="2 < 3",
        ...     unix_time=1749113086,
        ... )
        >>> page = io.StringIO()
        >>> with html_writer(page, title="João") as writer:
        ...     writer.write(message)
        >>> '<p class="text" dir="auto">2 &lt; 3</p>' in page.getvalue()
        True
    """
    from smstools_async.export._template import TEMPLATE  # noqa: PLC0415 - an extra

    attachments = Attachments(Path(files) if files is not None else None, _place_of(target))
    with open_text(target, None) as stream:
        writer = _HtmlWriter(stream, TEMPLATE, zone, attachments)
        writer.begin(title)
        with lent(writer) as lent_writer:
            yield lent_writer
        writer.end()


def _place_of(target: Target) -> Path:
    """Return where links of the page start from; for a stream, the folder it is run in."""
    return Path(target).resolve() if isinstance(target, str | os.PathLike) else Path("page")


class _HtmlWriter:
    def __init__(
        self, stream: TextStream, template: "Template", zone: tzinfo, attachments: Attachments
    ) -> None:
        self._stream = stream
        self._template = template
        self._zone = zone
        self._attachments = attachments
        self._day: date | None = None
        self._number = 0

    def begin(self, title: str) -> None:
        line = readable_line(title, _LONGEST_TITLE)
        self._stream.write(self._template.beginning(line, self._zone))

    def write(self, message: Message, phone: str) -> None:  # noqa: ARG002 - one conversation a page
        bubble = Bubble(
            number=self._number + 1,
            message=message,
            sent_at=message.sent_at.astimezone(self._zone),
            files=self._attachments.of(message),
        )
        self._separate(bubble.sent_at.date())
        self._stream.write(self._template.message(bubble))
        self._number += 1

    def _separate(self, day: date) -> None:
        if self._number % _STRETCH == 0:
            self._stream.write(self._template.stretch(is_first=self._number == 0))
        if self._day != day:
            self._day = day
            self._stream.write(self._template.day(day))

    def end(self) -> None:
        self._stream.write(self._template.end(self._number))
