"""Foreign text is made fit for errors and logs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async._errors import quote_safely


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("receiver +55 11 98765-4321 is invalid", "receiver +•••21 is invalid"),
        ("(11) 98765.4321", "(•••21"),
        ("tel/5511987654321", "tel/•••21"),
        ("12345", "•••45"),
        ("1234", "1234"),
        ("error 104 at 10:30", "error 104 at 10:30"),
        ("\uff11\uff12\uff13\uff14\uff15", "•••\uff14\uff15"),
        ("5\u200b5\u00ad1\u061c1\u202e9", "•••19"),
        ("a\r\nb\tc", "a b c"),
        ("a\x1b[31mb\x9bc", "a [31mb c"),
        ("\u202eevil\u2066", "evil"),
        ("\ud83d", ""),
        ("Não há crédito 😀", "Não há crédito 😀"),
        ("", ""),
    ],
)
def test_text_is_quoted(text: str, quoted: str) -> None:
    """Numbers masked, control and format characters gone, all else kept."""
    assert quoted == quote_safely(text)


def test_long_text_is_cut() -> None:
    """So that no page of HTML fills a log."""
    assert "x" * 200 == quote_safely("x" * 10_000)


def test_number_at_the_cut_is_masked() -> None:
    """It is masked before the cut, not after it."""
    assert "55119" not in quote_safely("x" * 195 + "5511987654321")


@given(st.text() | st.text("0123456789 ().-/x\u200b\n", max_size=500))
def test_quoted_text_is_harmless(text: str) -> None:
    """One printable line of at most 200 characters, with no number of five digits."""
    quoted = quote_safely(text)
    assert quoted.isprintable()
    assert 200 >= len(quoted)
    assert not re.search(r"\d[\s().\-/]*\d[\s().\-/]*\d[\s().\-/]*\d[\s().\-/]*\d", quoted)
