"""How long a client can be used, and in which event loop."""

from typing import Protocol

from anyio.lowlevel import current_token

from smstools_async._errors import ClientClosedError


class Closable(Protocol):
    """What may have been closed by its owner."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        ...


class Lifetime:
    """The life of a client: from its first use, in one event loop, until it is closed.

    In another loop its connections would be dead, and its locks would wait indefinitely.
    """

    def __init__(self) -> None:
        self._token: object = None
        self.is_closed = False
        """Whether the client was closed."""

    def check(self, name: str, given: Closable | None) -> None:
        """Check that the client can be used here, and the HTTP client that was given as `name`.

        Raises:
            ClientClosedError: One of them is closed.
            RuntimeError: This is another event loop.
        """
        if self.is_closed:
            raise ClientClosedError
        if given is not None and given.is_closed:
            raise ClientClosedError(name)
        token = current_token()
        if self._token is None:
            self._token = token
        self._check_loop(token)

    def close(self) -> None:
        """Let nothing begin from now on.

        Raises:
            RuntimeError: The client was used in another event loop, so that its connections cannot
                be closed in this one.
        """
        was_open, self.is_closed = not self.is_closed, True
        if was_open and self._token is not None:
            self._check_loop(current_token())

    def _check_loop(self, token: object) -> None:
        if token != self._token:
            raise RuntimeError(
                "This Client is bound to another event loop; create one client per event loop, and"
                " close it there"
            )
