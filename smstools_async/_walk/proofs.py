"""What of a page is known, and whether anything can hide before it.

The proof by known rows: surviving rows keep their relative order between requests, and only rows of
one second may swap. So if a window holds a row that was read before, and that is not of the second
read last, every row of the list behind it that is in the window and not known is news, whatever its
time; and no row can hide between what was read and that window. What stands before the first known
row came in later, or was delivered long ago.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import attrs

from smstools_async._walk.memory import Memory
from smstools_async._walk.view import View


@attrs.frozen(kw_only=True)
class Recognised:
    """Which rows of a view are known, by their places."""

    known: Sequence[int]
    anchor: int | None
    """The first known row that proves contiguity; `None` if there is none."""
    is_reversed: bool
    """Whether the known rows stand in the opposite order of the memory."""
    is_displaced: bool
    """Whether any of them has changed places with one of another second.

    Rows keep their order, so one of these is another row that looks the same, or the order changed.
    """


def recognise(memory: Memory, view: View) -> Recognised:
    """Find the rows of `view` that were read before."""
    shown = _digests(memory, view)
    known = _known_places(memory, view, shown)
    return Recognised(
        known=known,
        anchor=next((place for place in known if is_anchor(memory, view.seconds[place])), None),
        is_reversed=_is_reversed(memory, view, shown, known),
        is_displaced=_is_displaced(memory, view, shown, known),
    )


def is_anchor(memory: Memory, second: int | None) -> bool:
    """Whether a known row of `second` proves that nothing hides before it.

    Rows of the last second may have swapped with ones that were not read yet, those of a second
    that is remembered in part with ones that were read and forgotten.
    """
    return second is None or second not in (memory.last_second, memory.partial_second)


def news_from(memory: Memory, view: View, known: Sequence[int], start: int) -> Sequence[int]:
    """Return the places from `start` on that are not known.

    Among known rows, one of a second that is remembered in part may have been read and forgotten.
    """
    behind = range(start, len(view))
    if not known or known[-1] < start:
        return behind
    if known[-1] - known[0] + 1 == len(known) and known[0] <= start:
        return range(known[-1] + 1, len(view))
    skipped, last = set(known), known[-1]
    forgotten = memory.partial_second
    if forgotten is not None:
        skipped.update(p for p in range(start, last) if view.seconds[p] == forgotten)
    return [place for place in behind if place not in skipped]


def _digests(memory: Memory, view: View) -> dict[int, bytes]:
    """Return the digests of the rows that may be known by their seconds, by their places."""
    seconds, width = memory.seconds, memory.width
    return {
        place: view.digest(place)[:width]
        for place, second in enumerate(view.seconds)
        if second in seconds
    }


def _known_places(memory: Memory, view: View, shown: Mapping[int, bytes]) -> list[int]:
    left = memory.counts.copy()
    known: list[int] = []
    uncounted = memory.uncounted
    for place, digest in shown.items():
        if left[digest] > 0:
            left[digest] -= 1
            known.append(place)
        elif uncounted and view.seconds[place] == memory.last_second:
            uncounted -= 1
            known.append(place)
    return known


def _is_reversed(
    memory: Memory, view: View, shown: Mapping[int, bytes], known: Sequence[int]
) -> bool:
    """Whether all known rows run against the memory, twins and rows of one second left aside."""
    counts = Counter(shown.values())
    places = [
        (view.seconds[place], memory.places[shown[place]][0])
        for place in known
        if memory.counts[shown[place]] == counts[shown[place]] == 1
    ]
    steps = list(pairwise(places))
    has_forward_step = any(later > earlier for (_, earlier), (_, later) in steps)
    return not has_forward_step and any(
        second is None or second != other for (second, _), (other, _) in steps
    )


def _is_displaced(
    memory: Memory, view: View, shown: Mapping[int, bytes], known: Sequence[int]
) -> bool:
    """Whether the known rows cannot be found in the memory one after the other."""
    last = -1
    for place in known:
        places = memory.places.get(shown[place], ())
        behind = next((at for at in places if at > last), None)
        if behind is not None:
            last = behind
        elif places and memory.rows[last].second != view.seconds[place]:
            return True
    return False
