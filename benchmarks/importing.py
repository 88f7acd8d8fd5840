"""How long does the import take, and the first client?"""

import subprocess
import sys
from compileall import compile_dir
from functools import partial

import smstools_async
from benchmarks.figures import alternate
from benchmarks.plan import Plan
from benchmarks.process import Figures
from benchmarks.report import Answer, Bound, Table

_OURS = "import smstools_async"
_PARTS = "import httpx, cattrs, attrs, anyio"
_ASKED = (
    _PARTS,
    _OURS,
    f"{_PARTS}; httpx.AsyncClient()",
    f"{_OURS}; smstools_async.Client('id', 'secret')",
)
_CODE = "import time; t = time.process_time(); {}; print(time.process_time() - t)"


def _run(code: str) -> Figures:
    command = [sys.executable, "-c", _CODE.format(code)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return {"cpu": float(done.stdout)}


def ask(plan: Plan) -> Answer:
    """Measure them against the libraries they cannot do without."""
    compile_dir(smstools_async.__path__[0], quiet=1)  # as an installed package is
    found = alternate({code: partial(_run, code) for code in _ASKED}, 5 * plan.rounds)
    ratio = found[_OURS]["cpu"].median / found[_PARTS]["cpu"].median
    table = Table(
        title="Import",
        note="What brings cattrs and msgspec is loaded with the first client.",
        head=("", "CPU, ms"),
        rows=[[f"`{code}`", figures["cpu"].show(1000, 1)] for code, figures in found.items()],
    )
    bound = Bound(words="7. Import, against httpx + cattrs + attrs + anyio", found=ratio, limit=1.1)
    return Answer(tables=[table], bounds=[bound])
