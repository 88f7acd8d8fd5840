"""How lists may be laid out: which way their pages run, and the rows on each page; or no way."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from smstools_async import Message
from smstools_async.sandbox import Quirks, Sandbox
from tests.walk.schedules import PHONE, Order

LAYOUTS = {
    "newest page first, newest row first": Quirks(page_order="newest"),
    "oldest page first, oldest row first": Quirks(page_order="oldest"),
    "newest page first, oldest row first": Quirks(page_order="newest", row_order="oldest"),
    "oldest page first, newest row first": Quirks(page_order="oldest", row_order="newest"),
}

START = 1_700_000_000


def messages_in(sandbox: Sandbox, order: Order) -> list[Message]:
    """Return what there is, in the order asked for."""
    return list(sandbox.messages(PHONE))[:: 1 if order == "newest" else -1]


def fill_unsorted(sandbox: Sandbox, count: int) -> None:
    """Let messages arrive whose times go up and down, as often one way as the other."""
    for number in range(count):
        second = START + number * 617 % 1000
        sandbox.receive(PHONE, f"Mensagem {number}", unix_time=second)


def fill_like_a_saw(sandbox: Sandbox, count: int) -> None:
    """Let messages arrive whose times rise a dozen times, and then fall back to where they were."""
    for number in range(count):
        second = START + number * 81 % 1000
        sandbox.receive(PHONE, f"Mensagem {number}", unix_time=second)


Fill: TypeAlias = Callable[[Sandbox, int], None]
UNSORTED = (
    pytest.param(fill_unsorted, id="unsorted"),
    pytest.param(fill_like_a_saw, id="like a saw"),
)
