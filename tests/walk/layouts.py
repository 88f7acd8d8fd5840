"""The four layouts of a sorted list: which way its pages run, and the rows on each page."""

from smstools_async import Message
from smstools_async.sandbox import Quirks, Sandbox
from tests.walk.schedules import PHONE, Order

LAYOUTS = {
    "newest page first, newest row first": Quirks(page_order="newest"),
    "oldest page first, oldest row first": Quirks(page_order="oldest"),
    "newest page first, oldest row first": Quirks(page_order="newest", row_order="oldest"),
    "oldest page first, newest row first": Quirks(page_order="oldest", row_order="newest"),
}


def messages_in(sandbox: Sandbox, order: Order) -> list[Message]:
    """Return what there is, in the order asked for."""
    return list(sandbox.messages(PHONE))[:: 1 if order == "newest" else -1]
