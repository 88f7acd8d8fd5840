"""What other libraries write of addresses loses the phone."""

import logging
from collections.abc import Iterator

import httpx
import pytest

from smstools_async import Client, RedactPhones, redact_url
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
        (f"{BASE}/balance?page=100000", f"{BASE}/balance?page=100000"),
        ("", ""),
    ],
)
def test_phone_in_an_address_is_masked(url: str, redacted: str) -> None:
    """But for its last two digits, by which a human can find the request again."""
    assert redacted == redact_url(url)


@pytest.fixture
def redacting() -> Iterator[None]:
    """Put the filter where the documentation says."""
    redact = RedactPhones()
    logging.getLogger("httpx").addFilter(redact)
    yield
    logging.getLogger("httpx").removeFilter(redact)


@pytest.mark.usefixtures("redacting")
@pytest.mark.anyio
async def test_lines_of_httpx_lose_the_phone(caplog: pytest.LogCaptureFixture) -> None:
    """It logs whole addresses at `INFO`; everything else in the line stays."""
    caplog.set_level(logging.DEBUG)
    sandbox = sandbox_of()
    async with (
        httpx.AsyncClient(transport=sandbox.transport()) as http_client,
        Client(CLIENT_ID, CLIENT_SECRET, http_client=http_client) as client,
    ):
        await client.get_conversation(f"+{PHONE}")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    address = f"{BASE}/conversation/+•••21?page=1&limit=1000"
    assert f'HTTP Request: GET {address} "HTTP/1.1 200 OK"' == line
    assert PHONE not in caplog.text


@pytest.mark.parametrize("path", ["/balance", "/conversation/Clinica"])
def test_lines_without_a_phone_are_left_as_they_are(path: str) -> None:
    """With their arguments, which log trackers group them by."""
    record = logging.LogRecord("httpx", logging.INFO, "", 0, "GET %s", (path,), None)
    assert RedactPhones().filter(record)
    assert ("GET %s", (path,)) == (record.msg, record.args)
