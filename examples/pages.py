"""One page of a conversation, and the cursor that leads to the next, for any web framework."""

from typing import Any

from smstools_async import Client, PaginationError, Progress


async def page_of(client: Client, phone: str, size: int, cursor: str | None) -> dict[str, Any]:
    """Return some messages, newest first, and the cursor for those before them.

    Raises:
        PaginationError: The rows are in no order of time, so there is no cursor. `None` in its
            place would pass for the end of the conversation.
    """
    progress = Progress()
    messages = [
        message.to_dict()
        async for message in client.iter_conversation(
            phone, max_messages=size, cursor=cursor, progress=progress
        )
    ]
    if len(messages) < size:
        return {"messages": messages, "next_cursor": None}
    if progress.cursor is None:
        raise PaginationError("The server sorts by no time, so no cursor leads to the next page")
    return {"messages": messages, "next_cursor": progress.cursor}
