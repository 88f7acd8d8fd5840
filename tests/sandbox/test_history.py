"""What is in the account, and how it changes."""

from collections import Counter
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smstools_async import DeliveryStatus, Message, MessageFile
from smstools_async.sandbox import Response, Sandbox
from tests.sandbox.asking import PHONE, ask_for_page, read_rows

MOMENT = 1_749_113_086


@pytest.fixture(scope="module")
def past() -> tuple[Message, ...]:
    """Return a believable past, newest first."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=3000)
    return sandbox.messages(PHONE)


def test_past_has_as_many_messages_as_asked_for(past: tuple[Message, ...]) -> None:
    """Not one more, though scenes have several lines."""
    assert 3000 == len(past)


def test_past_is_sorted_and_over(past: tuple[Message, ...]) -> None:
    """Newest first, and the newest is older than the sandbox's present."""
    times = [message.unix_time for message in past]
    assert sorted(times, reverse=True) == times
    assert times[0] <= MOMENT


def test_past_keeps_opening_hours(past: tuple[Message, ...]) -> None:
    """The company writes by day, in Brasília, and never begins anything on a Sunday."""
    hours = Counter((message.sent_at.hour - 3) % 24 for message in past)
    days = Counter(message.sent_at.weekday() for message in past)
    assert sum(hours[hour] for hour in range(8, 19)) > 0.9 * len(past)
    assert days[6] < days[5] < days[0] / 2


def test_past_has_ids_on_outbound_messages_alone(past: tuple[Message, ...]) -> None:
    """Inbound ids are null on the vendor's page; outbound ones differ from each other."""
    ids = [message.message_id for message in past if message.direction == "outbound"]
    assert {None} == {message.message_id for message in past if message.direction == "inbound"}
    assert len(ids) == len(set(ids))
    assert None not in ids
    assert len(past) / 3 < len(ids) < len(past) * 2 / 3


def test_past_has_files_on_about_a_tenth_of_the_messages(past: tuple[Message, ...]) -> None:
    """Some have several, and no URL leads anywhere real."""
    with_files = [message for message in past if message.files]
    hosts = {file.url.split("/")[2] for message in with_files for file in message.files}
    assert 0.08 < len(with_files) / len(past) < 0.13
    assert {"files.sandbox.example"} == hosts
    assert {1, 2} == {len(message.files) for message in with_files}


def test_past_has_ties_and_twins(past: tuple[Message, ...]) -> None:
    """Rows share a second, and a few are the same to the letter."""
    ties = sum(one.unix_time == other.unix_time for one, other in pairwise(past))
    twins = sum(one == other for one, other in pairwise(past))
    assert 20 < ties < 200
    assert 2 < twins < ties


def test_past_has_delivery_statuses_of_the_vendor(past: tuple[Message, ...]) -> None:
    """Most outbound messages arrived; a status on an inbound one says nothing."""
    statuses = Counter(m.delivery_status for m in past if m.direction == "outbound")
    assert set(DeliveryStatus) == set(statuses)
    assert statuses["DELIVERED"] > 0.9 * statuses.total()
    assert {"DELIVERED"} == {m.delivery_status for m in past if m.direction == "inbound"}


def test_past_speaks_portuguese(past: tuple[Message, ...]) -> None:
    """Accents and emoji are there, and no placeholder was left open."""
    everything = " ".join(message.text for message in past)
    assert {*"ãçéíó✅🙏"} <= {*everything}
    assert "{" not in everything


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_past_may_be_short(count: int) -> None:
    """A new conversation has few messages, or none."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=count)
    assert count == len(sandbox.messages(PHONE))


def test_past_is_repeated_by_the_seed() -> None:
    """Equal seeds and phones give equal pasts, whatever else the sandboxes hold."""
    pasts = list[list[tuple[str, int]]]()
    for seed, busy in [(1, False), (1, True), (2, False)]:
        sandbox = Sandbox(seed=seed)
        if busy:
            sandbox.add_conversation("5521912345678", messages=10)
        sandbox.add_conversation(PHONE, messages=50)
        pasts.append([(message.text, message.unix_time) for message in sandbox.messages(PHONE)])
    assert pasts[0] == pasts[1]
    assert pasts[0] != pasts[2]


def test_past_is_repeated_by_its_own_seed() -> None:
    """A seed of the conversation overrules the sandbox's."""
    first, second = Sandbox(seed=1), Sandbox(seed=2)
    for sandbox in (first, second):
        sandbox.add_conversation(PHONE, messages=50, seed=7)
    assert first.messages(PHONE) == second.messages(PHONE)


def test_past_ends_before_now() -> None:
    """With a clock, the past is over when the clock says."""
    sandbox = Sandbox(now=lambda: 1_800_000_000)
    sandbox.add_conversation(PHONE, messages=20)
    newest = sandbox.messages(PHONE)[0]
    assert 1_800_000_000 - 7 * 86_400 < newest.unix_time <= 1_800_000_000


def test_past_is_one_between_phone_and_company() -> None:
    """The company's sender id stands where the account stands."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=50, company="Padaria")
    assert {("Padaria", PHONE), (PHONE, "Padaria")} == {
        (message.sender, message.receiver) for message in sandbox.messages(PHONE)
    }


def test_conversation_begins_once() -> None:
    """A second past for the same digits is refused."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE)
    with pytest.raises(ValueError, match="has a conversation already"):
        sandbox.add_conversation(f"+{PHONE}")


@pytest.mark.parametrize("phone", ["", "12", "Clinica", "1" * 21, "55/11"])
def test_invalid_phone_is_refused(phone: str) -> None:
    """Wrong arguments are a ValueError that does not repeat them."""
    with pytest.raises(ValueError, match="not a phone number"):
        Sandbox().receive(phone, "Oi")


def test_arrivals_stand_at_the_head() -> None:
    """Both directions, in the order they came, each a second after the one before."""
    sandbox = Sandbox()
    first = sandbox.receive(PHONE, "Oi")
    second = sandbox.send(PHONE, "Olá!", delivery_status="SUBMITTED")
    assert (second, first) == sandbox.messages(PHONE)
    assert ["SUBMITTED", "DELIVERED"] == [m.delivery_status for m in (second, first)]
    assert 1 == second.unix_time - first.unix_time


def test_arrival_is_served_as_it_was_returned() -> None:
    """What `receive` and `send` return is what a client reads."""
    sandbox = Sandbox()
    photo = MessageFile(name="a.jpg", url="https://files.example/a", mime="image/jpeg")
    sandbox.receive(PHONE, "\ud83d", files=[photo, photo])
    sandbox.send(PHONE, 'Olá, "João" 🙏\n/\\')
    assert list(sandbox.messages(PHONE)) == read_rows(ask_for_page(sandbox))


def test_arrival_is_never_older_than_the_newest_row() -> None:
    """A clock that stands still or goes back gives ties, not late rows."""
    clock = [100]
    sandbox = Sandbox(now=lambda: clock[-1])
    arrivals = list[Message]()
    for clock[-1] in (100, 100, 90, 110):
        arrivals.append(sandbox.receive(PHONE, "Oi"))
    assert [100, 100, 100, 110] == [message.unix_time for message in arrivals]


def test_arrival_can_be_late() -> None:
    """A row with an older time stands at the head: such a list is not sorted any more."""
    sandbox = Sandbox()
    sandbox.receive(PHONE, "one", unix_time=100)
    sandbox.receive(PHONE, "late", unix_time=50)
    assert ["late", "one"] == [message.text for message in sandbox.messages(PHONE)]
    assert sandbox.receive(PHONE, "next").unix_time > MOMENT


def test_arrival_can_stand_anywhere() -> None:
    """Its index in `messages` is what was asked for; beyond the oldest row it is the oldest."""
    sandbox = Sandbox()
    for text, position in [("a", 0), ("b", 0), ("c", 1), ("d", 3), ("e", 99)]:
        sandbox.receive(PHONE, text, position=position)
    sandbox.send(PHONE, "f", position=2)
    assert "bcfade" == "".join(message.text for message in sandbox.messages(PHONE))


def test_message_can_be_moved() -> None:
    """It keeps its time, and stands where it was asked to."""
    sandbox = Sandbox()
    a, _, c = (sandbox.receive(PHONE, text) for text in "abc")
    sandbox.move(PHONE, c, 2)
    assert "bac" == "".join(message.text for message in sandbox.messages(PHONE))
    sandbox.move(PHONE, a, 0)
    assert ["a", "b", "c"] == [message.text for message in sandbox.messages(PHONE)]
    assert a == sandbox.messages(PHONE)[0]


def test_ids_come_late_repeat_and_go() -> None:
    """A message is found by what it was before."""
    sandbox = Sandbox()
    first = sandbox.send(PHONE, "Oi", message_id=None)
    second = sandbox.receive(PHONE, "Olá", message_id="7")
    late = sandbox.set_message_id(PHONE, first, "7")
    assert ["7", "7"] == [row["messageId"] for row in ask_for_page(sandbox)["conversation"]]
    assert (second, late) == sandbox.messages(PHONE)
    sandbox.set_message_id(PHONE, first, None)
    assert (second, first) == sandbox.messages(PHONE)


def test_times_can_be_shifted() -> None:
    """All of one conversation, with the text of the date; nothing else changes."""
    sandbox = Sandbox()
    early, late = (sandbox.receive(PHONE, "Oi", unix_time=time) for time in (MOMENT, MOMENT + 9))
    sandbox.shift_times(PHONE, -3600)
    assert [MOMENT + 9 - 3600, MOMENT - 3600] == [m.unix_time for m in sandbox.messages(PHONE)]
    assert "05 jun 2025, 07:44:46" == ask_for_page(sandbox)["conversation"][1]["datetime"]
    sandbox.shift_times(PHONE, 3600)
    assert (late, early) == sandbox.messages(PHONE)


def test_phones_are_equal_by_their_digits() -> None:
    """Spelling does not make another conversation."""
    sandbox = Sandbox()
    sandbox.receive("+55 (11) 98765-4321", "Oi")
    assert 1 == len(sandbox.messages(PHONE))
    assert () == sandbox.messages("+5511987654322")


@given(st.lists(st.sampled_from(["ok", "sim"]), min_size=1), st.data())
def test_deleting_removes_exactly_one_row(arrivals: list[str], data: st.DataObject) -> None:
    """One row goes for one message, although its twins look the same."""
    sandbox = Sandbox()
    for text in arrivals:
        sandbox.receive(PHONE, text, unix_time=MOMENT)
    message = data.draw(st.sampled_from(sandbox.messages(PHONE)))
    before = Counter(sandbox.messages(PHONE))
    sandbox.delete(PHONE, message)
    assert Counter([message]) == before - Counter(sandbox.messages(PHONE))
    assert len(arrivals) - 1 == len(sandbox.messages(PHONE))


def test_deleting_finds_a_message_that_has_changed() -> None:
    """A message from before a change of status or URL stands for its row; the equal row is best."""
    sandbox = Sandbox()
    photo = MessageFile(name="a.jpg", url="https://files.example/a", mime="image/jpeg")
    message = sandbox.receive(PHONE, "", files=[photo], unix_time=MOMENT)
    sandbox.rotate_file_urls(PHONE)
    twin = sandbox.receive(PHONE, "", files=[photo], unix_time=MOMENT)
    sandbox.delete(PHONE, twin)
    assert ["?signature=1"] == [m.files[0].url[-12:] for m in sandbox.messages(PHONE)]
    sandbox.delete(PHONE, message)
    assert () == sandbox.messages(PHONE)


def test_deleting_what_is_not_there_is_an_error() -> None:
    """Neither a message that is gone nor a phone without a conversation passes silently."""
    sandbox = Sandbox()
    message = sandbox.receive(PHONE, "Oi")
    sandbox.delete(PHONE, message)
    with pytest.raises(LookupError, match="no such message, or no longer"):
        sandbox.delete(PHONE, message)
    with pytest.raises(LookupError, match="no conversation"):
        sandbox.delete("5521912345678", message)


def test_expiring_takes_the_oldest() -> None:
    """The tail goes, oldest first."""
    sandbox = Sandbox()
    first, second, third = (sandbox.receive(PHONE, text) for text in "123")
    assert (first, second) == sandbox.expire(PHONE, 2)
    assert (third,) == sandbox.messages(PHONE)


def test_delivery_status_changes_on_its_own() -> None:
    """Nothing else of the row changes, and the next page shows it."""
    sandbox = Sandbox()
    sent = sandbox.send(PHONE, "Oi", delivery_status=DeliveryStatus.SUBMITTED)
    before = ask_for_page(sandbox)["conversation"][0]
    changed = sandbox.set_delivery_status(PHONE, sent, "NOT DELIVERED")
    after = ask_for_page(sandbox)["conversation"][0]
    assert (changed,) == sandbox.messages(PHONE)
    assert before | {"deliveryStatus": "NOT DELIVERED"} == after
    assert "SUBMITTED" == before["deliveryStatus"]


def test_file_urls_change_on_their_own() -> None:
    """Rows without files stay the same; the others differ in the URL alone, each time anew."""
    sandbox = Sandbox()
    sandbox.add_conversation(PHONE, messages=100)
    urls = list[set[str]]()
    for _ in range(3):
        urls.append({file.url for message in sandbox.messages(PHONE) for file in message.files})
        sandbox.rotate_file_urls(PHONE)
    assert not (urls[0] & urls[1] | urls[1] & urls[2])
    assert {url.split("?")[0] for url in urls[0]} == {url.split("?")[0] for url in urls[2]}


def test_repr_keeps_the_secret() -> None:
    """A sandbox may be logged."""
    sandbox = Sandbox(client_secret="do-not-tell")  # noqa: S106 - looks like one on purpose
    sandbox.receive(PHONE, "Oi")
    assert "Sandbox(client_id='sandbox-id', client_secret='•••', conversations=1, requests=0)" == (
        repr(sandbox)
    )


PHONES = range(5_511_900_000_000, 5_511_901_000_000)


def test_a_million_conversations_are_made_on_demand() -> None:
    """The same ones for each phone, however many others were read before."""
    sandbox = Sandbox()
    sandbox.add_conversations(PHONES, messages=lambda phone: 10 + int(phone) % 3, company="Padaria")
    first = sandbox.messages(str(PHONES[0]))
    sizes = [len(sandbox.messages(str(phone))) for phone in PHONES[:999]]
    assert {10, 11, 12} == {*sizes}
    assert first == sandbox.messages(str(PHONES[0]))
    assert "Padaria" in {first[0].sender, first[0].receiver}
    assert "conversations=0" in repr(sandbox)
    assert () == sandbox.messages(str(PHONES.stop))
    assert () == sandbox.messages(f"0{PHONES[0]}")


def test_ids_of_a_million_conversations_differ() -> None:
    """As those of one account do."""
    sandbox = Sandbox()
    sandbox.add_conversations(PHONES, messages=30)
    ids = [
        message.message_id
        for phone in PHONES[:50]
        for message in sandbox.messages(str(phone))
        if message.message_id
    ]
    assert len(set(ids)) == len(ids) > 300


def test_a_conversation_that_changed_stays() -> None:
    """It is forgotten no longer; it had its messages before, and is not entered twice."""
    sandbox = Sandbox()
    sandbox.add_conversations(PHONES)
    phone = str(PHONES[7])
    arrived = sandbox.receive(phone, "Oi")
    sandbox.delete(phone, sandbox.messages(phone)[1])
    for other in PHONES[100:400]:
        sandbox.messages(str(other))
    assert (20, arrived) == (len(sandbox.messages(phone)), sandbox.messages(phone)[0])
    with pytest.raises(ValueError, match="has a conversation already"):
        sandbox.add_conversation(phone)


def test_a_conversation_of_its_own_comes_before_those_of_many() -> None:
    """Whether it was added before them or not."""
    sandbox = Sandbox()
    phone = str(PHONES[7])
    sandbox.add_conversation(phone, messages=3)
    sandbox.add_conversations(PHONES)
    assert [3, 20] == [len(sandbox.messages(str(number))) for number in PHONES[7:9]]


def test_files_of_a_million_conversations_are_served() -> None:
    """Where they are said to be, although nobody read the conversation lately."""
    sandbox = Sandbox()
    sandbox.add_conversations(PHONES, messages=100, files_url="http://127.0.0.1:8025/files")
    urls = [
        urlsplit(file.url)
        for phone in PHONES[:20]
        for message in sandbox.messages(str(phone))
        for file in message.files
    ]
    again = Sandbox()
    again.add_conversations(PHONES, messages=100, files_url="http://127.0.0.1:8025/files")
    outcomes = [again.respond("GET", url.path) for url in urls]
    assert {200} == {outcome.status for outcome in outcomes if isinstance(outcome, Response)}
    assert {"127.0.0.1:8025"} == {url.netloc for url in urls}


def test_a_clock_changes_no_generated_past() -> None:
    """A conversation that is generated again ends where it ended before."""
    clock = [1_800_000_000]
    sandbox = Sandbox(now=lambda: clock[-1])
    sandbox.add_conversations(PHONES)
    first = sandbox.messages(str(PHONES[0]))
    clock.append(1_900_000_000)
    for phone in PHONES[1:300]:
        sandbox.messages(str(phone))
    assert first == sandbox.messages(str(PHONES[0]))


def test_negative_numbers_are_refused() -> None:
    """Before anything changes."""
    sandbox = Sandbox()
    message = sandbox.receive(PHONE, "Oi")
    with pytest.raises(ValueError, match="position must be 0 or more, got -1"):
        sandbox.receive(PHONE, "Oi", position=-1)
    with pytest.raises(ValueError, match="position must be 0 or more, got -2"):
        sandbox.move(PHONE, message, -2)
    with pytest.raises(ValueError, match="count must be 0 or more, got -1"):
        sandbox.expire(PHONE, -1)
    with pytest.raises(ValueError, match="messages"):
        sandbox.add_conversation("5521912345678", messages=-1)
    assert (message,) == sandbox.messages(PHONE)
