"""Walks through lists that move between any two answers, without requests in between."""

import random
from typing import NamedTuple

import pytest

from smstools_async._cursor import Order
from smstools_async._walk import Walk
from tests.walk.listing import PHONE, History, read, row

MOST_MOVES = 300


class Movement(NamedTuple):
    """At most so many rows each time."""

    arrivals: int
    deletions: int
    expiries: int


MOVEMENTS = {
    "quiet": Movement(0, 0, 0),
    "arrivals": Movement(3, 0, 0),
    "deletions": Movement(0, 2, 0),
    "expiries": Movement(0, 0, 3),
    "all": Movement(2, 1, 1),
}


class Moving:
    """A history of random rows that moves before each answer, and what became of them."""

    def __init__(self, seed: int, movement: Movement, *, ascending: bool) -> None:
        self.draw = random.Random(seed)
        self.page_size = self.draw.choice((1, 2, 7, 20, 50))
        self.history = History([], ascending=ascending)
        self._movement = movement
        self._second = 100
        self._number = 0
        for _ in range(self.draw.choice((0, 1, 30, 300))):
            self._arrive()
        self.first = frozenset(self.history.rows)
        self.ever = set(self.first)

    def move(self, answer: int) -> None:
        """Let rows come and go, for as long as a walk from old to new may not keep up with them."""
        if answer > MOST_MOVES:
            return
        rows = self.history.rows
        for _ in range(self.draw.randint(0, self._movement.arrivals)):
            self._arrive()
        for _ in range(self.draw.randint(0, min(len(rows), self._movement.deletions))):
            rows.remove(self.draw.choice(rows))
        for _ in range(self.draw.randint(0, min(len(rows), self._movement.expiries))):
            rows.pop(0)
        self.ever.update(rows)

    def _arrive(self) -> None:
        self._second += self.draw.choice((0, 1, 5))
        self._number += 1
        self.history.rows.append(row(self._second, self._number))


@pytest.mark.parametrize("movement", MOVEMENTS.values(), ids=MOVEMENTS)
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("ascending", [False, True], ids=["newest on top", "oldest on top"])
def test_what_stays_comes_once_and_in_order(
    movement: Movement, order: Order, *, ascending: bool
) -> None:
    """Whatever moves, however many windows are asked for together."""
    for seed in range(25):
        moving = Moving(seed, movement, ascending=ascending)
        walk = Walk(phone=PHONE, order=order, page_size=moving.page_size)
        taken = read(walk, moving.history, most=moving.draw.choice((1, 3)), before_each=moving.move)
        assert set() == moving.first & set(moving.history.rows) - set(taken)
        assert set() == set(taken) - moving.ever
        seconds = [taken_row // 10_000 for taken_row in taken]
        assert sorted(seconds, reverse=order == "newest") == seconds
        assert len(set(taken)) == len(taken)
