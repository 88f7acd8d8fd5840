"""The account in memory: which conversations it has, and which messages arrive."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import count
from random import Random
from types import EllipsisType
from typing import Final

import attrs

from smstools_async._models import Message, MessageFile
from smstools_async.sandbox._conversations import Conversations
from smstools_async.sandbox._file_urls import FILES_URL, phone_in_path
from smstools_async.sandbox._history import History
from smstools_async.sandbox._past import Past, generated_history
from smstools_async.sandbox._phones import checked_digits

BEGINNING: Final = 1_749_113_086
"""The present of an account without a clock: 05 jun 2025, 08:44:46, as on the vendor's page."""

_FIRST_ID: Final = 740_000_001
_IDS_OF_A_PHONE: Final = 1_000_000


@attrs.frozen(kw_only=True)
class _Population:
    """Phones that all have a conversation, generated on demand."""

    phones: range
    messages: int | Callable[[str], int]
    company: str | None
    files_url: str
    ends_at: int

    def has(self, phone: str) -> bool:
        """Return whether this is one of the phones, written without leading zeros."""
        return int(phone) in self.phones and str(int(phone)) == phone

    def past(self, phone: str) -> Past:
        """Return how the conversation of a phone is generated, the same way each time."""
        return Past(
            messages=self.messages if isinstance(self.messages, int) else self.messages(phone),
            company=self.company,
            ends_at=self.ends_at,
            files_url=self.files_url,
        )


class Account:
    """Conversations in memory.

    Phones are equal when their digits are, so `+5511…` and `5511…` name the same conversation;
    whether the vendor sees it so is unknown.

    Args:
        seed: Repeats everything random.
        now: Returns the Unix time in seconds.
    """

    def __init__(self, *, seed: int = 0, now: Callable[[], int] | None = None) -> None:
        self._seed = seed
        self._now = now
        self._message_ids = map(str, count(_FIRST_ID))
        self._populations: list[_Population] = []
        self._conversations = Conversations(self._populated)

    def add_conversation(
        self,
        phone: str,
        *,
        messages: int = 0,
        company: str | None = None,
        seed: int | None = None,
        files_url: str = FILES_URL,
    ) -> None:
        """Add a conversation with this many generated messages.

        Customer service in Brazilian Portuguese: reminders, boletos, deliveries, questions with
        photos. Rows may share a second, and now and then a text comes twice in one.

        Args:
            phone: The other party.
            messages: How many; 100,000 take about a second.
            company: The account's sender id or number; a random one by default.
            seed: Repeats these messages whatever else the account holds; by default it follows from
                the sandbox's seed and the phone.
            files_url: Where the files are.

        Raises:
            ValueError: The phone is not valid, or has a conversation already.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> sandbox.add_conversation("+5511987654321", messages=2000)
            >>> len(sandbox.messages("5511987654321"))
            2000
        """
        digits = checked_digits(phone)
        if self._conversations.get(digits):
            raise ValueError(
                "This phone has a conversation already. Add to it with `receive` and `send`."
            )
        past = Past(
            messages=messages, company=company, ends_at=self._present(), files_url=files_url
        )
        random = self._random(digits) if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
        self._conversations.enter(
            generated_history(digits, past, next_id=self._message_ids.__next__, random=random)
        )

    def add_conversations(
        self,
        phones: range,
        *,
        messages: int | Callable[[str], int] = 20,
        company: str | None = None,
        files_url: str = FILES_URL,
    ) -> None:
        """Add a conversation for each of very many phones.

        Conversations are generated on demand, and only those that change stay in memory. The same
        phone always has the same messages.

        Args:
            phones: The digits as numbers; a million take no more memory than one.
            messages: How many each has; a callable gets the digits.
            company: As for `add_conversation`.
            files_url: As for `add_conversation`.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> sandbox.add_conversations(range(5511900000000, 5511901000000), messages=30)
            >>> len(sandbox.messages("+5511900123456"))
            30
        """
        self._populations.append(
            _Population(
                phones=phones,
                messages=messages,
                company=company,
                files_url=files_url,
                ends_at=self._present(),
            )
        )
        self._conversations.forget_made()

    def receive(
        self,
        phone: str,
        text: str,
        *,
        files: Iterable[MessageFile] = (),
        unix_time: int | None = None,
        message_id: str | None = None,
        position: int = 0,
    ) -> Message:
        """Let a message from the phone arrive.

        Args:
            phone: The sender; a conversation is added if there is none.
            text: Its text.
            files: Its attachments.
            unix_time: When, in seconds; by default now, and never before the rows that are there.
                A late row has an older time: it stands where it was entered, unless
                `Quirks.sort_by` is "time".
            message_id: Its id; the vendor's example has none on inbound rows.
            position: Its index in `messages(phone)`: 0 is before all others.

        Returns:
            The message as it is stored and served.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> Sandbox().receive("5511987654321", "Confirmo, obrigada! 🙏").direction
            'inbound'
        """
        history = self._history_to_write(phone)
        time = self._arrival_time(history, unix_time)
        message = history.inbound(text, time, message_id=message_id, files=tuple(files))
        return history.add(message, position)

    def send(
        self,
        phone: str,
        text: str,
        *,
        files: Iterable[MessageFile] = (),
        unix_time: int | None = None,
        delivery_status: str = "DELIVERED",
        message_id: str | EllipsisType | None = ...,
        position: int = 0,
    ) -> Message:
        """Let a message of the account appear.

        Args:
            phone: The receiver; a conversation is added if there is none.
            text: Its text.
            files: Its attachments.
            unix_time: When, as for `receive`.
            delivery_status: How far it got.
            message_id: Its id; by default one that no other message has.
            position: As for `receive`.

        Returns:
            The message as it is stored and served.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> sandbox.send("5511987654321", "Sua consulta é amanhã às 14h30.").message_id
            '740000001'
        """
        history = self._history_to_write(phone)
        message = history.outbound(
            text,
            self._arrival_time(history, unix_time),
            message_id=next(self._message_ids) if message_id is ... else message_id,
            files=tuple(files),
            delivery_status=str(delivery_status),
        )
        return history.add(message, position)

    def messages(self, phone: str) -> tuple[Message, ...]:
        """Return a conversation as it was entered, the last message first.

        Messages are equal to those a client reads. An unknown phone has none.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> arrived = sandbox.receive("5511987654321", "Oi")
            >>> sandbox.messages("+5511987654321") == (arrived,)
            True
        """
        history = self._history(phone)
        return history.messages() if history else ()

    def _files_at(self, path: str) -> Iterator[MessageFile]:
        """Yield the files that may have this path, those of the phone in it first."""
        phone = phone_in_path(path)
        history = self._conversations.get(phone) if phone else None
        yield from history.files() if history else ()
        yield from self._conversations.entered_files()

    def _populated(self, phone: str) -> History | None:
        population = next((one for one in self._populations if one.has(phone)), None)
        if population is None:
            return None
        past = population.past(phone)
        ids = map(str, count(_first_id(phone)))
        return generated_history(phone, past, next_id=ids.__next__, random=self._random(phone))

    def _random(self, phone: str) -> Random:
        return Random(f"{self._seed}/{phone}")  # noqa: S311 - repeatable on purpose

    def _present(self) -> int:
        return self._now() if self._now else BEGINNING

    def _history(self, phone: str) -> History | None:
        return self._conversations.get(checked_digits(phone))

    def _history_to_write(self, phone: str) -> History:
        if self._history(phone) is None:
            self.add_conversation(phone)
        return self._history_to_change(phone)

    def _history_to_change(self, phone: str) -> History:
        history = self._conversations.get_to_change(checked_digits(phone))
        if history is None:
            raise LookupError("This phone has no conversation. Add one with `add_conversation`.")
        return history

    def _arrival_time(self, history: History, unix_time: int | None) -> int:
        if unix_time is not None:
            return unix_time
        return max(self._present(), history.latest) + (0 if self._now else 1)


def _first_id(phone: str) -> int:
    """Return the first id of a generated conversation; those of other phones are far away."""
    return int.from_bytes(sha256(phone.encode()).digest()[:5]) * _IDS_OF_A_PHONE
