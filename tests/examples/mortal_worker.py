"""The worker of the examples, which dies in front of a certain statement of SQL.

`python -m tests.examples.mortal_worker 17 archive.db +5511987654321`
"""

import os
import signal
import sys
from contextlib import closing

from examples.worker import Archive, run


def die_at(number: int, archive: Archive) -> None:
    """Let so many statements pass, those that begin and end transactions included."""
    left = number

    def count(_statement: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    archive.db.set_trace_callback(count)


if __name__ == "__main__":
    with closing(Archive(sys.argv[2])) as archive:
        die_at(int(sys.argv[1]), archive)
        sys.exit(run(sys.argv[3:], archive))
