"""Messages in the vendor's JSON shape, and back."""

from typing import Any

import cattrs

from smstools_async._errors import UnexpectedResponseError
from smstools_async._models import Message, MessageFile
from smstools_async._wire.fields import UnreadableError
from smstools_async._wire.message_fields import UnreadableRowError, read_file, repair_row
from smstools_async._wire.message_models import make_file, make_message


def _structure_message(sent: object, _: type[Message]) -> Message:
    try:
        return make_message(repair_row(sent))
    except UnreadableRowError as error:
        problems = tuple([f"${problem}" for problem in error.problems])
    raise UnexpectedResponseError("The row is not as documented", problems)


def _structure_file(sent: object, _: type[MessageFile]) -> MessageFile:
    try:
        return make_file(read_file(sent))
    except UnreadableError as error:
        problem = f"${error}"
    raise UnexpectedResponseError("The file is not as documented", (problem,))


def _unstructure_file(file: MessageFile) -> dict[str, str]:
    return {"name": file.name, "image": file.url, "mime": file.mime}


def _unstructure_message(message: Message) -> dict[str, Any]:
    return {
        "messageId": message.message_id,
        "direction": str(message.direction),
        "sender": message.sender,
        "receiver": message.receiver,
        "message": message.text,
        "file": [_unstructure_file(file) for file in message.files] or None,
        "datetime": message.datetime_text,
        "unixDatetime": message.unix_time,
        "deliveryStatus": str(message.delivery_status),
    }


converter: cattrs.Converter = cattrs.Converter()
"""Turns the vendor's JSON shape into models and back.

Example:
    >>> row = {
    ...     "messageId": None, "direction": "inbound", "sender": "5511987654321",
    ...     "receiver": "Clinica", "message": "Confirmo!", "file": None,
    ...     "datetime": "28 may 2025, 09:26:58", "unixDatetime": 1748424418,
    ...     "deliveryStatus": "DELIVERED",
    ... }
    >>> message = converter.structure(row, Message)
    >>> message.sent_at.year
    2025
    >>> converter.unstructure(message) == row
    True
"""
converter.register_structure_hook(Message, _structure_message)
converter.register_structure_hook(MessageFile, _structure_file)
converter.register_unstructure_hook(Message, _unstructure_message)
converter.register_unstructure_hook(MessageFile, _unstructure_file)
