"""What a request gets, as the vendor's pages say."""

import json
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import MessageFile
from smstools_async.sandbox import Quirks, RateLimit, Response, Sandbox
from tests.sandbox.asking import LOGIN, PATH, PHONE, ask, ask_for_page, read_rows, texts


def _error(code: str, message: str) -> dict[str, str]:
    return {"error": code, "errorMsg": message}


def test_page_looks_like_the_documented_example() -> None:
    """Keys stand in the documented order, numbers are numbers, `file` is null or a list."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, company="Sender")
    file = MessageFile(name="a.png", url="https://files.example/a", mime="image/")
    sandbox.receive(PHONE, "Inbound message", files=[file], unix_time=1748424418)
    sandbox.send(PHONE, "Outbound message", unix_time=1749113086)
    expected = {
        "total": 2,
        "shown": 2,
        "page": 1,
        "limit": 1000,
        "conversation": [
            {
                "messageId": "740000001",
                "direction": "outbound",
                "sender": "Sender",
                "receiver": PHONE,
                "message": "Outbound message",
                "file": None,
                "datetime": "05 jun 2025, 08:44:46",
                "unixDatetime": 1749113086,
                "deliveryStatus": "DELIVERED",
            },
            {
                "messageId": None,
                "direction": "inbound",
                "sender": PHONE,
                "receiver": "Sender",
                "message": "Inbound message",
                "file": [{"name": "a.png", "image": "https://files.example/a", "mime": "image/"}],
                "datetime": "28 may 2025, 09:26:58",
                "unixDatetime": 1748424418,
                "deliveryStatus": "DELIVERED",
            },
        ],
    }
    response = ask(sandbox)
    assert json.dumps(expected, separators=(",", ":")).encode() == response.body
    assert (200, "application/json; charset=utf-8") == (
        response.status,
        response.headers["Content-Type"],
    )


@given(messages=st.integers(0, 40), limit=st.integers(1, 15), newest_first=st.booleans())
def test_pages_make_up_the_history(messages: int, limit: int, newest_first: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """Page after page of a quiet history is complete, and the next one is empty."""
    sandbox = Sandbox()
    sandbox.quirks |= Quirks(page_order="newest" if newest_first else "oldest")
    sandbox.add_conversation(PHONE, messages=messages)
    last = ceil(messages / limit) + 1
    pages = [ask_for_page(sandbox, f"limit={limit}&page={number + 1}") for number in range(last)]
    rows = [row for page in pages for row in read_rows(page)]
    assert list(sandbox.messages(PHONE)) == (rows if newest_first else rows[::-1])
    assert [(messages, number + 1, limit) for number in range(last)] == [
        (page["total"], page["page"], page["limit"]) for page in pages
    ]
    assert [len(page["conversation"]) for page in pages] == [page["shown"] for page in pages]
    assert [] == pages[-1]["conversation"]


def test_limit_is_a_thousand_by_default() -> None:
    """And two thousand at most."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=2001)
    assert [1000, 2000] == [ask_for_page(sandbox, query)["shown"] for query in ("", "limit=2000")]


@pytest.mark.parametrize("limit", ["0", "2001", "-1", "ten", "", "1.0", "1e3", "٣", "9" * 30])
def test_limit_out_of_range_is_error_135(limit: str) -> None:
    """The vendor refuses it rather than to lower it."""
    response = ask(Sandbox(), f"limit={limit}")
    message = "Limit must be an integer bigger than 0 and not bigger than 2000"
    assert (400, _error("135", message)) == (response.status, json.loads(response.body))


@pytest.mark.parametrize("page", ["0", "-1", "two", "", "1.5"])
def test_page_out_of_range_is_error_136(page: str) -> None:
    """The page must be a whole number from 1."""
    response = ask(Sandbox(), f"page={page}")
    expected = _error("136", "Page must be an integer bigger than 0")
    assert (400, expected) == (response.status, json.loads(response.body))


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_page_beyond_the_last_is_empty(order: Any) -> None:
    """However far beyond it is."""
    sandbox = Sandbox()
    sandbox.quirks |= Quirks(page_order=order)
    sandbox.receive(PHONE, "Oi")
    page = ask_for_page(sandbox, f"page={10**17}")
    assert (1, 0, []) == (page["total"], page["shown"], page["conversation"])


@pytest.mark.parametrize("phone", ["abc", "12", "..", "55%2F11", "1" * 21])
def test_invalid_phone_is_error_103(phone: str) -> None:
    """A path with something else than a phone is refused."""
    response = ask(Sandbox(), path=f"/v1/conversation/{phone}")
    assert (400, "103") == (response.status, json.loads(response.body)["error"])


@pytest.mark.parametrize("phone", [PHONE, f"%2B{PHONE}", f"+{PHONE}", "55%20(11)%2098765-4321"])
def test_phone_may_be_written_in_many_ways(phone: str) -> None:
    """Digits decide."""
    sandbox = Sandbox()
    sandbox.receive(PHONE, "Oi")
    assert ["Oi"] == texts(ask_for_page(sandbox, path=f"/v1/conversation/{phone}"))


def test_phone_without_a_conversation_gets_an_empty_page() -> None:
    """What the vendor does is unknown; error 103 is the other likely one."""
    sandbox = Sandbox()
    page = {"total": 0, "shown": 0, "page": 1, "limit": 1000, "conversation": list[Any]()}
    assert page == ask_for_page(sandbox)
    sandbox.quirks |= Quirks(unknown_phone="error")
    assert "103" == ask_for_page(sandbox)["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-client-id": "sandbox-id"},
        {"x-client-secret": "sandbox-secret"},
        LOGIN | {"x-client-id": "other"},
        LOGIN | {"x-client-secret": "other"},
    ],
    ids=["none", "no-secret", "no-id", "wrong-id", "wrong-secret"],
)
def test_wrong_credentials_are_error_104(headers: dict[str, str]) -> None:
    """Both headers must be right; the query does not help."""
    query = "client_id=sandbox-id&client_secret=sandbox-secret"
    response = Sandbox().respond("GET", PATH, query, headers)
    assert isinstance(response, Response)
    expected = _error("104", "Invalid credentials")
    assert (400, expected) == (response.status, json.loads(response.body))


def test_status_of_failed_logins_can_be_set() -> None:
    """The vendor's page shows 400; 401 would be as likely."""
    sandbox = Sandbox()
    sandbox.quirks |= Quirks(login_status=401)
    assert Response.error(104, "Invalid credentials", status=401) == sandbox.respond("GET", PATH)


def test_too_many_failed_logins_lock_the_account() -> None:
    """From then on even right credentials get error 1002, until the account is unlocked."""
    sandbox = Sandbox()
    sandbox.quirks |= Quirks(lockout_after=2)
    statuses = list[str]()
    for headers in [{}, LOGIN, {}, {}, LOGIN]:
        response = sandbox.respond("GET", PATH, headers=headers)
        assert isinstance(response, Response)
        statuses.append(json.loads(response.body).get("error"))
    assert ["104", None, "104", "104", "1002"] == statuses
    sandbox.unlock()
    assert 200 == ask(sandbox).status


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"])
def test_other_methods_are_not_allowed(method: str) -> None:
    """A conversation can be read, and nothing else."""
    response = Sandbox().respond(method, PATH, headers=LOGIN)
    assert isinstance(response, Response)
    assert (405, "GET") == (response.status, response.headers["Allow"])


@pytest.mark.parametrize("path", ["/", "/v1/balance", f"/conversation/{PHONE}", f"{PATH}/", "/v1"])
def test_unknown_path_is_a_page_for_people(path: str) -> None:
    """As web frameworks respond: HTML, whatever the credentials."""
    response = Sandbox().respond("GET", path)
    assert isinstance(response, Response)
    assert (404, "text/html; charset=utf-8") == (response.status, response.headers["Content-Type"])
    assert response.body.startswith(b"<!DOCTYPE html>")


def test_rate_limit_says_how_long_to_wait() -> None:
    """At most this many requests in any period; refused ones do not count."""
    clock = [1000]
    sandbox = Sandbox(now=lambda: clock[-1])
    sandbox.rate_limit = RateLimit(requests=2, seconds=10)
    responses = list[tuple[int, str | None]]()
    for clock[-1] in (1000, 1004, 1005, 1009, 1010, 1011):
        response = ask(sandbox)
        responses.append((response.status, response.headers.get("Retry-After")))
    expected = [(200, None), (200, None), (429, "5"), (429, "1"), (200, None), (429, "3")]
    assert expected == responses


def test_rate_limit_of_none_lets_nothing_through() -> None:
    """No requests at all may be made; the wait is the complete period."""
    sandbox = Sandbox(now=lambda: 1000)
    sandbox.rate_limit = RateLimit(requests=0, seconds=30)
    assert (429, "30") == (ask(sandbox).status, ask(sandbox).headers["Retry-After"])


def test_requests_are_logged_without_their_secret() -> None:
    """The log holds what was requested and whether the credentials were valid."""
    sandbox = Sandbox()
    sandbox.respond("GET", PATH, "page=2&page=3&limit=x&client_secret=sandbox-secret")
    sandbox.respond("POST", "/v1/balance", "", LOGIN | {"x-client-secret": "do-not-tell"})
    ask(sandbox, "limit=7")
    first, second, third = sandbox.requests
    assert [(1, "GET", 3, None), (2, "POST", 1, 1000), (3, "GET", 1, 7)] == [
        (request.number, request.method, request.page, request.limit)
        for request in sandbox.requests
    ]
    assert ["missing", "wrong", "valid"] == [r.credentials for r in sandbox.requests]
    assert [PHONE, None, PHONE] == [r.phone for r in (first, second, third)]
    assert {"page": "3", "limit": "x", "client_secret": "•••"} == first.params


def test_logged_request_masks_the_phone() -> None:
    """A log of requests may be printed."""
    sandbox = Sandbox()
    ask(sandbox, f"phone={PHONE}", path=f"/v1/conversation/%2B{PHONE}")
    shown = repr(sandbox.requests)
    assert "LoggedRequest(number=1, method='GET', path='/v1/conversation/%2B" in shown
    assert PHONE[:9] not in shown
