"""How messages change: they go, move, and get other ids, statuses, times and URLs."""

from functools import partial

import attrs

from smstools_async._models import Message
from smstools_async.sandbox._account import Account
from smstools_async.sandbox._file_urls import with_file_base, with_file_query
from smstools_async.sandbox._history import with_time_shifted


class ChangingAccount(Account):
    """An account whose messages change.

    A message is found by what `messages` returned for it, also after it has changed since.
    """

    def delete(self, phone: str, *messages: Message) -> None:
        """Remove messages, one row for each: of two equal ones, one stays.

        Raises:
            LookupError: The conversation has no such message, or no longer.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> twin, _ = [sandbox.receive("551199", "ok", unix_time=1749113086) for _ in "12"]
            >>> sandbox.delete("551199", twin)
            >>> len(sandbox.messages("551199"))
            1
        """
        history = self._history_to_change(phone)
        for message in messages:
            history.remove(history.find(message))

    def expire(self, phone: str, count: int) -> tuple[Message, ...]:
        """Remove this many messages, those entered first, and return them, the oldest first.

        Raises:
            LookupError: There is no such conversation.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> sandbox.add_conversation("5511987654321", messages=10)
            >>> len(sandbox.expire("5511987654321", 4)), len(sandbox.messages("5511987654321"))
            (4, 6)
        """
        return self._history_to_change(phone).expire(count)

    def move(self, phone: str, message: Message, position: int) -> None:
        """Let a message stand elsewhere; it keeps its time.

        Args:
            phone: The other party.
            message: The message to be moved.
            position: Its index in `messages(phone)` afterwards.

        Raises:
            LookupError: The conversation has no such message, or no longer.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> first, *_ = [sandbox.receive("551199", text) for text in "abc"]
            >>> sandbox.move("551199", first, 1)
            >>> [message.text for message in sandbox.messages("551199")]
            ['c', 'a', 'b']
        """
        history = self._history_to_change(phone)
        history.move(history.find(message), position)

    def set_delivery_status(self, phone: str, message: Message, status: str) -> Message:
        """Change how far a message got, and return it as it is stored now.

        Raises:
            LookupError: The conversation has no such message, or no longer.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> message = sandbox.send("5511987654321", "Oi", delivery_status="SUBMITTED")
            >>> sandbox.set_delivery_status("5511987654321", message, "DELIVERED").delivery_status
            'DELIVERED'
        """
        history = self._history_to_change(phone)
        row = history.find(message)
        return history.change(row, attrs.evolve(row.message, delivery_status=str(status)))

    def set_message_id(self, phone: str, message: Message, message_id: str | None) -> Message:
        """Change the id of a message, and return it as it is stored now.

        Ids may come late, be the same on several rows, and become null again.

        Raises:
            LookupError: The conversation has no such message, or no longer.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> message = sandbox.send("5511987654321", "Oi", message_id=None)
            >>> sandbox.set_message_id("5511987654321", message, "BULK-77").message_id
            'BULK-77'
        """
        history = self._history_to_change(phone)
        row = history.find(message)
        return history.change(row, attrs.evolve(row.message, message_id=message_id))

    def shift_times(self, phone: str, seconds: int) -> None:
        """Shift the times of all messages, as a server whose time zone is corrected.

        Raises:
            LookupError: There is no such conversation.

        Example:
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> _ = sandbox.receive("551199", "Oi", unix_time=1749113086)
            >>> sandbox.shift_times("551199", 3600)
            >>> sandbox.messages("551199")[0].datetime_text
            '05 jun 2025, 09:44:46'
        """
        self._history_to_change(phone).change_all(partial(with_time_shifted, seconds=seconds))

    def rotate_file_urls(self, phone: str) -> None:
        """Give every file of a conversation another URL, as signed links that expire get one.

        Raises:
            LookupError: There is no such conversation.

        Example:
            >>> from smstools_async import MessageFile
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> photo = MessageFile(name="a.jpg", url="https://files.example/a.jpg", mime="image/")
            >>> _ = sandbox.receive("551199", "", files=[photo])
            >>> sandbox.rotate_file_urls("551199")
            >>> sandbox.messages("551199")[0].files[0].url
            'https://files.example/a.jpg?signature=1'
        """
        history = self._history_to_change(phone)
        history.rotations += 1
        history.change_all(partial(with_file_query, query=f"signature={history.rotations}"))

    def move_files(self, phone: str, base_url: str) -> None:
        """Let every file of a conversation be below `base_url`, at the path it has now.

        In process the transport serves files at any host. A sandbox on a port serves them at its
        own, to which this lets the URLs point.

        Raises:
            LookupError: There is no such conversation.

        Example:
            >>> from smstools_async import MessageFile
            >>> from smstools_async.sandbox import Sandbox
            >>> sandbox = Sandbox()
            >>> photo = MessageFile(name="a.jpg", url="https://files.example/a.jpg", mime="image/")
            >>> _ = sandbox.receive("551199", "", files=[photo])
            >>> sandbox.move_files("551199", "http://127.0.0.1:8025/files")
            >>> sandbox.messages("551199")[0].files[0].url
            'http://127.0.0.1:8025/files/a.jpg'
        """
        self._history_to_change(phone).change_all(partial(with_file_base, base_url=base_url))
