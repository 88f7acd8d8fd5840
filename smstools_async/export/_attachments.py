"""Attachments: what their files are called in a folder, so that a message leads to them."""

from hashlib import sha256

from smstools_async._models import Message


def attachment_name(message: Message, number: int) -> str:
    """Name a file after its message, its place in it, and its URL but for the query.

    The query is left out, since a signed link gets another one each time. The command's
    `export --files` names files so, and `html_writer` looks for them by these names.

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
    return f"{message.unix_time}-{number}-{sha256(place).hexdigest()[:12]}-{file.safe_name}"
