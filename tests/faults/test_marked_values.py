"""Nothing a run puts out shows the secret, a text or a telephone number.

Each of them is a marked word here, and every output is searched for it: what is logged, what is
raised, and what objects show of themselves. The faults of single requests are searched with the
fault table.
"""

import logging
import pickle
import traceback
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator

import httpx
import pytest

from smstools_async import (
    Client,
    Message,
    MessageFile,
    MessageOf,
    Page,
    SmstoolsError,
)
from smstools_async.sandbox import ConnectionRefused, Disconnect, Outcome, Response, Sandbox
from tests.walk.schedules import PHONE
from tests.walk.ways import WAYS, Reading, Way
from tests.wire.asking import AT_ONCE, CLIENT_ID, CLIENT_SECRET, client_of
from tests.wire.rows import body_of, row
from tests.wire.showing import TESTS, words_of

TEXT = "marked-text-51f0"
FILE = MessageFile(name=f"{TEXT}.png", url=f"https://files.example/{TEXT}", mime="image/png")
SECRETS = (CLIENT_ID, CLIENT_SECRET, TEXT)
MARKED = (*SECRETS, PHONE.removeprefix("+"), PHONE[-8:])
ECHO = f"{CLIENT_ID} with {CLIENT_SECRET} wrote {TEXT} to {PHONE}"
OUTCOMES = [
    pytest.param(None, id="none"),
    pytest.param(ConnectionRefused(), id="refused"),
    pytest.param(Disconnect(after_bytes=300), id="cut"),
    pytest.param(Response(body=body_of(row(message=TEXT), row(sender=[TEXT]))), id="shape"),
    pytest.param(Response(body=body_of(row(message=TEXT))[:-9]), id="json"),
    pytest.param(Response(body=b"<html>" + ECHO.encode()), id="html"),
    pytest.param(Response.error(104, f"{CLIENT_ID} {CLIENT_SECRET} {PHONE}"), id="login"),
    pytest.param(Response.error(103, f"{CLIENT_ID} {CLIENT_SECRET} {PHONE}"), id="phone"),
]


@pytest.fixture
def sandbox() -> Sandbox:
    """Give an account with 8 pages of 10 messages, every text marked."""
    sandbox = Sandbox(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    for number in range(40):
        sandbox.receive(PHONE, f"{TEXT} {number}", files=[FILE])
        sandbox.send(PHONE, f"{TEXT} {number}")
    return sandbox


async def read(client: Client, way: Way) -> tuple[Reading, SmstoolsError | None]:
    """Read the conversation in some way; return the reading, and the error it came to."""
    reading = Reading(client, way, page_size=10)
    try:
        await reading.run()
    except SmstoolsError as error:
        return reading, error
    return reading, None


def shown_by(values: Iterable[object]) -> Iterator[str]:
    """Show values in each way that shows them on the way to a log."""
    for value in values:
        yield from (str(value), repr(value), f"{value}", ascii(value))


def unwrapped(cursor: str) -> str:
    """Return what a cursor is made of."""
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("latin-1")


def tracked(error: SmstoolsError) -> str:
    """Return what an error tracker makes of an error, without the frames of tests."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    report.stack[:] = [line for line in report.stack if not line.filename.startswith(TESTS)]
    assert report.stack
    return "".join(report.format())


def assert_unmarked(outputs: Iterable[str], marked: Iterable[str] = MARKED) -> None:
    """Find no marked value in any of the outputs."""
    for output in outputs:
        assert not [mark for mark in marked if mark in output]


@pytest.mark.anyio
@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_walk_shows_nothing(
    sandbox: Sandbox, way: Way, outcome: Outcome | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether it comes to its end or to an error on its third page; its logs are all at DEBUG."""
    caplog.set_level(logging.DEBUG)
    if outcome is not None:
        sandbox.fail(outcome, page=3, times=None)
    async with client_of(sandbox, retry=AT_ONCE) as client:
        reading, error = await read(client, way)
        assert (outcome is None) == (error is None)
        assert TEXT in reading.taken[0].text
        assert_unmarked(shown_by([client, *vars(client).values(), reading.source, *reading.taken]))
    for record in caplog.records:
        assert_unmarked([f"{record.getMessage()} {vars(record)}"])
    if reading.cursor is not None:
        assert_unmarked([reading.cursor, unwrapped(reading.cursor)])
    if error is not None:
        assert_unmarked(words_of(error))
        assert_unmarked([tracked(error)], SECRETS)


@pytest.mark.anyio
async def test_values_show_nothing(sandbox: Sandbox) -> None:
    """What a caller may well print, although the caller has the values."""
    async with client_of(sandbox) as client:
        page = await client.conversation(PHONE).page(limit=5)
    assert isinstance(page, Page)
    message: Message = page[-1]
    items = [MessageOf(phone=PHONE, message=message)]
    assert_unmarked(shown_by([page, message, page.rows, message.files, [FILE], items]))


@pytest.mark.anyio
async def test_pickled_error_of_a_walk_shows_nothing(sandbox: Sandbox) -> None:
    """On its way to another process, with the cursor it carries."""
    sandbox.fail(Response(body=body_of(row(message=[TEXT]))), page=2, times=None)
    async with client_of(sandbox) as client:
        _, error = await read(client, WAYS[0])
    assert error is not None
    copy: SmstoolsError = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert error.cursor == copy.cursor
    assert_unmarked([pickle.dumps(error, 0).decode("latin-1"), repr(vars(copy))])


def test_marked_values_are_found_where_they_are() -> None:
    """The search itself works: the HTTP library logs the address, with the number in it."""
    shown = shown_by([httpx.URL(f"https://x.example/{PHONE}")])
    with pytest.raises(AssertionError):
        assert_unmarked(shown)
