"""A page of any list of the API, decoded.

Nearly every page is decoded at once: msgspec reads all of it into typed structs. A page that
does not fit is read row by row, and a row that does not fit is repaired where that cannot mislead.
One that cannot be read keeps its place, or makes the page be refused: what callers prefer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

import attrs
import msgspec

from smstools_async._errors import UnexpectedResponseError
from smstools_async._models import Page
from smstools_async._wire.bounds import MOST_ROWS, Allowance, has_few_objects
from smstools_async._wire.documents import BYTE_ORDER_MARK
from smstools_async._wire.envelope import (
    Envelope,
    read_count,
    read_envelope,
    split_rows,
)

WireRowT = TypeVar("WireRowT")
RowT = TypeVar("RowT")

OnBadRow: TypeAlias = Literal["raise", "skip"]


@attrs.frozen(kw_only=True)
class BadRow:
    """A row that cannot be read."""

    problems: tuple[str, ...]
    """What is wrong with it, each with its JSON path below the row."""
    second: int | None = None
    """Its time, if that can be read."""
    row_id: str | None = None
    """Its id, if that can be read and holds no phone number."""
    identity: bytes

    @property
    def label(self) -> str:
        """By what the vendor finds the row: its time and id, as far as there are any."""
        facts: list[str] = []
        if self.second is not None:
            facts.append(f"sent {datetime.fromtimestamp(self.second, UTC):%Y-%m-%d %H:%M:%S} UTC")
        if self.row_id is not None:
            facts.append(f"id {self.row_id}")
        return f" ({', '.join(facts)})" if facts else ""


class Rows(Protocol[RowT]):
    """The rows of one page, of one kind."""

    def __len__(self) -> int: ...

    @property
    def seconds(self) -> Sequence[int | None]:
        """The time of each row."""
        ...

    def identity(self, index: int, /) -> bytes:
        """Return what makes the row at `index` the same as another."""
        ...

    def make(self, indexes: Iterable[int], /) -> list[RowT]:
        """Make what callers get of the rows at `indexes`."""
        ...


@attrs.frozen(kw_only=True)
class RowKind(Generic[WireRowT, RowT]):
    """How the rows of one list are written."""

    key: str
    """Where in the response they are."""
    decode: Callable[[bytes], Envelope[list[WireRowT]]]
    """Decode a page that is as documented, at once."""
    read: Callable[[msgspec.Raw, Allowance], WireRowT | BadRow]
    """Read one row, and repair it where that cannot mislead."""
    placeholder: WireRowT
    """Stands for a row that cannot be read."""
    rows: Callable[[list[WireRowT]], Rows[RowT]]


class DecodedPage(Generic[RowT]):
    """A page whose rows become what callers get when they are asked for.

    A row that cannot be read keeps its place, so that indexes are those of the server.
    """

    __slots__ = ("_bad", "_rows", "bad", "limit", "page", "shown", "total")

    def __init__(
        self, key: str, rows: Rows[RowT], sent: Envelope[Any], bad: Mapping[int, BadRow]
    ) -> None:
        self._rows = rows
        self._bad = bad
        self.total: int | None = read_count(sent.total)
        self.shown: int | None = read_count(sent.shown)
        self.page: int | None = read_count(sent.page)
        self.limit: int | None = read_count(sent.limit)
        self.bad: Mapping[int, str] = {
            index: "; ".join(problems) for index, problems in _problems_of(key, bad).items()
        }
        """What is wrong with the rows that cannot be read, by their indexes; normally empty."""

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def seconds(self) -> Sequence[int | None]:
        """The time of every row; `None` where there is none that can be read."""
        seconds = self._rows.seconds
        if not self._bad:
            return seconds
        return [
            self._bad[index].second if index in self._bad else second
            for index, second in enumerate(seconds)
        ]

    def identity(self, index: int) -> bytes:
        """Return what makes the row at `index` the same as another; see `_identity`."""
        return self._bad[index].identity if index in self._bad else self._rows.identity(index)

    def rows(self, indexes: Iterable[int]) -> list[RowT]:
        """Make what callers get of the rows at `indexes`.

        Raises:
            LookupError: one of them is bad.
        """
        if self._bad:
            indexes = tuple(indexes)
            if not self._bad.keys().isdisjoint(indexes):
                raise LookupError("Nothing can be made of a bad row")
        return self._rows.make(indexes)

    def structured(self) -> Page[RowT]:
        """Make what callers get of all rows that can be read."""
        good = (index for index in range(len(self)) if index not in self.bad)
        return self.page_with(self.rows(good), self.bad.values())

    def page_with(self, rows: Iterable[RowT], bad: Iterable[str] = ()) -> Page[RowT]:
        """Return rows of this page with its numbers."""
        return Page(
            rows=tuple(rows),
            total=self.total,
            shown=self.shown,
            page=self.page,
            limit=self.limit,
            bad=tuple(bad),
        )


def decode_page(
    kind: RowKind[WireRowT, RowT],
    body: bytes,
    *,
    on_bad_row: OnBadRow = "raise",
    limit: int | None = None,
) -> DecodedPage[RowT]:
    """Decode a page of any list.

    Args:
        kind: how its rows are written.
        body: the response.
        on_bad_row: whether a row that cannot be read is an error, or is passed over.
        limit: how many rows were asked for.

    Raises:
        UnexpectedResponseError: it is not JSON, or not a page that can be trusted.
    """
    body = body.removeprefix(BYTE_ORDER_MARK)
    most = max(MOST_ROWS, limit or 0)
    envelope = _decode_at_once(kind, body)
    bad: Mapping[int, BadRow] = {}
    if envelope is None:
        envelope, bad = _decode_row_by_row(kind, body, most)
    _refuse_more(envelope.rows, most)
    if bad and on_bad_row == "raise":
        problems = tuple(chain.from_iterable(_problems_of(kind.key, bad).values()))
        raise UnexpectedResponseError(_describe_bad(len(bad)), problems, skippable=True)
    return DecodedPage(kind.key, kind.rows(envelope.rows), envelope, bad)


def _refuse_more(rows: Sequence[object], most: int) -> None:
    if len(rows) > most:
        raise UnexpectedResponseError(f"The response has more than {most:,} rows")


def _decode_at_once(kind: RowKind[WireRowT, RowT], body: bytes) -> Envelope[list[WireRowT]] | None:
    if not has_few_objects(body):
        return None
    try:
        return kind.decode(body)
    except (ValueError, RecursionError):
        return None  # what follows repairs it, or names every problem instead of the first one


def _decode_row_by_row(
    kind: RowKind[WireRowT, RowT], body: bytes, most: int
) -> tuple[Envelope[list[WireRowT]], Mapping[int, BadRow]]:
    raw = read_envelope(kind.key, body)
    split = split_rows(kind.key, raw, most)
    _refuse_more(split, most)
    allowance = Allowance()
    rows = [kind.read(row, allowance) for row in split]
    bad = {index: row for index, row in enumerate(rows) if isinstance(row, BadRow)}
    read = [kind.placeholder if isinstance(row, BadRow) else row for row in rows]
    envelope = Envelope(read, total=raw.total, shown=raw.shown, page=raw.page, limit=raw.limit)
    return envelope, bad


def _describe_bad(count: int) -> str:
    rows = "A row of the response is" if count == 1 else f"{count} rows of the response are"
    return f"{rows} not as documented"


def _problems_of(key: str, bad: Mapping[int, BadRow]) -> dict[int, list[str]]:
    """Return what is wrong with each row, with JSON paths in the page."""
    return {
        index: [f"$.{key}[{index}]{problem}{row.label}" for problem in row.problems]
        for index, row in bad.items()
    }
