"""The account in memory: what is in it, how it behaves, and what it was asked."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, count
from random import Random
from types import EllipsisType, MappingProxyType
from typing import Final

import anyio
import anyio.lowlevel
import attrs

from smstools_async._models import Message, MessageFile
from smstools_async.sandbox._attachments import attachment
from smstools_async.sandbox._cache import PageCache
from smstools_async.sandbox._chat import believable_messages
from smstools_async.sandbox._conversation import conversation, misrouted
from smstools_async.sandbox._door import Door, RateLimit
from smstools_async.sandbox._faults import (
    Disconnect,
    Outcome,
    PlannedFault,
    ReadTimedOut,
    Response,
)
from smstools_async.sandbox._history import (
    History,
    with_file_base,
    with_file_query,
    with_time_shifted,
)
from smstools_async.sandbox._log import Credentials, LoggedRequest, decode_query, phone_digits
from smstools_async.sandbox._page import listed
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._scenes import COMPANIES
from smstools_async.sandbox._transport import SandboxTransport

BEGINNING: Final = 1_749_113_086
"""When a sandbox without a clock begins: 05 jun 2025, 08:44:46, the moment on the vendor's page."""

_NO_QUIRKS: Final = Quirks()
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


class Flight:
    """One request on its way; ends once, however often it is told to."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._is_over = False

    def end(self) -> None:
        """Count the request as no longer in flight."""
        if not self._is_over:
            self._is_over = True
            self._sandbox.in_flight -= 1


class Sandbox:
    """An account of the SMS gateway in memory, that answers as the vendor's service does.

    Fill it, hand its `transport()` to httpx, and script what is to go wrong. Phones are equal when
    their digits are, so `+5511…` and `5511…` find the same conversation; whether the vendor sees it
    so is unknown.

    The seed repeats whatever is drawn by lot, and times come from no clock unless `now` is given:
    without it, histories end early in June 2025 and each arrival comes a second after the last.

    Args:
        client_id: What `X-Client-Id` must hold.
        client_secret: What `X-Client-Secret` must hold.
        seed: Repeats everything drawn by lot.
        now: Returns the Unix time in seconds.
        quirks: How this service departs from the documented one.

    Example:
        >>> import asyncio, httpx
        >>> sandbox = Sandbox()
        >>> sandbox.add_conversation("+5511987654321", messages=120)
        >>> async def first_page():
        ...     headers = {"X-Client-Id": "sandbox-id", "X-Client-Secret": "sandbox-secret"}
        ...     async with httpx.AsyncClient(transport=sandbox.transport()) as client:
        ...         url = "https://sandbox.example/v1/conversation/5511987654321?limit=50"
        ...         return (await client.get(url, headers=headers)).json()
        >>> page = asyncio.run(first_page())
        >>> page["total"], page["shown"], page["page"], page["limit"]
        (120, 50, 1, 50)
    """

    def __init__(
        self,
        *,
        client_id: str = "sandbox-id",
        client_secret: str = "sandbox-secret",  # noqa: S107 - opens nothing but a sandbox
        seed: int = 0,
        now: Callable[[], int] | None = None,
        quirks: Quirks = _NO_QUIRKS,
    ) -> None:
        self.client_id: str = client_id
        self.client_secret: str = client_secret
        self.quirks: Quirks = quirks
        """How this service departs from the documented one; may be replaced at any time."""
        self.latency: float | Callable[[int], float] = 0.0
        """Seconds from a request to its answer; a callable gets the request's number."""
        self.requests_per_second: RateLimit | None = None
        """Counted by `now`, or by `time.monotonic` where the sandbox has no clock."""
        self.before_each_request: Callable[[int], object] | None = None
        """Called with the request's number, from 1, before the rows for it are read: change the
        sandbox in it, and the history moves while it is walked."""
        self.requests: list[LoggedRequest] = []
        """Every request so far, oldest first; may be cleared."""
        self.in_flight: int = 0
        """How many requests have begun and are neither answered to the last byte nor given up."""
        self.most_in_flight: int = 0
        """The most that were ever in flight at once."""
        self._seed = seed
        self._now = now
        self._request_count = 0
        self._message_ids = map(str, count(740_000_001))
        self._rotations = count(1)
        self._histories: dict[str, History] = {}
        self._planned_faults: list[PlannedFault] = []
        self._cache = PageCache()
        self._door = Door(now or time.monotonic)

    def __repr__(self) -> str:
        return (
            f"Sandbox(client_id={self.client_id!r}, client_secret='•••',"
            f" conversations={len(self._histories)}, requests={self._request_count})"
        )

    def add_conversation(
        self,
        phone: str,
        *,
        messages: int = 0,
        company: str | None = None,
        seed: int | None = None,
    ) -> None:
        """Begin a conversation, with a believable past of so many messages.

        Customer service in Brazilian Portuguese: reminders, boletos, deliveries, questions with
        photos. Rows may share a second, and now and then a text comes twice in one.

        Args:
            phone: The other party.
            messages: How many; 100,000 take about a second.
            company: The account's sender id or number; drawn by lot when left out.
            seed: Repeats this past whatever else the sandbox holds; by default it follows from the
                sandbox's seed and the phone.

        Raises:
            ValueError: The phone is no phone, or has a conversation already.

        Example:
            >>> sandbox = Sandbox()
            >>> sandbox.add_conversation("+5511987654321", messages=2000)
            >>> len(sandbox.messages("5511987654321"))
            2000
        """
        digits = _digits(phone)
        if digits in self._histories:
            raise ValueError(
                "This phone has a conversation already. Add to it with `receive` and `send`."
            )
        random = Random(f"{self._seed}/{digits}" if seed is None else seed)  # noqa: S311 - repeatable on purpose
        drawn = random.choice(COMPANIES)
        history = self._histories[digits] = History(digits, company or drawn)
        past = believable_messages(
            history,
            messages,
            ends_at=self._now() if self._now else BEGINNING,
            next_id=self._message_ids.__next__,
            random=random,
        )
        for message in past:
            history.add(message)

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
            phone: Who writes; a conversation begins where there is none.
            text: What.
            files: Along with it.
            unix_time: When, in seconds; by default now, and never before the rows that are there.
                A late row has an older time: it stands where it was entered, unless
                `quirks.sort_by` is "time".
            message_id: Its id; the vendor's example has none on inbound rows.
            position: Where it stands among the rows as they were entered: its index in
                `messages(phone)`.

        Returns:
            The message as it is stored and served.

        Example:
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
            phone: To whom; a conversation begins where there is none.
            text: What.
            files: Along with it.
            unix_time: When, as for `receive`.
            delivery_status: How far it got.
            message_id: Its id; by default one that no other message has.
            position: As for `receive`.

        Returns:
            The message as it is stored and served.

        Example:
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
        """Return a conversation as it stands now, newest first: the truth to compare with.

        Messages are equal to those a client reads. An unknown phone has none.

        Example:
            >>> sandbox = Sandbox()
            >>> arrived = sandbox.receive("5511987654321", "Oi")
            >>> sandbox.messages("+5511987654321") == (arrived,)
            True
        """
        history = self._histories.get(_digits(phone))
        return history.messages() if history else ()

    def listed(self, phone: str) -> tuple[Message, ...]:
        """Return a conversation as its pages are cut from it, the first row of page 1 first.

        It is sorted by `quirks.sort_by`, from the end that `quirks.page_order` names, without the
        rows that are never sent. Page by page these are the rows that are served, before the rows
        of each page are turned, filtered or rewritten.

        Example:
            >>> sandbox = Sandbox(quirks=Quirks(page_order="oldest", last_row=2))
            >>> _ = [sandbox.receive("551199", text) for text in "abc"]
            >>> [message.text for message in sandbox.listed("551199")]
            ['a', 'b']
        """
        history = self._histories.get(_digits(phone))
        return listed(history, self.quirks) if history else ()

    def delete(self, phone: str, *messages: Message) -> None:
        """Remove messages, one row for each: of two equal ones, one stays.

        A message is found again after its delivery status or file URLs have changed.

        Raises:
            LookupError: The conversation has no such message (any more).

        Example:
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
        """Remove the oldest messages of a conversation, and return them, oldest first.

        Raises:
            LookupError: There is no such conversation.

        Example:
            >>> sandbox = Sandbox()
            >>> sandbox.add_conversation("5511987654321", messages=10)
            >>> len(sandbox.expire("5511987654321", 4)), len(sandbox.messages("5511987654321"))
            (4, 6)
        """
        return self._history_to_change(phone).expire(count)

    def set_delivery_status(self, phone: str, message: Message, status: str) -> Message:
        """Change how far a message got, and return it as it is stored now.

        Raises:
            LookupError: The conversation has no such message (any more).

        Example:
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
            >>> sandbox = Sandbox()
            >>> message = sandbox.send("5511987654321", "Oi", message_id=None)
            >>> sandbox.set_message_id("5511987654321", message, "BULK-77").message_id
            'BULK-77'
        """
        history = self._history_to_change(phone)
        row = history.find(message)
        return history.change(row, attrs.evolve(row.message, message_id=message_id))

    def move(self, phone: str, message: Message, position: int) -> None:
        """Let a message stand elsewhere among the rows as they were entered.

        Args:
            phone: The other party.
            message: Keeps its time.
            position: Its index in `messages(phone)` afterwards: 0 is where arrivals stand.

        Raises:
            LookupError: The conversation has no such message, or no longer.

        Example:
            >>> sandbox = Sandbox()
            >>> first, *_ = [sandbox.receive("551199", text) for text in "abc"]
            >>> sandbox.move("551199", first, 1)
            >>> [message.text for message in sandbox.messages("551199")]
            ['c', 'a', 'b']
        """
        history = self._history_to_change(phone)
        history.move(history.find(message), position)

    def shift_times(self, phone: str, seconds: int) -> None:
        """Shift the times of all messages, as a server whose time zone is corrected.

        Raises:
            LookupError: There is no such conversation.

        Example:
            >>> sandbox = Sandbox()
            >>> _ = sandbox.receive("551199", "Oi", unix_time=1749113086)
            >>> sandbox.shift_times("551199", 3600)
            >>> sandbox.messages("551199")[0].datetime_text
            '05 jun 2025, 09:44:46'
        """
        self._history_to_change(phone).change_all(partial(with_time_shifted, seconds=seconds))

    def rotate_file_urls(self, phone: str) -> None:
        """Give every file of a conversation another URL, as signed links that ran out get one.

        Raises:
            LookupError: There is no such conversation.

        Example:
            >>> sandbox = Sandbox()
            >>> photo = MessageFile(name="a.jpg", url="https://files.example/a.jpg", mime="image/")
            >>> _ = sandbox.receive("551199", "", files=[photo])
            >>> sandbox.rotate_file_urls("551199")
            >>> sandbox.messages("551199")[0].files[0].url
            'https://files.example/a.jpg?signature=1'
        """
        query = f"signature={next(self._rotations)}"
        self._history_to_change(phone).change_all(partial(with_file_query, query=query))

    def move_files(self, phone: str, base_url: str) -> None:
        """Let every file of a conversation be below `base_url`, at the path it has now.

        In process the transport hands out files at any host. A sandbox on a port does so at its
        own, to which this lets the URLs point.

        Raises:
            LookupError: There is no such conversation.

        Example:
            >>> sandbox = Sandbox()
            >>> photo = MessageFile(name="a.jpg", url="https://files.example/a.jpg", mime="image/")
            >>> _ = sandbox.receive("551199", "", files=[photo])
            >>> sandbox.move_files("551199", "http://127.0.0.1:8025/files")
            >>> sandbox.messages("551199")[0].files[0].url
            'http://127.0.0.1:8025/files/a.jpg'
        """
        self._history_to_change(phone).change_all(partial(with_file_base, base_url=base_url))

    def fail(
        self,
        outcome: Outcome,
        *,
        times: int | None = 1,
        from_request: int = 1,
        page: int | None = None,
        phone: str | None = None,
    ) -> None:
        """Let the next requests come to something else than the vendor's answer.

        Faults planned earlier come first. Requests that failed are logged and counted like others.

        Args:
            outcome: What the requests get.
            times: How many requests it hits; `None` for all from now on.
            from_request: Earlier requests (they count from 1) are spared.
            page: Only requests for this page are hit.
            phone: Only requests for this phone are hit.

        Example:
            >>> sandbox = Sandbox()
            >>> sandbox.fail(Response(status=503, headers={"Retry-After": "1"}), times=2)
            >>> sandbox.fail(Disconnect(after_bytes=100), page=3)
        """
        digits = None if phone is None else _digits(phone)
        planned = PlannedFault(
            outcome=outcome, times=times, from_request=from_request, page=page, phone=digits
        )
        self._planned_faults = [*filter(PlannedFault.is_waiting, self._planned_faults), planned]

    def stop_failing(self) -> None:
        """Forget all planned faults.

        Example:
            >>> sandbox = Sandbox()
            >>> sandbox.fail(ReadTimedOut(), times=None)
            >>> sandbox.stop_failing()
        """
        self._planned_faults.clear()

    def unlock(self) -> None:
        """Forget failed logins, as the vendor's support would.

        Example:
            >>> Sandbox().unlock()
        """
        self._door.failed_logins = 0

    def transport(self) -> SandboxTransport:
        """Return a transport for `httpx.AsyncClient` that answers in process, whatever the host.

        It hands out the files of messages too: give it to `Client` as `http_client` and as
        `download_client`.

        Example:
            >>> import httpx
            >>> client = httpx.AsyncClient(transport=Sandbox().transport())
        """
        return SandboxTransport(self)

    def respond(
        self, method: str, path: str, query: str = "", headers: Mapping[str, str] = _NO_HEADERS
    ) -> Outcome:
        """Respond to one request without any HTTP and without its latency.

        Args:
            method: In upper case.
            path: Percent-encoded, from the root, without the query.
            query: What follows the question mark.
            headers: Their names in lower case, or a mapping that ignores case.

        Example:
            >>> Sandbox().respond("GET", "/v1/conversation/5511987654321").body
            b'{"error":"104","errorMsg":"Invalid credentials"}'
        """
        return self._outcome(self._logged(method, path, query, headers))

    async def exchange(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] = _NO_HEADERS,
        *,
        patience: float | None = None,
    ) -> Outcome:
        """Respond to one request, in its time: `respond` with the latency.

        Args:
            method: As for `respond`.
            path: As for `respond`.
            query: As for `respond`.
            headers: As for `respond`.
            patience: How long the client waits, in seconds; a longer latency comes to
                `ReadTimedOut` after that time.

        Example:
            >>> import anyio
            >>> sandbox = Sandbox()
            >>> sandbox.latency = 0.001
            >>> anyio.run(sandbox.exchange, "GET", "/v1/balance").status
            404
        """
        request = self._logged(method, path, query, headers)
        outcome = None if self.quirks.reads_late else self._outcome(request)
        latency = self.latency(request.number) if callable(self.latency) else self.latency
        if patience is not None and latency > patience:
            await _pass(patience)
            return ReadTimedOut()
        await _pass(latency)
        return outcome or self._outcome(request)

    def begin_flight(self) -> Flight:
        """Count a request as in flight until `end` is called on what this returns.

        Example:
            >>> sandbox = Sandbox()
            >>> flight = sandbox.begin_flight()
            >>> flight.end()
            >>> sandbox.in_flight, sandbox.most_in_flight
            (0, 1)
        """
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return Flight(self)

    def _logged(
        self, method: str, path: str, query: str, headers: Mapping[str, str]
    ) -> LoggedRequest:
        self._request_count += 1
        request = LoggedRequest(
            number=self._request_count,
            method=method,
            path=path,
            params=decode_query(query),
            credentials=self._checked(headers),
            accepts_gzip="gzip" in headers.get("accept-encoding", ""),
        )
        self.requests.append(request)
        return request

    def _checked(self, headers: Mapping[str, str]) -> Credentials:
        given = headers.get("x-client-id"), headers.get("x-client-secret")
        if None in given:
            return "missing"
        return "valid" if given == (self.client_id, self.client_secret) else "wrong"

    def _outcome(self, request: LoggedRequest) -> Outcome:
        if self.before_each_request:
            self.before_each_request(request.number)
        faults = self._planned_faults
        planned = next((fault for fault in faults if fault.is_meant_for(request)), None)
        if planned is None:
            return self._answer(request)
        return self._cut(planned.use(), request)

    def _cut(self, outcome: Outcome, request: LoggedRequest) -> Outcome:
        if isinstance(outcome, Disconnect) and outcome.after_bytes is not None:
            return attrs.evolve(self._answer(request), cut_after=outcome.after_bytes)
        return outcome

    def _answer(self, request: LoggedRequest) -> Response:
        return (
            attachment(request, self._files())
            or self._door.too_fast(self.requests_per_second)
            or misrouted(request)
            or self._door.not_logged_in(request, self.quirks)
            or self._cache.respond(
                request,
                self.quirks.cached_requests,
                lambda: conversation(request, self._histories, self.quirks, self._seed),
            )
        )

    def _files(self) -> Iterator[MessageFile]:
        return chain.from_iterable(history.files() for history in self._histories.values())

    def _history_to_write(self, phone: str) -> History:
        if _digits(phone) not in self._histories:
            self.add_conversation(phone)
        return self._histories[_digits(phone)]

    def _history_to_change(self, phone: str) -> History:
        history = self._histories.get(_digits(phone))
        if history is None:
            raise LookupError("This phone has no conversation. Begin one with `add_conversation`.")
        return history

    def _arrival_time(self, history: History, unix_time: int | None) -> int:
        if unix_time is not None:
            return unix_time
        if self._now:
            return max(self._now(), history.latest)
        return max(BEGINNING, history.latest) + 1


def _digits(phone: str) -> str:
    digits = phone_digits(phone)
    if digits is None:
        raise ValueError("This is no phone number: 3 to 20 digits, with a + before them or not.")
    return digits


async def _pass(seconds: float) -> None:
    """Let time pass; none at all still gives others their turn."""
    if seconds > 0:
        await anyio.sleep(seconds)
    else:
        await anyio.lowlevel.checkpoint()
