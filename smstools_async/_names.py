"""Which name a file may have that a stranger named."""

import re
import unicodedata
from typing import Final

_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
"""What Windows allows in no name; a colon opens a stream behind a file there."""
_UNSEEN: Final = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Control, format (turning the direction of writing is one), unassigned, private, surrogates, line
and paragraph separators."""
_EDGES: Final = " .-~"
"""At the beginning they hide a file, or make an option or a home of it; Windows drops some at the
end, by which two names become one."""
_DEVICE: Final = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])[ ]*(\..*)?", re.IGNORECASE
)
"""What stands for a device on Windows, whatever ending it has."""
_MOST_BYTES: Final = 120
"""Half of what file systems take, and less than the 143 of encrypted ones, as room for what is put
before and behind a name."""
_LONGEST_ENDING: Final = 16
_NAMELESS: Final = "file"
_ENDINGS: Final = {
    "application/gzip": "gz",
    "application/json": "json",
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/zip": "zip",
    "audio/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tiff",
    "image/webp": "webp",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
    "video/mp4": "mp4",
    "video/mpeg": "mpeg",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-msvideo": "avi",
}
"""What is sent by MMS and chat, written down here since `mimetypes` differs between machines."""


def safe_name(name: str) -> str:
    r"""Return what is left of `name` once it is a plain file name on every system.

    It is never empty, has at most 120 bytes in UTF-8, and names nothing outside of its folder. The
    ending is kept where there is room.

    Example:
        >>> safe_name("../../.ssh/authorized_keys")
        'authorized_keys'
        >>> safe_name("fatura\u202egpj.exe")
        'faturagpj.exe'
    """
    last_part = re.split(r"[/\\]", name)[-1]
    seen = "".join(letter for letter in last_part if unicodedata.category(letter) not in _UNSEEN)
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", seen))
    short = _shortened(plain.strip(_EDGES)).rstrip(_EDGES) or _NAMELESS
    return f"_{short}" if _DEVICE.fullmatch(short) else short


def ending_of(media_type: str) -> str | None:
    """Return the ending of files of this media type; `None` for one that has none of its own.

    Example:
        >>> ending_of("Text/x-vCard; charset=utf-8")
        'vcf'
    """
    return _ENDINGS.get(media_type.partition(";")[0].strip().lower())


def with_ending(name: str, media_type: str) -> str:
    """Return `name` with the ending of its media type, where it has none.

    Example:
        >>> with_ending("foto", "image/heic")
        'foto.heic'
        >>> with_ending("boleto.pdf", "image/png")
        'boleto.pdf'
    """
    ending = ending_of(media_type)
    return name if ending is None or _split(name)[2] else f"{name}.{ending}"


def numbered(name: str, number: int) -> str:
    """Return `name` with a number before its ending, for where the bare one is taken.

    Example:
        >>> numbered("boleto.pdf", 2)
        'boleto-2.pdf'
    """
    stem, dot, ending = _split(name)
    return f"{stem}-{number}{dot}{ending}"


def _shortened(name: str) -> str:
    stem, dot, ending = _split(name)
    room = _MOST_BYTES - 1 - len(f"{dot}{ending}".encode())  # one for the mark of a device's name
    return stem.encode()[:room].decode(errors="ignore") + dot + ending


def _split(name: str) -> tuple[str, str, str]:
    stem, dot, ending = name.rpartition(".")
    return (
        (stem, dot, ending) if stem and len(ending.encode()) <= _LONGEST_ENDING else (name, "", "")
    )
