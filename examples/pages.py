"""One page of a conversation, and the cursor that leads to the next, for any web framework."""

from typing import Any

from smstools_async import Client, Progress


async def page_of(client: Client, phone: str, size: int, cursor: str | None) -> dict[str, Any]:
    """Return some messages, newest first, and the cursor for those before them."""
    progress = Progress()
    messages = [
        message.to_dict()
        async for message in client.iter_conversation(
            phone, max_messages=size, cursor=cursor, progress=progress
        )
    ]
    has_more = len(messages) == size
    return {"messages": messages, "next_cursor": progress.cursor if has_more else None}
