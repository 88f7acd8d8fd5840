"""How many requests are in flight."""

import attrs


@attrs.define(eq=False)
class InFlight:
    """Counts the requests that have begun and not ended."""

    count: int = 0
    most: int = 0

    def begin(self) -> "Flight":
        """Count one more request until `end` is called on what this returns."""
        self.count += 1
        self.most = max(self.most, self.count)
        return Flight(self)


class Flight:
    """One request in flight; ends once, however often `end` is called."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self._has_ended = False

    def end(self) -> None:
        """Count the request as no longer in flight."""
        if not self._has_ended:
            self._has_ended = True
            self._in_flight.count -= 1
