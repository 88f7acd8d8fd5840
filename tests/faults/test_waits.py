"""What retries wait for, within limits."""

import random
from itertools import pairwise

import anyio
import pytest

from smstools_async import Retry, SmstoolsError
from tests.faults.outcomes import Outcome, is_like, outcome_of
from tests.faults.waits import WAITS, Wait
from tests.walk.virtual_time import virtual_backend
from tests.wire.asking import client_of, sandbox_of


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.name)
def test_wait_is_as_long_as_the_table_tells(
    wait: Wait, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In virtual time, with the longest of the random waits; the error tells what was asked."""

    def draw_the_longest(_: float, longest: float) -> float:
        return longest

    monkeypatch.setattr(random, "uniform", draw_the_longest)
    sandbox = sandbox_of()
    sandbox.fail(wait.answer, times=None)
    moments: list[float] = []
    sandbox.before_each_request = lambda _: moments.append(anyio.current_time())

    async def ask() -> Outcome:
        async with client_of(sandbox, retry=Retry()) as client:
            return await outcome_of(client)

    name, options = virtual_backend(backend)
    outcome = anyio.run(ask, backend=name, backend_options=options)
    assert isinstance(outcome, SmstoolsError)
    assert is_like(wait.error, outcome)
    assert list(wait.waits) == [round(later - earlier, 6) for earlier, later in pairwise(moments)]
