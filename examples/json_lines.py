"""A response of JSON Lines, for FastAPI and Starlette."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send

from examples.lines import write_lines
from smstools_async import Message


class JsonLines(StreamingResponse):
    """Sends messages as they come, and leaves nothing behind, whoever hangs up.

    The status waits for the first message, so that what fails before is answered by its own status.
    """

    media_type = "application/jsonl"

    def __init__(self, messages: AsyncGenerator[Message, None]) -> None:
        super().__init__(content=())
        self._messages = messages

    async def stream_response(self, send: Send) -> None:
        """Send all of it; Starlette cancels this when the client is gone."""
        async with aclosing(self._messages):
            first = await anext(self._messages, None)
            async with aclosing(write_lines(first, self._messages)) as self.body_iterator:
                await super().stream_response(send)
