"""No answer whatever brings out an error that is not ours; `fuzzing` tries more of them by hand."""

from hypothesis import given, settings

from tests.faults.fuzzing import ANSWERS, Answer, check, read


@settings(deadline=None, max_examples=300)
@given(ANSWERS)
def test_any_answer_is_a_page_or_our_error(answer: Answer) -> None:
    """Mutated pages, hostile structures and random bytes, with any status and headers."""
    check(read(answer))
