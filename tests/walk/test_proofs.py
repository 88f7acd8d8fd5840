"""What a walk makes of answers that were on their way together."""

from collections.abc import Sequence
from itertools import chain

from smstools_async import Message
from smstools_async._walk import Question, Walk
from smstools_async._wire.messages import decode_conversation
from smstools_async._wire.pages import DecodedPage
from tests.wire.rows import PHONE, body_of, row

EPOCH = 1_700_000_000


def answer(question: Question, seconds: Sequence[int]) -> DecodedPage[Message]:
    """Serve a window of a list with one row in each of some seconds."""
    window = question.window
    rows = [row(unixDatetime=EPOCH + second) for second in seconds[window.start : window.stop]]
    return decode_conversation(
        body_of(*rows, total=len(seconds), page=window.page, limit=window.limit)
    )


def told(rows: Sequence[int] | None, page: DecodedPage[Message]) -> list[int] | None:
    """Return the seconds of rows."""
    return None if rows is None else [page.seconds[index] - EPOCH for index in rows]


def take(walk: Walk, question: Question, seconds: Sequence[int]) -> list[int] | None:
    """Return the seconds handed out of what the list was when the question was answered."""
    page = answer(question, seconds)
    return told(walk.take(question, page), page)


def take_again(walk: Walk, question: Question, seconds: Sequence[int]) -> list[int] | None:
    """Do so for an answer that was set aside."""
    page = answer(question, seconds)
    return told(walk.take_again(question, page), page)


def begun(seconds: Sequence[int], most: int = 2) -> tuple[Walk, list[Question]]:
    """Return a walk from new to old that has handed out its first page, and its next plan."""
    walk = Walk(phone=PHONE, order="newest", page_size=20)
    while walk.taken is None:
        take(walk, walk.plan(1)[0], seconds)
    return walk, walk.plan(most)


def down(newest: int, oldest: int) -> list[int]:
    """Return a list sorted from new to old."""
    return list(range(newest, oldest - 1, -1))


QUIET = down(200, 1)
UPWARDS = QUIET[::-1]


def test_windows_of_a_list_that_does_not_move_adjoin() -> None:
    """Nothing overlaps, and all is of use."""
    walk, (second, third) = begun(QUIET)
    assert down(180, 161) == take(walk, second, QUIET)
    assert down(160, 141) == take(walk, third, QUIET)


def test_arrivals_and_expiries_are_no_proof_although_total_stays() -> None:
    """The second window was answered before them, so it begins too late."""
    walk, (second, third) = begun(QUIET)
    assert down(180, 163) == take(walk, second, down(202, 3))
    assert [] == take(walk, third, QUIET)
    assert not walk.on_course


def test_so_it_is_where_the_server_sorts_oldest_first() -> None:
    """There expiries alone move the rows, by as many as the second window lacks then."""
    walk, (second, third) = begun(UPWARDS)
    assert take(walk, second, UPWARDS[3:])
    assert [] == take(walk, third, UPWARDS)
    assert not walk.on_course


def test_an_arrival_that_both_answers_tell_of_is_reckoned_with() -> None:
    """By `total`, it came before both, so that they adjoin."""
    walk, (second, third) = begun(QUIET)
    assert down(180, 162) == take(walk, second, down(201, 1))
    assert down(161, 142) == take(walk, third, down(201, 1))


def test_windows_of_a_list_sorted_oldest_first_adjoin() -> None:
    """As long as it does not move."""
    walk, (second, third) = begun(UPWARDS)
    handed_out = [*(take(walk, second, UPWARDS) or []), *(take(walk, third, UPWARDS) or [])]
    assert walk.on_course
    assert down(handed_out[0], handed_out[-1]) == handed_out


def test_an_answer_from_before_an_arrival_begins_too_late() -> None:
    """The one taken before it ended sooner than it would have then."""
    walk, (second, third) = begun(QUIET)
    assert down(180, 162) == take(walk, second, down(201, 1))
    assert [] == take(walk, third, QUIET)
    assert not walk.on_course


SHRUNK = [*down(200, 180), *down(178, 1)]


def test_answers_set_aside_are_of_use_behind_what_they_lacked() -> None:
    """One window more is asked for, not all that were planned."""
    walk, (second, *later) = begun(QUIET, most=5)
    assert down(180, 161) == take(walk, second, QUIET)
    assert [] == take(walk, later[0], SHRUNK)
    bridge = take(walk, walk.plan(1)[0], SHRUNK) or []
    assert 160 == bridge[0]
    rest = [take_again(walk, question, SHRUNK) or [] for question in later]
    assert down(160, 80) == [*bridge, *chain(*rest)]


def test_an_answer_set_aside_that_still_lacks_rows_is_of_no_use() -> None:
    """Nothing of it is handed out, and the walk stands where it stood."""
    walk, (second, third) = begun(QUIET)
    take(walk, second, QUIET)
    assert take_again(walk, third, SHRUNK) is None
    assert down(160, 141) == take(walk, third, QUIET)


def test_an_answer_set_aside_is_of_no_use_while_the_walk_looks_for_its_place() -> None:
    """What it holds cannot be told from what was passed over."""
    walk = Walk(phone=PHONE, order="oldest", page_size=20)
    first = walk.plan(1)[0]
    assert [] == take(walk, first, QUIET)
    assert take_again(walk, first, QUIET) is None
