"""Conversations over HTTP, by FastAPI: page by page, as one stream, and live.

Run it: `uvicorn examples.fastapi_app:app --no-access-log --timeout-graceful-shutdown 5`
"""

import logging
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse

from examples import fastapi_live
from examples.fastapi_client import Phone, SmsClient, lifespan
from examples.json_lines import JsonLines
from examples.pages import page_of
from examples.problems import MEDIA_TYPE, to_headers, to_problem
from smstools_async import SmstoolsError

log = logging.getLogger(__name__)

app = FastAPI(lifespan=lifespan)
app.include_router(fastapi_live.router)
app.mount("/live", fastapi_live.files)

PageSize = Annotated[int, Query(ge=1, le=1000)]


@app.get("/conversations/{phone}/messages")
async def read_page(
    client: SmsClient, phone: Phone, page_size: PageSize = 50, cursor: str | None = None
) -> dict[str, Any]:
    """Return some messages, newest first, and the cursor for those before them."""
    return await page_of(client, phone, page_size, cursor)


@app.get("/conversations/{phone}/messages.jsonl")
async def export(client: SmsClient, phone: Phone, cursor: str | None = None) -> JsonLines:
    """Send all messages, newest first, as they come."""
    return JsonLines(client.iter_conversation(phone, cursor=cursor))


@app.exception_handler(SmstoolsError)
async def answer_problem(_request: Request, error: SmstoolsError) -> JSONResponse:
    """Tell the caller what is wrong; the log, which may know more, tells us."""
    log.warning("A request failed: %s", error)
    problem = to_problem(error)
    return JSONResponse(
        problem, problem["status"], headers=to_headers(error), media_type=MEDIA_TYPE
    )
