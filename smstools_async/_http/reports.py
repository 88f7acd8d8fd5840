"""What hooks and the log learn of attempts."""

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

import anyio

from smstools_async._errors import SmstoolsError
from smstools_async._settings import Hooks, RequestInfo, ResponseInfo, RetryInfo

_LOG = logging.getLogger("smstools_async")
_LOG.addHandler(logging.NullHandler())  # whether lines are shown is up to the application


class Report:
    """Reports one attempt to the hooks and to the log; a context manager.

    Cancelled attempts are not reported.
    """

    def __init__(self, hooks: Hooks, describe: Callable[[], RequestInfo]) -> None:
        self._hooks = hooks
        self._describe = describe
        self._begun_at = anyio.current_time()
        self._status: int | None = None
        self._size = 0

    def __enter__(self) -> Self:
        if self._hooks.on_request is not None:
            self._hooks.on_request(self._describe())
        return self

    def note_response(self, status: int, size: int) -> None:
        """Note that a complete response came."""
        self._status, self._size = status, size

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc is None or isinstance(exc, SmstoolsError):
            self._report(exc)

    def _report(self, error: SmstoolsError | None) -> None:
        if self._hooks.on_response is None and not _LOG.isEnabledFor(logging.DEBUG):
            return
        response = ResponseInfo(
            request=self._describe(),
            status=self._status,
            size=self._size,
            elapsed=anyio.current_time() - self._begun_at,
            error=error,
        )
        _LOG.debug("%s", _show_response(response))
        if self._hooks.on_response is not None:
            self._hooks.on_response(response)


def report_retry(hooks: Hooks, request: RequestInfo, error: SmstoolsError, wait: float) -> None:
    """Report to the hooks and to the log that another attempt will be made."""
    next_attempt = request.attempt + 1
    _LOG.warning("%s: %s Attempt %d in %.1f s.", _show(request), error, next_attempt, wait)
    if hooks.on_retry is not None:
        hooks.on_retry(RetryInfo(request=request, error=error, wait=wait))


def _show_response(response: ResponseInfo) -> str:
    status = "no response" if response.status is None else f"HTTP {response.status}"
    error = "" if response.error is None else f", {type(response.error).__name__}"
    return (
        f"{_show(response.request)}: {status}, {response.size:,} bytes"
        f" in {response.elapsed:.3f} s{error}"
    )


def _show(request: RequestInfo) -> str:
    query = urlencode(request.params).replace(quote("•"), "•")  # `safe` is for ASCII alone
    return f"{request.method} {request.path}{'?' if query else ''}{query}"
