"""The existing client, in an environment of its own: it needs pydantic 1.

Standard library only, but for itself.
"""

from importlib import import_module
from typing import Any

from benchmarks.bodies import body
from benchmarks.meters import Meter
from benchmarks.source import CLIENT_ID, CLIENT_SECRET, Source


async def reading(source: Source, meter: Meter) -> int:
    """Read a history by its only, synchronous way, one page after the other."""
    smstools: Any = import_module("smstools")
    configuration = smstools.Configuration(
        host=source.base_url.removesuffix("/v1"),  # it adds that itself
        api_key={"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET},
        ssl_ca_cert=source.authority or None,
    )
    count = 0
    with smstools.ApiClient(configuration) as api_client:
        api = smstools.DefaultApi(api_client)
        async with meter:
            for page in range(1, source.pages + 1):
                read = api.get_conversation(source.phone, limit=source.page_size, page=page)
                for _ in read.conversation:
                    count += 1
    return count


async def decoding(source: Source, meter: Meter) -> int:
    """Make its models of one page."""
    response: Any = import_module("smstools.models.get_conversation200_response")
    sent = body(1, source.page_size, 1).decode()
    async with meter:
        read = response.GetConversation200Response.from_json(sent)
    return len(read.conversation)
