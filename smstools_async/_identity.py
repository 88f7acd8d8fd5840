"""What makes two rows the same.

The only home of the rule. A row is identified by its direction, second, sender, receiver, text and
file names, which do not change. Never by its id, which may be assigned late, repeat, and is null on
inbound messages; never by its status, and never by the URL of a file, which may be signed for each
response. Equal rows may both be real, so callers count them and never collapse them.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2b

SIZE = 16
"""Bytes of an identity: among 10**12 rows, two different ones collide with a chance of 10**-15."""


def identify(
    direction: str, second: int, sender: str, receiver: str, text: str, file_names: Iterable[str]
) -> bytes:
    """Return the identity of a row: equal for equal rows, whichever Python and version wrote it.

    The values are those of a `Message`. The case of `direction` does not matter.
    """
    word = direction.lower() if direction.isascii() else direction  # others depend on the Python
    facts = (word, str(second), sender, receiver, text, *file_names)
    lengths = " ".join([str(len(fact)) for fact in facts])  # so that no two rows are written alike
    written = "\n".join((lengths, *facts)).encode("utf-8", "surrogatepass")
    return blake2b(written, digest_size=SIZE).digest()


def identify_bytes(sent: bytes) -> bytes:
    """Return the identity of a row that cannot be read: nothing but the same bytes is the same."""
    return blake2b(sent, digest_size=SIZE).digest()


def write_identity(identity: bytes) -> str:
    """Write an identity as text that is safe in URLs and file names.

    Example:
        >>> write_identity(bytes(16))
        'AAAAAAAAAAAAAAAAAAAAAA'
    """
    return urlsafe_b64encode(identity).rstrip(b"=").decode()
