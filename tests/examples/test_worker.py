"""The worker of the examples loses and repeats nothing when it is stopped, killed or fails."""

import json
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from examples.worker import Archive, main, run
from smstools_async import Message
from smstools_async.sandbox import UNTRUE_NUMBERS, Response, Sandbox
from tests.examples.killing import PHONES, kept, kill_again_and_again, start, truth

FIRST, SECOND, THIRD = PHONES
CODES = [(signal.SIGINT, 130), (signal.SIGTERM, 0)]
_PATIENCE = 60  # seconds, and far more than any of these needs


@pytest.fixture
def sandbox(smstools_sandbox: Sandbox, smstools_base_url: str) -> Sandbox:
    """Return an empty sandbox on a port, which the worker finds by its environment."""
    assert os.environ["SMSTOOLS_BASE_URL"] == smstools_base_url
    return smstools_sandbox


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of a file that is not there yet."""
    return tmp_path / "archive.db"


def copy(path: Path) -> int:
    """Let the worker run to its end."""
    return main(str(path), *PHONES)


def messages_in(path: Path, phone: str) -> list[Message]:
    """Read a conversation back, whole messages."""
    with closing(sqlite3.connect(path)) as db:
        order = "select fields from messages where phone = ? order by number"
        return [Message.from_dict(json.loads(fields)) for (fields,) in db.execute(order, [phone])]


def test_whole_messages_are_kept_oldest_first(sandbox: Sandbox, path: Path) -> None:
    """With all their fields, and nothing else with them."""
    for number, phone in enumerate(PHONES):
        sandbox.add_conversation(phone, messages=700 * number)
    assert 0 == copy(path)
    for phone in PHONES:
        assert list(reversed(sandbox.messages(phone))) == messages_in(path, phone)


def test_the_next_run_adds_what_arrived(sandbox: Sandbox, path: Path) -> None:
    """Also where a message that was copied has gone."""
    sandbox.add_conversation(FIRST, messages=50)
    copy(path)
    (before, *_) = kept(path)
    sandbox.delete(FIRST, sandbox.messages(FIRST)[3])
    sandbox.receive(FIRST, "Oi")
    copy(path)
    assert [*before, "Oi"] == kept(path)[0]


def test_a_failed_conversation_is_recorded_and_does_not_stop_the_others(
    sandbox: Sandbox, path: Path
) -> None:
    """Until a later run has read it, without a second copy of what was stored."""
    for phone in PHONES:
        sandbox.add_conversation(phone, messages=2500 if phone == SECOND else 200)
    sandbox.fail(Response(status=400), phone=SECOND, page=2)
    assert 1 == copy(path)
    wanted = truth(sandbox)
    assert [wanted[0], wanted[2]] == [kept(path)[0], kept(path)[2]]
    assert wanted[1][: len(kept(path)[1])] == kept(path)[1] != wanted[1]
    assert [(SECOND, "InvalidRequestError")] == failures_in(path)
    assert 0 == copy(path)
    assert wanted == kept(path)
    assert [] == failures_in(path)


def failures_in(path: Path) -> list[tuple[str, str]]:
    """Return which conversations failed, and by which kind of error."""
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("select phone, error from conversations where error is not null")
        return [(phone, error.split(":")[0]) for phone, error in found]


def test_what_is_not_a_phone_number_is_recorded(sandbox: Sandbox, path: Path) -> None:
    """It does not stop the others either."""
    sandbox.receive(FIRST, "Oi")
    assert 1 == main(str(path), "!", FIRST)
    assert [("!", "ArgumentError")] == failures_in(path)
    assert ["Oi"] == kept(path)[0]


def test_a_copy_that_may_be_incomplete_is_recorded(sandbox: Sandbox, path: Path) -> None:
    """What came is stored all the same."""
    sandbox.add_conversation(FIRST, messages=40)
    sandbox.quirks = UNTRUE_NUMBERS["total-far-too-high"]
    assert 1 == main(str(path), FIRST)
    assert [(FIRST, "IncompleteCopyError")] == failures_in(path)
    assert truth(sandbox)[0] == kept(path)[0]


@pytest.mark.parametrize("given", [[], ["archive.db"]], ids=["nothing", "no phones"])
def test_what_is_missing_on_the_command_line_is_reported(
    given: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By a line on how it is used; no file is made."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(*given)
    assert 2 == caught.value.code
    usage = "usage: python -m examples.worker [-h] file phone [phone ...]\n"
    assert capsys.readouterr().err.startswith(usage)
    assert [] == list(tmp_path.iterdir())


class Interrupted(Archive):
    """An archive in the middle of whose work a signal comes."""

    def __init__(self, path: Path, what: signal.Signals, at_message: int) -> None:
        super().__init__(str(path))
        self._what = what
        self._left = at_message

    def keep(self, phone: str, message: Message, cursor: str | None) -> None:
        """Count messages down, and send the signal while the last one is at hand."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), self._what)
        super().keep(phone, message, cursor)


@pytest.mark.parametrize(("what", "code"), CODES)
def test_the_message_at_hand_is_kept_when_a_signal_comes(
    sandbox: Sandbox,
    path: Path,
    what: signal.Signals,
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Then the worker stops, soon, and the next run does the rest."""
    for phone in PHONES:
        sandbox.add_conversation(phone, messages=900)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with closing(Interrupted(path, what, at_message=1234)) as archive:
        assert code == run(PHONES, archive)
    signal.signal(signal.SIGINT, before)
    assert "Stopped. Run it again to continue.\n" == capsys.readouterr().out
    assert 1234 <= sum(map(len, kept(path))) < 2700
    assert 0 == copy(path)
    assert truth(sandbox) == kept(path)


@pytest.mark.parametrize(("what", "code"), CODES)
def test_a_signal_ends_the_wait_for_a_response(
    sandbox: Sandbox, path: Path, what: signal.Signals, code: int
) -> None:
    """However slow the gateway is."""
    sandbox.latency = 600
    with start(path) as process:

        def send(number: int) -> None:
            if number == 1:
                process.send_signal(what)

        sandbox.before_each_request = send
        output, _ = process.communicate(timeout=_PATIENCE)
    assert (code, "Stopped. Run it again to continue.\n") == (process.returncode, output)


class Broken(Archive):
    """An archive that fails once, behind a message or in front of it."""

    left = 321
    is_kept = False

    def keep(self, phone: str, message: Message, cursor: str | None) -> None:
        """Count messages down, and fail at the last one."""
        self.left -= 1
        if self.left != 0 or self.is_kept:
            super().keep(phone, message, cursor)
        if self.left == 0:
            raise MemoryError


@pytest.mark.parametrize("is_kept", [True, False])
def test_an_error_of_the_worker_itself_leaves_all_as_it_is(
    sandbox: Sandbox, path: Path, *, is_kept: bool
) -> None:
    """It is not swallowed, and the next run goes on behind the last message kept."""
    for phone in PHONES:
        sandbox.add_conversation(phone, messages=300)
    with closing(Broken(str(path))) as archive:
        archive.is_kept = is_kept
        with pytest.raises(ExceptionGroup) as caught:
            run(PHONES, archive)
    assert caught.group_contains(MemoryError)
    assert 0 == copy(path)
    assert truth(sandbox) == kept(path)


def test_a_worker_killed_again_and_again_keeps_each_message_once(
    sandbox: Sandbox, path: Path
) -> None:
    """At whichever statement of its transactions, while messages arrive, equal ones too."""
    sandbox.receive(FIRST, "Oi")
    added = list(kill_again_and_again(sandbox, 5, Random(4), path))
    assert sum(number > 0 for number in added) > 3
    assert truth(sandbox) == kept(path)
