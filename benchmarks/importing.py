"""How long does the import take?"""

import subprocess
import sys
from compileall import compile_dir
from functools import partial

import smstools_async
from benchmarks.figures import alternate
from benchmarks.plan import Plan
from benchmarks.process import Figures
from benchmarks.report import Answer, Bound, Table

_OURS = "smstools_async"
_PARTS = "httpx, cattrs, attrs, anyio"
_CODE = "import time; t = time.process_time(); import {}; print(time.process_time() - t)"


def _import(names: str) -> Figures:
    command = [sys.executable, "-c", _CODE.format(names)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return {"cpu": float(done.stdout)}


def ask(plan: Plan) -> Answer:
    """Measure it against the libraries it cannot do without."""
    compile_dir(smstools_async.__path__[0], quiet=1)  # as an installed package is
    found = alternate({name: partial(_import, name) for name in (_PARTS, _OURS)}, 5 * plan.rounds)
    ratio = found[_OURS]["cpu"].median / found[_PARTS]["cpu"].median
    table = Table(
        title="Import",
        head=("", "CPU, ms"),
        rows=[
            [f"`import {name}`", figures["cpu"].show(1000, 1)] for name, figures in found.items()
        ],
    )
    bound = Bound(words="7. Import, against httpx + cattrs + attrs + anyio", found=ratio, limit=1.1)
    return Answer(tables=[table], bounds=[bound])
