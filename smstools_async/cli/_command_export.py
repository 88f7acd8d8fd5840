"""The command `export`."""

from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Literal

import click

from smstools_async.cli._append_options import check_append
from smstools_async.cli._arguments import DateOrTime
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._dates import When
from smstools_async.cli._many_options import Many, is_one_file, many_options
from smstools_async.cli._options import resume_option
from smstools_async.cli._planning import ExportOptions, planned
from smstools_async.cli._running import errors_reported
from smstools_async.cli._service import Service, check_attachments
from smstools_async.cli._service_options import service_options
from smstools_async.cli._source import Selection
from smstools_async.cli._wording import examples
from smstools_async.cli._writing import WritingTo, writing_options
from smstools_async.cli._zones import zone_options


@click.command(
    epilog=examples(
        "export +5511987654321 -o conversation.jsonl",
        "export +5511987654321 -o june.csv --since 2025-06-01 --until 2025-06-30",
        "export +5511987654321 --order oldest | gzip > conversation.jsonl.gz",
        "export +5511987654321 -o conversation.html --files attachments",
        "export --phones-file phones.txt -o conversations --concurrency 8",
        "export --phones-file phones.txt -o all.db --append",
    )
)
@click.argument("phone", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Write to a file, which appears when it is complete. Many conversations go into one file,"
    " or one each into a folder. [default: standard output]",
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
@click.option(
    "--skip-bad-rows",
    is_flag=True,
    help="Leave out rows that cannot be read, and report how many, instead of stopping.",
)
@resume_option
@click.option(
    "--append",
    is_flag=True,
    help="Add what is new to the file of an earlier export; one request if nothing is.",
)
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
    append: bool,
    folder: Path | None,
    max_bytes: int,
    allow_private: bool,
    order: Literal["newest", "oldest"] | None,
    since: When | None,
    until: When | None,
    max_messages: int | None,
    page_size: int | None,
    skip_bad_rows: bool,
) -> None:
    """Write the conversation with PHONE, or many, to a file.

    Each message is written once, even if others arrive in the meantime. When an export is stopped
    early, what was read is kept, and the command that resumes is printed.
    """
    into_one = many.phones_file is not None and is_one_file(output)
    many.check(phone, output, resume_from, into_one=into_one)
    named_by = Path(many.template) if many.phones_file and not into_one else output
    writing = writing_to(named_by, zone)
    if append:
        check_append(phone, output, order)
    if folder and not allow_private:
        check_attachments(service)
    now = datetime.now(UTC)
    selection: Selection = {
        "max_messages": max_messages,
        "page_size": page_size,
        "since": since.start(zone, now) if since else None,
        "until": until.end(zone, now) if until else None,
        "on_bad_row": "skip" if skip_bad_rows else "raise",
        "order": "oldest" if append else order or writing.format.order,
    }
    with errors_reported():
        run = planned(
            ExportOptions(
                service=service,
                phone=phone,
                many=many,
                selection=selection,
                writing=writing,
                output=output,
                resume_from=resume_from,
                folder=folder,
                fetching=partial(Attachments, max_bytes=max_bytes, allow_private=allow_private),
                into_one=into_one,
                append=append,
            )
        )
    run()
