"""Generated conversations: which scene was played when, at random."""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Final, NamedTuple, TypeVar

import attrs
from attrs.validators import ge

from smstools_async._models import DeliveryStatus, Direction, Message, MessageFile
from smstools_async.sandbox._file_urls import generated_url
from smstools_async.sandbox._history import History
from smstools_async.sandbox._scenes import COMPANIES, FACTS, FILES, NAMES, SCENES, Line

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


@attrs.frozen(kw_only=True)
class Past:
    """How a conversation is generated."""

    messages: int = attrs.field(validator=ge(0))
    company: str | None
    """The account's sender id or number; `None` for a random one."""
    ends_at: int
    """The newest message is shortly before this Unix time."""
    files_url: str
    """Where the files are."""


def generated_history(
    phone: str, past: Past, *, next_id: Callable[[], str], random: Random
) -> History:
    """Make a conversation; equal arguments and states of `random` make equal ones.

    About two messages a day; those that would reach back over three years make the days busier.
    """
    company = random.choice(COMPANIES)  # always drawn, so that a given one changes nothing else
    history = History(phone, past.company or company)
    for turn in _turns(phone, past, random):
        history.add(_message(history, turn, next_id, random))
    return history


def _message(history: History, turn: _Turn, next_id: Callable[[], str], random: Random) -> Message:
    if turn.is_inbound:
        return history.inbound(turn.text, turn.unix_time, files=turn.files)
    status = _pick(random, _STATUSES)
    return history.outbound(
        turn.text,
        turn.unix_time,
        message_id=next_id(),
        files=turn.files,
        delivery_status=status,
    )


def _turns(phone: str, past: Past, random: Random) -> list[_Turn]:
    days = min(1 + past.messages // 2, _LONGEST_PAST)
    name = {"name": _pick(random, NAMES)}
    make_url = partial(generated_url, past.files_url, phone, random=random)
    turns: list[_Turn] = []
    while len(turns) < past.messages:
        begin = _opening_time(random, days, past.ends_at)
        scene = _pick(random, SCENES)
        turns += _played(scene, begin, name | _random_facts(random), random, make_url)
    return sorted(turns[: past.messages], key=_when)


def _when(turn: _Turn) -> int:
    return turn.unix_time


def _opening_time(random: Random, days: int, ends_at: int) -> int:
    """Return a random moment in opening hours, rarely on a week-end, two days before `ends_at`."""
    day = ends_at // _DAY - 2 - int(random.random() * days)
    weekday = (day + 3) % 7  # 1 January 1970 was a Thursday
    if weekday > _SATURDAY or (weekday == _SATURDAY and random.random() < 0.7):  # noqa: PLR2004 - most Saturdays are quiet
        day -= 2
    hour = _pick(random, _BUSY_HOURS)
    return day * _DAY + _UTC_OFFSET + hour * 3600 + int(random.random() * 3600)


def _random_facts(random: Random) -> dict[str, str]:
    facts = {name: _pick(random, choices) for name, choices in FACTS.items()}
    digits = int(random.random() * 1_000_000)
    return facts | {
        "order": str(100_000 + digits),
        "number": f"{digits % 10_000:04}",
        "code": f"{digits * 7 % 1_000_000:06}",
    }


def _played(
    scene: tuple[Line, ...],
    begin: int,
    facts: dict[str, str],
    random: Random,
    make_url: Callable[[str], str],
) -> Iterator[_Turn]:
    """Yield the turns of a scene; a customer's finger may slip and send one twice."""
    time = begin
    for line in scene:
        shortest, longest = line.wait
        time += shortest + int(random.random() * (longest - shortest + 1))
        text = _pick(random, line.texts).format_map(facts)
        files = _random_files(line.file, facts, random, make_url) if line.file else ()
        turn = _Turn(time, line.direction == Direction.INBOUND, text, files)
        yield turn
        if turn.is_inbound and random.random() < _SHARE_SENT_TWICE:
            yield turn


def _random_files(
    kind: str, facts: dict[str, str], random: Random, make_url: Callable[[str], str]
) -> tuple[MessageFile, ...]:
    count = 1 + (random.random() < _SHARE_WITH_FURTHER_FILE)
    pattern, mime = FILES[kind]
    name = pattern.format_map(facts)
    return tuple(MessageFile(name=name, url=make_url(name), mime=mime) for _ in range(count))


def _pick(random: Random, choices: tuple[_T, ...]) -> _T:
    return choices[int(random.random() * len(choices))]
