"""What the vendor answers: a function of the request, the conversations and the quirks.

Error codes: vendor page `handling_errors`. Which check comes first is documented nowhere; here it
is the path, the method, the login (in `_door`), the phone, `limit`, `page`.
"""

from collections.abc import Mapping
from gzip import compress
from random import Random
from typing import Final

import attrs

from smstools_async.sandbox._faults import Answer
from smstools_async.sandbox._history import History, Row
from smstools_async.sandbox._log import LoggedRequest
from smstools_async.sandbox._quirks import Quirks
from smstools_async.sandbox._wire import HTML, JSON, page_json

MOST_ROWS: Final = 2000
"""The greatest `limit` the vendor allows."""

_HTML_BODY: Final = (
    '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{0}</title></head>\n'
    "<body><h1>{0}</h1></body>\n</html>\n"
)


def misrouted(request: LoggedRequest) -> Answer | None:
    """Refuse what the vendor has no route for, in HTML as its framework does."""
    if not request.is_known_path:
        return _html_answer(404, "Not Found")
    if request.method != "GET":
        return _html_answer(405, "Method Not Allowed", {"Allow": "GET"})
    return None


def _html_answer(status: int, title: str, headers: Mapping[str, str] | None = None) -> Answer:
    body = _HTML_BODY.format(title).encode()
    return Answer(status=status, headers={"Content-Type": HTML, **(headers or {})}, body=body)


def conversation(
    request: LoggedRequest, histories: Mapping[str, History], quirks: Quirks, seed: int
) -> Answer:
    """Answer `GET /v1/conversation/{phone}` for a caller who is logged in."""
    phone, page, limit = request.phone, request.page, request.limit
    if phone is None or (phone not in histories and quirks.unknown_phone == "error"):
        return Answer.error(103, "Phone number is required or invalid")
    if limit is None or not 1 <= limit <= MOST_ROWS:
        return Answer.error(135, "Limit must be an integer bigger than 0 and not bigger than 2000")
    if page is None or page < 1:
        return Answer.error(136, "Page must be an integer bigger than 0")
    history = histories.get(phone) or History(phone, "")
    query = _Query(number=request.number, asked=_Window(page, limit), quirks=quirks, seed=seed)
    return _packed(query.answer(history), gzip=quirks.gzip and request.accepts_gzip)


def _packed(body: bytes, *, gzip: bool) -> Answer:
    headers = {"Content-Type": JSON}
    if gzip:
        body, headers["Content-Encoding"] = compress(body, 1, mtime=0), "gzip"
    return Answer(headers=headers, body=body)


@attrs.frozen
class _Window:
    page: int
    limit: int


@attrs.frozen(kw_only=True)
class _Query:
    """One look at a history, through the quirks."""

    number: int
    asked: _Window
    quirks: Quirks
    seed: int

    def answer(self, history: History) -> bytes:
        served = self._served()
        rows = [] if self._is_emptied() else self._rows(history, served)
        echoed = self.asked if self.quirks.echo == "asked" else served
        numbers = {"shown": len(rows), "page": echoed.page, "limit": echoed.limit}
        return page_json(self._total(len(history.rows)) | numbers, [row.json() for row in rows])

    def _served(self) -> _Window:
        serve, most = self.quirks.serve_page, self.quirks.max_limit
        page = serve(self.asked.page, self.number) if callable(serve) else serve
        limit = self.asked.limit if most is None else min(self.asked.limit, most)
        return _Window(self.asked.page if page is None else page, limit)

    def _is_emptied(self) -> bool:
        quirks = self.quirks
        return self.asked.page in quirks.empty_pages or self.number in quirks.empty_requests

    def _rows(self, history: History, served: _Window) -> list[Row]:
        stop = served.page * served.limit
        random = Random(f"{self.seed}/{self.number}") if self.quirks.shuffle_ties else None  # noqa: S311 - repeatable on purpose
        return history.window(
            stop - served.limit, stop, order=self.quirks.order, shuffle_ties=random
        )

    def _total(self, real: int) -> dict[str, object]:
        claim = self.quirks.total
        if claim == "missing":
            return {}
        if callable(claim):
            return {"total": claim(real, self.number)}
        return {"total": real if claim == "honest" else claim}
