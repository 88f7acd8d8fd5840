"""The commands `count`, `show` and `watch`."""

from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

import click

from smstools_async import Progress
from smstools_async.cli import _reading
from smstools_async.cli._arguments import Seconds, command_line
from smstools_async.cli._options import phone_argument, resume_option
from smstools_async.cli._reporting import report
from smstools_async.cli._running import run
from smstools_async.cli._service import Service
from smstools_async.cli._service_options import service_options
from smstools_async.cli._wording import examples
from smstools_async.cli._zones import zone_options

_LONGEST_INTERVAL: Final = 86400  # a day


@click.command(
    epilog=examples(
        "show +5511987654321",
        "show +5511987654321 -n 500 --utc | less",
        "show +5511987654321 -n 8 --svg chat.svg",
    )
)
@phone_argument
@click.option(
    "-n",
    "--messages",
    "most",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="Show at most this many.",
)
@click.option(
    "--svg",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw them into an SVG picture instead, for a ticket or a page.",
)
@zone_options
@service_options
def show(service: Service, zone: tzinfo, /, phone: str, **options: Any) -> None:
    """Show the latest messages with PHONE, as a chat.

    The newest message comes last. Messages to the phone are on the right, with their delivery
    status.
    """
    run(_reading.show(service, phone, zone=zone, **options))


@click.command(epilog=examples("count +5511987654321"))
@phone_argument
@service_options
def count(service: Service, /, phone: str) -> None:
    """Print how many messages there are with PHONE."""
    run(_reading.count(service, phone))


@click.command(
    epilog=examples(
        "watch +5511987654321",
        "watch --sandbox +5511987654321 --interval 1",
    )
)
@phone_argument
@click.option(
    "--interval",
    type=Seconds(min=0, min_open=True, max=_LONGEST_INTERVAL),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Polling interval; grows to twelve times as long while nothing arrives.",
)
@resume_option
@zone_options
@service_options
def watch(
    service: Service, zone: tzinfo, /, phone: str, *, resume_from: str | None, interval: float
) -> None:
    """Show new messages with PHONE as they arrive.

    Ctrl-C stops it, and prints the command that resumes with the first message not shown (not for a
    sandbox, which ends with the command).
    """
    progress = Progress()

    def report_how_to_resume() -> None:
        if progress.cursor and not service.sandbox:  # which ends with the program
            report(f"Resume with:\n  {command_line(resume_from=progress.cursor)}")

    body = _reading.watch(
        service,
        phone,
        resume_from=resume_from,
        interval=interval,
        zone=zone,
        progress=progress,
    )
    run(body, when_stopped=report_how_to_resume)
