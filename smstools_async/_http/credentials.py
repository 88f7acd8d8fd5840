"""Who asks: a client id and a secret that only the API gets to see."""

import os
import re
from typing import NoReturn

_MASK = "••••"
NOT_COPIED = (
    "A Client cannot be pickled or copied: its secret would be copied too. Create one in each"
    " process"
)


class Credentials:
    """A client id and secret that no `repr`, error or pickle shows.

    Raises:
        TypeError: One of them is not a `str`.
        ValueError: One is empty or has characters that no HTTP header may have; it is not shown.
    """

    __slots__ = ("_client_id", "_client_secret", "_echo")

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._client_id = _check_header("client_id", client_id)
        self._client_secret = _check_header("client_secret", client_secret)
        # Hosts come back in lower case.
        alternatives = "|".join(map(re.escape, (client_secret, client_id)))
        self._echo = re.compile(alternatives, re.IGNORECASE)

    def headers(self) -> dict[str, str]:
        """Return the headers that the vendor documents."""
        return {"X-Client-Id": self._client_id, "X-Client-Secret": self._client_secret}

    def conceal(self, words: str) -> str:
        """Mask the credentials in what a server sent."""
        return self._echo.sub(_MASK, words)

    def __repr__(self) -> str:
        return f"Credentials(client_id={_MASK!r}, client_secret={_MASK!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_COPIED)


def read_credentials(client_id: str | None, client_secret: str | None) -> Credentials:
    """Return the given credentials; what is `None` is read from the environment.

    Raises:
        TypeError: One of them is not a `str`.
        ValueError: One is missing, empty or cannot be sent.
    """
    return Credentials(
        _from_environment("client_id", client_id),
        _from_environment("client_secret", client_secret),
    )


def _from_environment(name: str, given: str | None) -> str:
    variable = f"SMSTOOLS_{name.upper()}"
    value = os.environ.get(variable) if given is None else given
    if value is None:
        raise ValueError(
            f"{name} is missing: pass it as Client({name}=…), or set {variable} in the environment"
        )
    if given is None and not value:
        raise ValueError(f"{variable} in the environment is empty: set it to your {name}")
    return value


def _check_header(name: str, value: str) -> str:
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not type-check
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")
    if not value or value != value.strip() or not (value.isascii() and value.isprintable()):
        raise ValueError(
            f"{name} (not shown) is empty, begins or ends with white space, or has characters that"
            " are not printable ASCII; copy it again from Advanced > API authentication"
        )
    return value
