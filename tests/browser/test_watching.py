"""The observation itself: a test that a page is quiet proves nothing if nobody could hear it."""

from pathlib import Path

import pytest

from tests.browser.watching import Watched

pytestmark = pytest.mark.anyio


async def _open(watched: Watched, folder: Path, content: str) -> str:
    page = folder / "page.html"
    page.write_text(f"<!doctype html><title>Page</title>{content}", encoding="utf-8")
    await watched.page.goto(page.as_uri())
    await watched.settled()
    return page.as_uri()


async def test_quiet_page_is_one_request(watched: Watched, tmp_path: Path) -> None:
    """A page that loads nothing asks for itself alone."""
    address = await _open(watched, tmp_path, "<p>Nothing happens here")
    assert "Page" == await watched.page.title()
    assert [address] == watched.requests
    assert [] == watched.complaints


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('woe')", "woe"),
        ("console.warn('beware')", "beware"),
        ("console.assert(false, 'wrong')", "wrong"),
        ("throw new Error('uncaught')", "uncaught"),
        ("Promise.reject(new Error('forgotten'))", "forgotten"),
    ],
)
async def test_complaint_is_heard(
    watched: Watched, tmp_path: Path, script: str, complaint: str
) -> None:
    """Whichever way a page says that something is wrong, it is noted."""
    await _open(watched, tmp_path, f"<script>{script}</script>")
    assert [complaint] == watched.complaints


async def test_what_is_merely_told_is_no_complaint(watched: Watched, tmp_path: Path) -> None:
    """A page may write to its console."""
    await _open(watched, tmp_path, "<script>console.log('hello')</script>")
    assert [] == watched.complaints


async def test_request_to_elsewhere_is_noted_and_fails(watched: Watched, tmp_path: Path) -> None:
    """A page that reaches for another host is found out, and does not reach it."""
    picture = "https://elsewhere.example/picture.png"
    address = await _open(watched, tmp_path, f"<img src='{picture}'>")
    assert [address, picture] == watched.requests
    assert any("ERR_NAME_NOT_RESOLVED" in complaint for complaint in watched.complaints)
