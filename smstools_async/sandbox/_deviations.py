"""How the service departs from the documented one: quirks, and planned faults."""

from collections.abc import Callable
from typing import Final

from smstools_async._models import Message
from smstools_async.sandbox._changes import ChangingAccount
from smstools_async.sandbox._faults import FaultPlan, PlannedFault
from smstools_async.sandbox._page import listed
from smstools_async.sandbox._phones import checked_digits
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._responses import Change, Outcome

NO_QUIRKS: Final = Quirks()
"""The documented service."""


class DeviatingAccount(ChangingAccount):
    """An account whose service departs from the documented one.

    Args:
        seed: Repeats everything random.
        now: Returns the Unix time in seconds.
        quirks: How the service departs from the documented one.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        now: Callable[[], int] | None = None,
        quirks: Quirks = NO_QUIRKS,
    ) -> None:
        super().__init__(seed=seed, now=now)
        self.quirks: Quirks = quirks
        """How this service departs from the documented one; may be replaced at any time."""
        self._faults = FaultPlan()

    def listed(self, phone: str) -> tuple[Message, ...]:
        """Return a conversation as its pages are cut from it, the first row of page 1 first.

        It is sorted by `quirks.sort_by`, from the end that `quirks.page_order` names, without the
        rows that are never sent. Page by page these are the rows that are served, before the rows
        of each page are turned, filtered or rewritten.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox(quirks=Quirks(page_order="oldest", last_row=2))
            >>> _ = [sandbox.receive("551199", text) for text in "abc"]
            >>> [message.text for message in sandbox.listed("551199")]
            ['a', 'b']
        """
        history = self._history(phone)
        return listed(history, self.quirks) if history else ()

    def fail(
        self,
        outcome: Outcome | Change,
        *,
        times: int | None = 1,
        from_request: int = 1,
        page: int | None = None,
        phone: str | None = None,
        on_kept_connections: bool = False,
    ) -> None:
        """Let the next requests get something else than the true response.

        Faults planned earlier come first. Requests that failed are logged and counted like others.

        Args:
            outcome: What the requests get; a callable makes it of the true response.
            times: How many requests it hits; `None` for all from now on.
            from_request: Earlier requests (they count from 1) are spared.
            page: Only requests for this page are hit.
            phone: Only requests for this phone are hit.
            on_kept_connections: Only requests on a connection that carried one before are hit, as
                where a proxy has closed idle connections. In process there are none.

        Example:
            >>> from smstools_async.sandbox import Response, Sandbox
            >>> sandbox = Sandbox()
            >>> sandbox.fail(Response(status=503, headers={"Retry-After": "1"}), times=2)
            >>> sandbox.fail(lambda response: response.with_headers({"Set-Cookie": "a=1"}))
        """
        digits = None if phone is None else checked_digits(phone)
        self._faults.add(
            PlannedFault(
                outcome=outcome,
                times=times,
                from_request=from_request,
                page=page,
                phone=digits,
                on_kept_connections=on_kept_connections,
            )
        )

    def stop_failing(self) -> None:
        """Forget all planned faults.

        Example:
            >>> from smstools_async.sandbox import ReadTimedOut, Sandbox
            >>> sandbox = Sandbox()
            >>> sandbox.fail(ReadTimedOut(), times=None)
            >>> sandbox.stop_failing()
        """
        self._faults.clear()
