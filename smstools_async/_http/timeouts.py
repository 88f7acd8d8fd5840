"""How long one attempt may take."""

import math
from collections.abc import Mapping

import attrs
import httpx

Timeout = httpx.Timeout
_PHASES = ("connect", "read", "write", "pool")


@attrs.frozen(kw_only=True)
class Limits:
    """The time limits of one attempt, in seconds."""

    phases: Mapping[str, float | None]
    """For connecting, and for each wait: what the HTTP client calls `timeout`."""
    total: float
    """From connecting to the last byte."""


def read_timeout(timeout: float | Timeout) -> Limits:
    """Return the limits that a number, or an `httpx.Timeout`, stands for.

    A number limits each phase and the attempt; an `httpx.Timeout` limits the attempt by its sum.

    Raises:
        TypeError: It is neither.
        ValueError: A limit is not positive, or not finite.
    """
    if isinstance(timeout, int | float) and not isinstance(timeout, bool):
        phases: dict[str, float | None] = dict.fromkeys(_PHASES, timeout)
        total = float(timeout)
    elif all(hasattr(timeout, phase) for phase in _PHASES):
        phases = {phase: getattr(timeout, phase) for phase in _PHASES}
        total = sum(math.inf if seconds is None else seconds for seconds in phases.values())
    else:
        raise TypeError(
            f"timeout must be seconds or an httpx.Timeout, got {type(timeout).__name__}"
        )
    if not all(seconds is None or 0 < seconds < math.inf for seconds in phases.values()):
        raise ValueError(f"timeout must be positive and finite, in seconds, got {timeout}")
    return Limits(phases=phases, total=total)
