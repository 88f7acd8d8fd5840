"""A picture of a terminal, as SVG. Imports rich: import it only to draw one.

The picture is self-contained: it loads no font and nothing else, and runs no script. What it shows
depends neither on this terminal nor on any setting of this machine.
"""

import re
from html import escape, unescape
from io import StringIO
from pathlib import Path
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from smstools_async._files import write_whole
from smstools_async.cli._parts import behind_links

_COLUMNS: Final = 80
_CELL: Final = 12.2  # pixels: rich draws in 20 pixels, 0.61 wide
_NO_XML: Final = re.compile("[\ufffe\uffff]")
_THEME: Final = TerminalTheme(
    (13, 17, 23),
    (230, 237, 243),
    [
        (72, 79, 88),
        (255, 123, 114),
        (63, 185, 80),
        (210, 153, 34),
        (88, 166, 255),
        (188, 140, 255),
        (57, 197, 207),
        (177, 186, 196),
    ],
)
_FORMAT: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>TITLE</title>
<style>
.{unique_id}-matrix {{
  font: {char_height}px ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace;
}}
.{unique_id}-title {{ font: 16px system-ui, Segoe UI, Helvetica, Arial, sans-serif; }}
{styles}
</style>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" class="{unique_id}-matrix">
{matrix}
</g>
</svg>
"""
_TEXT: Final = re.compile(r'(<text [^>]*)textLength="[^"]*" clip-path="[^"]*">([^<]*)</text>')


def picture_console() -> Console:
    """Return a console that records what is printed, for `write_picture`."""
    return Console(
        file=StringIO(),
        record=True,
        width=_COLUMNS,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )


def write_picture(console: Console, title: str, path: Path) -> None:
    """Write what was printed on a `picture_console` as SVG; the file appears complete."""
    write_whole(behind_links(path), _draw(console, title))


def _draw(console: Console, title: str) -> str:
    code_format = _FORMAT.replace("TITLE", re.sub("([{}])", r"\1\1", escape(title)))
    svg = console.export_svg(
        title=title, theme=_THEME, code_format=code_format, unique_id="terminal"
    )
    return _NO_XML.sub("\ufffd", _TEXT.sub(_as_wide_as_in_a_terminal, svg))


def _as_wide_as_in_a_terminal(text: re.Match[str]) -> str:
    """Give a piece of text the width of its cells; rich gives it that of its characters.

    Nothing is clipped: a line that a font makes a little longer loses none of its letters.
    """
    tag, content = text.groups()
    width = cell_len(unescape(content)) * _CELL
    return f'{tag}textLength="{width:g}">{content}</text>\n' if content.strip() else ""
