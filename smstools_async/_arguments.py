"""Checks of what callers pass, and the errors that name the argument.

The one home of both. Each check returns the value, so that it can be used where the value is.
"""

import math
from collections.abc import Callable, Collection
from datetime import datetime
from inspect import iscoroutinefunction
from types import UnionType
from typing import TypeVar

T = TypeVar("T")


class ArgumentError(ValueError):
    """An argument has a value that it cannot have.

    Args:
        argument: its name.
        problem: what it must be and what it is, and what to do; follows the name in the text.
    """

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(argument, problem)
        self.argument = argument
        self.problem = problem

    def __str__(self) -> str:
        """Name the argument and say what is wrong with it."""
        return f"{self.argument} {self.problem}"


class ArgumentTypeError(TypeError):
    """An argument has a type that it cannot have; its fields are those of `ArgumentError`."""

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(argument, problem)
        self.argument = argument
        self.problem = problem

    def __str__(self) -> str:
        """Name the argument and say what is wrong with it."""
        return f"{self.argument} {self.problem}"


def check_type(argument: str, value: object, wanted: type | UnionType, words: str) -> None:
    """Refuse what is not an instance of `wanted`, which `words` describe: "a Retry"."""
    if not isinstance(value, wanted):
        raise ArgumentTypeError(argument, f"must be {words}, got {_type_of(value)}")


def check_whole(argument: str, value: int, least: int, most: int | None = None) -> int:
    """Refuse what is not an integer within bounds; `True` is refused too."""
    if isinstance(value, bool) or not isinstance(value, int):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise ArgumentTypeError(argument, f"must be an int, got {_type_of(value)}")
    if value < least or (most is not None and value > most):
        bounds = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ArgumentError(argument, f"must be {bounds}, got {value}")
    return value


def check_number(argument: str, value: float, words: str, accept: Callable[[float], bool]) -> float:
    """Refuse what is not a number that is accepted, which `words` describe."""
    if isinstance(value, bool) or not isinstance(value, int | float):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise ArgumentTypeError(argument, f"must be {words}, got {_type_of(value)}")
    if not accept(value):
        raise ArgumentError(argument, f"must be {words}, got {value}")
    return value


def check_wait(argument: str, seconds: float) -> float:
    """Refuse what is not a finite time in seconds; 0 is one."""
    words = "a finite number of seconds, 0 or more"
    return check_number(argument, seconds, words, lambda value: 0 <= value < math.inf)


def check_duration(argument: str, seconds: float) -> float:
    """Refuse what is not a finite time in seconds, more than 0."""
    words = "a finite number of seconds, more than 0"
    return check_number(argument, seconds, words, lambda value: 0 < value < math.inf)


def check_choice(argument: str, value: T, choices: Collection[T]) -> T:
    """Refuse what is none of the choices."""
    if value not in choices:
        words = " or ".join(map(repr, choices))
        raise ArgumentError(argument, f"must be {words}, got {value!r}")
    return value


def check_moment(argument: str, moment: datetime) -> datetime:
    """Refuse what is not a time with a time zone."""
    check_type(argument, moment, datetime, "a datetime")
    if moment.utcoffset() is None:
        problem = f"must have a time zone, got {moment}; give one, such as tzinfo=UTC"
        raise ArgumentError(argument, problem)
    return moment


def check_function(argument: str, value: object) -> None:
    """Refuse what cannot be called, and a coroutine function, which nobody would await."""
    if iscoroutinefunction(value):
        raise ArgumentTypeError(argument, "must be a plain function, got a coroutine function")
    if not callable(value):
        raise ArgumentTypeError(argument, f"must be a plain function, got {_type_of(value)}")


def _type_of(value: object) -> str:
    return type(value).__name__
