"""A conversation as it goes on: server-sent events, and a page that shows them."""

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from pydantic import AwareDatetime

from examples.fastapi_client import Phone, SmsClient
from examples.problems import to_problem
from smstools_async import Cursor, Progress, SmstoolsError

LIVE = Path(__file__).parent / "live"
ONLY_OURS = (
    "default-src 'none'; connect-src 'self'; img-src data:; script-src 'self'; style-src 'self'"
)

log = logging.getLogger(__name__)
router = APIRouter()
files = StaticFiles(directory=LIVE)


async def get_place(
    client: SmsClient,
    phone: Phone,
    since: AwareDatetime,
    last_event_id: Annotated[str | None, Header()] = None,
) -> str:
    """Return the cursor of a moment, or of the last event that a browser saw which comes back.

    Nothing is requested yet, but a cursor that does not fit is refused before there is a status.
    """
    place = last_event_id or Cursor.at(since, phone)
    client.conversation(phone, order="oldest", cursor=place).pages()
    return place


async def get_interval() -> float:
    """Return how often the gateway is asked for what is new, in seconds, while messages come."""
    return 2.0


Place = Annotated[str, Depends(get_place)]
Interval = Annotated[float, Depends(get_interval)]


@router.get("/conversations/{phone}/events", response_class=EventSourceResponse)
async def follow(
    client: SmsClient, phone: Phone, place: Place, interval: Interval
) -> AsyncIterator[ServerSentEvent]:
    """Send what came behind a place, and whatever comes, for as long as somebody listens."""
    yield ServerSentEvent(retry=1_000)  # milliseconds until a browser comes back
    progress = Progress()
    messages = client.conversation(phone, cursor=place).watch(
        interval=interval, max_interval=5 * interval, progress=progress
    )
    try:
        async with aclosing(messages):
            async for message in messages:
                yield ServerSentEvent(data=message.to_dict(), id=progress.cursor)
    except SmstoolsError as error:
        log.warning("A live conversation broke off: %s", error)
        problem = to_problem(error)
        yield ServerSentEvent(event="problem", data=problem, id=error.cursor, retry=30_000)


@router.get("/conversations/{phone}")
async def show(phone: Phone) -> FileResponse:  # noqa: ARG001 - checked; the page's script reads it
    """Return the page, which may load and run nothing but what is ours."""
    return FileResponse(LIVE / "page.html", headers={"Content-Security-Policy": ONLY_OURS})
