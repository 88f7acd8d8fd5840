"""The pieces of a page, filled in. The only place that knows Jinja."""

from base64 import b64encode
from datetime import date, tzinfo
from hashlib import sha256
from importlib.resources import files
from typing import Final, Protocol, cast

from smstools_async.export._bubbles import Bubble

try:
    import jinja2
except ImportError as exc:
    raise ImportError(
        "A page in HTML needs more: pip install 'smstools-async[html]'. JSON Lines and CSV do"
        " without."
    ) from exc

_FOLDER: Final = files("smstools_async.export") / "_transcript"
_POLICY: Final = (
    "default-src 'none'; img-src data:; style-src '{style}'; script-src '{script}';"
    " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
"""The very style and script of the page, pictures that are in it, and nothing else."""


class _Macros(Protocol):
    def beginning(self, *, title: str, zone: tzinfo, style: str, policy: str) -> str: ...
    def stretch(self, *, is_first: bool) -> str: ...
    def day(self, day: date) -> str: ...
    def message(self, bubble: Bubble) -> str: ...
    def end(self, *, number: int, script: str) -> str: ...


class Template:
    """Writes the pieces of a page. Whatever is filled in becomes text."""

    def __init__(self, page: str, style: str, script: str) -> None:
        environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
        self._macros = cast("_Macros", environment.from_string(page).module)
        self._style = style
        self._script = script

    def beginning(self, title: str, zone: tzinfo) -> str:
        """Write what comes before the messages."""
        policy = _POLICY.format(style=_digest(self._style), script=_digest(self._script))
        return self._macros.beginning(title=title, zone=zone, style=self._style, policy=policy)

    def stretch(self, *, is_first: bool) -> str:
        """Write where messages begin that are laid out together."""
        return self._macros.stretch(is_first=is_first)

    def day(self, day: date) -> str:
        """Write the day of the messages that follow."""
        return self._macros.day(day)

    def message(self, bubble: Bubble) -> str:
        """Write a message."""
        return self._macros.message(bubble)

    def end(self, number: int) -> str:
        """Write what follows `number` messages."""
        return self._macros.end(number=number, script=self._script)


def _digest(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


TEMPLATE: Final = Template(_read("page.html"), _read("style.css"), _read("script.js"))
