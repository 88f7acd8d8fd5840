"""How a conversation is written down: one writer a format, each streaming, all the same to use.

A writer is opened by `with` and given one message after the other. A file appears under its name
when it is whole, and not before: it grows beside, as `conversation.jsonl.….part`, and is renamed at
the end. Memory does not grow with the history. Writing is plain, buffered file writing, and keeps
the event loop for some twelve microseconds a message, thirty with HTML, fifty with SQLite; Parquet
is written in groups, which keep it for some ten milliseconds once in 10,000 messages.
"""

from smstools_async.export._attachments import attachment_name
from smstools_async.export._csv import csv_writer, read_csv
from smstools_async.export._delivery import delivery_mark
from smstools_async.export._formats import FORMATS, Format, format_of, open_writer
from smstools_async.export._html import html_writer
from smstools_async.export._jsonl import jsonl_writer, read_jsonl
from smstools_async.export._parquet import parquet_writer, read_parquet
from smstools_async.export._sqlite import read_sqlite, sqlite_writer
from smstools_async.export._tables import arrow_batches, arrow_schema, arrow_table, to_dicts
from smstools_async.export._targets import Target, TextStream
from smstools_async.export._writer import MessageWriter

__all__ = [
    "FORMATS",
    "Format",
    "MessageWriter",
    "Target",
    "TextStream",
    "arrow_batches",
    "arrow_schema",
    "arrow_table",
    "attachment_name",
    "csv_writer",
    "delivery_mark",
    "format_of",
    "html_writer",
    "jsonl_writer",
    "open_writer",
    "parquet_writer",
    "read_csv",
    "read_jsonl",
    "read_parquet",
    "read_sqlite",
    "sqlite_writer",
    "to_dicts",
]
