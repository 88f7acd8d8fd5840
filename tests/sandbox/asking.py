"""Short ways to send requests to a sandbox, for its tests."""

import json
from typing import Any

import httpx

from smstools_async import Message, MessageFile
from smstools_async.sandbox import Response, Sandbox

PHONE = "5511987654321"
PATH = f"/v1/conversation/{PHONE}"
URL = f"https://sandbox.example{PATH}"
LOGIN = {"x-client-id": "sandbox-id", "x-client-secret": "sandbox-secret"}


def ask(sandbox: Sandbox, query: str = "", path: str = PATH) -> Response:
    """Send a request with valid credentials, without HTTP."""
    response = sandbox.respond("GET", path, query, LOGIN)
    assert isinstance(response, Response)
    return response


def ask_for_page(sandbox: Sandbox, query: str = "", path: str = PATH) -> dict[str, Any]:
    """Request a page and decode it."""
    page: dict[str, Any] = json.loads(ask(sandbox, query, path).body)
    return page


def texts(page: dict[str, Any]) -> list[str]:
    """Return the texts of a page, in its order."""
    return [row["message"] for row in page["conversation"]]


def read_rows(page: dict[str, Any]) -> list[Message]:
    """Read the rows of a page as a client would."""
    return [_read_row(row) for row in page["conversation"]]


def _read_row(row: dict[str, Any]) -> Message:
    return Message(
        message_id=row["messageId"],
        direction=row["direction"],
        sender=row["sender"],
        receiver=row["receiver"],
        text=row["message"],
        files=tuple(
            MessageFile(name=file["name"], url=file["image"], mime=file["mime"])
            for file in row["file"] or ()
        ),
        unix_time=row["unixDatetime"],
        datetime_text=row["datetime"],
        delivery_status=row["deliveryStatus"],
    )


def client_of(sandbox: Sandbox, timeout: float = 5.0) -> httpx.AsyncClient:
    """Make a client with the right credentials that reaches nothing but `sandbox`."""
    return httpx.AsyncClient(transport=sandbox.transport(), headers=LOGIN, timeout=timeout)
