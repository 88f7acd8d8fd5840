"""Tests in a browser: Chromium as the system has it, which reaches nothing but this machine."""

import shutil
from collections.abc import AsyncIterator
from typing import Final

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.watching import Watched, watch

_CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS: Final = (
    "--no-sandbox",  # root, whom CI often is, can have none
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Skip all tests here without a browser; skipped in one place, they are told of in one line."""
    if _CHROMIUM is None:
        pytest.skip("no Chromium to run browser tests in: apt install chromium")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Run on asyncio: Playwright knows no other."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:  # noqa: ARG001 - anyio looks for it
    """Start a browser with a profile of its own, for the tests of one module.

    For no longer: as long as it runs, its event loop is the one that all tests get.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def watched(browser: Browser) -> AsyncIterator[Watched]:
    """Open an empty page under observation: no cookies, no cache, 1280 by 800, light."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="light", locale="en-GB"
    )
    yield watch(await context.new_page())
    await context.close()
