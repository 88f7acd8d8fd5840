"""JSON Lines of messages: one object a line, in ASCII, so that nothing in a text can end one."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from examples.problems import to_problem
from smstools_async import Message, SmstoolsError


async def write_lines(
    first: Message | None, others: AsyncGenerator[Message, None]
) -> AsyncGenerator[str, None]:
    """Write a line for each message, and close their generator at the end, whichever that is.

    After an error the last line tells the problem, and the cursor to go on from. Then the error is
    raised, so that the server breaks the connection off: nobody takes half a history for a whole
    one.
    """
    async with aclosing(others):
        try:
            if first is not None:
                yield _to_line(first.to_dict())
            async for message in others:
                yield _to_line(message.to_dict())
        except SmstoolsError as error:
            yield _to_line({"problem": to_problem(error)})
            raise


def _to_line(value: dict[str, Any]) -> str:
    return json.dumps(value) + "\n"
