"""What other libraries write of addresses loses the phone."""

import logging
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import Client, NotFoundError, RedactPhones, redact_url
from tests.wire.asking import CLIENT_ID, CLIENT_SECRET, PHONE, sandbox_of

BASE = "https://api.smsgatewayapi.com/v1"


@pytest.mark.parametrize(
    ("url", "redacted"),
    [
        (f"{BASE}/conversation/{PHONE}", f"{BASE}/conversation/•••21"),
        (f"{BASE}/conversation/%2B{PHONE}?page=2", f"{BASE}/conversation/+•••21?page=2"),
        (f"/conversation/{PHONE}#x", "/conversation/•••21#x"),
        (f"{BASE}/message/inbox/{PHONE}", f"{BASE}/message/inbox/•••21"),
        (f"{BASE}/conversation/Clinica", f"{BASE}/conversation/Clinica"),
        (f"{BASE}/conversation/Cl%C3%ADnica", f"{BASE}/conversation/Cl%C3%ADnica"),
        (f"{BASE}/contact/%2B{PHONE}", f"{BASE}/contact/+•••21"),
        (f"{BASE}/contact/{PHONE}/notes", f"{BASE}/contact/•••21/notes"),
        (f"{BASE}/contact/%28{PHONE[:2]}%29%20{PHONE[2:]}", f"{BASE}/contact/(•••21"),
        (f"{BASE}/message?to={PHONE}", f"{BASE}/message?to=•••21"),
        (f"{BASE}/message?to=%2B{PHONE}&page=2", f"{BASE}/message?to=+•••21&page=2"),
        (f"{BASE}/message?to=+55+11+98765-4321", f"{BASE}/message?to=+•••21"),
        (f"{BASE}/message?to=11/98765/4321", f"{BASE}/message?to=•••21"),
        (f"{BASE}/message?to={PHONE}&to=%2B{PHONE}", f"{BASE}/message?to=•••21&to=+•••21"),
        (f"{BASE}/message#{PHONE}", f"{BASE}/message#•••21"),
        (f"{BASE}/message?text={'x' * 500}{PHONE}", f"{BASE}/message?text={'x' * 500}•••21"),
        (f"to=%2B{PHONE}", "to=+•••21"),
        (f"{BASE}/balance?since=1749113086", f"{BASE}/balance?since=•••86"),
        (f"{BASE}/x?page=2&limit=2000&q=50%25", f"{BASE}/x?page=2&limit=2000&q=50%25"),
        (f"http://127.0.0.1:54321/v1/contact/{PHONE}", "http://127.0.0.1:54321/v1/contact/•••21"),
        ("http://[::1]:54321", "http://[::1]:54321"),
        ("http://127.0.0.1:54321?page=2", "http://127.0.0.1:54321?page=2"),
        (f"/next?url=http://{PHONE}/", "/next?url=http://•••21/"),
        ("", ""),
    ],
)
def test_phone_in_an_address_is_masked(url: str, redacted: str) -> None:
    """But for its last two digits, by which a human can find the request again."""
    assert redacted == redact_url(url)


def encoded_in_part(text: str) -> st.SearchStrategy[str]:
    """Return `text` with any of its letters percent-encoded."""
    letters = [st.sampled_from([quote(letter, safe=""), f"%{ord(letter):02X}"]) for letter in text]
    return st.tuples(*letters).map("".join)


@given(
    phone=st.sampled_from([PHONE, f"+{PHONE}", "(55) 11-98765.4321"]).flatmap(encoded_in_part),
    before=st.sampled_from(["/contact/", "/v1/55/", "/x?to=", "/x?page=2&to=", "/x#", "?"]),
    behind=st.sampled_from(["", "/", "?page=2", "&limit=10", "#end"]),
)
def test_phone_is_masked_wherever_it_stands(phone: str, before: str, behind: str) -> None:
    """However it is written; its surroundings and the port stay, and a second time does nothing."""
    redacted = redact_url(f"http://127.0.0.1:54321{before}{phone}{behind}")
    assert redacted.startswith(f"http://127.0.0.1:54321{before}")
    assert redacted.endswith(f"•••21{behind}")
    assert "98765" not in unquote(redacted)
    assert redacted == redact_url(redacted)


@pytest.mark.anyio
async def test_lines_of_httpx_lose_the_phone(caplog: pytest.LogCaptureFixture) -> None:
    """It logs whole addresses at `INFO`; everything else in the line stays."""
    caplog.set_level(logging.DEBUG)
    sandbox = sandbox_of()
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client) as client,
    ):
        await client.conversation(f"+{PHONE}").page()
    (line,) = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    address = f"{BASE}/conversation/+•••21?page=1&limit=1000"
    assert f'HTTP Request: GET {address} "HTTP/1.1 200 OK"' == line
    assert PHONE not in caplog.text


@pytest.mark.anyio
async def test_lines_of_any_request_lose_the_phone(caplog: pytest.LogCaptureFixture) -> None:
    """`Client.request` reaches every endpoint, with phones in its path or its query."""
    caplog.set_level(logging.INFO, "httpx")
    async with (
        httpx.AsyncClient(transport=sandbox_of().transport()) as http_client,
        Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client) as client,
    ):
        with pytest.raises(NotFoundError):
            await client.request("GET", f"/contact/+{PHONE}", params={"to": f"+{PHONE}"})
    (line,) = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    address = f"{BASE}/contact/+•••21?to=+•••21"
    assert f'HTTP Request: GET {address} "HTTP/1.1 404 Not Found"' == line


@pytest.mark.parametrize(
    ("line", "redacted"),
    [
        (f"GET '/v1/contact/{PHONE}' in 12345 ms", "GET '/v1/contact/•••21' in 12345 ms"),
        (
            f'127.0.0.1:54321 - "GET /x?to={PHONE} HTTP/1.1"',
            '127.0.0.1:54321 - "GET /x?to=•••21 HTTP/1.1"',
        ),
        (f"URL('http://h.example:54321/{PHONE}')", "URL('http://h.example:54321/•••21')"),
    ],
    ids=["quoted", "server", "repr"],
)
def test_addresses_in_a_line_are_masked(line: str, redacted: str) -> None:
    """Those alone: what else a line counts stays."""
    record = logging.LogRecord("proxy", logging.INFO, "", 0, line, None, None)
    assert RedactPhones().filter(record)
    assert redacted == record.getMessage()


@pytest.mark.parametrize("path", ["/balance", "/conversation/Clinica"])
def test_lines_without_a_phone_are_left_as_they_are(path: str) -> None:
    """With their arguments, which log trackers group them by."""
    record = logging.LogRecord("httpx", logging.INFO, "", 0, "GET %s", (path,), None)
    assert RedactPhones().filter(record)
    assert ("GET %s", (path,)) == (record.msg, record.args)
