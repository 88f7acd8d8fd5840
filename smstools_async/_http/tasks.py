"""How a request gets a task of its own, and what comes out of it."""

from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, TypeGuard, TypeVar

import anyio

from smstools_async._errors import SmstoolsError

T = TypeVar("T")

_HOLD_REQUESTS: Final = frozenset(
    {"smstools_async", "httpx", "httpx2", "httpcore", "httpcore2", "h11", "anyio"}
)
"""Libraries whose local variables hold requests with their headers, and response bodies."""


def _is_group(error: BaseException) -> TypeGuard[BaseExceptionGroup[BaseException]]:
    return isinstance(error, BaseExceptionGroup)


@contextmanager
def ungrouped() -> Generator[None]:
    """Raise an exception that is alone in its group as itself, such as a `KeyboardInterrupt`."""
    try:
        yield
    except BaseExceptionGroup as group:
        alone: BaseException = group
        while _is_group(alone) and len(alone.exceptions) == 1:
            alone = alone.exceptions[0]
        raise alone from None


async def in_child_task(call: Callable[[], Awaitable[T]]) -> T:
    """Await `call` in a task of its own.

    A cancellation of the caller reaches it as the cancellation of a scope, which httpcore's pool
    survives, and not as one of asyncio's tasks.
    """
    results: list[T] = []
    failures: list[Exception] = []

    async def run() -> None:
        try:
            results.append(await call())
        except SmstoolsError as error:
            failures.append(_without_frames(error))
        except Exception as error:  # noqa: BLE001 - carried over as it is, out of any ExceptionGroup
            failures.append(_with_cleared_frames(error))

    with ungrouped():
        async with anyio.create_task_group() as group:
            group.start_soon(run)
    if failures:
        raise failures.pop()
    if not results:  # asyncio lets anybody cancel the child alone
        raise anyio.get_cancelled_exc_class()
    return results.pop()


def _without_frames(error: SmstoolsError) -> SmstoolsError:
    """Return `error` without the frames and contexts that hold the request and the response."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


def _with_cleared_frames(error: Exception) -> Exception:
    """Return `error`, such as a hook raised, without the local variables of libraries.

    Error trackers record local variables, and those hold secrets, texts and phone numbers. The
    variables of the hook's own functions stay.
    """
    for cause in _chain(error):
        for frame in _frames(cause.__traceback__):
            if frame.tb_frame.f_globals.get("__name__", "").partition(".")[0] in _HOLD_REQUESTS:
                with suppress(RuntimeError):  # the one that runs holds nothing but the call
                    frame.tb_frame.clear()
    return error


def _frames(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
