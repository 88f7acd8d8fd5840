"""Write conversations to files: one writer per format, each streaming, all with the same interface.

A writer is opened by `with` and is given one message after the other. A file appears under its name
when it is complete, and not before: until then it grows next to it, as `conversation.jsonl.part`.
Memory does not grow with the history. Writing is plain, buffered file writing, and blocks the event
loop for some twelve microseconds per message, thirty with HTML, 150 with SQLite, which indexes each
text twice; Parquet is written in groups, which block it for some ten milliseconds once in 10,000
messages.
"""

from smstools_async.export._appending import Appender
from smstools_async.export._attachments import attachment_name
from smstools_async.export._csv import csv_writer, read_csv
from smstools_async.export._csv_cells import Spreadsheet
from smstools_async.export._delivery import delivery_mark
from smstools_async.export._formats import (
    FORMATS,
    Format,
    format_of,
    open_appender,
    open_writer,
)
from smstools_async.export._html import html_writer
from smstools_async.export._index import html_index
from smstools_async.export._jsonl import jsonl_writer, read_jsonl
from smstools_async.export._languages import Language
from smstools_async.export._parquet import parquet_writer, read_parquet
from smstools_async.export._parts import Part, find_parts
from smstools_async.export._provenance import Completeness
from smstools_async.export._sqlite import read_sqlite, search_sqlite, sqlite_writer
from smstools_async.export._tables import arrow_batches, arrow_schema, arrow_table, to_dicts
from smstools_async.export._targets import Target, TextStream
from smstools_async.export._writer import MessageWriter
from smstools_async.export._xlsx import xlsx_writer

__all__ = [  # noqa: RUF022 - constants stand where a person looks for them
    "Appender",
    "Completeness",
    "FORMATS",
    "Format",
    "Language",
    "MessageWriter",
    "Part",
    "Spreadsheet",
    "Target",
    "TextStream",
    "arrow_batches",
    "arrow_schema",
    "arrow_table",
    "attachment_name",
    "csv_writer",
    "delivery_mark",
    "find_parts",
    "format_of",
    "html_index",
    "html_writer",
    "jsonl_writer",
    "open_appender",
    "open_writer",
    "parquet_writer",
    "read_csv",
    "read_jsonl",
    "read_parquet",
    "read_sqlite",
    "search_sqlite",
    "sqlite_writer",
    "to_dicts",
    "xlsx_writer",
]
