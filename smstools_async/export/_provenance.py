"""Where a transcript comes from: when it was made, of what, and whether anything is missing."""

from datetime import UTC, datetime, tzinfo
from hashlib import sha256
from typing import Final

import attrs

from smstools_async._models import Message
from smstools_async._version import __version__
from smstools_async.export._jsonl import encode_json
from smstools_async.export._languages import Words
from smstools_async.export._rows import row_of

_FORM: Final = "%Y-%m-%d %H:%M:%S %Z"


@attrs.frozen(kw_only=True)
class Completeness:
    """Whether a history was read completely, as the progress of its iterator reports it."""

    missing: int | None = 0
    """How many messages of the server's list did not come; `None` where it cannot be known."""
    degraded: bool = False
    """Whether the server contradicted itself, so that completeness cannot be shown."""

    def describe(self, words: Words) -> str:
        """Say it in words."""
        if self.missing:
            form = words.missing_one if self.missing == 1 else words.missing_many
            return form.format(words.number(self.missing))
        if self.degraded or self.missing is None:
            return words.doubtful
        return words.complete


@attrs.frozen(kw_only=True)
class Period:
    """The period that was asked for; `None` is an open end."""

    since: datetime | None = None
    until: datetime | None = None


class Provenance:
    """Follows the messages of a transcript, for what is stated below them."""

    def __init__(self, words: Words, zone: tzinfo, period: Period) -> None:
        self._words = words
        self._zone = zone
        self._period = period
        self._digest = sha256()
        self._first: datetime | None = None
        self._last: datetime | None = None

    def add(self, message: Message, phone: str) -> None:
        """Follow one message."""
        self._digest.update(f"{encode_json(row_of(message, phone))}\n".encode())
        moment = message.sent_at
        self._first = min(self._first or moment, moment)
        self._last = max(self._last or moment, moment)

    def facts(self, created_at: datetime, completeness: Completeness | None) -> dict[str, str]:
        """Return what is stated, by the words for what it is."""
        words = self._words
        facts = {
            words.created: f"{self._time(created_at)}, {words.by} smstools_async {__version__}"
        }
        if self._period.since or self._period.until:
            facts[words.asked_for] = self._describe_period()
        if self._first and self._last:
            facts |= {words.first: self._time(self._first), words.last: self._time(self._last)}
        stated = completeness.describe(words) if completeness else words.not_stated
        digest = f"{self._digest.hexdigest()} ({words.digest_of})"
        return facts | {words.completeness: stated, words.digest: digest}

    def _describe_period(self) -> str:
        since, until = self._period.since, self._period.until
        beginning = self._time(since) if since else self._words.from_beginning
        end = self._time(until) if until else self._words.to_end
        return f"{beginning} … {end}"

    def _time(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime(_FORM)


def now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)
