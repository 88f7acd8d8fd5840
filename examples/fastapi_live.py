"""A conversation as it grows: server-sent events, and a page that shows them."""

import json
import logging
from asyncio import sleep
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from fastapi.staticfiles import StaticFiles
from pydantic import AwareDatetime

from examples.fastapi_client import Phone, SmsClient
from smstools_async import Client, Cursor, SmstoolsError
from smstools_async.web import to_problem

LIVE = Path(__file__).parent / "live"
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src data:; script-src 'self'; style-src 'self'"
)
LIVE_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # the latter for nginx

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


@router.get("/conversations/{phone}/events")
async def follow(
    client: SmsClient, phone: Phone, place: Place, interval: Interval
) -> StreamingResponse:
    """Send what came after a cursor, then whatever comes, for as long as somebody listens."""
    events = events_after(place, client, phone, interval)
    return StreamingResponse(events, media_type="text/event-stream", headers=LIVE_HEADERS)


async def events_after(
    cursor: Cursor, client: Client, phone: str, interval: float
) -> AsyncGenerator[bytes, None]:
    """Write an event for each message, and after each request a comment, which proxies wait for.

    No task runs in the background, so a reader who hangs up leaves nothing that could fail.
    """
    yield format_sse_event(retry=1_000)  # milliseconds until a browser reconnects
    pause = interval
    try:
        while True:
            rows = aiter(client.conversation(phone, order="oldest", cursor=cursor, page_size=100))
            async for message in rows:
                await sleep(0)  # the server learns here that the reader has hung up
                yield format_sse_event(data_str=json.dumps(message.to_dict()), id=rows.cursor)
            pause = interval if rows.progress.yielded else min(2 * pause, 5 * interval)
            cursor = rows.cursor or cursor
            yield KEEPALIVE_COMMENT
            await sleep(pause)
    except SmstoolsError as error:
        log.warning("Live events ended: %s", error)
        problem = json.dumps(to_problem(error).body)
        yield format_sse_event(event="problem", data_str=problem, id=error.cursor, retry=30_000)


@router.get("/conversations/{phone}")
async def show(phone: Phone) -> FileResponse:  # noqa: ARG001 - checked here, read by the page
    """Return the page, which may load and run only our own files."""
    return FileResponse(LIVE / "page.html", headers={"Content-Security-Policy": POLICY})
