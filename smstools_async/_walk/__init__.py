"""Which window of a list comes next, and what of it is news.

Pure: no I/O, no clock, no await. `plan(state)` returns the windows to ask for, `take(state, window,
page)` returns a `Step` with everything that the response brought; nothing else changes.

| question | module |
|---|---|
| Which page and limit cover the wanted rows? | `windows` |
| What is remembered of the rows read last? | `memory` |
| How does a page look along the walk? | `view` |
| What of it is known, and can anything hide before it? | `proofs` |
| Which way do times run? | `trends` |
| Which way do pages run, and the rows on them? | `layout` |
| What does the caller want? | `goal` |
| In which phase is a walk? | `phases` |
| Where does it stand? | `state` |
| What did a response bring? | `step` |
| Which windows come next? | `plan` |
| What does a response do? | `transition`, and one module for each phase: `opening`, `comparing`, \
`seeking`, `reading`, `locating`, `ending` |
| Where does news begin in a window? | `starting` |
| What does a window show besides? | `noticing` |
"""

from smstools_async._walk.goal import Goal
from smstools_async._walk.layout import Habits, Layout, Order
from smstools_async._walk.memory import Memory, Row
from smstools_async._walk.plan import plan
from smstools_async._walk.state import Place, State
from smstools_async._walk.step import News, Step, head_of, is_passed, is_reached
from smstools_async._walk.transition import start, take
from smstools_async._walk.view import Page
from smstools_async._walk.windows import LARGEST_LIMIT, Window

__all__ = [
    "LARGEST_LIMIT",
    "Goal",
    "Habits",
    "Layout",
    "Memory",
    "News",
    "Order",
    "Page",
    "Place",
    "Row",
    "State",
    "Step",
    "Window",
    "head_of",
    "is_passed",
    "is_reached",
    "plan",
    "start",
    "take",
]
