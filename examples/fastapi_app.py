"""Conversations over HTTP, by FastAPI: page by page, as one stream, and live.

Run it: `uvicorn examples.fastapi_app:app --no-access-log --timeout-graceful-shutdown 5`
"""

import logging
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse

from examples import fastapi_live
from examples.fastapi_client import Phone, SmsClient, lifespan
from smstools_async import SmstoolsError
from smstools_async.web import open_lines, read_page, to_problem

log = logging.getLogger(__name__)

app = FastAPI(lifespan=lifespan)
app.include_router(fastapi_live.router)
app.mount("/live", fastapi_live.files)

PageSize = Annotated[int, Query(ge=1, le=1000)]


@app.get("/conversations/{phone}/messages")
async def read_messages(
    client: SmsClient, phone: Phone, page_size: PageSize = 50, cursor: str | None = None
) -> dict[str, Any]:
    """Return some messages, newest first, and the cursor of those before them."""
    return await read_page(client, phone, size=page_size, cursor=cursor)


@app.get("/conversations/{phone}/messages.jsonl")
async def export(client: SmsClient, phone: Phone, cursor: str | None = None) -> StreamingResponse:
    """Send all messages, newest first, as they come."""
    lines = await open_lines(client, phone, cursor=cursor)
    return StreamingResponse(lines, media_type="application/jsonl")


@app.exception_handler(SmstoolsError)
async def report_problem(_request: Request, error: SmstoolsError) -> JSONResponse:
    """Send callers what concerns them; the log has the error itself."""
    log.warning("A request failed: %s", error)
    problem = to_problem(error)
    return JSONResponse(
        problem.body, problem.status, headers=problem.headers, media_type=problem.media_type
    )
