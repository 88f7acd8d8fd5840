"""The command `sandbox`."""

from typing import Any

import click

from smstools_async._phone import write_phone
from smstools_async.cli._arguments import Seconds
from smstools_async.cli._running import run
from smstools_async.cli._service import make_sandbox
from smstools_async.cli._wording import examples


@click.command(
    epilog=examples(
        "sandbox",
        "sandbox --messages 100000 --latency 0.2",
        "sandbox --phone +5511987654321 --phone +5511912345678",
        "sandbox --quirk oldest-first --quirk total-one-too-low",
    )
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen on.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8025,
    show_default=True,
    metavar="N",
    help="Port to listen on; 0 is a free one.",
)
@click.option(
    "--messages",
    type=click.IntRange(min=0),
    default=5000,
    show_default=True,
    metavar="N",
    help="Number of made-up messages, of all phones together.",
)
@click.option(
    "--phone",
    "phones",
    multiple=True,
    default=["+5511987654321"],
    show_default=True,
    metavar="PHONE",
    help="Phone to have a conversation with; may be repeated.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Seed of everything random.",
)
@click.option(
    "--latency",
    type=Seconds(min=0),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="Delay of each response.",
)
@click.option("--lively", is_flag=True, help="Let a message arrive with each request.")
@click.option(
    "--quirk",
    "quirks",
    multiple=True,
    metavar="NAME",
    help="Depart from the documented service, for example newest-page-first-rows-oldest-first or"
    " total-is-shown; may be repeated. The reference of the sandbox lists all names.",
)
def sandbox(*, phones: tuple[str, ...], host: str, port: int, **contents: Any) -> None:
    """Serve a sandbox on a port, to try things out.

    It responds as the service does, from memory, and prints the environment variables with which
    other programs reach it. Needs the extra `sandbox`.
    """
    from smstools_async.cli._serving import serve_sandbox  # noqa: PLC0415 - others need no sandbox

    try:
        phones = tuple({write_phone(phone): phone for phone in phones}.values())
        made = make_sandbox(*phones, **contents)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    run(serve_sandbox(made, phones, host=host, port=port))
