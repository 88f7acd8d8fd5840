"""No error of the HTTP library reaches a user as it is."""

import inspect
from types import ModuleType

import httpx
import httpx2
import pytest

from smstools_async import RequestTimeoutError, TransportError
from smstools_async._http.foreign_errors import foreign_errors, translate

LIBRARIES = [httpx, httpx2]


def _errors(library: ModuleType) -> list[type[Exception]]:
    return [
        member
        for _, member in inspect.getmembers(library, inspect.isclass)
        if issubclass(member, Exception)
    ]


ERRORS = [
    pytest.param(library, error, id=f"{library.__name__}.{error.__name__}")
    for library in LIBRARIES
    for error in _errors(library)
]


@pytest.mark.parametrize(("library", "error"), ERRORS)
def test_error_is_caught(library: ModuleType, error: type[Exception]) -> None:
    """Every exception the library makes public falls under what a session catches."""
    assert issubclass(error, foreign_errors(library.AsyncClient))


@pytest.mark.parametrize(("library", "error"), ERRORS)
def test_error_becomes_ours(library: ModuleType, error: type[Exception]) -> None:
    """Every exception has its translation, a time-out one that is called so."""
    ours = translate(error.__new__(error))
    expected = (
        RequestTimeoutError if issubclass(error, library.TimeoutException) else TransportError
    )
    assert expected is type(ours)
