"""The live page of the FastAPI example, as a person has it before them."""

from collections.abc import AsyncIterator
from time import time

import httpx
import pytest
from playwright.async_api import expect

from examples.fastapi_app import app
from examples.fastapi_live import get_interval
from smstools_async.sandbox import Response, Sandbox
from tests.browser.watching import Watched
from tests.examples.conftest import PHONE
from tests.examples.web import EVENTS, Web, opened

pytestmark = pytest.mark.anyio

_HOSTILE = [
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "</p></li></ol><h1>Live conversation</h1>",
    "javascript:alert(1) &lt;b&gt;",
    "data: x\n\nevent: problem\ndata: {}\n\n",
    "\u202egnihtyna\u202c \u2028\u2029 \x00\x1b[31m",
    "👩\u200d👩\u200d👧\u200d👦 e\u0301 مرحبا",
    "w" * 10_000,
]


@pytest.fixture
async def web(anyio_backend: str) -> AsyncIterator[Web]:
    """Serve the application before a conversation of today; it looks for news at once."""
    del anyio_backend  # asked for, so that the fixture runs on the tests' event loop
    sandbox = Sandbox(now=lambda: int(time()))
    sandbox.receive(PHONE, "Bom dia!")
    app.dependency_overrides[get_interval] = lambda: 0.01
    async with opened("fastapi_app", sandbox) as web:
        yield web
    app.dependency_overrides.clear()


@pytest.fixture
async def page(web: Web, watched: Watched) -> Watched:
    """Open the page of the conversation."""
    await watched.page.goto(f"{web.http.base_url}/conversations/{PHONE}")
    await expect(watched.page.get_by_role("status")).to_have_text("Live")
    return watched


async def shows(page: Watched, *texts: str) -> None:
    """Wait until the page shows these texts, and no other."""
    await expect(page.page.locator("li p")).to_have_text(list(texts))


async def test_messages_appear_as_they_arrive(web: Web, page: Watched) -> None:
    """Below what is there, each on its side, and with nothing in the console."""
    await shows(page, "Bom dia!")
    web.sandbox.send(PHONE, "Bom dia! Em que posso ajudar?")
    await shows(page, "Bom dia!", "Bom dia! Em que posso ajudar?")
    sides = [await item.get_attribute("class") for item in await page.page.locator("li").all()]
    assert ["inbound", "outbound"] == sides
    assert [] == page.complaints


async def test_the_address_can_say_since_when(web: Web, page: Watched) -> None:
    """Else it is a day ago."""
    web.sandbox.receive(PHONE, "Oi", unix_time=web.sandbox.messages(PHONE)[0].unix_time + 3600)
    since = web.sandbox.messages(PHONE)[0].sent_at.isoformat()
    address = httpx.URL(page.page.url, params={"since": since})
    await page.page.goto(str(address))
    await shows(page, "Oi")


async def test_what_is_refused_is_not_asked_for_again(web: Web, page: Watched) -> None:
    """The page says so, since the same request would fail again."""
    await page.page.goto(f"{page.page.url}?since=yesterday")
    await expect(page.page.get_by_role("status")).to_have_text("Refused")
    assert 1 == sum("since=yesterday" in url and "/events" in url for url in page.requests)
    assert 422 == (await web.http.get(EVENTS, params={"since": "yesterday"})).status_code


async def test_hostile_text_stays_text(web: Web, page: Watched) -> None:
    """Neither a script nor markup nor an event is made of it, and nothing else is asked for."""
    for text in _HOSTILE:
        web.sandbox.receive(PHONE, text)
    items = page.page.locator("li p")
    await expect(items).to_have_count(1 + len(_HOSTILE))
    assert ["Bom dia!", *_HOSTILE] == [await item.text_content() for item in await items.all()]
    assert "Live conversation" == await page.page.title()
    assert 1 == await page.page.locator("h1").count()
    assert {str(web.http.base_url.host)} == {
        url.split("/")[2].split(":")[0] for url in page.requests
    }
    assert [] == page.complaints


async def test_the_newest_message_is_in_sight(web: Web, page: Watched) -> None:
    """Unless the reader has gone back to an older one."""
    for number in range(40):
        web.sandbox.receive(PHONE, f"Nova {number}")
    items = page.page.locator("li")
    await expect(items).to_have_count(41)
    await expect(items.last).to_be_in_viewport()
    await items.first.scroll_into_view_if_needed()
    web.sandbox.receive(PHONE, "Oi")
    await expect(items).to_have_count(42)
    await expect(items.first).to_be_in_viewport()


async def test_long_words_do_not_widen_the_page(web: Web, page: Watched) -> None:
    """On a telephone's screen too."""
    await page.page.set_viewport_size({"width": 390, "height": 844})
    web.sandbox.receive(PHONE, "w" * 10_000)
    await shows(page, "Bom dia!", "w" * 10_000)
    assert await page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_break_loses_and_doubles_nothing(web: Web, page: Watched) -> None:
    """The browser comes back by itself, behind the last message it has shown."""
    await shows(page, "Bom dia!")
    for number in range(3):
        web.server.hang_up()
        web.sandbox.receive(PHONE, f"Nova {number}")
        await shows(page, "Bom dia!", *(f"Nova {number}" for number in range(number + 1)))
    await expect(page.page.get_by_role("status")).to_have_text("Live")


async def test_trouble_is_shown(web: Web, page: Watched) -> None:
    """In our words."""
    web.sandbox.fail(Response(status=501), times=None)
    status = page.page.get_by_role("status")
    await expect(status).to_have_text("The gateway cannot be read.")
