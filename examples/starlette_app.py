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
from starlette.responses import JSONResponse
from starlette.routing import Route

from examples.json_lines import JsonLines
from examples.pages import page_of
from examples.problems import MEDIA_TYPE, to_headers, to_problem
from smstools_async import Client, SmstoolsError

log = logging.getLogger(__name__)


class PhoneConvertor(StringConvertor):
    """A phone in international format; a path with anything else is not found."""

    regex = r"\+[1-9][0-9]{6,14}"


register_url_convertor("phone", PhoneConvertor())


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncGenerator[dict[str, Client], None]:
    """Open one client for all requests: they share its connections and its limits."""
    async with Client() as client:
        yield {"client": client}


async def read_page(request: Request) -> JSONResponse:
    """Return some messages, newest first, and the cursor for those before them."""
    client: Client = request.state.client
    phone, cursor = request.path_params["phone"], request.query_params.get("cursor")
    return JSONResponse(await page_of(client, phone, read_page_size(request), cursor))


def read_page_size(request: Request) -> int:
    """Return how many messages a caller wants at once."""
    text = request.query_params.get("page_size", "50")
    if not re.fullmatch("[1-9][0-9]{0,2}|1000", text):
        raise HTTPException(422, "page_size: give 1 to 1000")
    return int(text)


async def export(request: Request) -> JsonLines:
    """Send all messages, newest first, as they come."""
    client: Client = request.state.client
    phone, cursor = request.path_params["phone"], request.query_params.get("cursor")
    return JsonLines(client.iter_conversation(phone, cursor=cursor))


async def answer_problem(_request: Request, error: Exception) -> JSONResponse:
    """Tell the caller what is wrong; the log, which may know more, tells us."""
    assert isinstance(error, SmstoolsError)  # noqa: S101 - it is registered for no other
    log.warning("A request failed: %s", error)
    problem = to_problem(error)
    return JSONResponse(
        problem, problem["status"], headers=to_headers(error), media_type=MEDIA_TYPE
    )


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/conversations/{phone:phone}/messages", read_page),
        Route("/conversations/{phone:phone}/messages.jsonl", export),
    ],
    exception_handlers={SmstoolsError: answer_problem},
)
