"""A page under observation: what it complained of, and what it asked the world for."""

from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import ConsoleMessage, Page

_NEXT_FRAME: Final = "() => new Promise(shown => requestAnimationFrame(() => setTimeout(shown)))"


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A page, and what has come out of it since it was opened."""

    page: Page
    complaints: list[str] = field(default_factory=list[str])
    """Errors and warnings of its console, and errors that nothing caught."""
    requests: list[str] = field(default_factory=list[str])
    """The address of each request, the one for the page itself included, failed ones too."""

    async def settled(self) -> None:
        """Wait until the page has shown its next frame, and said what it had to say before it."""
        await self.page.evaluate(_NEXT_FRAME)


def watch(page: Page) -> Watched:
    """Begin to watch a page that is still empty."""
    watched = Watched(page=page)
    page.on("console", lambda message: watched.complaints.extend(_complaints(message)))
    page.on("pageerror", lambda error: watched.complaints.append(error.message))
    page.on("request", lambda request: watched.requests.append(request.url))
    return watched


def _complaints(message: ConsoleMessage) -> list[str]:
    """Return what a page complains of; what it merely tells is its own business."""
    return [message.text] if message.type in {"error", "warning", "assert"} else []
