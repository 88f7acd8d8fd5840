"""The times that the page on reliability states are those of the defaults."""

import random
from pathlib import Path

import anyio
import pytest

from smstools_async import Retry, SmstoolsError
from smstools_async._http.body import LARGEST_BODY
from smstools_async._http.heads import MOST_LINES
from smstools_async.sandbox import Response
from tests.walk.virtual_time import virtual_backend
from tests.wire.asking import PHONE, client_of, sandbox_of

PAGE = (Path(__file__).parents[2] / "docs/explanation/reliability.md").read_text(encoding="utf-8")
BUSY = Response(status=503)


def seconds_until_the_error(retry: Retry | None, latency: float = 0) -> float:
    """Return how long a call takes in virtual time whose every attempt fails."""
    sandbox = sandbox_of()
    sandbox.fail(BUSY, times=None)
    sandbox.latency = latency

    async def fail() -> float:
        async with client_of(sandbox, retry=retry) as client:
            begun_at = anyio.current_time()
            with pytest.raises(SmstoolsError):
                await client.conversation(PHONE).count()
            return anyio.current_time() - begun_at

    name, options = virtual_backend("trio")
    return round(anyio.run(fail, backend=name, backend_options=options), 6)


FOREVER = 10_000.0
MINUTE = 60


@pytest.fixture
def longest_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every random wait be as long as it may."""

    def draw_the_longest(_: float, longest: float) -> float:
        return longest

    monkeypatch.setattr(random, "uniform", draw_the_longest)


def row_of(failure: str, *cells: str) -> str:
    """Return a row of the table."""
    return f"| {' | '.join((failure, *cells))} |"


@pytest.mark.usefixtures("longest_jitter")
def test_page_states_how_long_it_takes_until_the_error_comes() -> None:
    """By default, patiently, and without retries; the average is half of the longest jitter."""
    longest = seconds_until_the_error(Retry())
    patient = seconds_until_the_error(Retry.patient()) / MINUTE
    at_once = seconds_until_the_error(None)
    assert 0 == at_once
    assert (
        row_of(
            "refused connections, HTTP 503",
            f"at most {longest:g} seconds, {longest / 2:g} on average",
            f"{patient:g} minutes",
            "at once",
        )
        in PAGE
    )
    assert f"takes longer than {longest:g} seconds ends a job" in PAGE


@pytest.mark.usefixtures("longest_jitter")
def test_page_states_how_long_time_outs_take() -> None:
    """A patient client begins its last attempt when its time is over."""
    default = seconds_until_the_error(Retry(), FOREVER)
    patient = seconds_until_the_error(Retry.patient(), FOREVER)
    once = seconds_until_the_error(None, FOREVER)
    assert Retry.patient().total_time <= patient <= Retry.patient().total_time + once
    bound = (Retry.patient().total_time + once) / MINUTE
    assert (
        row_of(
            "no response, each attempt timing out",
            f"at most {default:g} seconds",
            f"at most {bound:g} minutes",
            f"{once:g} seconds",
        )
        in PAGE
    )


def test_patient_client_lasts_whatever_the_jitter_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are no bound: even short waits add up to the time."""

    def draw_a_short_one(_: float, longest: float) -> float:
        return longest / 6

    monkeypatch.setattr(random, "uniform", draw_a_short_one)
    assert 900 == seconds_until_the_error(Retry.patient())
    assert 60 == seconds_until_the_error(Retry.patient(total_time=60))


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("| Attempts of one request | {:g} |", Retry().attempts),
        ("| Start of the last attempt, after the first | {:g} seconds |", Retry().total_time),
        ("| {:g} seconds, the sum of both;", Retry().total_time + 30),
        ("| A wait before a retry | {:g} seconds |", Retry().backoff_max),
        ("| A wait that the service asks for | {:g} seconds |", Retry().retry_after_max),
        ("| Failed retries of all requests, in a row | {:g} |", Retry().budget),
        ("| Body of a response, once decompressed | {:g} MiB |", LARGEST_BODY / 2**20),
        ("| Header lines of a response | {:g},", MOST_LINES),
    ],
)
def test_page_states_the_bounds(words: str, value: float) -> None:
    """Those that are the defaults."""
    assert words.format(value) in PAGE
