"""Planned faults: which requests get something else than the true response."""

from collections.abc import Callable

import attrs

from smstools_async.sandbox._requests import LoggedRequest
from smstools_async.sandbox._responses import Change, Disconnect, Outcome, Response


@attrs.define(kw_only=True)
class PlannedFault:
    """A fault that waits for the requests it is meant for."""

    outcome: Outcome | Change
    times: int | None
    from_request: int
    page: int | None
    phone: str | None
    on_kept_connections: bool

    def is_waiting(self) -> bool:
        """Return whether any request can still get this fault."""
        return self.times != 0

    def is_meant_for(self, request: LoggedRequest) -> bool:
        """Return whether `request` is to get this fault."""
        return (
            self.is_waiting()
            and request.number >= self.from_request
            and self._is_for_page_of(request)
            and self.phone in {None, request.phone}
            and request.is_on_kept_connection >= self.on_kept_connections
        )

    def _is_for_page_of(self, request: LoggedRequest) -> bool:
        return self.page is None or (request.is_known_path and self.page == request.page)

    def use(self) -> Outcome | Change:
        """Return the outcome, and count that it was used."""
        if self.times is not None:
            self.times -= 1
        return self.outcome


@attrs.define(eq=False)
class FaultPlan:
    """The planned faults, in the order in which they were planned."""

    _faults: list[PlannedFault] = attrs.field(factory=list[PlannedFault])

    def add(self, fault: PlannedFault) -> None:
        """Plan a fault after those that still wait."""
        self._faults = [*filter(PlannedFault.is_waiting, self._faults), fault]

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def outcome(self, request: LoggedRequest, respond: Callable[[], Response]) -> Outcome:
        """Return what `request` gets: the first fault meant for it, or the true response."""
        planned = next((fault for fault in self._faults if fault.is_meant_for(request)), None)
        return respond() if planned is None else _brought_about(planned.use(), respond)


def _brought_about(outcome: Outcome | Change, respond: Callable[[], Response]) -> Outcome:
    if isinstance(outcome, Disconnect) and outcome.after_bytes is not None:
        return attrs.evolve(respond(), cut_after=outcome.after_bytes)
    return outcome(respond()) if callable(outcome) else outcome
