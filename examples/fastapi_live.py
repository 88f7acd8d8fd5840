"""A conversation as it grows: server-sent events, and a page that shows them."""

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
from smstools_async import Cursor, Progress, SmstoolsError
from smstools_async.web import to_problem

LIVE = Path(__file__).parent / "live"
POLICY = (
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
) -> Cursor:
    """Return the cursor of a moment, or of the last event that a returning browser has seen.

    It requests nothing, but a cursor that does not fit is refused here, while there is no status.
    """
    cursor = Cursor(last_event_id) if last_event_id else Cursor.at(since, phone)
    client.conversation(phone, order="oldest", cursor=cursor).pages()
    return cursor


async def get_interval() -> float:
    """Return the seconds between two requests to the gateway while messages come."""
    return 2.0


Place = Annotated[Cursor, Depends(get_place)]
Interval = Annotated[float, Depends(get_interval)]


@router.get("/conversations/{phone}/events", response_class=EventSourceResponse)
async def follow(
    client: SmsClient, phone: Phone, place: Place, interval: Interval
) -> AsyncIterator[ServerSentEvent]:
    """Send what came after a cursor, then whatever comes, for as long as somebody listens."""
    yield ServerSentEvent(retry=1_000)  # milliseconds until a browser reconnects
    progress = Progress()
    messages = client.conversation(phone, cursor=place).watch(
        interval=interval, max_interval=5 * interval, progress=progress
    )
    try:
        async with aclosing(messages):
            async for message in messages:
                yield ServerSentEvent(data=message.to_dict(), id=progress.cursor)
    except SmstoolsError as error:
        log.warning("Live events ended: %s", error)
        problem = to_problem(error).body
        yield ServerSentEvent(event="problem", data=problem, id=error.cursor, retry=30_000)


@router.get("/conversations/{phone}")
async def show(phone: Phone) -> FileResponse:  # noqa: ARG001 - checked here, read by the page
    """Return the page, which may load and run only our own files."""
    return FileResponse(LIVE / "page.html", headers={"Content-Security-Policy": POLICY})
