"""A conversation as people read it. Imports rich: import it only to show a chat."""

import re
from datetime import date, tzinfo
from typing import Final

from rich.console import Console
from rich.rule import Rule
from rich.style import Style
from rich.text import Text

from smstools_async import Direction, Message, MessageFile
from smstools_async.cli._terminal import visible
from smstools_async.export import delivery_mark

_WIDEST: Final = 64
_LONGEST_CAPTION_PART: Final = 24
_NARROWEST: Final = 10
_LINK: Final = re.compile(r"https?://[!-:<-~]+")  # ASCII that ends no escape sequence
_STYLES: Final = {"…": "dim", "✓": "green", "✗": "bold red", "?": "yellow"}
"""Of delivery marks."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command how it ends; rich would exit the program here."""
        raise BrokenPipeError


class Chat:
    """Shows messages on standard output one after the other, outbound ones on the right.

    Without colours it reads the same. Times are in `zone`. Another `console` may be given instead,
    for a picture of it.
    """

    def __init__(self, zone: tzinfo, console: Console | None = None) -> None:
        self._console = console or _Console(highlight=False, markup=False, emoji=False)
        self._zone = zone
        self._day: date | None = None

    def show(self, message: Message) -> None:
        """Show a message, after a line with the day where a new one starts."""
        sent_at = message.sent_at.astimezone(self._zone)
        if self._day != sent_at.date():
            self._day = sent_at.date()
            self._console.print(Rule(Text(f"{sent_at:%A, %Y-%m-%d}"), style="dim"), "")
        self._show_bubble(message, f"{sent_at:%H:%M}")

    def _show_bubble(self, message: Message, time: str) -> None:
        """Show the caption and below it the wrapped text, each line after a bar.

        There is no bar at their end: terminals differ in how wide an emoji is.
        """
        is_outbound = message.direction == Direction.OUTBOUND
        room = max(_NARROWEST, min(self._console.width * 3 // 4, _WIDEST))
        lines = _content(message).wrap(self._console, room, overflow="fold")
        caption = (
            _outbound_caption(message, time) if is_outbound else _inbound_caption(message, time)
        )
        caption.truncate(self._console.width - 3, overflow="ellipsis")  # its end matters most
        widest = max(line.cell_len for line in (caption, *lines))
        margin = " " * (self._console.width - widest - 3 if is_outbound else 0)
        bar = Text("▎ ", style="green" if is_outbound else "cyan")
        self._console.print(Text.assemble(margin, "  ", caption), soft_wrap=True)
        for line in lines:
            line.rstrip()
            self._console.print(Text.assemble(margin, bar, line), soft_wrap=True)
        self._console.print()


def _inbound_caption(message: Message, time: str) -> Text:
    known = message.direction == Direction.INBOUND
    return Text(time if known else f"{time} {_shortened(message.direction)}", style="dim")


def _outbound_caption(message: Message, time: str) -> Text:
    mark = delivery_mark(message.delivery_status)
    status = _shortened(message.delivery_status.lower())
    return Text.assemble(
        (f"{_shortened(message.sender)} {time} ", "dim"),
        (f"{mark} {status}".rstrip(), _STYLES[mark]),
    )


def _shortened(text: str) -> str:
    line = " ".join(visible(text).split())
    return line if len(line) <= _LONGEST_CAPTION_PART else f"{line[:_LONGEST_CAPTION_PART]}…"


def _content(message: Message) -> Text:
    pieces = [Text(visible(message.text))] if message.text.strip() else []
    pieces += [_attachment(file) for file in message.files]
    return Text("\n").join(pieces or [Text("(empty)", style="dim")])


def _attachment(file: MessageFile) -> Text:
    return Text.assemble(
        f"📎 {visible(file.name)} ",
        (f"{visible(file.mime)}\n", "dim"),
        (visible(file.url), Style(dim=True, underline=True, link=_link(file.url))),
    )


def _link(url: str) -> str | None:
    """Return the URL if a terminal may open it: else a wrapped one could not be clicked."""
    return url if _LINK.fullmatch(url) else None
