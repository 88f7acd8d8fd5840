"""The pieces of a page, filled in. The only module that imports Jinja."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from hashlib import sha256
from importlib.resources import files
from typing import Final, Protocol, cast

from smstools_async.export._bubbles import Bubble
from smstools_async.export._languages import Words

try:
    import jinja2
except ImportError as exc:
    raise ImportError(
        "A page in HTML needs an extra: pip install 'smstools-async[html]'. JSON Lines and CSV do"
        " not."
    ) from exc

_FOLDER: Final = files("smstools_async.export") / "_transcript"
_POLICY: Final = (
    "default-src 'none'; img-src data:; media-src 'self' file:; style-src '{style}';"
    " script-src '{script}'; base-uri 'none'; form-action 'none';"
    " require-trusted-types-for 'script'"
)
"""The very style and script of the page, pictures that are in it, sound and film next to it, and
nothing else."""


class _Macros(Protocol):
    def beginning(
        self, *, title: str, zone: tzinfo, style: str, policy: str, words: Words
    ) -> str: ...
    def stretch(self, *, is_first: bool) -> str: ...
    def day(self, *, day: date, words: Words) -> str: ...
    def message(self, *, bubble: Bubble, words: Words) -> str: ...
    def end(self, *, number: int, facts: Mapping[str, str], script: str, words: Words) -> str: ...
    def index(
        self, *, title: str, pages: Sequence[object], style: str, policy: str, words: Words
    ) -> str: ...
    def index_end(self, *, data: str, script: str) -> str: ...


class Template:
    """Writes the pieces of a page. Whatever is filled in becomes text."""

    def __init__(self, page: str, style: str, script: str) -> None:
        environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
        self._macros = cast("_Macros", environment.from_string(page).module)
        self._style = style
        self._script = script
        self._policy = _POLICY.format(style=_digest(style), script=_digest(script))

    def beginning(self, title: str, zone: tzinfo, words: Words) -> str:
        """Write what comes before the messages."""
        return self._macros.beginning(
            title=title, zone=zone, style=self._style, policy=self._policy, words=words
        )

    def stretch(self, *, is_first: bool) -> str:
        """Write where messages begin that are laid out together."""
        return self._macros.stretch(is_first=is_first)

    def day(self, day: date, words: Words) -> str:
        """Write the day of the messages that follow."""
        return self._macros.day(day=day, words=words)

    def message(self, bubble: Bubble) -> str:
        """Write a message."""
        return self._macros.message(bubble=bubble, words=bubble.words)

    def end(self, number: int, facts: Mapping[str, str], words: Words) -> str:
        """Write what follows `number` messages."""
        return self._macros.end(number=number, facts=facts, script=self._script, words=words)

    def index(self, title: str, pages: Sequence[object], words: Words) -> str:
        """Write the list of transcripts."""
        return self._macros.index(
            title=title, pages=pages, style=self._style, policy=self._policy, words=words
        )

    def index_end(self, data: str) -> str:
        """Write what is searched, and the end of the page.

        `data` is JSON without a `<`, which is the one thing that could end its element.
        """
        return self._macros.index_end(data=data, script=self._script)


def _digest(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


TEMPLATE: Final = Template(_read("page.html"), _read("style.css"), _read("script.js"))
INDEX_TEMPLATE: Final = Template(_read("index.html"), _read("style.css"), _read("index.js"))
