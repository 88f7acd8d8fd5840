"""A believable past: which scene was played when, drawn by lot."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Final, NamedTuple, TypeVar

from smstools_async._models import DeliveryStatus, Direction, Message, MessageFile
from smstools_async.sandbox._history import History
from smstools_async.sandbox._scenes import FACTS, FILES, NAMES, SCENES, Line

_T = TypeVar("_T")

_DAY: Final = 86_400
_LONGEST_PAST: Final = 3 * 365  # days
_UTC_OFFSET: Final = 3 * 3600  # Brasília is three hours behind, all year round
_BUSY_HOURS: Final = (8, 9, 9, 9, 10, 10, 10, 11, 11, 12, 13, 14, 14, 14, 15, 15, 16, 16, 17)
_SATURDAY: Final = 5
_SHARE_SENT_TWICE: Final = 0.01
_SHARE_WITH_FURTHER_FILE: Final = 0.15
_STATUSES: Final = (
    *[DeliveryStatus.DELIVERED.value] * 93,
    *[DeliveryStatus.NOT_DELIVERED.value] * 3,
    DeliveryStatus.SUBMITTED.value,
    DeliveryStatus.BUFFERED.value,
    DeliveryStatus.REJECTED.value,
    DeliveryStatus.UNKNOWN.value,
)


class _Turn(NamedTuple):
    unix_time: int
    is_inbound: bool
    text: str
    files: tuple[MessageFile, ...]


def believable_messages(
    history: History, count: int, *, ends_at: int, next_id: Callable[[], str], random: Random
) -> Iterator[Message]:
    """Make `count` messages for `history`, oldest first, the newest shortly before `ends_at`.

    About two a day; what would reach back over three years makes the days busier instead.
    """
    for time, is_inbound, text, files in _turns(count, ends_at, random):
        if is_inbound:
            yield history.inbound(text, time, files=files)
        else:
            status = _pick(random, _STATUSES)
            yield history.outbound(
                text, time, message_id=next_id(), files=files, delivery_status=status
            )


def _turns(count: int, ends_at: int, random: Random) -> list[_Turn]:
    days = min(1 + count // 2, _LONGEST_PAST)
    facts = {"name": _pick(random, NAMES)}
    turns: list[_Turn] = []
    while len(turns) < count:
        begin = _opening_time(random, days, ends_at)
        turns += _played(_pick(random, SCENES), begin, facts | _draw_facts(random), random)
    return sorted(turns[:count], key=_when)


def _when(turn: _Turn) -> int:
    return turn.unix_time


def _opening_time(random: Random, days: int, ends_at: int) -> int:
    """Draw a moment within opening hours, seldom on a week-end, two days before `ends_at`."""
    day = ends_at // _DAY - 2 - int(random.random() * days)
    weekday = (day + 3) % 7  # 1 January 1970 was a Thursday
    if weekday > _SATURDAY or (weekday == _SATURDAY and random.random() < 0.7):  # noqa: PLR2004 - most Saturdays are quiet
        day -= 2
    hour = _pick(random, _BUSY_HOURS)
    return day * _DAY + _UTC_OFFSET + hour * 3600 + int(random.random() * 3600)


def _draw_facts(random: Random) -> dict[str, str]:
    facts = {name: _pick(random, choices) for name, choices in FACTS.items()}
    digits = int(random.random() * 1_000_000)
    return facts | {
        "order": str(100_000 + digits),
        "number": f"{digits % 10_000:04}",
        "code": f"{digits * 7 % 1_000_000:06}",
    }


def _played(
    scene: tuple[Line, ...], begin: int, facts: dict[str, str], random: Random
) -> Iterator[_Turn]:
    """Yield the turns of a scene; a customer's finger may slip and send one twice."""
    time = begin
    for line in scene:
        shortest, longest = line.wait
        time += shortest + int(random.random() * (longest - shortest + 1))
        text = _pick(random, line.texts).format_map(facts)
        files = _draw_files(line.file, facts, random) if line.file else ()
        turn = _Turn(time, line.direction == Direction.INBOUND, text, files)
        yield turn
        if turn.is_inbound and random.random() < _SHARE_SENT_TWICE:
            yield turn


def _draw_files(kind: str, facts: dict[str, str], random: Random) -> tuple[MessageFile, ...]:
    count = 1 + (random.random() < _SHARE_WITH_FURTHER_FILE)
    return tuple(_draw_file(kind, facts, random) for _ in range(count))


def _draw_file(kind: str, facts: dict[str, str], random: Random) -> MessageFile:
    pattern, mime = FILES[kind]
    name = pattern.format_map(facts)
    token = f"{random.getrandbits(64):016x}"
    return MessageFile(name=name, url=f"https://files.sandbox.example/{token}/{name}", mime=mime)


def _pick(random: Random, choices: tuple[_T, ...]) -> _T:
    return choices[int(random.random() * len(choices))]
