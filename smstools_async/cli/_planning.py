"""What an export is made of: one conversation, many into a folder, or many into one file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import attrs

from smstools_async.cli._appending import AppendingExports, AppendPlan
from smstools_async.cli._attachments import Attachments
from smstools_async.cli._combining import CombinedFile
from smstools_async.cli._conversation import Conversation
from smstools_async.cli._destinations import destination
from smstools_async.cli._export import Export
from smstools_async.cli._many import ManyExports
from smstools_async.cli._many_options import Many
from smstools_async.cli._parts import behind_links, check_folder, kept_file
from smstools_async.cli._phones import DEFAULT_NAME, Entry
from smstools_async.cli._plan import Plan
from smstools_async.cli._provenance import facts_of
from smstools_async.cli._resuming import ResumeFile
from smstools_async.cli._service import Service
from smstools_async.cli._source import Selection
from smstools_async.cli._writing import Writing
from smstools_async.export import FORMATS


@attrs.frozen(kw_only=True)
class ExportOptions:
    """The options of the command `export`, read and checked."""

    service: Service
    phone: str | None
    many: Many
    selection: Selection
    writing: Writing
    output: Path | None
    resume_from: str | None
    folder: Path | None
    """Of attachments."""
    fetching: Callable[[Path], Attachments]
    into_one: bool
    """Whether many conversations go into one file."""
    append: bool
    """Whether to add what is new to the file of an earlier export."""


def planned(options: ExportOptions) -> Callable[[], None]:
    """Return the function that runs the export."""
    if options.append:
        return _appending(options).run
    if options.phone is not None:
        return _one(options, options.phone).run
    if options.into_one:
        return _combined(options).run
    return _many(options).run


def _one(options: ExportOptions, phone: str) -> Export:
    writing, folder = options.writing, options.folder
    facts = facts_of(options.selection, lambda: conversation.progress)
    opener = writing.opener(phone, folder, facts)
    conversation = Conversation(
        phone=phone,
        selection=options.selection,
        resume_from=options.resume_from,
        destination=destination(opener, options.output, options.resume_from),
        attachments=options.fetching(folder) if folder else None,
        shows_files=writing.shows_files,
        kept_before=_count_kept(writing, options.output, options.resume_from),
    )
    return Export(service=options.service, conversation=conversation)


def _count_kept(writing: Writing, output: Path | None, resume_from: str | None) -> int:
    """Return how many messages are kept next to a file for an export that resumes."""
    if output is None or resume_from is None:
        return 0
    kept = kept_file(behind_links(output), resume_from)
    return writing.count(kept) if kept.is_file() else 0


def _many(options: ExportOptions) -> ManyExports:
    """Write each conversation to a file of its own."""
    output = cast("Path", options.output)  # as was checked
    folder = options.folder
    attachments = partial(_attachments_of, options.fetching, folder) if folder else None
    entries = options.many.entries(options.many.template, options.writing.format.name)
    return ManyExports(
        Plan(
            service=options.service,
            entries=entries,
            selection=options.selection,
            folder=output,
            writing=options.writing,
            attachments=attachments,
            concurrency=options.many.concurrency,
            resume_file=ResumeFile(output, _deciding_options(options)),
            resumes=options.many.resume,
        )
    )


def _combined(options: ExportOptions) -> ManyExports:
    """Write each conversation to a file in a hidden folder, and all of them into one at the end."""
    output = cast("Path", options.output)  # as was checked
    check_folder(output)
    target, folder = behind_links(output), options.folder
    attachments = partial(_shared_attachments, options.fetching, folder) if folder else None
    combined = CombinedFile(
        name=str(output), target=target, opener=options.writing.opener(output.stem, folder)
    )
    return ManyExports(
        Plan(
            service=options.service,
            entries=options.many.entries(DEFAULT_NAME, "jsonl"),
            selection=options.selection,
            folder=combined.parts,
            writing=Writing(format=FORMATS["jsonl"], zone=options.writing.zone),
            attachments=attachments,
            concurrency=options.many.concurrency,
            resume_file=ResumeFile(combined.parts, _deciding_options(options)),
            resumes=options.many.resume,
            combined=combined,
        )
    )


def _appending(options: ExportOptions) -> AppendingExports:
    """Add what is new of one conversation, or of many, to the files that are there."""
    output, folder = cast("Path", options.output), options.folder  # as was checked
    into_one = options.into_one or options.phone is not None
    if options.phone is not None:
        entries = [Entry(line=1, phone=options.phone, name=output.name)]
    else:
        template = DEFAULT_NAME if into_one else options.many.template
        entries = options.many.entries(template, options.writing.format.name)
    attachments = dict[Entry, Attachments]()
    if folder and into_one:
        attachments = {entry: options.fetching(folder) for entry in entries}
    elif folder:
        attachments = {entry: _attachments_of(options.fetching, folder, entry) for entry in entries}
    return AppendingExports(
        AppendPlan(
            service=options.service,
            entries=entries,
            selection=options.selection,
            output=output,
            into_one=into_one,
            writing=options.writing,
            attachments=attachments,
            concurrency=options.many.concurrency,
        )
    )


def _deciding_options(options: ExportOptions) -> dict[str, object]:
    """Return what decides the contents of the files, by the options that a person knows."""
    selection, writing = options.selection, options.writing
    return {
        "the service": options.service.address,
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


def _shared_attachments(
    fetching: Callable[[Path], Attachments], folder: Path, _entry: Entry
) -> Attachments:
    return fetching(folder)
