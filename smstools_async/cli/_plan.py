"""What an export of many conversations is to do."""

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from smstools_async.cli._attachments import Attachments
from smstools_async.cli._combining import CombinedFile
from smstools_async.cli._phones import Entry
from smstools_async.cli._resuming import ResumeFile
from smstools_async.cli._service import Service
from smstools_async.cli._source import Selection
from smstools_async.cli._writing import Writing


@attrs.frozen(kw_only=True)
class Plan:
    """Which conversations to export, and how."""

    service: Service
    entries: Sequence[Entry]
    selection: Selection
    folder: Path
    writing: Writing
    attachments: Callable[[Entry], Attachments] | None = None
    concurrency: int
    resume_file: ResumeFile
    resumes: bool
    combined: CombinedFile | None = None
    """The file that all conversations are written to once they are complete, if there is one."""
