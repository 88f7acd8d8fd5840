"""The command `export`."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Literal, cast

import click

from smstools_async.cli._arguments import DateOrTime
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._dates import When
from smstools_async.cli._destinations import destination
from smstools_async.cli._export import Export
from smstools_async.cli._many import ManyExports, Plan
from smstools_async.cli._many_options import Many, many_options
from smstools_async.cli._options import resume_option
from smstools_async.cli._parts import behind_links, kept_file
from smstools_async.cli._phones import Entry
from smstools_async.cli._resuming import ResumeFile
from smstools_async.cli._running import errors_reported
from smstools_async.cli._service import Service
from smstools_async.cli._service_options import service_options
from smstools_async.cli._source import Selection
from smstools_async.cli._wording import examples
from smstools_async.cli._writing import Writing, WritingTo, writing_options
from smstools_async.cli._zones import zone_options


@click.command(
    epilog=examples(
        "export +5511987654321 -o conversation.jsonl",
        "export +5511987654321 -o june.csv --since 2025-06-01 --until 2025-06-30",
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
    help="Write to a file, which appears when it is complete; of many conversations, one each in"
    " this folder. [default: standard output]",
)
@writing_options
@click.option(
    "--max-messages", type=click.IntRange(min=0), metavar="N", help="Write at most this many."
)
@click.option(
    "--page-size",
    type=click.IntRange(1, 2000),
    metavar="N",
    help="Messages per request. [default: 1000]",
)
@click.option(
    "--since",
    type=DateOrTime(),
    metavar="TIME",
    help="From this date or time on: 2025-06-05, 2025-06-05T08:44, today, yesterday, 2h, 7d.",
)
@click.option(
    "--until",
    type=DateOrTime(),
    metavar="TIME",
    help="Up to the end of this date, or before this time.",
)
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
    help="Download the attachments into a folder, except those that are there.",
)
@click.option(
    "--max-file-bytes",
    "max_bytes",
    type=click.IntRange(min=1),
    default=10 * 1024 * 1024,
    show_default=True,
    metavar="N",
    help="Download no larger attachment.",
)
@click.option(
    "--allow-private-addresses",
    "allow_private",
    is_flag=True,
    help="Download attachments also from this machine and private networks.",
)
@many_options
@zone_options
@service_options
def export(  # noqa: PLR0913 - these are its options
    service: Service,
    zone: tzinfo,
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
    since: When | None,
    until: When | None,
    max_messages: int | None,
    page_size: int | None,
) -> None:
    """Write the conversation with PHONE, or many, to a file.

    Each message is written once, even if others arrive in the meantime. When an export is stopped
    early, what was read is kept, and the command that resumes is printed.
    """
    many.check(phone, output, resume_from)
    writing = writing_to(Path(many.template) if many.phones_file else output, zone)
    now = datetime.now(UTC)
    selection: Selection = {
        "max_messages": max_messages,
        "page_size": page_size,
        "since": since.start(zone, now) if since else None,
        "until": until.end(zone, now) if until else None,
        "order": order or writing.format.order,
    }
    fetching = partial(Attachments, max_bytes=max_bytes, allow_private=allow_private)
    with errors_reported():
        if phone is None:
            into = cast("Path", output)  # as was checked
            plan = Plan(
                service=service,
                entries=many.entries(writing.format.name),
                selection=selection,
                folder=into,
                writing=writing,
                attachments=partial(_attachments_of, fetching, folder) if folder else None,
                concurrency=many.concurrency,
                resume_file=ResumeFile(into, _deciding_options(service, selection, writing)),
                resumes=many.resume,
            )
            run = ManyExports(plan).run
        else:
            conversation = Conversation(
                phone=phone,
                selection=selection,
                resume_from=resume_from,
                destination=destination(writing.opener(phone, folder), output, resume_from),
                attachments=fetching(folder) if folder else None,
                shows_files=writing.shows_files,
                kept_before=_count_kept(writing, output, resume_from),
            )
            run = Export(service=service, conversation=conversation).run
    run()


def _count_kept(writing: Writing, output: Path | None, resume_from: str | None) -> int:
    """Return how many messages are kept next to a file for an export that resumes."""
    if output is None or resume_from is None:
        return 0
    kept = kept_file(behind_links(output), resume_from)
    return writing.count(kept) if kept.is_file() else 0


def _deciding_options(
    service: Service, selection: Selection, writing: Writing
) -> dict[str, object]:
    """Return what decides the contents of the files, by the options that a person knows."""
    return {
        "the service": service.address,
        "--since": selection["since"],
        "--until": selection["until"],
        "--max-messages": selection["max_messages"],
        "--order": selection["order"],
        "--format": writing.format.name,
        **{f"--{name}": value for name, value in writing.options.items()},
    }


def _attachments_of(
    fetching: Callable[[Path], Attachments], folder: Path, entry: Entry
) -> Attachments:
    """Give the attachments of each conversation a folder of their own, named like its file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return fetching(folder / Path(entry.name).stem)
