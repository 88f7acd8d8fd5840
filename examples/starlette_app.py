"""Conversations over HTTP, by Starlette: page by page, and as one stream.

Run it: `uvicorn examples.starlette_app:app --no-access-log`
"""

import logging
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from smstools_async import Client, SmstoolsError
from smstools_async.web import open_lines, read_page, to_problem

log = logging.getLogger(__name__)


class PhoneConvertor(StringConvertor):
    """A phone number in international format; a path with anything else is not found."""

    regex = r"\+[1-9][0-9]{6,14}"


register_url_convertor("phone", PhoneConvertor())


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncGenerator[dict[str, Client], None]:
    """Open one client for all requests: they share its connections and its limits."""
    async with Client() as client:
        yield {"client": client}


async def read_messages(request: Request) -> JSONResponse:
    """Return some messages, newest first, and the cursor of those before them."""
    client: Client = request.state.client
    phone, cursor = request.path_params["phone"], request.query_params.get("cursor")
    size = read_page_size(request)
    return JSONResponse(await read_page(client, phone, size=size, cursor=cursor))


def read_page_size(request: Request) -> int:
    """Return how many messages a caller wants at once."""
    text = request.query_params.get("page_size", "50")
    if not re.fullmatch("[1-9][0-9]{0,2}|1000", text):
        raise HTTPException(422, "page_size must be 1 to 1000")
    return int(text)


async def export(request: Request) -> StreamingResponse:
    """Send all messages, newest first, as they come."""
    client: Client = request.state.client
    phone, cursor = request.path_params["phone"], request.query_params.get("cursor")
    lines = await open_lines(client, phone, cursor=cursor)
    return StreamingResponse(lines, media_type="application/jsonl")


async def report_problem(_request: Request, error: Exception) -> JSONResponse:
    """Send callers what concerns them; the log has the error itself."""
    assert isinstance(error, SmstoolsError)  # noqa: S101 - it is registered for no other
    log.warning("A request failed: %s", error)
    problem = to_problem(error)
    return JSONResponse(
        problem.body, problem.status, headers=problem.headers, media_type=problem.media_type
    )


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/conversations/{phone:phone}/messages", read_messages),
        Route("/conversations/{phone:phone}/messages.jsonl", export),
    ],
    exception_handlers={SmstoolsError: report_problem},
)
