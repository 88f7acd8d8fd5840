"""JSON Lines: what is written is one line a message, and comes back as it was."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smstools_async import Message
from smstools_async.export import jsonl_writer, read_jsonl
from tests.export.messages import HELLO, messages_with

MESSAGES = messages_with(text=st.text(st.characters()))  # halves of surrogate pairs included


def _written(*messages: Message) -> str:
    stream = io.StringIO()
    with jsonl_writer(stream) as writer:
        for message in messages:
            writer.write(message)
    return stream.getvalue()


def test_line_has_the_names_of_a_message_led_by_its_time() -> None:
    """A line is `to_dict()` with its time in ISO 8601 and its phone, readable as it is."""
    line = _written(HELLO)
    assert {
        "sent_at": "2025-06-05T08:44:46+00:00",
        "phone": "5511987654321",
        **HELLO.to_dict(),
    } == json.loads(line)
    assert line.startswith('{"sent_at": "2025-06-05T08:44:46+00:00", "phone": "5511987654321", ')
    assert "Olá, João! 🙏" in line


def test_nothing_written_is_an_empty_text() -> None:
    """A conversation without messages is a file without lines."""
    assert "" == _written()


@pytest.mark.parametrize(
    ("character", "written"),
    [
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\x00", "\\u0000"),
        ("\x1b", "\\u001b"),
        ("\x7f", "\\u007f"),
        ("\x85", "\\u0085"),
        ("\x9b", "\\u009b"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
        ("\ud83d", "\\ud83d"),
    ],
    ids=ascii,
)
def test_dangerous_character_is_escaped(character: str, written: str) -> None:
    """What could break a line, command a terminal or not be encoded is a JSON escape."""
    line = _written(Message(direction="", sender="", receiver="", text=character, unix_time=0))
    assert f'"text": "{written}"' in line


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(MESSAGES, max_size=4))
def test_written_messages_are_read_back_equal(messages: list[Message]) -> None:
    """Whatever a message holds, it is one line of UTF-8 to any reader, and nothing is lost."""
    text = _written(*messages)
    assert len(messages) == len(text.encode("utf-8").decode("utf-8").splitlines())
    assert messages == list(read_jsonl(text.splitlines()))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "null",
        "[]",
        "3",
        '"text"',
        "{}",
        _written(HELLO).replace('"sender"', '"from"'),
        _written(HELLO).replace('"sent_at"', '"sentAt"'),
        _written(HELLO).replace('"mime"', '"type"'),
        _written(HELLO)[:-30],
    ],
)
def test_line_that_is_no_message_is_named_by_its_number(line: str) -> None:
    """A damaged file is refused where it is damaged, after the good lines, without its text."""
    messages = read_jsonl([_written(HELLO), line])
    assert HELLO == next(messages)
    with pytest.raises(ValueError, match=r"^line 2 is not a message as jsonl_writer writes it;"):
        next(messages)


def test_dict_of_a_message_and_exported_line_are_read_by_both() -> None:
    """They are one shape: a line has its phone besides, which is not part of the message."""
    line = _written(HELLO)
    assert [HELLO] == list(read_jsonl([json.dumps(HELLO.to_dict())]))
    assert HELLO == Message.from_dict(json.loads(line))
    assert {"phone": HELLO.receiver} == {
        key: value for key, value in json.loads(line).items() if key not in HELLO.to_dict()
    }


def test_conversation_is_read_by_its_phone() -> None:
    """However it is written; a line without a phone belongs to its other side."""
    lines = [_written(HELLO), json.dumps(HELLO.to_dict())]
    assert [HELLO, HELLO] == list(read_jsonl(lines, phone="+55 11 98765-4321"))
    assert [] == list(read_jsonl(lines, phone="+551100000002"))
