"""All that an error shows to whoever prints, logs, pickles or dissects it."""

import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

TESTS = str(Path(__file__).parents[1])


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """Return an error and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """Return the frames that an error and its contexts went through, but for those of tests."""
    for link in chain_of(error):
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if not frame.f_code.co_filename.startswith(TESTS):
                yield frame


def variables_of(error: BaseException) -> list[str]:
    """Return the local variables along the way, as error trackers send them."""
    return [show(value) for frame in frames_of(error) for value in frame.f_locals.values()]


def show(value: object) -> str:
    """Return the `repr` of anything."""
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - half-made objects of other libraries raise anything
        return repr(error)


def words_of(error: BaseException) -> list[str]:
    """Return an error's text, fields, traceback and pickle."""
    return [
        str(error),
        repr(error),
        repr(vars(error)),
        "".join(traceback.format_exception(error)),
        pickle.dumps(error, 0).decode("latin-1"),
    ]
