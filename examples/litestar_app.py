"""Conversations over HTTP, by Litestar: page by page, and as one stream.

Run it: `uvicorn examples.litestar_app:app --no-access-log`
"""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, PathParameter, QueryParameter
from litestar.response import Stream

from smstools_async import Client, SmstoolsError
from smstools_async.web import open_lines, read_page, to_problem

log = logging.getLogger(__name__)

SmsClient = NamedDependency[Client]
Phone = Annotated[str, PathParameter(pattern=r"^\+[1-9][0-9]{6,14}$")]
PageSize = Annotated[int, QueryParameter(ge=1, le=1000)]


@asynccontextmanager
async def open_client(app: Litestar) -> AsyncGenerator[None, None]:
    """Open one client for all requests: they share its connections and its limits."""
    async with Client() as client:
        app.state.client = client
        yield


async def get_client(state: State) -> Client:
    """Return the client that `open_client` opened."""
    client: Client = state.client
    return client


@get("/conversations/{phone:str}/messages")
async def read_messages(
    client: SmsClient, phone: Phone, page_size: PageSize = 50, cursor: FromQuery[str | None] = None
) -> dict[str, Any]:
    """Return some messages, newest first, and the cursor of those before them."""
    return await read_page(client, phone, size=page_size, cursor=cursor)


@get("/conversations/{phone:str}/messages.jsonl")
async def export(client: SmsClient, phone: Phone, cursor: FromQuery[str | None] = None) -> Stream:
    """Send all messages, newest first, as they come."""
    lines = await open_lines(client, phone, cursor=cursor)
    return Stream(lines, media_type="application/jsonl")


def report_problem(
    _request: Request[Any, Any, Any], error: SmstoolsError
) -> Response[dict[str, Any]]:
    """Send callers what concerns them; the log has the error itself."""
    log.warning("A request failed: %s", error)
    problem = to_problem(error)
    return Response(
        problem.body,
        status_code=problem.status,
        headers=problem.headers,
        media_type=problem.media_type,
    )


app = Litestar(
    route_handlers=[read_messages, export],
    dependencies={"client": Provide(get_client)},
    lifespan=[open_client],
    exception_handlers={SmstoolsError: report_problem},
    logging_config=None,  # Litestar's own would configure the loggers of the whole process
)
