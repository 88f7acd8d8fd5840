"""Uses the installed package as a new user would, with nothing but its own requirements there.

Run by `scripts/try-wheel` outside the checkout.
"""

import asyncio
from importlib.metadata import files
from importlib.util import find_spec

import httpx

from smstools_async import Client
from smstools_async.sandbox import Sandbox

PHONE = "+5511987654321"


def check_contents() -> None:
    """Nothing but the package, marked as typed, is in the wheel."""
    paths = [str(path) for path in files("smstools-async") or []]
    assert "smstools_async/py.typed" in paths, paths
    strangers = [
        path
        for path in paths
        if not path.startswith(("smstools_async/", "smstools_async-"))
        and not path.endswith("bin/smstools-async")
    ]
    assert not strangers, strangers


def check_requirements() -> None:
    """No extra and no developer's tool has come along."""
    present = [
        name
        for name in ("click", "jinja2", "rich", "starlette", "pyarrow", "pytest", "xlsxwriter")
        if find_spec(name)
    ]
    assert not present, present


async def walk_a_conversation() -> None:
    """Several pages of a sandbox conversation arrive, each message once."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=2500)
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client(sandbox.client_id, sandbox.client_secret, http_client=http_client) as client,
    ):
        messages = [message async for message in client.iter_conversation(PHONE)]
    assert len(messages) == 2500, len(messages)  # noqa: PLR2004 - as many as were added


if __name__ == "__main__":
    check_contents()
    check_requirements()
    asyncio.run(walk_a_conversation())
