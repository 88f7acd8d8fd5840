"""What comes of a request, and whether it is what was expected."""

from smstools_async import Client, Message, Page, SmstoolsError, TransportError
from tests.wire.asking import PHONE

Outcome = Page[Message] | SmstoolsError


async def outcome_of(client: Client) -> Outcome:
    """Ask for a page; return it, or the error."""
    try:
        return await client.conversation(PHONE).page()
    except SmstoolsError as error:
        return error


def facts_of(error: SmstoolsError) -> tuple[object, ...]:
    """Return what an error holds, without what the system said of it."""
    if isinstance(error, TransportError):
        return (error.reason.partition(" (")[0], error.retryable)
    return error.args


def is_like(expected: SmstoolsError, error: SmstoolsError) -> bool:
    """Tell whether an error is the expected one; an empty reason stands for any."""
    any_reason = isinstance(expected, TransportError) and not expected.reason
    facts = facts_of(error)[any_reason:] == facts_of(expected)[any_reason:]
    return type(expected) is type(error) and facts
