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

from examples.lines import write_lines
from examples.pages import page_of
from examples.problems import MEDIA_TYPE, to_headers, to_problem
from smstools_async import Client, SmstoolsError

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
async def read_page(
    client: SmsClient, phone: Phone, page_size: PageSize = 50, cursor: FromQuery[str | None] = None
) -> dict[str, Any]:
    """Return some messages, newest first, and the cursor for those before them."""
    return await page_of(client, phone, page_size, cursor)


@get("/conversations/{phone:str}/messages.jsonl")
async def export(client: SmsClient, phone: Phone, cursor: FromQuery[str | None] = None) -> Stream:
    """Send all messages, newest first, as they come."""
    messages = client.iter_conversation(phone, cursor=cursor)
    first = await anext(messages, None)  # what fails here is answered by its own status
    return Stream(write_lines(first, messages), media_type="application/jsonl")


def answer_problem(
    _request: Request[Any, Any, Any], error: SmstoolsError
) -> Response[dict[str, Any]]:
    """Tell the caller what is wrong; the log, which may know more, tells us."""
    log.warning("A request failed: %s", error)
    problem = to_problem(error)
    return Response(
        problem, status_code=problem["status"], headers=to_headers(error), media_type=MEDIA_TYPE
    )


app = Litestar(
    route_handlers=[read_page, export],
    dependencies={"client": Provide(get_client)},
    lifespan=[open_client],
    exception_handlers={SmstoolsError: answer_problem},
    logging_config=None,  # Litestar's own shows the addresses that httpx asks for, phones included
)
