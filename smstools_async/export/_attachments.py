"""Attachments: how they are named in a folder, so that a message leads to them."""

from hashlib import sha256

from smstools_async._models import Message
from smstools_async._names import with_ending


def attachment_name(message: Message, number: int) -> str:
    """Name an attachment after its message, its place in it, and its URL without the query.

    The query is left out, since a signed URL gets another one each time. A name without an ending
    gets that of its media type. The command's `export --files` names files like this, and
    `html_writer` and `xlsx_writer` look for these names.

    Args:
        message: Has the file.
        number: Which of `message.files`, from 1.

    Example:
        >>> from smstools_async import MessageFile
        >>> file = MessageFile(name="boleto.pdf", url="https://files.example/1?key=2", mime="")
        >>> message = Message(
        ...     direction="inbound", sender="5511987654321", receiver="Clinica", text="",
        ...     files=(file,), unix_time=1749113086,
        ... )
        >>> attachment_name(message, 1)
        '1749113086-1-3add58b69e34-boleto.pdf'
    """
    file = message.files[number - 1]
    place = file.url.partition("?")[0].encode(errors="backslashreplace")
    name = with_ending(file.safe_name, file.mime)
    return f"{message.unix_time}-{number}-{sha256(place).hexdigest()[:12]}-{name}"
