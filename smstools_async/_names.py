"""Names: which a file may have that a stranger named."""

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


def safe_name(name: str) -> str:
    r"""Return what is left of `name` once it is a plain file name on every system.

    It is never empty, has at most 120 bytes in UTF-8, and names nothing outside of the folder it is
    put in. The ending is kept where there is room.

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
