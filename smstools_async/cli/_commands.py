"""The command line: what can be asked for, and how it is explained."""

import sys
from collections.abc import Callable
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal, Unpack, cast

import click

from smstools_async import Progress, __version__
from smstools_async.cli import _reading
from smstools_async.cli._arguments import Seconds, command_line, parse_time
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._conversation import Bounds, Conversation, Walk
from smstools_async.cli._destinations import destination, kept_file
from smstools_async.cli._export import Export
from smstools_async.cli._many import ManyExports
from smstools_async.cli._many_options import Many, many_options
from smstools_async.cli._phones import Entry
from smstools_async.cli._resuming import ResumeFile
from smstools_async.cli._running import requests_told, run, tell
from smstools_async.cli._service import VERBOSE, Service, make_sandbox, service_options
from smstools_async.cli._writing import Writing, WritingTo, writing_options

_LONGEST_INTERVAL = 86400  # a day
_EXIT_CODES = """

\b
Exit codes:
  0    done; also when the reader of the output has enough, as with `| head`
  1    the API said no, its answer cannot be trusted, or a file cannot be written or fetched
  2    an argument, option, cursor, environment variable or extra is wrong or missing
  3    nothing usable came back from the network
  4    of many conversations, some are not whole
  130  interrupted, by Ctrl-C, SIGTERM or SIGHUP
"""


def _examples(*arguments: str) -> str:
    lines = "".join(f"\n  smstools-async {line}" for line in arguments)
    return f"\b\nExamples:{lines}"


phone_argument = click.argument("phone")
resume_option = click.option(
    "--resume-from", metavar="CURSOR", help="Go on from the cursor that a stopped run printed."
)
zone_option = click.option(
    "--utc/--local", default=False, help="Show times in UTC. [default: times of this machine]"
)


@click.group(
    name="smstools-async",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_examples(
        "show --sandbox +5511987654321",
        "export +5511987654321 -o conversation.jsonl",
        "export +5511987654321 --since 2025-06-01 | jq -r .text",
        "watch +5511987654321",
    )
    + _EXIT_CODES,
)
@click.version_option(__version__)
@click.option("-v", "--verbose", is_flag=True, help=VERBOSE)
@click.pass_context
def smstools_async(context: click.Context, /, *, verbose: bool) -> None:
    """Read message histories from the Smstools SMS gateway.

    Credentials come from SMSTOOLS_CLIENT_ID and SMSTOOLS_CLIENT_SECRET in the environment and from
    nowhere else: command lines can be read by others. Without any, try --sandbox.
    """
    cast("TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    context.with_resource(requests_told(verbose=verbose))


@smstools_async.command(
    epilog=_examples(
        "export +5511987654321 -o conversation.jsonl",
        "export +5511987654321 -o june.csv --since 2025-06-01 --until 2025-07-01",
        "export +5511987654321 --order oldest | gzip > conversation.jsonl.gz",
        "export +5511987654321 -o conversation.html --files attachments",
        "export --phones-file phones.txt -o conversations --concurrency 8",
    )
)
@click.argument("phone", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Write to a file, which appears when it is whole; of many conversations, one each in this"
    " folder. [default: standard output]",
)
@writing_options
@click.option(
    "--max-messages", type=click.IntRange(min=0), metavar="N", help="Write so many at most."
)
@click.option(
    "--page-size",
    type=click.IntRange(1, 2000),
    metavar="N",
    help="Ask for so many at once. [default: 1000]",
)
@click.option(
    "--since",
    type=parse_time,
    metavar="TIME",
    help="From this time on, in ISO 8601; UTC where it does not say.",
)
@click.option("--until", type=parse_time, metavar="TIME", help="Before this time.")
@click.option(
    "--order",
    type=click.Choice(["newest", "oldest"]),
    help="Which come first. [default: oldest in HTML, else newest]",
)
@resume_option
@click.option(
    "--files",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Fetch the files of the messages into a folder, but for those that are there.",
)
@click.option(
    "--max-file-bytes",
    "max_bytes",
    type=click.IntRange(min=1),
    default=10 * 1024 * 1024,
    show_default=True,
    metavar="N",
    help="Fetch no larger file.",
)
@click.option(
    "--allow-private-addresses",
    "allow_private",
    is_flag=True,
    help="Fetch files from this machine and private networks, too.",
)
@many_options
@service_options
def export(
    service: Service,
    many: Many,
    writing_to: WritingTo,
    /,
    phone: str | None,
    *,
    output: Path | None,
    resume_from: str | None,
    folder: Path | None,
    max_bytes: int,
    allow_private: bool,
    order: Literal["newest", "oldest"] | None,
    **bounds: Unpack[Bounds],
) -> None:
    """Write down the conversation with PHONE, or many.

    Every message comes once, even if others arrive meanwhile. When an export is stopped early, what
    came is kept, and the command that goes on from there is printed.
    """
    many.check(phone, output, resume_from)
    writing = writing_to(Path(many.template) if many.phones_file else output)
    walk: Walk = {**bounds, "order": order or writing.format.order}
    fetching = partial(Attachments, max_bytes=max_bytes, allow_private=allow_private)
    if phone is None:
        into = cast("Path", output)  # as was checked
        ManyExports(
            service=service,
            entries=many.entries(writing.format.name),
            walk=walk,
            folder=into,
            writing=writing,
            attachments=partial(_attachments_of, fetching, folder) if folder else None,
            concurrency=many.concurrency,
            resume_file=ResumeFile(into, _what_is_written(service, walk, writing)),
            goes_on=many.resume,
        ).run()
    else:
        conversation = Conversation(
            phone=phone,
            walk=walk,
            resume_from=resume_from,
            destination=destination(writing.opener(phone, folder), output, resume_from),
            attachments=fetching(folder) if folder else None,
            shows_files=writing.shows_files,
            before=_kept_before(writing, output, resume_from),
        )
        Export(service=service, conversation=conversation).run()


def _kept_before(writing: Writing, output: Path | None, resume_from: str | None) -> int:
    """Return how many messages are kept beside a file for an export that goes on."""
    if output is None or resume_from is None:
        return 0
    kept = kept_file(output.resolve(), resume_from)
    return writing.count(kept) if kept.is_file() else 0


def _what_is_written(service: Service, walk: Walk, writing: Writing) -> dict[str, object]:
    return {
        "the service": service.address,
        "--since": walk["since"],
        "--until": walk["until"],
        "--max-messages": walk["max_messages"],
        "--order": walk["order"],
        "--format": writing.format.name,
        **{f"--{name}": value for name, value in writing.options.items()},
    }


def _attachments_of(
    fetching: Callable[[Path], Attachments], folder: Path, entry: Entry
) -> Attachments:
    """Give the files of each conversation a folder of their own, called like its file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return fetching(folder / Path(entry.name).stem)


@smstools_async.command(
    epilog=_examples(
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
    help="Show so many at most.",
)
@zone_option
@click.option(
    "--svg",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw them into a picture instead, for a ticket or a page.",
)
@service_options
def show(service: Service, /, phone: str, **options: Any) -> None:
    """Show the last messages with PHONE, as a chat.

    The newest message comes last. Messages to the phone stand at the right, with how far they got.
    """
    run(_reading.show(service, phone, **options))


@smstools_async.command(
    epilog=_examples(
        "count +5511987654321",
    )
)
@phone_argument
@service_options
def count(service: Service, /, phone: str) -> None:
    """Print how many messages there are with PHONE."""
    run(_reading.count(service, phone))


@smstools_async.command(
    epilog=_examples(
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
    help="Ask so often while messages come; while none do, twelve times less in the end.",
)
@zone_option
@resume_option
@service_options
def watch(service: Service, /, phone: str, *, resume_from: str | None, **options: Any) -> None:
    """Show new messages with PHONE as they come.

    Ctrl-C ends it, and prints the command that goes on with the first message not shown. Of a
    sandbox, which ends with it, there is none.
    """
    progress = Progress()

    def tell_how_to_go_on() -> None:
        if progress.cursor and not service.sandbox:  # which ends with the program
            resumed = command_line(resume_from=progress.cursor)
            tell(f"Go on with:\n  {resumed}")

    run(
        _reading.watch(service, phone, resume_from=resume_from, progress=progress, **options),
        when_stopped=tell_how_to_go_on,
    )


@smstools_async.command(
    epilog=_examples(
        "sandbox",
        "sandbox --messages 100000 --latency 0.2",
        "sandbox --quirk oldest-first --quirk total-one-too-low",
    )
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Listen at this address.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8025,
    show_default=True,
    metavar="N",
    help="Listen at this port; 0 stands for a free one.",
)
@click.option(
    "--messages",
    type=click.IntRange(min=0),
    default=5000,
    show_default=True,
    metavar="N",
    help="Make up so many messages.",
)
@click.option(
    "--phone",
    default="+5511987654321",
    show_default=True,
    metavar="PHONE",
    help="Let them be with this phone.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Repeats what is drawn by lot.",
)
@click.option(
    "--latency",
    type=Seconds(min=0),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="Take so long to answer.",
)
@click.option("--lively", is_flag=True, help="Let a message arrive with each request.")
@click.option(
    "--quirk",
    multiple=True,
    metavar="NAME",
    help="Depart from the documented service, for example newest-page-first-rows-oldest-first or"
    " total-is-shown; may be repeated. The reference of the sandbox lists all names.",
)
def sandbox(*, phone: str, host: str, port: int, **contents: Any) -> None:
    """Serve a sandbox on a port, for trying out.

    It answers as the service does, from memory, and prints what other programs need in their
    environment to ask it. Needs the extra `sandbox`.
    """
    from smstools_async.cli._serving import serve_sandbox  # noqa: PLC0415 - others need no sandbox

    try:
        made = make_sandbox(phone, **contents)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    run(serve_sandbox(made, phone, host=host, port=port))
