"""Pages as the vendor writes them, with texts of the usual length: about 300 bytes a row."""

import json
import random
from typing import Any

PHONE = "5511987654321"
_SENDER_ID = "Clinica"
_NEWEST = 1749113086
_TEXTS = (
    "Olá! Sua consulta com a Dra. Helena está confirmada para amanhã às 14h30. Responda SIM.",
    "Confirmo, obrigada!",
    "Bom dia, gostaria de remarcar, por favor. Pode ser na quinta-feira depois das 16h?",
    "ok",
    "Seu laudo chegou 📄 Acesse o portal com o seu CPF para baixar o documento quando quiser.",
)


def _row(index: int, choice: random.Random, share_of_files: float) -> dict[str, Any]:
    is_inbound = choice.random() < 0.4
    return {
        "messageId": None if is_inbound else str(740_000_000 - index),
        "direction": "inbound" if is_inbound else "outbound",
        "sender": PHONE if is_inbound else _SENDER_ID,
        "receiver": _SENDER_ID if is_inbound else PHONE,
        "message": choice.choice(_TEXTS),
        "file": [_file(index)] if choice.random() < share_of_files else None,
        "datetime": "05 jun 2025, 08:44:46",
        "unixDatetime": _NEWEST - 40 * index,
        "deliveryStatus": "DELIVERED",
    }


def _file(index: int) -> dict[str, str]:
    name = f"exame-{index}.png"
    return {"name": name, "image": f"https://files.example/{name}", "mime": "image/png"}


def page_of(rows: list[dict[str, Any]], *, page: int, limit: int, total: int) -> bytes:
    """Write a page with these rows down."""
    envelope = {"total": total, "shown": len(rows), "page": page, "limit": limit}
    return json.dumps({**envelope, "conversation": rows}, ensure_ascii=False).encode()


def rows_of(first: int, count: int, *, share_of_files: float = 0.0) -> list[dict[str, Any]]:
    """Return `count` rows of a long history, newest first, from the row `first`."""
    choice = random.Random(first)
    return [_row(index, choice, share_of_files) for index in range(first, first + count)]


def body(page: int, page_size: int, pages: int) -> bytes:
    """Return a page of a history without files, which the existing client cannot read."""
    rows = rows_of((page - 1) * page_size, page_size)
    return page_of(rows, page=page, limit=page_size, total=pages * page_size)
