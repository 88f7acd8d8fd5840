"""Looking at a conversation: how much there is, its end, its news."""

import os
import shlex
import signal
import socket
from typing import Any

import pytest
from click.testing import Result

from smstools_async.sandbox import Response, Sandbox
from tests.cli.command import PHONE, invoke, invoke_at_terminal, signal_at_request


def test_count_prints_a_number(sandbox: Sandbox) -> None:
    """Nothing but the number, for scripts."""
    sandbox.add_conversation(PHONE, messages=1234)
    assert "1234\n" == invoke("count", PHONE).output


@pytest.mark.parametrize("command", ["count", "show", "export"])
def test_sandbox_needs_nothing(command: str) -> None:
    """Without account and network there is something to see, and it is said to be made up."""
    result = invoke(command, "--sandbox", "+351 912 345 678")
    assert 0 == result.exit_code
    assert result.stdout
    assert result.stderr.startswith("This is a sandbox of 5,000 made-up messages, not the real ")


def test_sandbox_tells_the_same_each_time() -> None:
    """What the docs show is what a reader gets."""
    first, second = (invoke("show", "--sandbox", PHONE, "--utc").stdout for _ in range(2))
    assert first == second


def test_option_wins_over_the_environment(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--base-url` says where to ask."""
    sandbox.add_conversation(PHONE, messages=3)
    base_url = os.environ["SMSTOOLS_BASE_URL"]
    monkeypatch.setenv("SMSTOOLS_BASE_URL", "https://elsewhere.example")
    assert "3\n" == invoke("count", PHONE, "--base-url", base_url).stdout


def test_secret_is_not_sent_unencrypted(sandbox: Sandbox) -> None:
    """Unless the option that the error names is given."""
    refused = invoke("count", PHONE, "--base-url", "http://service.invalid/v1")
    assert 2 == refused.exit_code
    assert (
        "Error: --base-url='http://service.invalid/v1' would send the secret unencrypted;"
        " use https, or accept it by --allow-insecure-http\n" == refused.stderr
    )
    assert [] == sandbox.requests


def test_plain_http_may_be_accepted(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a sandbox on a machine beside this one."""
    sandbox.add_conversation(PHONE, messages=3)
    beside = os.environ["SMSTOOLS_BASE_URL"].replace("127.0.0.1", "beside.invalid")
    look_up = socket.getaddrinfo

    def find_here(_: object, *args: Any, **kwargs: Any) -> object:
        return look_up("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", find_here)
    assert "3\n" == invoke("count", PHONE, "--base-url", beside, "--allow-insecure-http").stdout


def test_two_services_are_one_too_many() -> None:
    """No option is passed over in silence."""
    result = invoke("count", PHONE, "--sandbox", "--base-url", "https://elsewhere.example")
    assert 2 == result.exit_code
    assert "--base-url and --sandbox" in result.stderr


def test_refusal_of_the_api_ends_with_1(sandbox: Sandbox) -> None:
    """The error's own text says what to do."""
    sandbox.fail(Response.error(104, "Invalid credentials", status=401))
    result = invoke("count", PHONE)
    assert 1 == result.exit_code
    assert "" == result.stdout
    assert "Error: The API returned HTTP 401 with error 104: Invalid cred" in result.stderr


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("phone", ["", ".."])
def test_what_is_no_phone_ends_with_2(phone: str) -> None:
    """The library refuses it before anything is asked."""
    assert 2 == invoke("count", phone).exit_code


def test_show_puts_the_newest_last(sandbox: Sandbox) -> None:
    """The end of the conversation is the end of the output."""
    for number in range(30):
        sandbox.receive(PHONE, f"message {number}")
    result = invoke("show", PHONE, "-n", "3", "--utc")
    assert f"3 of 30 messages with {PHONE}, times in UTC" == result.stdout.splitlines()[0]
    texts = [line for line in result.stdout.splitlines() if line.startswith("▎")]
    assert ["▎ message 27", "▎ message 28", "▎ message 29"] == texts


def test_show_of_few_messages_shows_all(sandbox: Sandbox) -> None:
    """Times are those of the machine if nothing else is said."""
    sandbox.receive(PHONE, "Oi")
    result = invoke("show", PHONE)
    assert f"1 message with {PHONE}, times in Etc/UTC" == result.stdout.splitlines()[0]


@pytest.mark.usefixtures("sandbox")
def test_show_of_an_unknown_phone_is_empty() -> None:
    """No messages are no error."""
    assert f"0 messages with {PHONE}, times in UTC\n\n" == invoke("show", PHONE, "--utc").output


def test_watch_shows_what_arrives_and_how_to_go_on(sandbox: Sandbox) -> None:
    """Only news is shown; the command printed at the end goes on with what comes after it."""
    sandbox.receive(PHONE, "old")
    _let_arrive(sandbox, {2: "first", 4: "second"}, stop_at=6)
    result = invoke("watch", PHONE, "--interval", "0.01", "--utc")
    assert 130 == result.exit_code
    assert ["▎ first", "▎ second"] == _texts(result)
    *before, command = result.stderr.splitlines()
    waiting = f"Waiting for messages with {PHONE}. Ctrl-C stops it."
    assert [waiting, "Interrupted.", "Resume with:"] == before
    arguments = shlex.split(command)
    assert ["smstools-async", "watch", PHONE, "--interval", "0.01", "--resume-from"] == arguments[
        :-2
    ]
    sandbox.receive(PHONE, "third")
    _let_arrive(sandbox, {}, stop_at=len(sandbox.requests) + 3)
    assert ["▎ third"] == _texts(invoke(*arguments[1:]))


def _let_arrive(sandbox: Sandbox, texts: dict[int, str], *, stop_at: int) -> None:
    """Let texts arrive before requests of those numbers, and Ctrl-C be pressed at the last one."""
    signal_at_request(sandbox, stop_at, os.getpid(), signal.SIGINT)
    press = sandbox.before_each_request

    def arrive(number: int) -> None:
        if number in texts:
            sandbox.receive(PHONE, texts[number])
        assert press is not None
        press(number)

    sandbox.before_each_request = arrive


def _texts(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith("▎")]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["nope!"], "Error: phone must be a telephone number, got 'nope!' (digits masked)"),
        (["nope!", "--sandbox"], "Error: This is not a phone number: "),
        ([PHONE, "--resume-from", "x"], "Error: This is not a cursor, or it is damaged. "),
    ],
    ids=["phone", "phone of a sandbox", "cursor"],
)
def test_watch_waits_for_nothing_with_wrong_arguments(
    sandbox: Sandbox, arguments: list[str], error: str
) -> None:
    """What is wrong is said, and nothing before."""
    result = invoke("watch", *arguments)
    assert 2 == result.exit_code
    assert result.stderr.startswith(error)
    assert 1 == result.stderr.count("\n")
    assert [] == sandbox.requests


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e308", "0", "-1"])
def test_interval_is_a_time_that_passes(seconds: str) -> None:
    """The error names the option alone, and nothing is said before."""
    result = invoke("watch", PHONE, "--interval", seconds)
    assert 2 == result.exit_code
    error = result.stderr.splitlines()[-1]
    assert error.startswith("Error: Invalid value for '--interval': ")
    assert "Waiting" not in result.stderr


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1"])
def test_timeout_is_a_time_that_passes(seconds: str) -> None:
    """In the same words."""
    result = invoke("count", PHONE, "--timeout", seconds)
    assert 2 == result.exit_code
    assert "\nError: Invalid value for '--timeout': " in result.stderr


def test_watch_that_saw_nothing_has_nothing_to_add(sandbox: Sandbox) -> None:
    """Interrupted before the first answer, it is as if it had not begun."""
    signal_at_request(sandbox, 1, os.getpid(), signal.SIGINT)
    result = invoke("watch", PHONE)
    assert 130 == result.exit_code
    assert "Interrupted." == result.stderr.splitlines()[-1]


def test_sandbox_has_news_to_watch() -> None:
    """Something comes in, so that there is something to see; it is gone with the program."""
    seen = invoke_at_terminal("watch", "--sandbox", PHONE, interrupt_at="▎")
    assert 130 == seen.exit_code
    assert "Resume with" not in seen.stderr
