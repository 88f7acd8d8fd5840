"""A yes is told from a no, by the vendor's code first and the HTTP status second."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import (
    APIError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
    ServerError,
    SmstoolsError,
    UnexpectedResponseError,
)
from smstools_async._http.responses import accept, read_retry_after
from tests.wire.rows import JSON_VALUES, body_of, row

CLASS_OF_CODE: dict[int, type[APIError]] = {
    102: InvalidRequestError,
    103: InvalidRequestError,
    104: AuthenticationError,
    105: ServerError,
    106: InvalidRequestError,
    108: APIError,
    109: InvalidRequestError,
    110: InvalidRequestError,
    111: InvalidRequestError,
    112: InvalidRequestError,
    113: InvalidRequestError,
    114: InvalidRequestError,
    116: AuthenticationError,
    118: InvalidRequestError,
    121: InvalidRequestError,
    122: InvalidRequestError,
    123: InvalidRequestError,
    124: InvalidRequestError,
    125: NotFoundError,
    126: InvalidRequestError,
    128: NotFoundError,
    129: InvalidRequestError,
    131: InvalidRequestError,
    132: NotFoundError,
    133: NotFoundError,
    134: NotFoundError,
    135: InvalidRequestError,
    136: InvalidRequestError,
    137: InvalidRequestError,
    138: APIError,
    139: InvalidRequestError,
    140: APIError,
    200: AuthenticationError,
    1002: AuthenticationError,
    1403: AuthenticationError,
}
"""Every code the vendor documents."""

CLASS_OF_STATUS: dict[int, type[APIError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    405: APIError,
    407: APIError,
    408: APIError,
    422: InvalidRequestError,
    429: RateLimitError,
    499: APIError,
    500: ServerError,
    503: ServerError,
    529: ServerError,
    599: ServerError,
    600: APIError,
    999: APIError,
}


def refusal(
    status: int, answer: object = None, headers: dict[str, str] | None = None
) -> SmstoolsError:
    """Return the error an answer makes; bytes are its body, all else is written as JSON."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with pytest.raises(SmstoolsError) as caught:
        accept(status, headers or {}, body)
    return caught.value


def api_error(
    status: int, answer: object = None, headers: dict[str, str] | None = None
) -> APIError:
    """Return the no of the API that an answer is."""
    error = refusal(status, answer, headers)
    assert isinstance(error, APIError)
    return error


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_yes_gives_its_body(status: int) -> None:
    """As it came, whatever it is; what it means is another question."""
    assert b"<html>" == accept(status, {}, b"<html>")


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500])
@pytest.mark.parametrize("code", CLASS_OF_CODE)
def test_code_decides(code: int, status: int) -> None:
    """Whatever the status, since the vendor documents none."""
    error = api_error(status, {"error": str(code), "errorMsg": "Because"})
    assert CLASS_OF_CODE[code] is type(error)
    assert (status, code, "Because") == (error.status, error.code, error.message)


@pytest.mark.parametrize("status", CLASS_OF_STATUS)
@pytest.mark.parametrize("answer", [None, {"error": "999"}], ids=["no-code", "unknown-code"])
def test_status_decides_where_no_code_does(status: int, answer: object) -> None:
    """A code that is not documented is kept, and means nothing."""
    error = api_error(status, answer)
    assert CLASS_OF_STATUS[status] is type(error)
    assert (status, None if answer is None else 999) == (error.status, error.code)


@pytest.mark.parametrize("code", sorted(set(range(100, 142)) - CLASS_OF_CODE.keys()))
def test_code_between_those_documented_means_nothing(code: int) -> None:
    """The vendor left gaps, and may fill them with anything."""
    assert NotFoundError is type(api_error(404, {"error": str(code)}))


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        ({"error": "104", "errorMsg": "Invalid credentials"}, 104, "Invalid credentials"),
        ({"error": 104, "errorMsg": "Invalid credentials"}, 104, "Invalid credentials"),
        ({"error": " 104\n"}, 104, "Bad Request"),
        ({"error": "00104"}, 104, "Bad Request"),
        ({"error": "104"}, 104, "Bad Request"),
        ({"error": "104", "errorMsg": ["x"]}, 104, "Bad Request"),
        ({"error": "error parsing json"}, None, "error parsing json"),
        ({"error": "error parsing json", "errorMsg": ""}, None, "error parsing json"),
        ({"errorMsg": "subaccount does not exist"}, None, "subaccount does not exist"),
        ({"error": True}, None, "Bad Request"),
        ({"error": 104.0}, None, "Bad Request"),
        ({"error": -104}, None, "Bad Request"),
        ({"error": 99_999}, 99_999, "Bad Request"),
        ({"error": 100_000}, None, "Bad Request"),
        ({"error": "١٠٤"}, None, "١٠٤"),
        ({"error": {"code": 104}}, None, "Bad Request"),
        ({"error": 5511987654321}, None, "Bad Request"),
        ({"error": "5511987654321"}, None, "•••21"),
        ({"message": "no word of ours"}, None, "Bad Request"),
    ],
)
def test_error_comes_in_several_shapes(answer: object, code: int | None, message: str) -> None:
    """Those that are documented, and those that others have met."""
    error = api_error(400, answer)
    assert (code, message) == (error.code, error.message)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><h1>Bad Gateway</h1>",
        b'{"error": "104"',
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"error": "104", "x": "' + b"x" * 70_000 + b'"}',
    ],
    ids=["empty", "html", "cut", "list", "null", "binary", "deep", "huge"],
)
def test_no_stands_without_a_readable_body(body: bytes) -> None:
    """The status alone tells what a proxy in between has answered."""
    error = api_error(502, body)
    assert (ServerError, None, "Bad Gateway") == (type(error), error.code, error.message)


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"error": "104"}',
        b'{"error": "104", "errorMsg": "\xff"}',
        b'{"error": "104", "errorMsg": "a\n\x01"}',
    ],
    ids=["bom", "broken-utf-8", "raw-control"],
)
def test_no_is_read_leniently(body: bytes) -> None:
    """Whether to try again hangs on its code."""
    assert 104 == api_error(400, body).code


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "104", "errorMsg": "Invalid credentials"},
        {"error": "104", "conversation": None},
        {"error": 104, "conversation": [], "total": 0},
    ],
    ids=["documented", "null-rows", "no-rows"],
)
def test_success_can_be_a_no(answer: object) -> None:
    """The API is said to send errors with HTTP 200, too."""
    error = api_error(200, answer)
    assert (AuthenticationError, 200, 104) == (type(error), error.status, error.code)


def test_success_can_be_a_no_in_words_alone() -> None:
    """One of the shapes has no code."""
    error = api_error(200, {"errorMsg": "subaccount does not exist"})
    assert (APIError, "subaccount does not exist") == (type(error), error.message)


def test_success_has_no_reason_of_its_own() -> None:
    """Rather than "OK"."""
    assert "no reason given" == api_error(200, {"error": "104"}).message


def test_conversation_with_an_error_is_trusted_in_neither() -> None:
    """It can be part of a history that broke off."""
    error = refusal(200, {"error": "105", "conversation": [row()]})
    assert isinstance(error, UnexpectedResponseError)
    assert "holds rows and an error at once" in str(error)


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "last"])
def test_error_is_found_beside_a_long_conversation(is_first: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """Before its rows, or behind them."""
    rows = {"conversation": [row()] * 1000}
    answer = {"error": "105", **rows} if is_first else {**rows, "error": "105"}
    assert isinstance(refusal(200, answer), UnexpectedResponseError)


LONG = [row()] * 1000


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"total": 1, "error": "105", "errorMsg": 'a "word"', "conversation": LONG}, True),
        ({"conversation": LONG, "total": 1, "errorMsg": "[{,}]"}, True),
        ({"total": 1, "error": None, "conversation": LONG, "errorMsg": ""}, False),
        ({"conversation": [row(error="104"), *LONG], "total": 1}, False),
        ({"conversation": [*LONG, row(error="104")], "total": 1}, False),
        ({"conversation": [*LONG, row(message='"error": "104"}')], "total": 1}, False),
        ({"conversation": [*LONG, row(message='],"error":"104"}')]}, False),
        ({"total": 1, "extra": {"error": "104"}, "conversation": LONG}, False),
        ({"conversation": LONG, "extra": {"error": "104"}}, False),
    ],
    ids=[
        *("first", "last", "null", "in-the-first-row", "in-the-last-row", "quoted"),
        *("quoted-end", "nested-first", "nested-last"),
    ],
)
def test_long_body_is_searched_at_its_ends(answer: object, error: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """Among the values next to its rows, not within those."""
    body = json.dumps(answer).encode()
    if error:
        assert isinstance(refusal(200, answer), UnexpectedResponseError)
    else:
        assert body == accept(200, {}, body)


def test_long_error_without_rows_is_an_error() -> None:
    """Its code says what to do, however long its words are."""
    error = api_error(200, {"error": "105", "errorMsg": "x" * 99_999})
    assert (ServerError, 105) == (type(error), error.code)


@pytest.mark.parametrize("status", [200, 500])
def test_search_for_an_error_makes_few_objects(status: int) -> None:
    """A body of two kilobytes on the wire can become a million values."""
    body = b'{"error": "105", "rows": [' + b"[]," * 2**20 + b'0], "error": "105"}'
    tracemalloc.start()
    try:
        with pytest.raises((APIError, UnexpectedResponseError)):
            accept(status, {}, body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * 2**20


@pytest.mark.parametrize(
    "body",
    [
        body_of(row(message='{"error": "104"}')),
        body_of(row(), error=None),
        body_of(row(), errorMsg=""),
        body_of(row(error="104")),
        b'["error"]',
    ],
    ids=["quoted", "null", "empty", "in-a-row", "list"],
)
def test_yes_may_hold_the_word_error(body: bytes) -> None:
    """Where it says no error at all."""
    assert body == accept(200, {}, body)


@pytest.mark.parametrize(
    ("status", "location", "words"),
    [
        (302, "https://evil.example/v1?x=5511987654321", "points to host 'evil.example'"),
        (301, "//evil.example/v1", "points to host 'evil.example'"),
        (307, "https://user:secret@evil.example", "points to host 'evil.example'"),
        (308, "/v2/conversation/5511987654321", "points to another path of the same host"),
        (302, "https://[::1", "points to a URL that cannot be parsed"),
        (302, "https://5511987654321.example", r"points to host '•••21.example'"),
        (304, None, "HTTP 304, which is neither a success nor an error"),
        (101, None, "HTTP 101, which is neither a success nor an error"),
        (300, None, "HTTP 300, which is neither a success nor an error"),
        (399, None, "HTTP 399, which is neither a success nor an error"),
    ],
)
def test_detour_is_refused(status: int, location: str | None, words: str) -> None:
    """The error names the host alone: paths hold phones, and addresses passwords."""
    headers = {} if location is None else {"location": location}
    error = refusal(status, b"", headers)
    assert isinstance(error, UnexpectedResponseError)
    assert words in str(error)
    assert "secret" not in str(error)
    assert "55119" not in str(error)


NOON = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "86400"}, 86400),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT", "date": NOON}, 30),
        ({"retry-after": "Mon, 23 Nov 2026 13:00:30 +0100", "date": NOON}, 30),
        ({"retry-after": "Monday, 23-Nov-26 12:01:00 GMT", "date": NOON}, 60),
        ({"retry-after": "Mon, 23 Nov 2026 11:59:00 GMT", "date": NOON}, None),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT", "date": "noon"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 -0000", "date": NOON}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-7"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds(headers: dict[str, str], seconds: float | None) -> None:
    """A number or a date, the latter by the server's own clock; else unknown."""
    assert seconds == read_retry_after(headers)


@pytest.mark.parametrize("status", [429, 503])
def test_error_tells_how_long_to_wait(status: int) -> None:
    """Whichever status the server asks it with."""
    assert 7 == api_error(status, b"", {"retry-after": "7"}).retry_after


@pytest.mark.parametrize(
    ("headers", "words"),
    [({"retry-after": "7"}, "Wait 7 seconds, then"), ({}, "Wait a while, then")],
    ids=["told", "not-told"],
)
def test_text_of_a_rate_limit_says_how_long_to_wait(headers: dict[str, str], words: str) -> None:
    """In seconds, where the server says."""
    assert words in str(api_error(429, {"errorMsg": "Slow down"}, headers))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            api_error(400, {"error": "103", "errorMsg": "Phone 5511987654321 is invalid"}),
            "The API returned HTTP 400 with error 103: Phone •••21 is invalid. Correct the request",
        ),
        (api_error(404, b"<html>"), "The API returned HTTP 404: Not Found. Check the phone"),
        (api_error(999, b""), "The API returned HTTP 999: no reason given. See the vendor's list"),
    ],
    ids=["code", "status", "unknown"],
)
def test_text_says_what_happened_and_what_to_do(error: APIError, text: str) -> None:
    """With the status, the code, the server's words, and a remedy."""
    assert str(error).startswith(text)


def test_words_of_the_server_are_concealed() -> None:
    """Where the caller knows what must not be shown."""
    body = b'{"errorMsg": "Invalid secret \\u0068ush hush"}'
    with pytest.raises(InvalidRequestError) as caught:
        accept(400, {}, body, lambda words: words.replace("hush", "••••"))
    assert "Invalid secret •••• ••••" == caught.value.message


HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "date", "location"]), st.text() | st.sampled_from([NOON, "9"])
)
ERROR_SHAPES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("error", "errorMsg", "conversation"), JSON_VALUES)
)


@given(
    st.integers(100, 999),
    HEADERS,
    st.binary() | ERROR_SHAPES.map(lambda answer: json.dumps(answer).encode()),
)
def test_any_answer_is_a_yes_or_our_error(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    """No other error comes out, and a yes comes as it was sent."""
    try:
        accepted = accept(status, headers, body)
    except (APIError, UnexpectedResponseError):
        return
    assert body == accepted
    assert 200 <= status < 300
