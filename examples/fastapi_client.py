"""One client for all requests of a FastAPI application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Request

from smstools_async import Client


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncGenerator[dict[str, Client], None]:
    """Open a client for as long as the application runs."""
    async with Client() as client:
        yield {"client": client}


async def get_client(request: Request) -> Client:
    """Return the client that `lifespan` opened."""
    client: Client = request.state.client
    return client


SmsClient = Annotated[Client, Depends(get_client)]
Phone = Annotated[str, Path(pattern=r"^\+[1-9][0-9]{6,14}$")]
