"""A long conversation into each format by the real client: whole, in little memory, or not at all.

Run by hand, for so many messages and kills: `python -m tests.export.endurance 100000 20`. Formats
after that leave out the others. For each it prints whether all was read back equal, what memory was
taken over that of an idle client, and what lay under the name of the file after each kill at a
random time: nothing, the file before, or the new one, whole. Anything else is an error.
"""

import subprocess
import sys
from collections import Counter
from contextlib import suppress
from os import environ
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from anyio.from_thread import start_blocking_portal

from smstools_async.export import FORMATS, open_writer
from smstools_async.sandbox import Sandbox, serving
from tests.export.exporting import PHONE
from tests.export.reading import READ_BACK, contents, of_messages


def start(file_format: str, target: Path, base_url: str, *moment: str) -> subprocess.Popen[str]:
    """Start an export in a process of its own."""
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.export.exporting", file_format, str(target), *moment],
        env=environ
        | {
            "SMSTOOLS_BASE_URL": base_url,
            "SMSTOOLS_CLIENT_ID": "sandbox-id",
            "SMSTOOLS_CLIENT_SECRET": "sandbox-secret",
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def export(file_format: str, target: Path, base_url: str) -> tuple[float, float]:
    """Export to the end; return the memory before it, and its peak."""
    output, _ = start(file_format, target, base_url).communicate()
    idle, peak = map(float, output.split())
    return idle, peak


def put_before(sandbox: Sandbox, file_format: str, target: Path) -> object:
    """Write an earlier file under the name, and return its contents."""
    with open_writer(target, file_format=file_format) as writer:
        for message in sandbox.messages(PHONE)[:10]:
            writer.write(message)
    return contents(file_format, target)


def what_is_left(file_format: str, target: Path, before: object, whole: object) -> str:
    """Name what lies under the name of the file."""
    if not target.exists():
        return "nothing"
    found = contents(file_format, target)
    if found == before:
        return "the one before"
    return "the new one" if found == whole else "HALF A FILE"


def try_format(
    file_format: str, sandbox: Sandbox, base_url: str, folder: Path, random: Random, kills: int
) -> None:
    """Export once to the end, then kill so often on the way."""
    target = folder / f"conversation{FORMATS[file_format].endings[0]}"
    began = perf_counter()
    idle, peak = export(file_format, target, base_url)
    took = perf_counter() - began
    whole = contents(file_format, target)
    size = target.stat().st_size / 2**20
    tell(f"{file_format}: {size:.1f} MiB in {took:.1f} s, {verdict(file_format, sandbox, whole)}")
    tell(f"  memory: idle {idle:.1f} MiB, peak {peak:.1f} MiB, {peak - idle:.1f} MiB over it")
    left = Counter[str]()
    for number in range(kills):
        target.unlink(missing_ok=True)
        before = put_before(sandbox, file_format, target) if number % 2 else None
        kill_after(random.uniform(0.3, 1.05) * took, file_format, target, base_url)
        left[what_is_left(file_format, target, before, whole)] += 1
    tell(f"  {kills} kills left: {dict(left)}")


def verdict(file_format: str, sandbox: Sandbox, whole: object) -> str:
    """Say whether the messages came back as they were."""
    if file_format not in READ_BACK:
        return "cannot be read back"
    is_equal = whole == of_messages(sandbox.messages(PHONE))
    return "read back equal" if is_equal else "READ BACK OTHERWISE"


def kill_after(seconds: float, file_format: str, target: Path, base_url: str) -> None:
    """Let an export have so much time."""
    process = start(file_format, target, base_url)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=seconds)
    process.kill()
    process.communicate()


def tell(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201 - a command


def main(messages: int, kills: int, formats: list[str]) -> None:
    """Try each format."""
    sandbox, random = Sandbox(), Random(1)
    sandbox.add_conversation(PHONE, messages=messages)
    files = sum(len(message.files) for message in sandbox.messages(PHONE))
    tell(f"{messages:,} messages with {files:,} files")
    with (
        TemporaryDirectory() as folder,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(sandbox)) as base_url,
    ):
        for name in formats or FORMATS:
            try_format(name, sandbox, base_url, Path(folder), random, kills)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
