"""What does it cost to make messages of a page?"""

import json
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import cattrs
import msgspec
import pydantic

from benchmarks import contenders
from benchmarks.bodies import PHONE, page_of, rows_of
from benchmarks.figures import Measured, Series, alternate
from benchmarks.plan import PEER_PYTHON, Plan
from benchmarks.process import Figures, Job
from benchmarks.report import Answer, Bound, Table
from benchmarks.source import Source
from smstools_async._wire.messages import decode_conversation

_ROWS = 2000
_A_TURN = 100
_LIMIT = 2.1
_YARDSTICK = "orjson.loads alone"
_OURS = "ours, as iterated"
_KEPT = "ours, all kept"
_REPAIRED = ("one row repaired", "each row repaired")
_DRIFTED = ("times as texts, phones as numbers", *_REPAIRED)
"""Pages that others do not read at all."""
_PEER = "existing client"


class FileModel(pydantic.BaseModel):
    """As the API writes it."""

    name: str
    image: str
    mime: str


class MessageModel(pydantic.BaseModel):
    """As the API writes it."""

    messageId: str | None
    direction: str
    sender: str
    receiver: str
    message: str
    file: list[FileModel] | None
    datetime: str
    unixDatetime: int
    deliveryStatus: str


class PageModel(pydantic.BaseModel):
    """As the API writes it."""

    conversation: list[MessageModel]
    total: int
    shown: int
    page: int
    limit: int


Decode = Callable[[bytes], object]


def _iterate(body: bytes) -> None:
    page = decode_conversation(body)
    for begin in range(0, len(page), _A_TURN):
        for _ in page.rows(range(begin, begin + _A_TURN)):
            pass


def _contenders() -> dict[str, Decode]:
    orjson: Any = import_module("orjson")  # the type checkers run where it is not installed
    converter = cattrs.Converter()
    return {
        _YARDSTICK: orjson.loads,
        "json.loads alone": json.loads,
        "msgspec, Struct": msgspec.json.Decoder(contenders.PageStruct).decode,
        "json, cattrs as it comes": lambda body: converter.structure(
            json.loads(body), contenders.Page
        ),
        "pydantic": PageModel.model_validate_json,
        _OURS: _iterate,
        _KEPT: lambda body: decode_conversation(body).structured(),
    }


def _bodies() -> dict[str, bytes]:
    write = partial(page_of, page=1, limit=_ROWS, total=_ROWS)
    rows = rows_of(0, _ROWS)
    drifted = [
        {**row, "unixDatetime": str(row["unixDatetime"]), "sender": int(PHONE)} for row in rows
    ]
    odd = [{**row, "unixDatetime": row["unixDatetime"] + 0.5} for row in rows]
    return {
        "no files": write(rows),
        "a file in each row": write(rows_of(0, _ROWS, share_of_files=1.0)),
        **dict(zip(_DRIFTED, map(write, (drifted, [*rows[:-1], odd[-1]], odd)), strict=True)),
    }


def _time(decode: Decode, body: bytes) -> Figures:
    begin = time.process_time()
    decode(body)
    return {"cpu": time.process_time() - begin}


def _measure(kind: str, body: bytes, rounds: int) -> dict[str, Measured]:
    chosen = {
        name: decode
        for name, decode in _contenders().items()
        if kind not in _DRIFTED or name in (_YARDSTICK, _OURS)
    }
    return alternate({name: partial(_time, each, body) for name, each in chosen.items()}, rounds)


def _measure_peer(rounds: int) -> Series:
    source = Source(base_url="", pages=1, page_size=_ROWS)
    job = Job(way="peer.decoding", meter="time", source=source, warm_up=source, python=PEER_PYTHON)
    return alternate({"": job.run}, rounds)[""]["cpu"]


def ask(plan: Plan) -> Answer:
    """Measure each way on each kind of page."""
    found = {kind: _measure(kind, body, 8 * plan.rounds) for kind, body in _bodies().items()}
    peer = {"cpu": _measure_peer(plan.rounds)}
    found["no files"][_PEER] = peer
    return Answer(
        tables=[_table(kind, measured) for kind, measured in found.items()],
        bounds=[
            Bound(
                words=f"1. Decoding, {kind}: {name} against orjson.loads alone",
                found=measured[name]["cpu"].median / measured[_YARDSTICK]["cpu"].median,
                limit=_LIMIT,
            )
            for kind, measured in found.items()
            for name in (_OURS, _KEPT)
            if name in measured and kind not in _REPAIRED
        ],
    )


def _table(kind: str, measured: dict[str, Measured]) -> Table:
    yardstick = measured[_YARDSTICK]["cpu"].median
    return Table(
        title=f"Decoding a page of 2,000 rows, {kind}",
        head=("", "CPU, ns a message", "orjson = 1"),
        rows=[
            [name, each["cpu"].show(1e9 / _ROWS), f"{each['cpu'].median / yardstick:.2f}"]
            for name, each in measured.items()
        ],
    )
