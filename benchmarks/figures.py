"""What measurements of the same thing say together."""

from collections.abc import Callable, Iterable, Mapping
from statistics import median, quantiles

import attrs

from benchmarks.process import Figures


@attrs.frozen
class Series:
    """One figure, measured some times."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.values)

    @property
    def spread(self) -> float:
        """The range of the middle half."""
        if len(self.values) == 1:
            return 0.0
        low, _, high = quantiles(self.values, n=4, method="inclusive")
        return high - low

    def show(self, scale: float = 1.0, digits: int = 0) -> str:
        """Write median and spread down."""
        return f"{self.median * scale:,.{digits}f} ± {self.spread * scale:,.{digits}f}"


Measured = Mapping[str, Series]
"""The series of each figure, by its name."""


def alternate(contenders: Mapping[str, Callable[[], Figures]], rounds: int) -> dict[str, Measured]:
    """Measure each contender once a round, so that a busy minute of the machine meets all."""
    found: dict[str, list[Figures]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            found[name].append(measure())
    return {name: _collect(figures) for name, figures in found.items()}


def _collect(measurements: Iterable[Figures]) -> Measured:
    columns: dict[str, list[float]] = {}
    for figures in measurements:
        for name, value in figures.items():
            columns.setdefault(name, []).append(value)
    return {name: Series(tuple(values)) for name, values in columns.items()}
